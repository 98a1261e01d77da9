//! What people read of a report, in their language, and numbers, times and dates as it writes them.
//!
//! Texts are Fluent messages in `texts/LANGUAGE/report.ftl`. A test fails when one lacks in a language or is used nowhere.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::LazyLock;

use acd_core::ids::TimeMs;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use icu_calendar::{Date, cal::Persian};
use icu_decimal::{DecimalFormatter, input::Decimal};
use icu_locale_core::locale;
use jiff::civil::Weekday;
use unic_langid::LanguageIdentifier;

use crate::civil::{Civil, Step};
use crate::value::Value;

/// A language of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
    /// Persian: from right to left, with its own digits and the solar calendar.
    Fa,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::En, Self::Ru, Self::Fa];

    /// Its tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
            Self::Fa => "fa",
        }
    }

    pub(crate) const fn file(self) -> &'static str {
        match self {
            Self::En => include_str!("../texts/en/report.ftl"),
            Self::Ru => include_str!("../texts/ru/report.ftl"),
            Self::Fa => include_str!("../texts/fa/report.ftl"),
        }
    }

    /// "ltr" or "rtl".
    pub(crate) const fn dir(self) -> &'static str {
        match self {
            Self::Fa => "rtl",
            Self::En | Self::Ru => "ltr",
        }
    }
}

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 3]> = LazyLock::new(|| {
    Language::ALL.map(|language| {
        let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // What is not ours is isolated where it is put in.
        bundle.set_use_isolating(false);
        // A test reads every file; a part that could not be read would be seen as missing there.
        let resource = FluentResource::try_new(language.file().to_owned());
        bundle.add_resource_overriding(resource.unwrap_or_else(|(readable, _)| readable));
        bundle
    })
});

thread_local! {
    /// Formatters cannot be shared between threads.
    static FORMATTERS: RefCell<[Option<Option<DecimalFormatter>>; 3]> = const { RefCell::new([const { None }; 3]) };
}

/// A language and the clock of a zone.
#[derive(Clone, Debug)]
pub struct Locale {
    /// The language.
    pub language: Language,
    civil: Civil,
}

impl Locale {
    /// This language, with times of this zone.
    pub fn new(language: Language, civil: Civil) -> Self {
        Self { language, civil }
    }

    /// The text; one that is missing is seen as its id.
    pub(crate) fn text(&self, id: &str) -> String {
        self.text_with(id, &[])
    }

    /// The text with arguments, in the digits of the language.
    pub(crate) fn text_with(&self, id: &str, args: &[(&str, &str)]) -> String {
        let mut given = FluentArgs::with_capacity(args.len());
        for (name, arg) in args {
            given.set(*name, *arg);
        }
        let bundle = &BUNDLES[self.language as usize];
        let pattern = bundle.get_message(id).and_then(|found| found.value());
        let text = pattern.map(|it| {
            let mut errors = Vec::new();
            bundle
                .format_pattern(it, Some(&given), &mut errors)
                .into_owned()
        });
        text.unwrap_or_else(|| id.to_owned())
    }

    /// The text of something that has a name in files.
    pub(crate) fn named(&self, what: &str, name: &str) -> String {
        self.text(&format!("{what}-{}", name.replace('_', "-")))
    }

    /// A number with the language's digits and separators, and exactly so many places after the point.
    pub(crate) fn number(&self, value: f64, places: usize) -> String {
        let text = format!("{value:.places$}");
        self.decimal(&text)
    }

    fn decimal(&self, latin: &str) -> String {
        let decimal = Decimal::try_from_str(latin).unwrap_or_default();
        FORMATTERS.with_borrow_mut(|formatters| {
            let formatter = formatters[self.language as usize].get_or_insert_with(|| {
                let locale = match self.language {
                    Language::En => locale!("en"),
                    Language::Ru => locale!("ru"),
                    Language::Fa => locale!("fa"),
                };
                DecimalFormatter::try_new(locale.into(), Default::default()).ok()
            });
            match formatter {
                Some(formatter) => formatter.format(&decimal).to_string(),
                // Only data that was left out at build time.
                None => latin.to_owned(),
            }
        })
    }

    /// A figure as people read it.
    pub(crate) fn value(&self, value: Value) -> String {
        match value {
            Value::Count(count) => self.decimal(&count.to_string()),
            Value::Ms(ms) => self.duration(ms),
            Value::Share(share) => self.percent(share * 100.0),
            Value::Rate(rate) => self.number(rate, 1),
            Value::Money(amount) => self.decimal(&amount.to_string()),
        }
    }

    /// A figure; none as a dash.
    pub(crate) fn shown(&self, value: Option<Value>) -> String {
        value.map_or_else(|| "–".to_owned(), |value| self.value(value))
    }

    /// So many percent, to a tenth.
    pub(crate) fn percent(&self, percent: f64) -> String {
        let number = self.number(percent, 1);
        self.text_with("percent", &[("n", &number)])
    }

    /// A length of time: 0:42, 14:12, 1:05:22.
    pub(crate) fn duration(&self, ms: i64) -> String {
        let sign = if ms <= -500 { "−" } else { "" };
        let seconds = (ms.unsigned_abs() + 500) / 1_000;
        let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let latin = if hours > 0 {
            format!("{sign}{hours}:{minutes:02}:{seconds:02}")
        } else {
            format!("{sign}{minutes}:{seconds:02}")
        };
        self.in_digits(&latin)
    }

    /// Seconds of an edge, in which a length is written on an axis: 20 s, 5 min.
    pub(crate) fn edge(&self, ms: i64) -> String {
        let (n, id) = if ms >= 60_000 && ms % 60_000 == 0 {
            (ms / 60_000, "minutes-short")
        } else {
            (ms / 1_000, "seconds-short")
        };
        self.text_with(id, &[("n", &self.in_digits(&n.to_string()))])
    }

    /// The time of day: 14:05.
    pub(crate) fn time(&self, at: TimeMs) -> String {
        let shown = self.civil.shown(at).unwrap_or_default();
        self.clock(shown.hour(), shown.minute())
    }

    /// An hour of the clock: 09:00.
    pub(crate) fn clock(&self, hour: i8, minute: i8) -> String {
        self.in_digits(&format!("{hour:02}:{minute:02}"))
    }

    /// The day: 29 November 2026; in Persian by the solar calendar.
    pub(crate) fn date(&self, at: TimeMs) -> String {
        let (year, month, day) = self.day_of(at);
        let args = [("day", &*day), ("month", &month), ("year", &year)];
        self.text_with("date", &args)
    }

    /// The day without its year: 29 Nov.
    pub(crate) fn day(&self, at: TimeMs) -> String {
        let (_, month, day) = self.day_of(at);
        self.text_with("day", &[("day", &*day), ("month", &month)])
    }

    fn day_of(&self, at: TimeMs) -> (String, String, String) {
        let date = self.civil.shown(at).unwrap_or_default().date();
        let small = |it: i8| u8::try_from(it).unwrap_or(1);
        let (mut year, mut month, mut day) = (
            i32::from(date.year()),
            small(date.month()),
            small(date.day()),
        );
        if self.language == Language::Fa
            && let Ok(gregorian) = Date::try_new_gregorian(year, month, day)
        {
            let solar = gregorian.to_calendar(Persian);
            year = solar.year().extended_year();
            month = solar.month().ordinal;
            day = solar.day_of_month().0;
        }
        let month = self.text(&format!("month-{month}"));
        (
            self.in_digits(&year.to_string()),
            month,
            self.in_digits(&day.to_string()),
        )
    }

    /// A day of the week.
    pub(crate) fn weekday(&self, day: Weekday) -> String {
        self.named("weekday", weekday_name(day))
    }

    /// A period of whole days by the first and the last, another to the minute.
    pub(crate) fn range(&self, range: &Range<TimeMs>) -> String {
        let begins = |at| {
            self.civil
                .edges(Step::Day, &(at - 1..at + 1))
                .is_ok_and(|it| it.len() == 3)
        };
        let (from, to) = if begins(range.start) && begins(range.end) {
            (self.date(range.start), self.date(range.end - 1))
        } else {
            (self.moment(range.start), self.moment(range.end))
        };
        if from == to {
            return from;
        }
        self.text_with("range", &[("from", &from), ("to", &to)])
    }

    /// A bucket of a period in a row of a table.
    pub(crate) fn bucket(&self, step: Option<Step>, bucket: &Range<TimeMs>) -> String {
        match step {
            Some(Step::Interval | Step::Hour) => self.moment(bucket.start),
            _ => self.range(bucket),
        }
    }

    /// Day and time.
    pub(crate) fn moment(&self, at: TimeMs) -> String {
        let (date, time) = (self.date(at), self.time(at));
        self.text_with("moment", &[("date", &date), ("time", &time)])
    }

    /// Figures with the digits of the language.
    pub(crate) fn in_digits(&self, latin: &str) -> String {
        if self.language != Language::Fa {
            return latin.to_owned();
        }
        let own = |letter: char| match letter.to_digit(10) {
            Some(digit) => char::from_u32(0x06F0 + digit).unwrap_or(letter),
            None => letter,
        };
        latin.chars().map(own).collect()
    }
}

/// The name of a day in files.
pub(crate) const fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}

/// A name from outside with what is not seen, or turns other text around, made visible.
pub(crate) fn outside(text: &str) -> String {
    let visible = |letter: char| match letter {
        '\0'..='\u{1F}'
        | '\u{7F}'..='\u{9F}'
        | '\u{AD}'
        | '\u{61C}'
        | '\u{180E}'
        | '\u{200B}'
        | '\u{200E}'
        | '\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{E000}'..='\u{F8FF}'
        | '\u{FEFF}'
        | '\u{FFF0}'..='\u{FFFB}' => '\u{FFFD}',
        letter => letter,
    };
    text.chars().map(visible).collect()
}

#[cfg(test)]
mod tests;

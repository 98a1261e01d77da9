//! Numbers, durations, times and dates, as a language writes them.

use std::cell::RefCell;

use icu_calendar::{Date, cal::Persian};
use icu_decimal::{DecimalFormatter, input::Decimal};
use icu_locale_core::locale;
use jiff::Timestamp;

use super::{Digits, Language, Locale};

/// Formatters by language and digits; none where data was left out at build time.
type Formatters = Vec<((Language, Digits), Option<DecimalFormatter>)>;

thread_local! {
    /// Formatters cannot be shared between threads.
    static FORMATTERS: RefCell<Formatters> = const { RefCell::new(Vec::new()) };
}

/// The number with the language's digits and separators; at most two places after the point.
pub(super) fn decimal(language: Language, digits: Digits, value: f64) -> String {
    let mut decimal = Decimal::try_from_str(&format!("{value:.2}")).unwrap_or_default();
    decimal.absolute.trim_end();
    formatted(language, digits, &decimal)
}

fn whole(language: Language, digits: Digits, value: u64) -> String {
    formatted(language, digits, &Decimal::from(value))
}

fn formatted(language: Language, digits: Digits, decimal: &Decimal) -> String {
    FORMATTERS.with_borrow_mut(|formatters| {
        let key = (language, digits);
        if !formatters.iter().any(|(have, _)| *have == key) {
            formatters.push((key, formatter(language, digits)));
        }
        let found = formatters.iter().find(|(have, _)| *have == key);
        match found.and_then(|(_, formatter)| formatter.as_ref()) {
            Some(formatter) => formatter.format(decimal).to_string(),
            // Only data that was left out at build time.
            None => decimal.to_string(),
        }
    })
}

fn formatter(language: Language, digits: Digits) -> Option<DecimalFormatter> {
    let locale = match (language, digits) {
        (Language::En, _) | (Language::Fa, Digits::Latin) => locale!("en"),
        (Language::Ru, _) => locale!("ru"),
        (Language::Fa, Digits::Own) => locale!("fa"),
    };
    DecimalFormatter::try_new(locale.into(), Default::default()).ok()
}

impl Locale {
    /// A whole number: 4,096.
    pub(crate) fn number(&self, value: u64) -> String {
        whole(self.language, self.digits, value)
    }

    /// A share of 0 to 1 as whole percent: 80 %.
    pub(crate) fn percent(&self, share: f64) -> String {
        let number = decimal(self.language, self.digits, (share * 100.0).round());
        self.text_with("common-percent", &[("n", super::Arg::Ours(&number))])
    }

    /// A length of time: 0:42, 14:12, 1:05:22. Below zero it is 0:00.
    pub(crate) fn duration(&self, ms: i64) -> String {
        let seconds = ms.max(0) / 1_000;
        let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let latin = if hours > 0 {
            format!("{hours}:{minutes:02}:{seconds:02}")
        } else {
            format!("{minutes}:{seconds:02}")
        };
        self.in_digits(&latin)
    }

    /// The time of day in the tenant's zone: 14:05.
    pub(crate) fn time_of_day(&self, at_ms: i64) -> String {
        self.clock(at_ms, "%H:%M")
    }

    /// The time of day to the second: 14:05:32.
    pub(crate) fn time_to_the_second(&self, at_ms: i64) -> String {
        self.clock(at_ms, "%H:%M:%S")
    }

    /// The day in the tenant's zone: 29 November 2026; in Persian by the solar calendar.
    pub(crate) fn date(&self, at_ms: i64) -> String {
        let Ok(at) = Timestamp::from_millisecond(at_ms) else {
            return String::new();
        };
        let date = at.to_zoned(self.zone.clone()).date();
        let day = |it: i8| u8::try_from(it).unwrap_or(1);
        let (mut year, mut month, mut day_of_month) =
            (i32::from(date.year()), day(date.month()), day(date.day()));
        if self.language == Language::Fa {
            let Ok(gregorian) = Date::try_new_gregorian(year, month, day_of_month) else {
                return String::new();
            };
            let solar = gregorian.to_calendar(Persian);
            year = solar.year().extended_year();
            month = solar.month().ordinal;
            day_of_month = solar.day_of_month().0;
        }
        let month = self.text(MONTHS[usize::from(month.clamp(1, 12)) - 1]);
        let (day, year) = (day_of_month.to_string(), year.to_string());
        let args = [
            ("day", super::Arg::Ours(&self.in_digits(&day))),
            ("month", super::Arg::Ours(&month)),
            ("year", super::Arg::Ours(&self.in_digits(&year))),
        ];
        self.text_with("common-date", &args)
    }

    /// Day and time: 29 November 2026, 14:05.
    pub(crate) fn moment(&self, at_ms: i64) -> String {
        let (date, time) = (self.date(at_ms), self.time_of_day(at_ms));
        let args = [
            ("date", super::Arg::Ours(date.as_str())),
            ("time", super::Arg::Ours(time.as_str())),
        ];
        self.text_with("common-moment", &args)
    }

    /// The instant of a time in the tenant's zone as a browser's field writes it: 2026-11-29T14:05.
    pub(crate) fn instant(&self, written: &str) -> Option<i64> {
        let civil: jiff::civil::DateTime = latin_digits(written).parse().ok()?;
        let zoned = civil.to_zoned(self.zone.clone()).ok()?;
        Some(zoned.timestamp().as_millisecond())
    }

    /// A text of figures with the digits of the language.
    pub(crate) fn in_digits(&self, latin: &str) -> String {
        if self.digits_tag() == "latin" {
            return latin.to_owned();
        }
        let own = |letter: char| match letter.to_digit(10) {
            Some(digit) => char::from_u32(0x06F0 + digit).unwrap_or(letter),
            None => letter,
        };
        latin.chars().map(own).collect()
    }

    fn clock(&self, at_ms: i64, format: &str) -> String {
        let Ok(at) = Timestamp::from_millisecond(at_ms) else {
            return String::new();
        };
        let zoned = at.to_zoned(self.zone.clone());
        self.in_digits(&zoned.strftime(format).to_string())
    }
}

/// The months of the language's calendar.
const MONTHS: [&str; 12] = [
    "common-month-1",
    "common-month-2",
    "common-month-3",
    "common-month-4",
    "common-month-5",
    "common-month-6",
    "common-month-7",
    "common-month-8",
    "common-month-9",
    "common-month-10",
    "common-month-11",
    "common-month-12",
];

/// A text in which any digits of ours are 0 to 9: what is typed into a field for a number.
pub(crate) fn latin_digits(typed: &str) -> String {
    let latin = |letter: char| {
        let own = [0x06F0, 0x0660]; // Persian, Arabic
        let digit = own.into_iter().find_map(|zero| {
            let digit = u32::from(letter).checked_sub(zero)?;
            char::from_digit(digit, 10)
        });
        digit.unwrap_or(letter)
    };
    typed.chars().map(latin).collect()
}

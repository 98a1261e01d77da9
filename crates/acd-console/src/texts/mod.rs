//! Every word a person reads, in their language, and numbers, times and dates as it writes them.
//!
//! Texts are Fluent messages in `texts/LANGUAGE/AREA.ftl`, with ids `area-...` that stand in the sources as whole string
//! literals. A test fails when one lacks in a language or is used nowhere.

mod catalogue;
mod figures;
mod labels;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentValue};
use jiff::tz::TimeZone;
use maud::{Markup, PreEscaped, Render as _, html};

use catalogue::Catalogue;

pub(crate) use figures::latin_digits;
pub(crate) use labels::Labels;

/// A language of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) enum Language {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
    /// Persian, from right to left.
    Fa,
}

impl Language {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::En, Self::Ru, Self::Fa];

    /// Its tag, as HTML and browsers write it.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
            Self::Fa => "fa",
        }
    }

    /// What it calls itself.
    pub(crate) const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Ru => "Русский",
            Self::Fa => "فارسی",
        }
    }

    /// The language of a tag, e.g. of `fa-IR`.
    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().trim();
        let is_it = |language: &Self| language.tag().eq_ignore_ascii_case(primary);
        Self::ALL.into_iter().find(is_it)
    }

    /// The first of ours in an `Accept-Language`; browsers name the preferred one first.
    pub(crate) fn accepted(header: &str) -> Self {
        let tags = header.split(',').filter_map(|one| one.split(';').next());
        tags.filter_map(Self::of_tag).next().unwrap_or_default()
    }
}

/// With which digits quantities and times are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) enum Digits {
    /// The language's own.
    #[default]
    Own,
    /// 0 to 9.
    Latin,
}

/// An argument of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Arg<'a> {
    /// A text of ours: a duration, a name of a state.
    Ours(&'a str),
    /// What comes from outside, names too: isolated, so that its direction turns nothing else around, with control
    /// characters made visible.
    Outside(&'a str),
    /// A number, by which a text may choose its form.
    Number(i64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Outside(text)
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Outside(text)
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl From<$number> for Arg<'_> {
            fn from(number: $number) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
    )*};
}

numbers!(i32 i64 u8 u16 u32 u64 usize);

/// Texts and numbers of one language, in the time zone of a tenant. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Locale {
    /// The language.
    pub(crate) language: Language,
    /// The digits.
    pub(crate) digits: Digits,
    zone: TimeZone,
    labels: Labels,
}

static CATALOGUES: LazyLock<Vec<Catalogue>> = LazyLock::new(Catalogue::all);

impl Locale {
    /// This language, with UTC as the zone.
    pub(crate) fn new(language: Language, digits: Digits) -> Self {
        Self {
            language,
            digits,
            zone: TimeZone::UTC,
            labels: Labels::default(),
        }
    }

    /// The same with what a tenant calls its things, now and as it changes.
    #[must_use]
    pub(crate) fn with_labels(mut self, labels: Labels) -> Self {
        self.labels = labels;
        self
    }

    /// The same in this time zone; an unknown one changes nothing.
    #[must_use]
    pub(crate) fn in_zone(mut self, name: &str) -> Self {
        if let Ok(zone) = TimeZone::get(name) {
            self.zone = zone;
        }
        self
    }

    /// The text.
    pub(crate) fn text(&self, id: &str) -> String {
        self.text_with(id, &[])
    }

    /// The text with arguments.
    pub(crate) fn text_with(&self, id: &str, args: &[(&str, Arg<'_>)]) -> String {
        let mut given = FluentArgs::with_capacity(args.len());
        for (name, arg) in args {
            given.set(*name, value(*arg));
        }
        self.catalogue().text(id, &given)
    }

    /// The text as HTML, in which some arguments are HTML: a link in a sentence.
    pub(crate) fn rich(
        &self,
        id: &str,
        args: &[(&str, Arg<'_>)],
        parts: &[(&str, Markup)],
    ) -> Markup {
        let mut given = FluentArgs::with_capacity(args.len() + parts.len());
        for (name, arg) in args {
            given.set(*name, value(*arg));
        }
        for (mark, (name, _)) in (MARKS..).zip(parts) {
            let mark = char::from_u32(mark).map(String::from);
            given.set(*name, mark.unwrap_or_default());
        }
        let text = self.catalogue().text(id, &given);
        let mut out = String::with_capacity(text.len());
        for piece in text.split_inclusive(|letter| part_of(letter, parts).is_some()) {
            let last = piece.chars().next_back();
            let part = last.and_then(|letter| Some((letter, part_of(letter, parts)?)));
            match part {
                Some((letter, part)) => {
                    piece[..piece.len() - letter.len_utf8()].render_to(&mut out);
                    out.push_str(&part.0);
                }
                None => piece.render_to(&mut out),
            }
        }
        PreEscaped(out)
    }

    /// The name of the time zone.
    pub(crate) fn zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// "ltr" or "rtl".
    pub(crate) fn dir(&self) -> &'static str {
        match self.language {
            Language::Fa => "rtl",
            Language::En | Language::Ru => "ltr",
        }
    }

    /// The digits in which figures are written, as `html[data-digits]` says it to the browser's clocks.
    pub(crate) fn digits_tag(&self) -> &'static str {
        match (self.language, self.digits) {
            (Language::Fa, Digits::Own) => "fa",
            _ => "latin",
        }
    }

    fn catalogue(&self) -> &'static Catalogue {
        let fits = |it: &&Catalogue| it.language == self.language && it.digits == self.digits;
        let fitting = CATALOGUES.iter().find(fits);
        fitting.unwrap_or(&CATALOGUES[0])
    }
}

/// Private-use characters that stand for the HTML of [`Locale::rich`] until it is put in.
const MARKS: u32 = 0xE000;

fn part_of<'p>(letter: char, parts: &'p [(&str, Markup)]) -> Option<&'p Markup> {
    let place = u32::from(letter).checked_sub(MARKS)?;
    let (_, markup) = parts.get(usize::try_from(place).ok()?)?;
    Some(markup)
}

fn value(arg: Arg<'_>) -> FluentValue<'_> {
    match arg {
        Arg::Ours(text) => text.into(),
        Arg::Outside(text) => isolated(&shown(text)).into(),
        Arg::Number(number) => number.into(),
    }
}

/// First strong isolate ... pop directional isolate: the direction of the text inside turns nothing around it.
pub(crate) fn isolated(text: &str) -> String {
    format!("\u{2068}{text}\u{2069}")
}

/// The text with what is not seen, or turns other text around, made visible: control characters and those that override
/// or embed directions, and the private-use ones.
pub(crate) fn shown(text: &str) -> String {
    text.chars().map(visible).collect()
}

fn visible(letter: char) -> char {
    match letter {
        '\n' | '\t' => letter,
        // The pictures of the control characters.
        '\0'..='\u{1F}' => char::from_u32(0x2400 + u32::from(letter)).unwrap_or('\u{FFFD}'),
        '\u{7F}' => '\u{2421}',
        '\u{80}'..='\u{9F}'
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
    }
}

/// Something from outside in its own direction, control characters made visible.
pub(crate) fn outside(text: &str) -> Markup {
    html! { bdi { (shown(text)) } }
}

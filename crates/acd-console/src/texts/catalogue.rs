//! The messages of one language.

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

use super::{Digits, Language, figures::decimal};

/// The files, by language and area.
macro_rules! files {
    ($language:literal) => {
        [
            (
                "common",
                include_str!(concat!("../../texts/", $language, "/common.ftl")),
            ),
            (
                "session",
                include_str!(concat!("../../texts/", $language, "/session.ftl")),
            ),
            (
                "desk",
                include_str!(concat!("../../texts/", $language, "/desk.ftl")),
            ),
            (
                "wall",
                include_str!(concat!("../../texts/", $language, "/wall.ftl")),
            ),
            (
                "supervisor",
                include_str!(concat!("../../texts/", $language, "/supervisor.ftl")),
            ),
            (
                "administrator",
                include_str!(concat!("../../texts/", $language, "/administrator.ftl")),
            ),
        ]
    };
}

/// The files of a language, by area.
pub(super) fn files(language: Language) -> [(&'static str, &'static str); 6] {
    match language {
        Language::En => files!("en"),
        Language::Ru => files!("ru"),
        Language::Fa => files!("fa"),
    }
}

/// The messages of one language with one kind of digits.
pub(super) struct Catalogue {
    pub(super) language: Language,
    pub(super) digits: Digits,
    bundle: FluentBundle<FluentResource>,
}

impl Catalogue {
    /// Every language with either kind of digits.
    pub(super) fn all() -> Vec<Self> {
        let both = [Digits::Own, Digits::Latin];
        let languages = Language::ALL.into_iter();
        languages
            .flat_map(|language| both.map(|digits| Self::new(language, digits)))
            .collect()
    }

    fn new(language: Language, digits: Digits) -> Self {
        let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // What is not ours is isolated where it is put in; figures and our own words need it not.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(match (language, digits) {
            (Language::Fa, Digits::Own) => persian,
            (Language::Fa, Digits::Latin) | (Language::En, _) => english,
            (Language::Ru, _) => russian,
        }));
        for (_, text) in files(language) {
            // A test reads every file; a part that could not be read would be seen as missing there.
            let resource = FluentResource::try_new(text.to_owned());
            let resource = resource.unwrap_or_else(|(readable, _)| readable);
            bundle.add_resource_overriding(resource);
        }
        Self {
            language,
            digits,
            bundle,
        }
    }

    /// The text; one that is missing is seen as its id.
    pub(super) fn text(&self, id: &str, args: &FluentArgs<'_>) -> String {
        let pattern = self.bundle.get_message(id).and_then(|found| found.value());
        let Some(pattern) = pattern else {
            return id.to_owned();
        };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(args), &mut errors);
        text.into_owned()
    }
}

fn english<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    number(value, Language::En, Digits::Latin)
}

fn russian<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    number(value, Language::Ru, Digits::Latin)
}

fn persian<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    number(value, Language::Fa, Digits::Own)
}

fn number(value: &FluentValue<'_>, language: Language, digits: Digits) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(decimal(language, digits, number.value)),
        _ => None,
    }
}

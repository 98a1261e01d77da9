//! How somebody likes the pages. It is no secret and outlives the session: a cookie of its own.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite, time::Duration};

use super::cookies::sent;
use crate::texts::{Digits, Language, Locale};

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// As `html[data-theme]` has it; none: as the system.
    pub(crate) fn tag(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    /// The theme of such a tag.
    pub(crate) fn of_tag(tag: &str) -> Self {
        match tag {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

/// How somebody likes the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The language.
    pub(crate) language: Language,
    /// The digits.
    pub(crate) digits: Digits,
    /// The theme.
    pub(crate) theme: Theme,
    /// Whether pages may sound.
    pub(crate) sound: bool,
    /// Whether F2 and F8 work.
    pub(crate) keys: bool,
}

const NAME: &str = "acd_settings";

impl Settings {
    /// As the request says: by its cookie, else by what the browser prefers.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let accepted = headers.get(header::ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|value| value.to_str().ok());
        let mut settings = Self {
            language: accepted.map(Language::accepted).unwrap_or_default(),
            digits: Digits::Own,
            theme: Theme::System,
            sound: true,
            keys: true,
        };
        let cookies = sent(headers);
        if let Some(cookie) = cookies.iter().find(|cookie| cookie.name() == NAME) {
            settings.read(cookie.value());
        }
        settings
    }

    /// `fa.latin.dark.silent.nokeys`: whatever of it is understood.
    fn read(&mut self, text: &str) {
        for word in text.split('.') {
            match word {
                "own" => self.digits = Digits::Own,
                "latin" => self.digits = Digits::Latin,
                "light" | "dark" | "system" => self.theme = Theme::of_tag(word),
                "sound" => self.sound = true,
                "silent" => self.sound = false,
                "keys" => self.keys = true,
                "nokeys" => self.keys = false,
                tag => {
                    if let Some(language) = Language::of_tag(tag) {
                        self.language = language;
                    }
                }
            }
        }
    }

    /// The cookie that keeps them for a year.
    pub(crate) fn cookie(self, embedded: bool, secure: bool) -> Option<HeaderValue> {
        let text = [
            self.language.tag(),
            match self.digits {
                Digits::Own => "own",
                Digits::Latin => "latin",
            },
            self.theme.tag().unwrap_or("system"),
            if self.sound { "sound" } else { "silent" },
            if self.keys { "keys" } else { "nokeys" },
        ]
        .join(".");
        let cookie = Cookie::build((NAME, text)).path("/").http_only(true);
        let cookie = match embedded {
            true => cookie.same_site(SameSite::None).secure(true),
            false => cookie.same_site(SameSite::Lax).secure(secure),
        };
        let cookie = cookie.max_age(Duration::days(365)).build();
        HeaderValue::from_str(&cookie.to_string()).ok()
    }

    /// Their language.
    pub(crate) fn locale(self) -> Locale {
        Locale::new(self.language, self.digits)
    }
}

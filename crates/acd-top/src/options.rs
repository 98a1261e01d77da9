//! How the view is shown.

use std::{fmt, time::Duration};

use hyper::Uri;

use crate::Error;

/// How often the view is drawn, unless it is said otherwise: what changes faster cannot be read.
const EVERY: Duration = Duration::from_secs(1);
/// The bounds of it.
const EVERY_MIN: Duration = Duration::from_millis(100);
const EVERY_MAX: Duration = Duration::from_secs(60);

/// How the view is shown, and of what.
pub struct Options<'a> {
    /// The server, as it is named to whoever looks.
    pub server: String,
    /// The tenant that is looked at first; none: the only one there is, or the first by name.
    pub tenant: Option<String>,
    /// Where the engine's figures are read; none: they are not shown.
    pub metrics: Option<Metrics>,
    /// Shortest time between two pictures, but for keys, which are answered at once.
    pub every: Duration,
    /// Whether colours are used where the terminal has any.
    pub color: bool,
    /// Lines above the view, asked for each picture.
    pub head: &'a (dyn Fn() -> Vec<String> + Sync),
    /// Told when whoever looks wants to quit. While it says that this is not all that is to end, the view goes on.
    pub on_quit: &'a (dyn Fn() -> Quit + Sync),
}

/// What becomes of the view of somebody who wants to quit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quit {
    /// It ends.
    Ends,
    /// It stays until what is shown has ended, or they want it once more.
    Stays,
}

impl Options<'_> {
    /// The view of a server, with every default.
    #[must_use]
    pub fn new(server: impl Into<String>) -> Self {
        Self {
            server: server.into(),
            tenant: None,
            metrics: None,
            every: EVERY,
            color: true,
            head: &Vec::new,
            on_quit: &|| Quit::Ends,
        }
    }

    /// Checks what types cannot say.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if (EVERY_MIN..=EVERY_MAX).contains(&self.every) {
            return Ok(());
        }
        Err(Error::Option {
            field: "every",
            problem: "say a time from 100 ms to 1 min".to_owned(),
        })
    }
}

/// An address at which the engine tells its figures.
#[derive(Clone, Debug)]
pub struct Metrics(pub(crate) Uri);

impl Metrics {
    /// Reads an address such as `http://127.0.0.1:7401/metrics`; without a scheme and a path these are meant.
    ///
    /// # Errors
    /// [`Error::Option`] with field `metrics`: it is none, or of another scheme than http.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let problem = |problem: &str| Error::Option {
            field: "metrics",
            problem: problem.to_owned(),
        };
        let whole = match text.contains("://") {
            true => text.to_owned(),
            false => format!("http://{text}"),
        };
        let uri: Uri = whole
            .parse()
            .map_err(|_| problem("say HOST:PORT or a URL"))?;
        if uri.scheme_str() != Some("http") || uri.host().is_none_or(str::is_empty) {
            return Err(problem(
                "the figures are told over plain HTTP: say http://HOST:PORT/metrics",
            ));
        }
        if uri.path() == "/" {
            let whole = format!("{}/metrics", whole.trim_end_matches('/'));
            return Ok(Self(
                whole
                    .parse()
                    .map_err(|_| problem("say HOST:PORT or a URL"))?,
            ));
        }
        Ok(Self(uri))
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_figures_are_read_can_be_said_shortly() {
        let read = |text| Metrics::parse(text).map(|metrics| metrics.to_string());
        for text in [
            "127.0.0.1:7401",
            "http://127.0.0.1:7401",
            "http://127.0.0.1:7401/metrics",
        ] {
            assert_eq!(read(text).expect("good"), "http://127.0.0.1:7401/metrics");
        }
        assert_eq!(read("acd.lan:80/x").expect("good"), "http://acd.lan:80/x");
        for text in ["", "http://", "https://127.0.0.1/metrics", "a b"] {
            let told = read(text).expect_err(text).to_string();
            assert!(
                told.starts_with("metrics: say") || told.contains("plain HTTP"),
                "{told}"
            );
        }
    }

    #[test]
    fn a_picture_has_its_time() {
        let mut options = Options::new("here");
        assert!(options.check().is_ok());
        options.every = Duration::from_millis(99);
        assert!(options.check().is_err());
        options.every = Duration::from_secs(61);
        assert!(options.check().is_err());
    }
}

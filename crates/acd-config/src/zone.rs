//! Time zones by their IANA names, from rules that are built in, so that a place means the same on every machine.

use std::sync::{Arc, LazyLock};

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::element::Element;
use crate::nearest::nearest;

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The rules of a zone, if there is one of this name.
pub(crate) fn rules(name: &str) -> Option<TimeZone> {
    ZONES.get(name).ok()
}

/// The name of a zone that exists.
pub(crate) fn zone(element: &Element<'_>) -> Option<Arc<str>> {
    let name = element.text("Europe/Berlin")?;
    if rules(name).is_some() {
        return Some(Arc::from(name));
    }
    let known: Vec<String> = ZONES
        .available()
        .map(|zone| zone.as_str().to_owned())
        .collect();
    let remedy = match nearest(name, known.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean {meant:?}?"),
        None => "give the name of an IANA time zone, as in \"Europe/Berlin\"".to_owned(),
    };
    element.report(format!("there is no time zone {name:?}"), remedy);
    None
}

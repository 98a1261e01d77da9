//! Where the rows of the year are.

use std::path::PathBuf;

use crate::day::TENANT;

/// A store.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// The file in this data directory.
    Sqlite(PathBuf),
    /// A database at this URL.
    Postgres(String),
}

impl Place {
    /// Its name in a figure's key.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Place::Sqlite(_) => "sqlite",
            Place::Postgres(_) => "postgres",
        }
    }
}

/// The tenant's targets and tariffs.
const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/history/centre.toml");

/// A command line for a report of this period: a year by month, a month by day.
pub(crate) fn report(place: &Place, kind: &str, period: &str) -> Vec<String> {
    let step = if period.contains('-') { "day" } else { "month" };
    let place = match place {
        Place::Sqlite(dir) => ["--data-dir".to_owned(), dir.display().to_string()],
        Place::Postgres(url) => ["--url".to_owned(), url.clone()],
    };
    let words = [
        "report", kind, "--tenant", TENANT, "--zone", "UTC", "--from", period, "--to", period,
        "--format", "json", "--config", CONFIG,
    ];
    let mut line: Vec<String> = words.map(str::to_owned).into();
    // Those that are about hours and reasons are not cut.
    if !["hours", "costs"].contains(&kind) {
        line.extend(["--by".to_owned(), step.to_owned()]);
    }
    line.extend(place);
    line
}

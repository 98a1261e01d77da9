//! Which build this is. `cargo xtask release` and the container file say it by environment variables; a build of a developer
//! knows neither, and is not built anew for every commit.

use std::sync::LazyLock;

/// The commit.
const COMMIT: Option<&str> = option_env!("ACD_COMMIT");
/// The day of the commit.
pub(crate) const DAY: Option<&str> = option_env!("ACD_COMMIT_DATE");

/// The version, and of a release the commit and its day: `0.1.0 (0a1b2c3d4e5f 2026-11-29)`.
pub(crate) fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let version = env!("CARGO_PKG_VERSION");
        match (COMMIT, DAY) {
            (Some(commit), Some(day)) => format!("{version} ({commit} {day})"),
            _ => version.to_owned(),
        }
    });
    &VERSION
}

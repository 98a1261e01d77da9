//! The configuration file: TOML text to validated configuration and back.
//!
//! [`parse_file`] reads the file of `acd serve`, [`parse_tenant`] the document of one tenant. Both find everything that
//! is wrong in one pass, each [`Problem`] with its place and its remedy. [`render`] writes a tenant's document,
//! [`diff`] says what differs between two. No I/O: a text comes in, with the name to show for it.
//!
//! docs/configuration.md is the reference; a test fails when a key has no line there.

pub mod civil;
mod duration;
mod element;
pub mod import;
mod locate;
pub mod nearest;
mod problem;
mod report;
mod schema;
mod server;
mod tenant;
mod text_error;
mod toml_text;
mod values;
mod zone;

use std::path::Path;

use acd_core::config::{TenantConfig, check_name};
use acd_core::ids::TenantName;
use toml::de::DeTable;

use crate::element::Section;
use crate::report::Report;
use crate::schema::{FILE, SERVER, TENANT};

pub use problem::{Place, Problem, Problems};
pub use server::{
    AuthConfig, ConsoleConfig, HistoryConfig, HistoryStore, JwtAlgorithm, KeyFile, LogConfig,
    LogFormat, OidcConfig, OidcToken, ServerConfig, ServerLimits, TlsConfig, TracesConfig,
    WebConfig, console_exposure_problem, exposure_problem,
};
pub use tenant::diff::{Change, ChangeKind, diff};
pub use tenant::render::{essence, render};
pub use tenant::requirement::parse_requirement;
pub use text_error::TextError;

/// The longest text that is read, in bytes: room for 200,000 agents.
pub const TEXT_BYTES_MAX: usize = 64 * 1_024 * 1_024;
/// The most tenants of one file.
pub const TENANTS_MAX: usize = 10_000;

/// What a whole file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileConfig {
    /// How the server runs.
    pub server: ServerConfig,
    /// The tenants, in the order of the file.
    pub tenants: Vec<(TenantName, TenantConfig)>,
}

/// Reads the file of `acd serve`. `file` is its name: problems show it, and relative paths count from its directory.
///
/// # Errors
/// Everything that is wrong with it, in the order of the text.
pub fn parse_file(text: &str, file: &str) -> Result<FileConfig, Problems> {
    parse(text, file, |root, report| {
        let directory = Path::new(file).parent().unwrap_or(Path::new(""));
        let section = Section::root(&FILE, root, report);
        let server = match section.section("server", &SERVER) {
            Some(server) => server::read::server(&server, directory),
            None => ServerConfig {
                data_dir: directory.join(ServerConfig::default().data_dir),
                ..Default::default()
            },
        };
        FileConfig {
            server,
            tenants: tenants(&section, report),
        }
    })
}

/// Reads the document of one tenant: what stands under `[tenants.NAME]` in the file, on its own. `file` is the name
/// that problems show.
///
/// # Errors
/// Everything that is wrong with it, in the order of the text.
pub fn parse_tenant(text: &str, file: &str) -> Result<TenantConfig, Problems> {
    parse(text, file, |root, report| {
        checked_tenant(&Section::root(&TENANT, root, report), report)
    })
}

/// What looks like a slip in the document of one tenant, with its places: see [`TenantConfig::warnings`]. The text must
/// be one that [`parse_tenant`] accepts.
pub fn tenant_warnings(text: &str, file: &str) -> Vec<Problem> {
    warnings(text, file, |root, report| {
        let section = Section::root(&TENANT, root, report);
        told_warnings(&section, report, &tenant::read::tenant(&section));
    })
}

/// What looks like a slip in the tenants of a file of `acd serve`: see [`tenant_warnings`]. The text must be one that
/// [`parse_file`] accepts.
pub fn file_warnings(text: &str, file: &str) -> Vec<Problem> {
    warnings(text, file, |root, report| {
        let section = Section::root(&FILE, root, report);
        let tenants = section
            .get("tenants")
            .and_then(|it| it.entries("[tenants.bank]"));
        for (_, element) in tenants.unwrap_or_default() {
            if let Some(section) = element.section(&TENANT) {
                told_warnings(&section, report, &tenant::read::tenant(&section));
            }
        }
    })
}

fn told_warnings(section: &Section<'_>, report: &Report, config: &TenantConfig) {
    for warning in config.warnings() {
        let located = section.locate(&warning.path, config);
        match located.span {
            Some(span) => report.at(span, &located.path, warning.message, warning.remedy),
            None => report.nowhere(&located.path, warning.message, warning.remedy),
        }
    }
}

fn warnings(text: &str, file: &str, tell: impl FnOnce(&DeTable<'_>, &Report)) -> Vec<Problem> {
    let told = parse(text, file, tell);
    told.err()
        .map(|warnings| warnings.into_iter().collect())
        .unwrap_or_default()
}

/// Parses a text and reads it; a text that is no TOML is not read, for what is left of it would mislead.
fn parse<T>(
    text: &str,
    file: &str,
    read: impl FnOnce(&DeTable<'_>, &Report) -> T,
) -> Result<T, Problems> {
    let report = Report::default();
    let config = if text.len() > TEXT_BYTES_MAX {
        report.nowhere(
            "",
            format!("the text has {} bytes", text.len()),
            format!("at most {TEXT_BYTES_MAX} are read"),
        );
        None
    } else {
        toml(text, &report).map(|root| read(&root, &report))
    };
    report.finish(text, file)?;
    Ok(config.expect("a text without a problem was read"))
}

/// The text as TOML, if it is. Of several errors on a line only the first is told, for the others follow from it.
fn toml<'t>(text: &'t str, report: &Report) -> Option<DeTable<'t>> {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut told_up_to = 0;
    for error in &errors {
        let span = error.span().unwrap_or(text.len()..text.len());
        if span.start < told_up_to {
            continue;
        }
        let rest = text.as_bytes().get(span.start..).unwrap_or_default();
        let line_end = rest.iter().position(|byte| *byte == b'\n');
        told_up_to = line_end.map_or(text.len(), |at| span.start + at + 1);
        report.at(span, "", error.message(), syntax_remedy(error.message()));
    }
    errors.is_empty().then(|| root.into_inner())
}

fn syntax_remedy(message: &str) -> &'static str {
    if message.starts_with("duplicate key") {
        "remove or rename one of them"
    } else if message.starts_with("string values must be quoted") {
        "put the text in quotes"
    } else {
        "correct the TOML; see https://toml.io"
    }
}

fn tenants(file: &Section<'_>, report: &Report) -> Vec<(TenantName, TenantConfig)> {
    let Some(element) = file.get("tenants") else {
        return Vec::new();
    };
    let entries = element.entries("[tenants.bank]").unwrap_or_default();
    if entries.len() > TENANTS_MAX {
        element.report(
            format!("{} tenants", entries.len()),
            format!("at most {TENANTS_MAX} are allowed"),
        );
    }
    let mut tenants = Vec::with_capacity(entries.len());
    for (name, element) in entries {
        if let Err(wrong) = check_name(name) {
            element.report_key(
                format!("the name cannot be used: {wrong}"),
                "give another name",
            );
        }
        if let Some(section) = element.section(&TENANT) {
            tenants.push((TenantName::from(name), checked_tenant(&section, report)));
        }
    }
    tenants
}

/// Reads a tenant and lets the core judge it. What the core finds at a place that the reader has already reported is
/// the consequence of that and not told again; with a full report in hand the core is not asked.
fn checked_tenant(section: &Section<'_>, report: &Report) -> TenantConfig {
    let config = tenant::read::tenant(section);
    if report.is_full() {
        return config;
    }
    for problem in config.problems() {
        let located = section.locate(&problem.path, &config);
        match located.span {
            Some(span) if report.knows(&located.path, &span) => {}
            Some(span) => report.at(span, &located.path, problem.message, problem.remedy),
            None => report.nowhere(&located.path, problem.message, problem.remedy),
        }
    }
    config
}

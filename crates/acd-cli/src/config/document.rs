//! A configuration file, whole or of one tenant.

use std::path::Path;

use acd_config::{FileConfig, Problems};
use acd_core::config::TenantConfig;
use anyhow::{Context as _, anyhow, bail};

/// What a file turned out to hold.
pub(crate) enum Document {
    /// The file of `acd serve`.
    File(Box<FileConfig>),
    /// The document of one tenant.
    Tenant(Box<TenantConfig>),
}

/// The text of a file, and its name for problems to show.
pub(crate) fn text(path: &Path) -> anyhow::Result<(String, String)> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read {name}; check the path and its permissions"))?;
    Ok((text, name))
}

/// Reads a file, of whichever kind it is.
///
/// # Errors
/// It cannot be read; or in the inner result, all that is wrong with it.
pub(crate) fn read(path: &Path) -> anyhow::Result<Result<Document, Problems>> {
    let (text, name) = text(path)?;
    Ok(if is_file_of_server(&text) {
        acd_config::parse_file(&text, &name).map(|file| Document::File(Box::new(file)))
    } else {
        acd_config::parse_tenant(&text, &name).map(|tenant| Document::Tenant(Box::new(tenant)))
    })
}

/// The configuration of one tenant that a good file holds: the one named, or the only one.
pub(crate) fn tenant(
    path: &Path,
    wanted: Option<&str>,
) -> anyhow::Result<(Option<String>, TenantConfig)> {
    let document = read(path)?.map_err(|problems| anyhow!("{problems}"))?;
    let mut tenants = match document {
        Document::Tenant(config) => return Ok((wanted.map(str::to_owned), *config)),
        Document::File(file) => file.tenants,
    };
    let names: Vec<String> = tenants.iter().map(|(name, _)| name.to_string()).collect();
    let found = match wanted {
        Some(wanted) => names.iter().position(|name| name == wanted),
        None if names.len() == 1 => Some(0),
        None => None,
    };
    let Some(found) = found else {
        bail!(
            "{}: choose one of its tenants with --tenant: {}",
            path.display(),
            if names.is_empty() {
                "it has none".to_owned()
            } else {
                names.join(", ")
            }
        );
    };
    let (name, config) = tenants.swap_remove(found);
    Ok((Some(name.to_string()), config))
}

/// The file of the server has tables that a tenant's document cannot have. A text in which none is found is taken for
/// a tenant's document, unless it has nothing of one either.
fn is_file_of_server(text: &str) -> bool {
    let tables = text
        .lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with('['));
    let mut names = tables.map(|line| line.trim_start_matches('[').trim_start());
    let is_of_server = |name: &str| name.starts_with("tenants") || name.starts_with("server");
    names.any(is_of_server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_server_is_told_by_its_tables() {
        assert!(is_file_of_server("# a file\n[server]\nlisten = \"x\"\n"));
        assert!(is_file_of_server("[tenants.bank.queues.support]\n"));
        assert!(!is_file_of_server(
            "adapters = [\"pbx\"]\n[queues.support]\n"
        ));
    }
}

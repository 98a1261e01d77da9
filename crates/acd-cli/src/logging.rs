//! The log of the process, on standard error.

use std::io::IsTerminal as _;

use acd_config::{LogConfig, LogFormat};
use anyhow::{Context as _, anyhow};
use tracing_subscriber::EnvFilter;

/// Begins to log as the configuration says.
pub(crate) fn begin(config: &LogConfig) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.filter).with_context(|| {
        format!(
            "server.log.filter: {:?} is no filter; write a level, or such as \"warn,acd=debug\"",
            config.filter
        )
    })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match config.format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    }
    .map_err(|error| anyhow!("cannot begin to log: {error}"))
}

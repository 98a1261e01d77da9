//! `cargo xtask check`: all that can be said of the code without running the product.

use anyhow::Result;

use crate::process::Program;
use crate::{cargo_tools, docs, fmt};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Also the licences, bans and sources of deny.toml; builds cargo-deny when it is missing, which takes minutes
    #[arg(long)]
    full: bool,
    /// Also the known vulnerabilities of our dependencies; fetches the advisory database of RustSec
    #[arg(long)]
    advisories: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    fmt::check()?;
    // As it is built by default, and with all that can be built in.
    for features in [&[][..], &["--features", "acd-cli/otel"]] {
        Program::cargo()
            .args(["clippy", "--workspace", "--all-targets"])
            .args(features)
            .args(["--", "-D", "warnings"])
            .run()?;
    }
    docs::run(&docs::Options::default())?;
    Program::cargo()
        .args(["test", "--package", "xtask", "--test", "structure"])
        .run()?;
    dependency_policy(options)
}

fn dependency_policy(options: &Options) -> Result<()> {
    let mut parts = Vec::new();
    if options.full {
        parts.extend(["bans", "licenses", "sources"]);
    } else {
        eprintln!("not checked: licences, bans and sources of dependencies (--full)");
    }
    if options.advisories {
        parts.push("advisories");
    } else {
        eprintln!("not checked: known vulnerabilities of dependencies (--advisories)");
    }
    if parts.is_empty() {
        return Ok(());
    }
    cargo_tools::DENY.ensure()?;
    Program::cargo()
        .args([
            "deny",
            "--log-level",
            "error",
            "check",
            "--hide-inclusion-graph",
        ])
        .args(parts)
        .run()
}

//! Cargo's own add-ons that the commands call, built from their published source at a pinned version when missing.

use anyhow::Result;

use crate::process::Program;

/// A cargo subcommand that is not part of the toolchain.
pub(crate) struct CargoTool {
    subcommand: &'static str,
    /// The version installed when there is none; any version that is already there will do.
    version: &'static str,
    features: &'static [&'static str],
}

/// The test runner, without its self-update: the version is pinned, and the network code adds half to the build.
pub(crate) const NEXTEST: CargoTool = CargoTool {
    subcommand: "nextest",
    version: "0.9.143",
    features: &["--no-default-features", "--features", "default-no-update"],
};
/// The dependency policy of `deny.toml`.
pub(crate) const DENY: CargoTool = CargoTool {
    subcommand: "deny",
    version: "0.20.2",
    features: &[],
};

impl CargoTool {
    /// Installs the tool unless it is there. Compiles for some minutes when it is not.
    pub(crate) fn ensure(&self) -> Result<()> {
        if Program::cargo()
            .args([self.subcommand, "--version"])
            .succeeds()?
        {
            return Ok(());
        }
        let package = format!("cargo-{}@{}", self.subcommand, self.version);
        Program::cargo()
            .args(["install", "--locked", &package])
            .args(self.features)
            .run()
    }
}

//! The browser in which the console is tested, and letters for all languages that it speaks.

use std::path::PathBuf;

use anyhow::Result;

use crate::debian;
use crate::process::Program;

/// Chromium, and the folder in which it finds fonts besides the machine's own.
pub(crate) struct Chromium {
    program: PathBuf,
    fonts: PathBuf,
}

impl Chromium {
    /// Installs what is missing. Chromium needs a hundred libraries, so it is installed and not unpacked.
    pub(crate) fn ensure() -> Result<Self> {
        Ok(Self {
            program: debian::program_or_install("chromium", "chromium")?,
            fonts: debian::shared_files("fonts-noto-core")?,
        })
    }

    /// Tells the tests where they are.
    pub(crate) fn announce(&self, program: Program) -> Program {
        program
            .env("ACD_CHROMIUM", &self.program)
            .env("ACD_FONTS", &self.fonts)
    }
}

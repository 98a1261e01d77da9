//! The checkout, and what `cargo xtask package` makes of it.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::acd::{installed, said};

/// The folder of the project.
pub(crate) fn root() -> &'static Path {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    root.expect("the crate lies two folders below the root")
}

/// A folder with the packages of the binary under test.
pub(crate) fn packed() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let packed = Command::new(installed("ACD_XTASK"))
        .args(["package", "--quick", "--binary", env!("CARGO_BIN_EXE_acd")])
        .arg("--output")
        .arg(folder.path())
        .output()
        .expect("xtask starts");
    assert!(packed.status.success(), "{}", said(&packed));
    folder
}

//! Where things are in the checkout.

use std::path::{Path, PathBuf};

/// The folder that holds the workspace's `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("xtask lies two folders below the root")
}

/// Where builds and everything that xtask installs go; removed by `cargo clean`.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The folder of shared material beside the checkout, where there is one.
pub(crate) fn shared() -> Option<PathBuf> {
    root().parent()?.join("shared").canonicalize().ok()
}

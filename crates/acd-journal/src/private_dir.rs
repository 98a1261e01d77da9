//! Directories for their owner only: callers' numbers are in what they hold.

use std::fs::DirBuilder;
use std::io;
use std::path::Path;

/// Makes a directory for its owner only, if there is none.
pub(crate) fn make_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

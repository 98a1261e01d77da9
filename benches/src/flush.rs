//! What the disk itself does.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::quantiles::Quantiles;
use crate::stop_watch::timed;

const FLUSHES: usize = 300;

/// How long it takes to append 4 KiB to a file in this folder and flush it (`fdatasync`), in nanoseconds.
///
/// # Errors
/// If the file cannot be written.
pub fn times(folder: &Path) -> io::Result<Quantiles> {
    let path = folder.join("flush.probe");
    let mut file = File::create(&path)?;
    let mut nanos = Vec::with_capacity(FLUSHES);
    for _ in 0..FLUSHES {
        let (flushed, took) = timed(|| {
            file.write_all(&[7; 4_096])?;
            file.sync_data()
        });
        flushed?;
        nanos.push(took);
    }
    fs::remove_file(&path)?;
    Ok(Quantiles::of(nanos))
}

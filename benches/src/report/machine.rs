//! The machine that was measured.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use serde::Serialize;

use crate::quantiles::Quantiles;
use crate::stop_watch::timed;

const FLUSHES: usize = 300;

/// What a figure depends on besides the program.
#[derive(Debug, Serialize)]
pub(super) struct Machine {
    cores: usize,
    cpu: String,
    kernel: String,
    /// 4 KiB appended to a file and flushed (`fdatasync`).
    flush_p50_us: f64,
    flush_p99_us: f64,
}

impl Machine {
    /// This machine, with the disk of this folder.
    pub(super) fn measured_in(folder: &Path) -> io::Result<Self> {
        let flushes = flushes(folder)?;
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Ok(Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            cpu: cpu(),
            kernel: kernel.trim().to_owned(),
            flush_p50_us: flushes.at(0.5) / 1e3,
            flush_p99_us: flushes.at(0.99) / 1e3,
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            to,
            "{} cores of {}, Linux {}, flush p50 {:.0} us, p99 {:.0} us",
            self.cores, self.cpu, self.kernel, self.flush_p50_us, self.flush_p99_us
        )
    }
}

fn cpu() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split_once(": "));
    model.map_or_else(|| "unknown".to_owned(), |(_, model)| model.to_owned())
}

fn flushes(folder: &Path) -> io::Result<Quantiles> {
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

/// The commit of the checkout that this was built from.
pub(super) fn commit() -> String {
    let git = Command::new("git")
        .args(["describe", "--always", "--dirty", "--abbrev=12"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let text = git.map(|git| String::from_utf8_lossy(&git.stdout).trim().to_owned());
    text.unwrap_or_default()
}

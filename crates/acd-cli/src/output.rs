//! What is written for people and programs. A reader who has seen enough (`acd status | head`) is no error.

use std::io::{BufWriter, ErrorKind, IsTerminal as _, StdoutLock, Write as _};
use std::ops::ControlFlow;
use std::time::Duration;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How much is written at once where there is much.
const LINES_BUFFER_BYTES: usize = 64 << 10;

/// Writes a line to standard output.
pub(crate) fn line(text: impl std::fmt::Display) -> anyhow::Result<()> {
    write(format!("{text}\n").as_bytes())
}

/// Writes bytes to standard output.
pub(crate) fn write(bytes: &[u8]) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}

/// Many lines for standard output, written some at a time.
pub(crate) struct Lines {
    out: BufWriter<StdoutLock<'static>>,
}

impl Lines {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            out: BufWriter::with_capacity(LINES_BUFFER_BYTES, std::io::stdout().lock()),
        }
    }

    /// Writes a line. It breaks when the reader has seen enough.
    pub(crate) fn line(&mut self, text: &str) -> anyhow::Result<ControlFlow<()>> {
        told(writeln!(self.out, "{text}"))
    }

    /// Writes what waits.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        told(self.out.flush()).map(drop)
    }
}

fn told(written: std::io::Result<()>) -> anyhow::Result<ControlFlow<()>> {
    match written {
        Ok(()) => Ok(ControlFlow::Continue(())),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ControlFlow::Break(())),
        Err(error) => Err(error).context("cannot write to standard output"),
    }
}

/// A bar on standard error; quiet when that is no terminal.
pub(crate) fn progress_bar(length: u64, template: &str) -> anyhow::Result<ProgressBar> {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let style =
        ProgressStyle::with_template(template).context("the progress bar's template is wrong")?;
    Ok(ProgressBar::with_draw_target(Some(length), target).with_style(style))
}

/// Reads a length of time as the configuration writes it: `30s`, `1m30s`, `1500ms`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let mut total = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let letters = after.len()
            - after
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .len();
        let (unit, next) = after.split_at(letters);
        let unit_ms = match unit {
            "h" => 3_600_000,
            "m" => 60_000,
            "s" => 1_000,
            "ms" => 1,
            _ => return Err(NO_DURATION.to_owned()),
        };
        let number: u64 = number.parse().map_err(|_| NO_DURATION.to_owned())?;
        let part = number.checked_mul(unit_ms).ok_or(NO_DURATION)?;
        total = total.checked_add(part).ok_or(NO_DURATION)?;
        rest = next;
    }
    if text.is_empty() {
        Err(NO_DURATION.to_owned())
    } else {
        Ok(Duration::from_millis(total))
    }
}

const NO_DURATION: &str = "write a length of time with its unit, such as 30s, 1m30s or 1500ms";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_carry_their_unit() {
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1500ms"), Ok(Duration::from_millis(1_500)));
        for wrong in ["", "30", "s", "3x", "1.5s", "99999999999999999999h"] {
            assert_eq!(duration(wrong), Err(NO_DURATION.to_owned()), "{wrong}");
        }
    }
}

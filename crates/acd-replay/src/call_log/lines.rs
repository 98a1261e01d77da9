//! Lines of a file, one at a time and bounded.

use std::io::{BufRead, Read};

use super::{CallLogError, ReadLimits};

/// Reads lines without ever holding more than one, and no longer one than the limit.
pub(super) struct Lines<R> {
    source: R,
    limits: ReadLimits,
    /// Lines read so far, which is also the number of the current one.
    line: u64,
    buffer: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(source: R, limits: ReadLimits) -> Self {
        Self {
            source,
            limits,
            line: 0,
            buffer: Vec::new(),
        }
    }

    /// The number of the line read last, from 1; 0 before the first.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The next line that is not blank, with its number, without its line end; `None` at the end of the file.
    pub(super) fn next_filled(&mut self) -> Result<Option<(u64, &str)>, CallLogError> {
        while self.fill_buffer()? {
            if !self.buffer.trim_ascii().is_empty() {
                let line = self.line;
                return std::str::from_utf8(&self.buffer)
                    .map(|text| Some((line, text)))
                    .map_err(|_| CallLogError::NotText { line });
            }
        }
        Ok(None)
    }

    /// Puts the next line into the buffer; false at the end of the file.
    fn fill_buffer(&mut self) -> Result<bool, CallLogError> {
        const LINE_END_BYTES: usize = 2;
        const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
        let line = self.line + 1;
        let limit = self.limits.max_line_bytes;
        self.buffer.clear();
        let read = (&mut self.source)
            .take((limit + LINE_END_BYTES) as u64)
            .read_until(b'\n', &mut self.buffer)
            .map_err(|source| CallLogError::Read { line, source })?;
        if read == 0 {
            return Ok(false);
        }
        if line > self.limits.max_rows {
            return Err(CallLogError::TooManyRows {
                limit: self.limits.max_rows,
            });
        }
        if self.buffer.last() == Some(&b'\n') {
            self.buffer.pop();
            if self.buffer.last() == Some(&b'\r') {
                self.buffer.pop();
            }
        }
        if self.buffer.len() > limit {
            return Err(CallLogError::LineTooLong { line, limit });
        }
        // Spreadsheets write one in front of their CSV.
        if line == 1 && self.buffer.starts_with(BYTE_ORDER_MARK) {
            self.buffer.drain(..BYTE_ORDER_MARK.len());
        }
        self.line = line;
        Ok(true)
    }
}

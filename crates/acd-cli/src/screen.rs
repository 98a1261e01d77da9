//! A text that is shown again and again: in its place on a terminal, one below the other elsewhere.

use std::io::{IsTerminal as _, Write as _};

use anyhow::Context as _;
use crossterm::{cursor, queue, terminal};

use crate::output;

/// Where the text is shown. On a terminal the cursor is hidden until it is dropped.
pub(crate) struct Screen {
    is_terminal: bool,
}

impl Screen {
    pub(crate) fn begin() -> anyhow::Result<Self> {
        let is_terminal = std::io::stdout().is_terminal();
        if is_terminal {
            queue!(
                std::io::stdout(),
                cursor::Hide,
                terminal::Clear(terminal::ClearType::All)
            )
            .context("cannot write to the terminal")?;
        }
        Ok(Self { is_terminal })
    }

    /// Whether it is a terminal.
    pub(crate) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    pub(crate) fn show(&mut self, text: &str) -> anyhow::Result<()> {
        if !self.is_terminal {
            return output::line(text);
        }
        self.draw(text).context("cannot write to the terminal")
    }

    /// Overwrites line by line, so that nothing flickers.
    fn draw(&self, text: &str) -> std::io::Result<()> {
        let mut stdout = std::io::stdout().lock();
        let (columns, rows) = terminal::size()?;
        queue!(stdout, cursor::MoveTo(0, 0))?;
        for line in text.lines().take(usize::from(rows).saturating_sub(1)) {
            let fits: String = line.chars().take(usize::from(columns)).collect();
            write!(stdout, "{fits}")?;
            queue!(
                stdout,
                terminal::Clear(terminal::ClearType::UntilNewLine),
                cursor::MoveToNextLine(1)
            )?;
        }
        queue!(stdout, terminal::Clear(terminal::ClearType::FromCursorDown))?;
        stdout.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if self.is_terminal {
            let mut stdout = std::io::stdout();
            // The terminal may be gone; then nobody sees the cursor either.
            let _ = queue!(stdout, cursor::Show).and_then(|()| stdout.flush());
        }
    }
}

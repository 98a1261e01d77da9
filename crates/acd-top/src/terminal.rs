//! The terminal: taken over while the view is shown, and given back as it was, whatever happens.

use std::{
    io::{self, BufWriter, IsTerminal as _, Stdout, Write as _},
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
};

use crossterm::{
    cursor::{Hide, Show},
    execute, queue,
    terminal::{
        Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
        enable_raw_mode,
    },
};
use ratatui::{
    backend::{Backend as _, CrosstermBackend},
    buffer::Buffer,
    layout::Size,
};
use rustix::process::{Signal, getpid, kill_process};

use crate::Error;

/// Bytes of a picture that are sent together.
const BUFFER_BYTES: usize = 32 * 1024;

/// Whether the terminal is taken over: by then a panic must give it back before it is told.
static TAKEN: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// A terminal that shows pictures. It is given back when this is dropped, and by a panic anywhere in the process.
///
/// It does not go through ratatui's own terminal, which asks the terminal where its cursor is whenever it is cleared or has
/// another size: over a slow line the answer comes too late, and into the keys.
pub struct Screen {
    backend: CrosstermBackend<BufWriter<Stdout>>,
    /// The picture on it.
    picture: Buffer,
}

/// Whether a view could be shown here.
///
/// # Errors
/// Input and output are no terminal, or one on which nothing can be placed.
pub fn check() -> Result<(), Error> {
    if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        return Err(Error::NoTerminal);
    }
    match std::env::var("TERM") {
        Ok(term) if term == "dumb" => Err(Error::DumbTerminal),
        _ => Ok(()),
    }
}

/// Whether the terminal has colours, and whoever sits before it wants any (<https://no-color.org>).
pub(crate) fn has_color() -> bool {
    let is_unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    // The terminals of DEC, and what stands for them on serial lines.
    let has_none = std::env::var("TERM").is_ok_and(|term| term.starts_with("vt"));
    !is_unwanted && !has_none
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// It cannot be set.
    pub fn take() -> Result<Self, Error> {
        HOOK.call_once(|| {
            let told = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                // What is told in a picture is gone with it.
                give_back();
                told(panic);
            }));
        });
        let writer = BufWriter::with_capacity(BUFFER_BYTES, io::stdout());
        let mut screen = Self {
            backend: CrosstermBackend::new(writer),
            picture: Buffer::default(),
        };
        screen.retake()?;
        Ok(screen)
    }

    /// Takes the terminal over again, after somebody else had it, and forgets what was on it.
    ///
    /// # Errors
    /// It cannot be set.
    pub(crate) fn retake(&mut self) -> Result<(), Error> {
        TAKEN.store(true, Ordering::SeqCst);
        self.picture = Buffer::default();
        enable_raw_mode()
            .and_then(|()| execute!(io::stdout(), EnterAlternateScreen, Hide))
            .map_err(Error::Terminal)
    }

    /// The size of the terminal.
    ///
    /// # Errors
    /// It does not say.
    pub(crate) fn size(&self) -> Result<Size, Error> {
        let (width, height) = crossterm::terminal::size().map_err(Error::Terminal)?;
        Ok(Size { width, height })
    }

    /// Shows a picture: what differs from the one before is sent, and nothing if nothing does.
    ///
    /// # Errors
    /// The terminal is gone.
    pub(crate) fn show(&mut self, picture: Buffer) -> Result<(), Error> {
        self.send(&picture).map_err(Error::Terminal)?;
        self.picture = picture;
        Ok(())
    }

    fn send(&mut self, picture: &Buffer) -> io::Result<()> {
        if self.picture.area != picture.area {
            queue!(self.backend, Clear(ClearType::All))?;
            self.picture = Buffer::empty(picture.area);
        }
        let differing = self.picture.diff(picture);
        if differing.is_empty() {
            return Ok(());
        }
        self.backend.draw(differing.into_iter())?;
        std::io::Write::flush(&mut self.backend)
    }

    /// Gives the terminal back, stops this process until it is told to go on, and takes the terminal over again.
    ///
    /// # Errors
    /// The terminal cannot be set.
    pub(crate) fn suspend(&mut self) -> Result<(), Error> {
        give_back();
        // STOP and not TSTP, for which somebody waits here. Where it has no effect the view just goes on.
        let _ = kill_process(getpid(), Signal::STOP);
        self.retake()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the terminal back, once. It may be gone; then nobody sees it either.
fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(io::stdout(), LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
        let _ = io::stdout().flush();
    }
}

//! A program in a terminal of its own: keys go in, and what is on the screen is looked at.

use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use pty_process::{Size, blocking};
use rustix::process::{Pid, WaitOptions, waitpid};
use vt100::{Parser, Screen};

use crate::acd::Guarded;

/// A screen that does not show what is awaited in this time never will.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program, and the terminal it runs in. The program does not outlive it.
pub(crate) struct Terminal {
    pty: Arc<blocking::Pty>,
    process: Guarded,
    seen: Arc<Seen>,
    reader: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Seen {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    parser: Parser,
    /// All that was ever written.
    bytes: Vec<u8>,
    is_over: bool,
}

impl Terminal {
    /// Runs `acd` in a terminal of so many columns and rows.
    pub(crate) fn run(arguments: &[&str], columns: u16, rows: u16) -> Self {
        Self::run_with(arguments, columns, rows, &[("TERM", "xterm-256color")])
    }

    /// The same with these variables.
    pub(crate) fn run_with(
        arguments: &[&str],
        columns: u16,
        rows: u16,
        variables: &[(&str, &str)],
    ) -> Self {
        let acd = Path::new(env!("CARGO_BIN_EXE_acd"));
        Self::run_program(acd, arguments, columns, rows, variables)
    }

    /// The same with another program.
    pub(crate) fn run_program(
        program: &Path,
        arguments: &[&str],
        columns: u16,
        rows: u16,
        variables: &[(&str, &str)],
    ) -> Self {
        let (pty, pts) = blocking::open().expect("a terminal");
        pty.resize(Size::new(rows, columns)).expect("a size");
        let seen = Arc::new(Seen::default());
        seen.set_size(columns, rows);
        let process = blocking::Command::new(program)
            .args(arguments)
            .env_remove("NO_COLOR")
            .envs(variables.iter().copied())
            .spawn(pts)
            .expect("it starts");
        let pty = Arc::new(pty);
        let reader = std::thread::spawn({
            let (pty, seen) = (pty.clone(), seen.clone());
            move || seen.read(&pty)
        });
        Self {
            pty,
            process: Guarded(process),
            seen,
            reader: Some(reader),
        }
    }

    /// Makes the terminal larger or smaller.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.seen.set_size(columns, rows);
        self.pty.resize(Size::new(rows, columns)).expect("a size");
    }

    /// Presses keys.
    pub(crate) fn press(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).expect("it reads");
    }

    /// Sends the program a signal.
    pub(crate) fn signal(&self, name: &str) {
        crate::server::signal(&self.process.0, name);
    }

    /// Waits until the screen is as it is awaited, and gives its lines.
    pub(crate) fn until(&self, what: &str, is_awaited: impl Fn(&Screen) -> bool) -> Vec<String> {
        let waits = |state: &mut State| !state.is_over && !is_awaited(state.parser.screen());
        let waited = self
            .seen
            .changed
            .wait_timeout_while(self.seen.lock(), PATIENCE, waits);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let screen = state.parser.screen();
        let seen = lines(screen);
        assert!(
            is_awaited(screen),
            "never seen: {what}\n{}",
            seen.join("\n")
        );
        seen
    }

    /// Waits until all of these texts are on the screen, and gives its lines.
    pub(crate) fn until_seen(&self, texts: &[&str]) -> Vec<String> {
        self.until(&texts.join(", "), |screen| {
            let seen = screen.contents();
            texts.iter().all(|text| seen.contains(text))
        })
    }

    /// Waits until a text is on the screen no more, and gives its lines.
    pub(crate) fn until_gone(&self, text: &str) -> Vec<String> {
        self.until(&format!("{text} gone"), |screen| {
            !screen.contents().contains(text)
        })
    }

    /// Looks at the screen as it is.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Screen) -> T) -> T {
        look(self.seen.lock().parser.screen())
    }

    /// Waits until the program has stopped, as after Ctrl-Z.
    pub(crate) fn wait_stopped(&self) {
        let program = Some(Pid::from_child(&self.process.0));
        let waited = waitpid(program, WaitOptions::UNTRACED).expect("it is our child");
        let (_, status) = waited.expect("it has been waited for");
        assert!(status.stopped(), "it ended instead of stopping");
    }

    /// Waits until the program ends; gives its exit code.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        let code = self.process.0.wait().expect("it ends").code();
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader does not panic");
        }
        code
    }

    /// All that the program has written.
    pub(crate) fn written(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().bytes).into_owned()
    }

    /// What keeps the terminal from being as a shell left it; nothing: it is.
    pub(crate) fn disorder(&self) -> Vec<&'static str> {
        let screen = self.seen.lock();
        let screen = screen.parser.screen();
        let mut disorder = Vec::new();
        if screen.alternate_screen() {
            disorder.push("the other screen is shown");
        }
        if screen.hide_cursor() {
            disorder.push("the cursor is hidden");
        }
        let modes = self.modes();
        if modes.contains("-icanon") || modes.contains("-echo ") {
            disorder.push("the terminal is raw");
        }
        disorder
    }

    /// The modes of the terminal.
    fn modes(&self) -> String {
        let input = self.pty.as_fd().try_clone_to_owned().expect("a descriptor");
        let output = Command::new("stty")
            .arg("-a")
            .stdin(Stdio::from(input))
            .output();
        let output = output.expect("stty starts");
        let modes = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(modes.contains("icanon"), "stty tells no modes: {modes}");
        modes
    }
}

impl Seen {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_size(&self, columns: u16, rows: u16) {
        let some = |number| NonZeroU16::new(number).expect("a screen has a size");
        let mut state = self.lock();
        state
            .parser
            .screen_mut()
            .set_size(some(rows), some(columns));
    }

    /// Takes what the program writes, until nobody holds its end of the terminal.
    fn read(&self, mut pty: &blocking::Pty) {
        let mut bytes = [0; 16 * 1024];
        loop {
            let read = pty.read(&mut bytes).unwrap_or(0);
            let mut state = self.lock();
            state.parser.process(&bytes[..read]);
            state.bytes.extend_from_slice(&bytes[..read]);
            state.is_over = read == 0;
            self.changed.notify_all();
            if read == 0 {
                return;
            }
        }
    }
}

/// The lines of a screen, without what is empty at their ends.
fn lines(screen: &Screen) -> Vec<String> {
    let (_, columns) = screen.size();
    let rows = screen.rows(0, columns.get());
    rows.map(|row| row.trim_end().to_owned()).collect()
}

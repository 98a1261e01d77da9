//! A PostgreSQL server of Debian's, on a socket in a folder of its own.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use acd_history::{PostgresStore, StoreError};
use rustix::process::{Pid, Signal, getuid, kill_process};
use tempfile::TempDir;

/// Who runs it where root must not: nobody.
const NOBODY: u32 = 65_534;

/// A server. It ends with this.
pub(crate) struct Server {
    folder: TempDir,
    process: Option<Child>,
}

impl Server {
    /// Makes a server with nothing in it, and starts it.
    pub(crate) fn start() -> Self {
        let folder = folder();
        let data = folder.path().join("data");
        let made = program("initdb")
            .args([
                "--no-sync",
                "--username=acd",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--pgdata",
            ])
            .arg(&data)
            .current_dir(folder.path())
            .output()
            .expect("initdb runs");
        succeeded(&made);
        Self::on(folder)
    }

    /// One that follows this one, and serves reads until it is promoted.
    pub(crate) fn stand_by(&self) -> Self {
        let folder = folder();
        let made = program("pg_basebackup")
            .args([
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--no-sync",
                "--pgdata",
            ])
            .arg(folder.path().join("data"))
            .args(["--dbname", &self.url("acd", "postgres")])
            .current_dir(folder.path())
            .output()
            .expect("pg_basebackup runs");
        succeeded(&made);
        Self::on(folder)
    }

    /// Ends following: it takes writes from now on.
    pub(crate) fn promote(&mut self) {
        self.execute("SELECT pg_promote()");
    }

    fn on(folder: TempDir) -> Self {
        let mut server = Self {
            folder,
            process: None,
        };
        server.start_again();
        server
    }

    /// Starts it on what it has.
    pub(crate) fn start_again(&mut self) {
        let folder = self.folder.path();
        let mut process = program("postgres")
            .arg("-D")
            .arg(folder.join("data"))
            .arg("-k")
            .arg(folder)
            .args([
                "-c",
                "listen_addresses=",
                "-c",
                "fsync=off",
                "-c",
                "logging_collector=off",
            ])
            .current_dir(folder)
            .stderr(Stdio::piped())
            .spawn()
            .expect("postgres runs");
        let said = process.stderr.take().expect("what it says");
        let mut lines = BufReader::new(said).lines();
        let mut told = Vec::new();
        loop {
            match lines.next() {
                Some(Ok(line)) if line.contains("ready to accept") => break,
                Some(Ok(line)) => told.push(line),
                _ => panic!("postgres did not start: {told:#?}"),
            }
        }
        // What it goes on to say is read, lest it wait for a reader.
        thread::spawn(move || lines.for_each(drop));
        self.process = Some(process);
    }

    /// Ends it at once, as a crash would.
    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let pid = Pid::from_child(&process);
            kill_process(pid, Signal::QUIT).expect("told to end");
            process.wait().expect("ended");
        }
    }

    /// How to connect to a database of it, as this user.
    pub(crate) fn url(&self, user: &str, database: &str) -> String {
        let folder = self.folder.path().display();
        format!("host={folder} user={user} dbname={database} connect_timeout=10")
    }

    /// The same, as a URL of its user `acd`.
    pub(crate) fn uri(&self, database: &str) -> String {
        format!("postgresql://acd@{}/{database}", self.socket())
    }

    /// A URL of a database of this one or of another one: of whichever takes writes.
    pub(crate) fn uri_or(&self, other: &Self, database: &str) -> String {
        let hosts = format!("{},{}", self.socket(), other.socket());
        format!("postgresql://acd@{hosts}/{database}?target_session_attrs=read-write")
    }

    /// The folder of its socket, within a URL.
    fn socket(&self) -> String {
        self.folder.path().display().to_string().replace('/', "%2F")
    }

    /// Makes a database, and a store in it.
    pub(crate) fn store(&self, database: &str) -> PostgresStore {
        self.execute(&format!("CREATE DATABASE {database}"));
        self.open(database).expect("a store")
    }

    /// The store in a database.
    pub(crate) fn open(&self, database: &str) -> Result<PostgresStore, StoreError> {
        PostgresStore::connect(&self.url("acd", database), None)
    }

    /// Runs a statement in the server's own database.
    pub(crate) fn execute(&self, sql: &str) {
        self.execute_in("postgres", sql);
    }

    /// Runs a statement in a database.
    pub(crate) fn execute_in(&self, database: &str, sql: &str) {
        let url = self.url("acd", database);
        let client = ::postgres::Client::connect(&url, ::postgres::NoTls);
        client
            .expect("connected")
            .batch_execute(sql)
            .expect("executed");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A folder that whoever runs a server may write.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    if getuid().is_root() {
        chown(folder.path(), Some(NOBODY), Some(NOBODY)).expect("given away");
    }
    folder
}

fn succeeded(made: &Output) {
    let told = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{told}");
}

/// A program of PostgreSQL, run by somebody whom it does not refuse.
fn program(name: &str) -> Command {
    let place = std::env::var_os("ACD_POSTGRES");
    let place = place.expect("ACD_POSTGRES is not set: run `cargo xtask test`");
    let program: PathBuf = Path::new(&place).join(name);
    let mut command = Command::new(program);
    if let Some(libraries) = std::env::var_os("ACD_POSTGRES_LIBRARIES").filter(|it| !it.is_empty())
    {
        command.env("LD_LIBRARY_PATH", libraries);
    }
    if getuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

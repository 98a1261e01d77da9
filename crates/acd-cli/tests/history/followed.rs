//! A journal that was played, and the servers that make rows of it.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::acd::{report, run, said, succeed};
use crate::server::Server;

/// The tenant of a replay.
pub(crate) const TENANT: &str = "replay";

/// A journal.
pub(crate) struct Journal {
    folder: TempDir,
    /// What the replay counted.
    pub(crate) played: Value,
}

/// Where its rows go.
#[derive(Clone, Debug)]
pub(crate) enum Store {
    /// A file in the data directory.
    Sqlite,
    /// A server at this URL.
    Postgres(String),
}

impl Journal {
    /// That of a call log, or of a part of it.
    pub(crate) fn of(log: &str, part: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path().join("journal");
        let dir = dir.to_str().expect("a path in UTF-8");
        let line = ["replay", log, "--in-process", "--json", "--keep", dir];
        let played = report(&run(&[&line[..], part].concat()));
        Self { folder, played }
    }

    /// The data directory.
    pub(crate) fn dir(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    /// A server that makes rows of it.
    pub(crate) fn serve(&self, store: &Store) -> Server {
        Server::start_with(
            &format!("{}keep_journal = \"3650d\"\n", self.keys()),
            &store.table(),
        )
    }

    /// The keys of a server that works in the data directory.
    fn keys(&self) -> String {
        format!("data_dir = {:?}\n", self.dir())
    }

    /// Whether some of it is in rows.
    pub(crate) fn has_rows(&self, store: &Store) -> bool {
        self.stands(store).is_some()
    }

    /// Whether all of it is in rows.
    pub(crate) fn is_in_rows(&self, store: &Store) -> bool {
        self.stands(store)
            .is_some_and(|(in_rows, all)| in_rows == all)
    }

    /// How many events are in rows, and how many there are; none: there are no rows yet, or not even tables.
    fn stands(&self, store: &Store) -> Option<(String, String)> {
        let told = said(&run(&store.line("status", &self.dir())));
        let line = told.lines().find(|line| line.contains(TENANT))?;
        let (_, counts) = line.split_once("): ")?;
        let (in_rows, rest) = counts.split_once(" of ")?;
        let (all, _) = rest.split_once(' ')?;
        Some((in_rows.to_owned(), all.to_owned()))
    }

    /// The rows are what the journal says, as far as they are.
    pub(crate) fn assert_verified(&self, store: &Store) -> String {
        succeed(&store.line("verify", &self.dir()))
    }
}

impl Store {
    /// The table of a server's file.
    fn table(&self) -> String {
        match self {
            Store::Sqlite => String::new(),
            Store::Postgres(url) => format!("[server.history]\nurl = {url:?}\n"),
        }
    }

    /// A line of `acd history` about the rows of this directory.
    fn line<'a>(&'a self, command: &'a str, dir: &'a Path) -> Vec<&'a str> {
        let dir = dir.to_str().expect("a path in UTF-8");
        let line = vec!["history", command, dir];
        match self {
            Store::Sqlite => line,
            Store::Postgres(url) => [&line[..], &["--url", url]].concat(),
        }
    }
}

//! A server under load that is killed again and again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tokio::time::Instant;

use crate::check;
use crate::load::{self, Load};
use crate::server::Server;
use crate::table::Table;

/// How long clients may be without any answer while the server runs.
const SILENCE: Duration = Duration::from_secs(30);

/// A number that `cargo xtask crash` gives, or this one.
pub(crate) fn asked(variable: &str, default: u64) -> u64 {
    let value = std::env::var(variable).ok();
    value.map_or(default, |value| value.parse().expect("a number"))
}

/// A server, its clients, and how fast it came back.
pub(crate) struct Run {
    pub(crate) server: Server,
    pub(crate) load: Load,
    /// What is drawn follows from the seed.
    pub(crate) chance: StdRng,
    /// The calls to the file system that the last whole start took.
    pub(crate) start_calls: u64,
    /// From each start to the first answer after it.
    pub(crate) back: Vec<Duration>,
    /// Where the journal is.
    pub(crate) data: PathBuf,
}

impl Run {
    /// Begins with the journal in the server's own folder.
    pub(crate) fn begin() -> Self {
        let server = Server::start_with(load::SERVER, &load::tables());
        let data = server.folder().join("data");
        Self::of(server, data)
    }

    /// Begins with the journal in this folder.
    pub(crate) fn begin_in(data: &Path) -> Self {
        let keys = format!("data_dir = {:?}\n{}", data, load::SERVER);
        let server = Server::start_with(&keys, &load::tables());
        Self::of(server, data.to_owned())
    }

    /// Begins with a server that is started with these variables in its environment.
    pub(crate) fn begin_with(environment: &[(&'static str, PathBuf)]) -> Self {
        let server = Server::start_among(environment, load::SERVER, &load::tables());
        let data = server.folder().join("data");
        Self::of(server, data)
    }

    fn of(server: Server, data: PathBuf) -> Self {
        let seed = asked("ACD_CRASH_SEED", 20_261_130);
        println!("seed {seed}");
        Self {
            load: Load::start(&server.grpc, seed),
            chance: StdRng::seed_from_u64(seed),
            start_calls: file_calls(server.pid()).unwrap_or(1),
            server,
            back: Vec::new(),
            data,
        }
    }

    /// Waits for so many more answers.
    pub(crate) async fn answers(&self, count: u64) {
        let mut answers = self.load.told().answers();
        let wanted = *answers.borrow() + count;
        let waited = answers.wait_for(|answers| *answers >= wanted);
        let waited = tokio::time::timeout(SILENCE, waited).await;
        assert!(
            waited.is_ok(),
            "no answers: {}",
            self.load.told().describe()
        );
    }

    /// Waits until the server has called the file system so many times more, or has ended.
    pub(crate) fn calls(&mut self, count: u64) {
        let made = file_calls(self.server.pid());
        let enough = made.unwrap_or_default() + count;
        while !self.server.has_ended()
            && file_calls(self.server.pid()).is_some_and(|made| made < enough)
        {
            std::thread::yield_now();
        }
    }

    /// A snapshot that is being written, or was when the server was killed.
    pub(crate) fn unfinished_snapshot(&self) -> Option<PathBuf> {
        let files = std::fs::read_dir(self.data.join("shard-000.db-snapshots")).ok()?;
        let mut files = files.filter_map(|file| Some(file.ok()?.path()));
        files.find(|file| file.extension().is_some_and(|extension| extension == "new"))
    }

    /// Starts the server, and waits for the next answer.
    pub(crate) async fn start(&mut self) {
        let begin = Instant::now();
        self.server.start_again();
        self.start_calls = file_calls(self.server.pid()).unwrap_or(1);
        self.answers(1).await;
        self.back.push(begin.elapsed());
    }

    /// Lets the clients come to their end, stops the server in order, and compares. The table says what came of it below
    /// what it says already.
    pub(crate) async fn compare(self, mut table: Table) {
        let Self {
            mut server,
            load,
            back,
            data,
            ..
        } = self;
        let (told, shown) = load.finish().await;
        assert_eq!(server.terminate(), Some(0), "an orderly stop");
        let findings = check::compare(&data, &told, &shown);
        findings.tell(&mut table);
        table
            .times("from the start to the next answer", back)
            .print();
        findings.assert_none();
    }
}

/// How often a process has read from or written to a file or a socket; none: it is over.
pub(crate) fn file_calls(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("io")).ok()?;
    let count = |name: &str| {
        let mut lines = text.lines();
        let line = lines.find_map(|line| line.strip_prefix(name));
        line.and_then(|count| count.trim().parse::<u64>().ok())
    };
    Some(count("syscr:")? + count("syscw:")?)
}

//! The servers under load, each in a process of its own.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running server; it ends when this is dropped.
pub(crate) struct Server {
    process: Child,
    /// Where its gRPC services listen.
    pub(crate) grpc: String,
    /// Where its metrics are; the bare one has none.
    metrics: Option<String>,
    /// Its web console, where it has one, as `http://address`.
    pub(crate) console: Option<String>,
    /// The folder of its journal.
    data: Option<PathBuf>,
}

impl Server {
    /// `acd serve` with its journal in a new folder below this one.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::with(folder, "")
    }

    /// The same with more tables of its file.
    pub(crate) fn with(folder: &Path, tables: &str) -> Self {
        let data = folder.join(format!("acd-e2e-{}", std::process::id()));
        let _ = fs::remove_dir_all(&data);
        fs::create_dir_all(&data).expect("a folder for the journal");
        let config = data.join("acd.toml");
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\nmetrics_listen = \"127.0.0.1:0\"\ndrain_timeout = \"1s\"\n\
             [server.log]\nfilter = \"error\"\n{tables}"
        );
        fs::write(&config, text).expect("a file for the configuration");
        let mut command = Command::new(acd());
        command.arg("serve").arg("--config").arg(config);
        let mut server = Self::of(command);
        server.data = Some(data);
        server
    }

    /// `acd serve` on a journal that is there, with more keys of the server.
    pub(crate) fn on(data: &Path, keys: &str) -> Self {
        let config = data.with_extension("toml");
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\nmetrics_listen = \"127.0.0.1:0\"\n{keys}\
             [server.log]\nfilter = \"error\"\n"
        );
        fs::write(&config, text).expect("a file for the configuration");
        let mut command = Command::new(acd());
        command.arg("serve").arg("--config").arg(config);
        command.arg("--data-dir").arg(data);
        Self::of(command)
    }

    /// The bare server.
    pub(crate) fn bare() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_acd-benches"));
        command.arg("bare");
        Self::of(command)
    }

    fn of(mut command: Command) -> Self {
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut process = spawned.expect("the server starts");
        let mut line = String::new();
        let stdout = process.stdout.take().expect("a pipe");
        let mut stdout = BufReader::new(stdout);
        stdout.read_line(&mut line).expect("the line `ready`");
        let word = |name: &str| {
            let mut words = line.split_whitespace();
            words
                .find_map(|word| word.strip_prefix(name))
                .map(str::to_owned)
        };
        Self {
            grpc: word("grpc=").expect("an address"),
            metrics: word("metrics="),
            console: word("console="),
            process,
            data: None,
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The folder of its journal.
    ///
    /// # Panics
    /// If it is the bare one, which has none.
    pub(crate) fn data(&self) -> &Path {
        self.data.as_deref().expect("a folder")
    }

    /// Whether it is the bare one, which takes no tenant's configuration.
    pub(crate) fn is_bare(&self) -> bool {
        self.metrics.is_none()
    }

    /// What it tells Prometheus.
    pub(crate) fn scrape(&self) -> String {
        let address = self.metrics.as_ref().expect("a server with metrics");
        get(address, "/metrics").expect("its metrics")
    }

    /// Streams of agents and adapters that are open.
    pub(crate) fn streams(&self) -> f64 {
        let text = self.scrape();
        let lines = text.lines().filter(|line| line.starts_with("acd_streams{"));
        let counts = lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok());
        counts.sum()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if let Some(data) = &self.data {
            let _ = fs::remove_dir_all(data);
        }
    }
}

/// What is answered at this address and path, head and all.
pub(crate) fn get(address: &str, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// The program `acd` that was built in the same profile: benchmarks lie one folder below it.
pub(crate) fn acd() -> PathBuf {
    let this = std::env::current_exe().expect("this program");
    let path = this.ancestors().nth(2).expect("two folders up").join("acd");
    assert!(
        path.exists(),
        "{} is not there: `cargo xtask bench` builds it, or `cargo build --release --bin acd`",
        path.display()
    );
    path
}

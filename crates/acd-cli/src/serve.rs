//! `acd serve`: runs the server.

use std::net::SocketAddr;
use std::path::PathBuf;

use acd_config::{ConsoleConfig, FileConfig};
use acd_server::server::{Addresses, Listeners, Options, Precedence, Server};
use anyhow::{Context as _, anyhow};
use tokio::signal::unix::{SignalKind, signal};

use crate::console::{self, Listening};
use crate::interrupt::Interrupts;
use crate::traces::Traces;
use crate::{logging, manager, output};

/// Run the server
///
/// The journal is kept in the data directory, by default `data` beside the configuration file, which is locked. The
/// tenants of the file seed an empty journal; an edited file is applied at the next start. When the server listens, it
/// prints one line on standard output: `ready grpc=ADDRESS metrics=ADDRESS`, and `console=URL` where the file has a
/// [server.console]. Its log goes to standard error.
///
/// SIGHUP has it read certificates and keys again; it does so by itself, too, when their files change. SIGTERM and Ctrl-C stop it in order: it takes no new calls, writes what is decided, tells its clients, and ends.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd serve --config acd.toml
  acd serve --config /etc/acd/acd.toml --data-dir /var/lib/acd
  acd serve --config acd.toml --listen 127.0.0.1:0       any free port; the line `ready` tells which")]
pub(crate) struct Args {
    /// The configuration file (docs/configuration.md); `acd config check FILE` tells what is wrong with it
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Where the journal is kept, instead of what the file says
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Where the gRPC services listen, instead of what the file says
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Where Prometheus fetches /metrics, instead of what the file says
    #[arg(long, value_name = "ADDR")]
    metrics_listen: Option<SocketAddr>,
    /// Listen beyond this machine without TLS and tokens: whoever reaches the port commands the centre
    #[arg(long)]
    insecure: bool,
    /// What holds where the file differs from a configuration that was changed through the API since
    #[arg(long, value_name = "WHICH")]
    prefer: Option<Prefer>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Prefer {
    /// The file: what was changed through the API is replaced
    File,
    /// The journal: the file is not applied
    Journal,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let config = config(args)?;
    logging::begin(&config.server.log)?;
    let shards = config.server.shards;
    let server_config = config.server.clone();
    let mut options = Options {
        insecure: args.insecure,
        precedence: match args.prefer {
            None => Precedence::Refuse,
            Some(Prefer::File) => Precedence::File,
            Some(Prefer::Journal) => Precedence::Journal,
        },
        ..Options::new(config, args.config.display().to_string())
    };
    let traces = Traces::begin(&mut options)?;
    let served: anyhow::Result<()> = crate::runtime_beside(shards)?.block_on(async {
        let mut interrupts = Interrupts::listen()?;
        let mut hangups = signal(SignalKind::hangup()).context("cannot listen to signals")?;
        let listeners = Listeners::bind(&options).await?;
        let Addresses { grpc, metrics } = listeners.addresses()?;
        let console = Listening::of(&server_config).await?;
        let server = Server::start(options, listeners).await?;
        let url = console
            .as_ref()
            .map_or_else(String::new, |it| format!(" console={}", it.url()));
        let console = console
            .map(|it| it.beside(server.connector()))
            .transpose()?;
        output::line(format!("ready grpc={grpc} metrics={metrics}{url}"))?;
        manager::ready();
        let credentials = server.credentials();
        let reloading = async {
            while hangups.recv().await.is_some() {
                let credentials = credentials.clone();
                // What is wrong has been told.
                let _ = tokio::task::spawn_blocking(move || credentials.reload()).await;
            }
            std::future::pending().await
        };
        // Pages go first: what they show is the server's.
        let stopping = console::beside(console, interrupts.stop());
        tokio::select! {
            served = server.run(stopping) => Ok(served?),
            () = reloading => Ok(()),
            () = manager::keep_alive() => Ok(()),
        }
    });
    traces.finish();
    served
}

/// What the file says, with what the command line says in its place.
fn config(args: &Args) -> anyhow::Result<FileConfig> {
    let file = args.config.display().to_string();
    let text = std::fs::read_to_string(&args.config).with_context(|| {
        format!("--config: cannot read {file}; check the path and its permissions")
    })?;
    let mut config =
        acd_config::parse_file(&text, &file).map_err(|problems| anyhow!("{problems}"))?;
    let server = &mut config.server;
    if let Some(data_dir) = &args.data_dir {
        // The console's key lies with the journal, unless the file says where else.
        if let Some(console) = &mut server.console
            && console.key_file == server.data_dir.join(ConsoleConfig::KEY_FILE)
        {
            console.key_file = data_dir.join(ConsoleConfig::KEY_FILE);
        }
        server.data_dir.clone_from(data_dir);
    }
    server.listen = args.listen.unwrap_or(server.listen);
    server.metrics_listen = args.metrics_listen.unwrap_or(server.metrics_listen);
    Ok(config)
}

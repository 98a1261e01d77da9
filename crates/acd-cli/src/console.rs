//! `acd console`: the web console as a process of its own; and how `acd serve` runs it in its own.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use acd_client::{Endpoint, endpoint};
use acd_config::{ConsoleConfig, OidcToken, ServerConfig};
use acd_console::{Console, Options, options};
use acd_server::server::Connector;
use anyhow::{Context as _, anyhow, bail};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::connection::{ConnectionArgs, Usage};
use crate::interrupt::Interrupts;
use crate::{descriptors, logging, manager, output};

/// Run the web console as a process of its own
///
/// It speaks to a server (--server) over the public API, with the token of whoever is signed in, as `acd serve` does with
/// the console of its own. Run as many as you like: with one key file they are one console. When it listens it prints
/// one line on standard output: `ready console=URL`.
///
/// The file is that of `acd serve`; what is read of it is [server.console], [server.tls] for the certificate, and
/// [server.log]. SIGTERM and Ctrl-C stop it: pages connect to another one by themselves.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd console --server 127.0.0.1:7400
  acd console --server acd.example:7400 --tls-ca ca.pem --config console.toml")]
pub(crate) struct Args {
    /// The configuration file (docs/console.md); without one the console listens on 127.0.0.1:7402 and keeps its key below the
    /// folder it was started in
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where browsers reach it, instead of what the file says
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Where the key is kept that seals sessions, instead of what the file says
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Listen beyond this machine without TLS: tokens cross the network in plain text
    #[arg(long)]
    insecure: bool,
}

/// Connections that a console shares among all who are signed in.
const CONNECTIONS: NonZeroUsize = NonZeroUsize::new(4).unwrap();
/// How long one call of a page may take, repeats included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) fn run(connection: &ConnectionArgs, args: &Args) -> anyhow::Result<()> {
    let config = config(args)?;
    logging::begin(&config.log)?;
    let Some(console) = &config.console else {
        bail!("the file has no [server.console]; docs/console.md shows one");
    };
    let file = args.config.as_deref().unwrap_or(Path::new("acd.toml"));
    let exposed = acd_config::console_exposure_problem(&config, &file.display().to_string());
    if let Some(problem) = exposed.filter(|_| !args.insecure) {
        return Err(anyhow!("{problem}"));
    }
    crate::runtime()?.block_on(async {
        let mut interrupts = Interrupts::listen()?;
        let endpoint = connection.endpoint(&Usage {
            connections: CONNECTIONS,
            request_timeout: REQUEST_TIMEOUT,
            traffic: None,
        })?;
        let mut listening = Listening::bind(&config, console, 0).await?;
        // Whether the engine asks people who they are is not known here, and may change.
        listening.options.seats = args.insecure || console.is_of_this_machine();
        let url = listening.url.clone();
        let running = listening.begin(endpoint)?;
        output::line(format!("ready console={url}"))?;
        manager::ready();
        tokio::select! {
            () = serve(Some(running), interrupts.stop()) => {}
            () = manager::keep_alive() => {}
        }
        Ok(())
    })
}

/// A console that listens and serves nobody yet.
pub(crate) struct Listening {
    options: Options,
    listener: TcpListener,
    probes: Option<TcpListener>,
    /// The address for people.
    url: String,
}

/// A console that is ready to serve.
pub(crate) struct Running {
    console: Console,
    listener: TcpListener,
    probes: Option<TcpListener>,
}

impl Listening {
    /// The console of this configuration, if it has one.
    pub(crate) async fn of(config: &ServerConfig) -> anyhow::Result<Option<Self>> {
        match &config.console {
            Some(console) => {
                let beside = config.limits.connections;
                Ok(Some(Self::bind(config, console, beside).await?))
            }
            None => Ok(None),
        }
    }

    /// Listens, beside so many connections of a server in the same process.
    async fn bind(
        config: &ServerConfig,
        console: &ConsoleConfig,
        beside: u32,
    ) -> anyhow::Result<Self> {
        let listener = listen("listen", console.listen).await?;
        let probes = match console.metrics_listen {
            Some(address) => Some(listen("metrics_listen", address).await?),
            None => None,
        };
        let scheme = if config.tls.is_some() {
            "https"
        } else {
            "http"
        };
        let url = match &console.public_url {
            Some(url) => url.clone(),
            None => format!("{scheme}://{}", listener.local_addr()?),
        };
        let mut options = options(config, console)?;
        options.connections = descriptors::for_console(console.connections, beside);
        Ok(Self {
            options,
            listener,
            probes,
            url,
        })
    }

    /// The address for people.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Gets ready to serve, for the engine in the same process.
    pub(crate) fn beside(self, connector: Connector) -> anyhow::Result<Running> {
        let mut options = endpoint::Options::new("http://acd");
        options.connections = CONNECTIONS;
        options.request_timeout = REQUEST_TIMEOUT;
        self.begin(Endpoint::within(options, move || connector.connect())?)
    }

    fn begin(self, endpoint: Endpoint) -> anyhow::Result<Running> {
        let console = Console::new(self.options, endpoint);
        Ok(Running {
            console: console.context("server.console: the console cannot start")?,
            listener: self.listener,
            probes: self.probes,
        })
    }
}

async fn listen(key: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    bound.with_context(|| {
        format!("server.console.{key}: cannot listen on {address}; give another address, or stop what uses it")
    })
}

/// Serves until `stop`, if there is a console.
pub(crate) async fn serve(running: Option<Running>, stop: impl Future<Output = ()>) {
    match running {
        Some(Running {
            console,
            listener,
            probes,
        }) => console.serve(listener, probes, stop).await,
        None => stop.await,
    }
}

/// Serves beside something else until that is done.
pub(crate) async fn beside<T>(running: Option<Running>, other: impl Future<Output = T>) -> T {
    let done = CancellationToken::new();
    let other = async {
        let answer = other.await;
        done.cancel();
        answer
    };
    tokio::join!(other, serve(running, done.cancelled())).0
}

/// What the file says, with what the command line says in its place.
fn config(args: &Args) -> anyhow::Result<ServerConfig> {
    let mut config = match &args.config {
        None => ServerConfig {
            console: Some(ConsoleConfig::new(Path::new(""))),
            ..ServerConfig::default()
        },
        Some(path) => {
            let file = path.display().to_string();
            let text = std::fs::read_to_string(path).with_context(|| {
                format!("--config: cannot read {file}; check the path and its permissions")
            })?;
            let parsed =
                acd_config::parse_file(&text, &file).map_err(|problems| anyhow!("{problems}"))?;
            parsed.server
        }
    };
    if let Some(console) = &mut config.console {
        console.listen = args.listen.unwrap_or(console.listen);
        if let Some(key_file) = &args.key_file {
            console.key_file.clone_from(key_file);
        }
    }
    Ok(config)
}

/// The console's options, as the configuration has them.
fn options(config: &ServerConfig, console: &ConsoleConfig) -> anyhow::Result<Options> {
    let read = |key: &str, path: &Path| {
        let shown = path.display();
        std::fs::read(path).with_context(|| {
            format!("server.console.oidc.{key}: cannot read {shown}; name a file that the console may read")
        })
    };
    let oidc = console.oidc.as_ref().map(|oidc| {
        let secret = oidc.client_secret_file.as_deref();
        let secret = secret
            .map(|path| read("client_secret_file", path))
            .transpose()?;
        let secret = secret.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
        Ok::<_, anyhow::Error>(options::Oidc {
            name: oidc.name.clone(),
            issuer: oidc.issuer.clone(),
            client_id: oidc.client_id.clone(),
            client_secret: secret.map(options::Secret),
            scopes: oidc.scopes.clone(),
            access_token: oidc.token == OidcToken::Access,
            ca: oidc
                .ca
                .as_deref()
                .map(|path| read("ca", path))
                .transpose()?,
        })
    });
    if let Some(folder) = console
        .key_file
        .parent()
        .filter(|it| !it.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).with_context(|| {
            format!("server.console.key_file: cannot make {}", folder.display())
        })?;
    }
    Ok(Options {
        key_file: Some(console.key_file.clone()),
        public_url: console.public_url.clone(),
        tls: config.tls.as_ref().map(|tls| options::Tls {
            cert: tls.cert.clone(),
            key: tls.key.clone(),
        }),
        embed_origins: console.embed_origins.clone(),
        connections: console.connections as usize,
        streams: console.streams as usize,
        // A server that asks nobody who they are does not start where others reach it: its configuration is checked.
        seats: true,
        oidc: oidc.transpose()?,
        limits: options::Limits::default(),
    })
}

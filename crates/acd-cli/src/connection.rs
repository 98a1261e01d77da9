//! How to reach a server, and which tenant is meant.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use acd_client::endpoint::Traffic;
use acd_client::{Configurator, Endpoint, endpoint};
use anyhow::{Context as _, bail};

/// Options of every command that talks to a server.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Server")]
pub(crate) struct ConnectionArgs {
    /// Address of the server's gRPC services: HOST:PORT, or a URL
    #[arg(
        long,
        global = true,
        value_name = "ADDR",
        env = "ACD_SERVER",
        hide_env_values = true,
        default_value = "127.0.0.1:7400"
    )]
    server: String,
    /// The tenant; may be left out where the server has only one
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "ACD_TENANT",
        hide_env_values = true
    )]
    tenant: Option<String>,
    /// File with the bearer token (a JWT) to send; a new token written there is taken up while the command runs
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "ACD_TOKEN_FILE",
        hide_env_values = true
    )]
    token_file: Option<PathBuf>,
    /// PEM file with the authority that signed the server's certificate; switches TLS on
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "ACD_TLS_CA",
        hide_env_values = true
    )]
    tls_ca: Option<PathBuf>,
    /// PEM file with our own certificate, for mutual TLS
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        requires = "tls_key",
        requires = "tls_ca"
    )]
    tls_cert: Option<PathBuf>,
    /// PEM file with the private key of our own certificate
    #[arg(long, global = true, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Name to expect in the server's certificate, if it is not the host of its address
    #[arg(long, global = true, value_name = "NAME", requires = "tls_ca")]
    tls_name: Option<String>,
}

/// How a command uses its connections.
pub(crate) struct Usage {
    /// HTTP/2 connections to share.
    pub(crate) connections: NonZeroUsize,
    /// Longest time for one call, repeats included.
    pub(crate) request_timeout: Duration,
    /// Counts what goes over the wire.
    pub(crate) traffic: Option<Traffic>,
}

impl Usage {
    /// One person asks one thing.
    pub(crate) const QUESTION: Self = Self {
        connections: NonZeroUsize::MIN,
        request_timeout: Duration::from_secs(5),
        traffic: None,
    };
}

impl ConnectionArgs {
    /// The tenant that was named, if one was.
    pub(crate) fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// The server, as it was named.
    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    /// Prepares the connections; within a runtime.
    pub(crate) fn endpoint(&self, usage: &Usage) -> anyhow::Result<Endpoint> {
        let mut options = endpoint::Options::new(self.address());
        options.connections = usage.connections;
        options.request_timeout = usage.request_timeout;
        options.traffic.clone_from(&usage.traffic);
        options.token_file.clone_from(&self.token_file);
        options.tls = self.tls()?;
        Ok(Endpoint::new(options)?)
    }

    /// The tenant that was named, or the only one there is.
    pub(crate) async fn tenant_of(&self, endpoint: &Endpoint) -> anyhow::Result<String> {
        if let Some(tenant) = &self.tenant {
            return Ok(tenant.clone());
        }
        let tenants = Configurator::new(endpoint).tenants().await?;
        match tenants.as_slice() {
            [only] => Ok(only.tenant.clone()),
            [] => bail!(
                "the server has no tenant; create one with: acd config apply FILE --tenant NAME --create"
            ),
            several => {
                let names: Vec<&str> = several
                    .iter()
                    .map(|tenant| tenant.tenant.as_str())
                    .collect();
                bail!(
                    "the server has several tenants; choose one with --tenant: {}",
                    names.join(", ")
                )
            }
        }
    }

    fn address(&self) -> String {
        if self.server.contains("://") {
            return self.server.clone();
        }
        let scheme = if self.tls_ca.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.server)
    }

    fn tls(&self) -> anyhow::Result<Option<endpoint::Tls>> {
        let Some(ca) = &self.tls_ca else {
            return Ok(None);
        };
        let identity = match (&self.tls_cert, &self.tls_key) {
            (Some(cert), Some(key)) => Some((read("--tls-cert", cert)?, read("--tls-key", key)?)),
            _ => None,
        };
        Ok(Some(endpoint::Tls {
            ca_certificate: read("--tls-ca", ca)?,
            identity,
            server_name: self.tls_name.clone(),
        }))
    }
}

fn read(option: &str, path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| {
        format!(
            "{option}: cannot read {}; check the path and its permissions",
            path.display()
        )
    })
}

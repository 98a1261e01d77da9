//! `acd health`: what a probe asks, for those who have no HTTP client at hand: a container without a shell, a script.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use acd_client::Error;
use anyhow::bail;
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper::header::HOST;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::output;

/// Ask a running service whether it is ready
///
/// It asks the metrics address, which has neither TLS nor tokens: of `acd serve`, or of `acd adapter` and `acd console`
/// where their file has a `metrics_listen`. A server is ready when it listens and all its shards answer; it is no longer
/// when it drains.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd health
  acd health --metrics 10.0.0.5:7401
  acd health --live --metrics 127.0.0.1:7403     a console has no more to say than that it lives

Exit codes:
  0  it is ready (with --live: the process lives)
  1  it answers that it is not
  3  nobody answers there in time")]
pub(crate) struct Args {
    /// Where it listens for Prometheus and probes
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7401")]
    metrics: SocketAddr,
    /// Ask only whether the process lives
    #[arg(long)]
    live: bool,
}

/// How long an answer may take. A ready server answers in milliseconds, and gives up on a shard by itself before this.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let path = if args.live { "/healthz" } else { "/readyz" };
    let address = reachable(args.metrics);
    let asked = async { timeout(PATIENCE, status(address, path)).await };
    let failure = match crate::runtime()?.block_on(asked) {
        Ok(Ok(StatusCode::OK)) => None,
        Ok(Ok(status)) => bail!("http://{address}{path} answers {status}"),
        Ok(Err(error)) => Some(format!("{error:#}")),
        Err(_) => Some(format!("no answer in {} s", PATIENCE.as_secs())),
    };
    if let Some(failure) = failure {
        return Err(Error::Unreachable(format!("http://{address}{path}: {failure}")).into());
    }
    output::line(if args.live { "alive" } else { "ready" })
}

/// What it answers to a request for this path.
async fn status(address: SocketAddr, path: &str) -> anyhow::Result<StatusCode> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    let request = Request::get(path)
        .header(HOST, address.to_string())
        .body(Empty::<Bytes>::new())?;
    // The connection is done when its sender is gone.
    let answer = async move { sender.send_request(request).await.map(|it| it.status()) };
    let (answer, _) = tokio::join!(answer, connection);
    Ok(answer?)
}

/// An address as the configuration has it may mean every address of the machine; one of them is asked.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_means_all_is_asked_at_this_machine() {
        let asked = |address: &str| reachable(address.parse().expect("an address")).to_string();
        assert_eq!(asked("0.0.0.0:7401"), "127.0.0.1:7401");
        assert_eq!(asked("[::]:7401"), "[::1]:7401");
        assert_eq!(asked("10.0.0.5:7401"), "10.0.0.5:7401");
    }
}

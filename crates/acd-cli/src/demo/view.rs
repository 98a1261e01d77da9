//! What is seen of a demo while it runs: the view of `acd top` on a terminal, a line now and then elsewhere.

use std::net::SocketAddr;
use std::time::Duration;

use acd_client::v1::ViewFilter;
use acd_client::{Endpoint, Supervisor};
use acd_top::{Metrics, Options, Quit, terminal};
use tokio_util::sync::CancellationToken;

use super::TENANT;
use crate::{output, overview};

/// How often a line is told.
const RETELL: Duration = Duration::from_secs(5);

/// A demo, as it is shown.
pub(super) struct View<'a> {
    pub(super) endpoint: &'a Endpoint,
    /// Where the gRPC services are.
    pub(super) grpc: SocketAddr,
    /// Where `/metrics` is.
    pub(super) metrics: SocketAddr,
    /// Where else people and programs find the demo, a line each.
    pub(super) places: &'a str,
    /// How far it is.
    pub(super) progress: &'a (dyn Fn() -> String + Sync),
    /// Cancelled when whoever looks wants the demo to end.
    pub(super) stop: &'a CancellationToken,
}

impl View<'_> {
    /// Shows it for as long as this is awaited.
    pub(super) async fn show(&self) -> anyhow::Result<()> {
        match terminal::check() {
            Ok(()) => self.show_live().await,
            Err(_) => self.tell().await,
        }
    }

    async fn show_live(&self) -> anyhow::Result<()> {
        let head = || {
            let places = self.places.lines().map(str::to_owned);
            places.chain([(self.progress)()]).collect()
        };
        let on_quit = || {
            self.stop.cancel();
            Quit::Stays
        };
        let options = Options {
            tenant: Some(TENANT.to_owned()),
            metrics: Some(Metrics::parse(&self.metrics.to_string())?),
            head: &head,
            on_quit: &on_quit,
            ..Options::new(self.grpc.to_string())
        };
        acd_top::run(self.endpoint, options).await?;
        std::future::pending().await
    }

    async fn tell(&self) -> anyhow::Result<()> {
        let supervisor = Supervisor::new(self.endpoint, TENANT);
        let filter = ViewFilter {
            queues: true,
            ..ViewFilter::default()
        };
        let mut ticks = tokio::time::interval(RETELL);
        loop {
            ticks.tick().await;
            let answer = supervisor.get_snapshot(filter.clone()).await?;
            let progress = (self.progress)();
            output::line(format!("{progress}  {}", overview::line(&answer)))?;
        }
    }
}

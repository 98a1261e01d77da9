//! The figures of the engine, read where Prometheus reads them.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{StatusCode, Uri};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::time::timeout;

/// A scrape that takes longer is given up.
const SCRAPE_TIMEOUT: Duration = Duration::from_secs(4);
/// The longest scrape: a thousand queues tell a few mebibytes.
const SCRAPE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Reads the figures at an address, over plain HTTP.
#[derive(Clone)]
pub(crate) struct Scraper {
    uri: Uri,
    client: Client<HttpConnector, Empty<Bytes>>,
}

impl Scraper {
    pub(crate) fn new(uri: Uri) -> Self {
        Self {
            uri,
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    /// The text of a scrape, or why there is none.
    pub(crate) async fn read(self) -> Result<String, String> {
        let read = timeout(SCRAPE_TIMEOUT, self.answer()).await;
        read.unwrap_or_else(|_| Err("no answer in time".to_owned()))
    }

    async fn answer(self) -> Result<String, String> {
        let answer = self.client.get(self.uri.clone()).await;
        let answer = answer.map_err(|error| match std::error::Error::source(&error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        })?;
        if answer.status() != StatusCode::OK {
            return Err(format!("the answer is {}", answer.status()));
        }
        let body = Limited::new(answer.into_body(), SCRAPE_BYTES_MAX)
            .collect()
            .await;
        let body = body.map_err(|error| error.to_string())?.to_bytes();
        String::from_utf8(body.into()).map_err(|_| "the answer is no text".to_owned())
    }
}

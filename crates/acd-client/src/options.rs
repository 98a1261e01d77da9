//! How to reach a server.

use std::{fmt, num::NonZeroUsize, path::PathBuf, time::Duration};

use crate::{backoff, token::BearerToken, traffic::Traffic};

/// How to reach a server.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its address, e.g. `http://127.0.0.1:7400`, or `https://...` with `tls`.
    pub address: String,
    /// HTTP/2 connections to share. A server limits the streams of one connection, so many agents in one process need
    /// several.
    pub connections: NonZeroUsize,
    /// TLS; none: plain text, for loopback only.
    pub tls: Option<Tls>,
    /// The bearer token (a JWT) to send with every call; [`Endpoint::renew_token`](crate::Endpoint::renew_token) replaces it.
    pub bearer_token: Option<BearerToken>,
    /// A file that holds the token instead. It is read again and again: whoever renews the token writes the new one
    /// there in time, and calls and open streams go on with it.
    pub token_file: Option<PathBuf>,
    /// How often that file is read.
    pub token_check_interval: Duration,
    /// Longest time to establish a connection, and to get the first message of a stream.
    pub connect_timeout: Duration,
    /// Longest time for one unary call, repeats included.
    pub request_timeout: Duration,
    /// After this much silence a connection is asked whether it lives.
    pub keepalive_interval: Duration,
    /// How long it may take to answer that.
    pub keepalive_timeout: Duration,
    /// Largest message accepted from the server, in bytes.
    pub max_message_bytes: usize,
    /// Waits between the attempts of a unary call and of a stream.
    pub backoff: backoff::Options,
    /// Counts what goes over the wire; none: it is not counted.
    pub traffic: Option<Traffic>,
}

impl Options {
    /// A server at this address, with every default.
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            connections: NonZeroUsize::MIN,
            tls: None,
            bearer_token: None,
            token_file: None,
            token_check_interval: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(10),
            keepalive_interval: Duration::from_secs(10),
            keepalive_timeout: Duration::from_secs(5),
            max_message_bytes: 64 * 1024 * 1024,
            backoff: backoff::Options::default(),
            traffic: None,
        }
    }
}

/// How to trust the server, and how it can trust us. All in PEM.
#[derive(Clone)]
pub struct Tls {
    /// Certificate of the authority that signed the server's.
    pub ca_certificate: Vec<u8>,
    /// Our certificate and its private key, for mutual TLS.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
    /// Name to expect in the server's certificate; none: the host of the address.
    pub server_name: Option<String>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("mutual", &self.identity.is_some())
            .field("server_name", &self.server_name)
            .finish_non_exhaustive()
    }
}

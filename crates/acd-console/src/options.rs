//! How the console is run.

use std::{path::PathBuf, time::Duration};

/// How the console is run: `[server.console]` of the configuration.
#[derive(Clone, Debug)]
pub struct Options {
    /// The file of the key that seals sessions; it is made where it is missing. None: a new key with each start, which
    /// signs everybody out.
    pub key_file: Option<PathBuf>,
    /// The address that people know, where it is not the one that is listened on.
    pub public_url: Option<String>,
    /// Certificate and key; none: plain text.
    pub tls: Option<Tls>,
    /// Origins whose pages may show the desk in a frame, e.g. `https://crm.example`.
    pub embed_origins: Vec<String>,
    /// Most connections at once.
    pub connections: usize,
    /// Most open pages that are kept up to date at once.
    pub streams: usize,
    /// Whether anybody may take a seat where the engine asks nobody who they are.
    pub seats: bool,
    /// Signing in at an issuer; none: with a token that is pasted.
    pub oidc: Option<Oidc>,
    /// How long is waited for a browser.
    pub limits: Limits,
}

/// How long is waited for a browser. Only tests have reason to change it.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How long a connection may take, TLS counted, until it has asked for something.
    pub first_request: Duration,
    /// How long a connection may be without a byte either way.
    pub silence: Duration,
    /// How long a form may take to come.
    pub form: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            first_request: Duration::from_secs(10),
            silence: Duration::from_secs(60),
            form: Duration::from_secs(30),
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            key_file: None,
            public_url: None,
            tls: None,
            embed_origins: Vec::new(),
            connections: 20_000,
            streams: 10_000,
            seats: true,
            oidc: None,
            limits: Limits::default(),
        }
    }
}

impl Options {
    /// Whether browsers reach it over TLS, here or at a proxy: cookies are then for such connections only.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        let public = self.public_url.as_deref();
        public.map_or(self.tls.is_some(), |url| url.starts_with("https://"))
    }
}

/// The files that encrypt, in PEM. They are read again while the console runs.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The certificate chain.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Signing in at an issuer, by OpenID Connect's code flow.
#[derive(Clone, Debug)]
pub struct Oidc {
    /// What people call it.
    pub name: String,
    /// Its address, as it stands in its tokens.
    pub issuer: String,
    /// The console's name there.
    pub client_id: String,
    /// The console's secret there; none: it has none.
    pub client_secret: Option<Secret>,
    /// What is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// Whether the engine is shown the access token instead of the id token.
    pub access_token: bool,
    /// The authority that signed its certificate, in PEM; none: the usual ones.
    pub ca: Option<Vec<u8>>,
}

/// A secret; its `Debug` output does not show it.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

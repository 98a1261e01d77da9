//! TLS and mutual TLS.

use std::path::{Path, PathBuf};

use acd_config::TlsConfig;
use tonic::transport::{Certificate, Identity, ServerTlsConfig};

/// Why TLS cannot be switched on.
#[derive(Debug, thiserror::Error)]
#[error(
    "server.tls.{key}: {path:?} cannot be read: {source}; name a file that the server may read"
)]
pub struct TlsError {
    key: &'static str,
    path: PathBuf,
    source: std::io::Error,
}

/// What tonic needs for the TLS that the configuration asks for. With `client_ca` a client must show a certificate that
/// one of these authorities has signed (mutual TLS). Reads the files.
///
/// # Errors
/// [`TlsError`] if a file cannot be read; what is in it is judged when the server starts.
pub fn server_tls(config: &TlsConfig) -> Result<ServerTlsConfig, TlsError> {
    let identity = Identity::from_pem(read("cert", &config.cert)?, read("key", &config.key)?);
    let tls = ServerTlsConfig::new().identity(identity);
    match &config.client_ca {
        Some(path) => Ok(tls.client_ca_root(Certificate::from_pem(read("client_ca", path)?))),
        None => Ok(tls),
    }
}

fn read(key: &'static str, path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|source| TlsError {
        key,
        path: path.to_owned(),
        source,
    })
}

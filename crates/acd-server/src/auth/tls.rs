//! TLS and mutual TLS, with certificates that are read again while the server runs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use acd_config::TlsConfig;
use arc_swap::ArcSwap;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// What is spoken, in the words of the handshake.
const HTTP_2: &[u8] = b"h2";
/// The same, where browsers call.
const HTTP_1: &[u8] = b"http/1.1";

/// Why TLS cannot be switched on, or new certificates are not taken.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error(
        "server.tls.{key}: {path:?} cannot be read: {source}; name a file that the server may read"
    )]
    Unreadable {
        /// The configuration key.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file holds something else.
    #[error("server.tls.{key}: {path:?} is no PEM file of this: {source}; give {wanted}")]
    Pem {
        /// The configuration key.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What it should hold.
        wanted: &'static str,
        /// Why.
        source: pem::Error,
    },
    /// Certificate and key cannot be used, such as when they do not belong together.
    #[error(
        "server.tls: {cert:?} and {key:?} cannot be used: {source}; give a certificate chain and its own private key"
    )]
    Unusable {
        /// The file of the certificate chain.
        cert: PathBuf,
        /// The file of the private key.
        key: PathBuf,
        /// Why.
        source: rustls::Error,
    },
    /// The authorities of clients cannot be used.
    #[error(
        "server.tls.client_ca: {path:?} cannot be used: {source}; give the certificates of the authorities"
    )]
    Authorities {
        /// The file.
        path: PathBuf,
        /// Why.
        source: VerifierBuilderError,
    },
}

/// What new connections are encrypted with. With `client_ca` a client must show a certificate that one of these
/// authorities has signed (mutual TLS).
pub struct Certificates {
    config: TlsConfig,
    /// Browsers may call: HTTP/1.1 is spoken, too.
    browsers: bool,
    /// What the files held when they were read last.
    read: Mutex<Files>,
    in_use: ArcSwap<ServerConfig>,
}

/// What the files hold.
#[derive(PartialEq, Eq)]
struct Files {
    cert: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
}

impl Certificates {
    /// Reads the files.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn load(config: &TlsConfig, browsers: bool) -> Result<Self, TlsError> {
        let files = Files::read(config)?;
        let in_use = server_config(config, &files, browsers)?;
        Ok(Self {
            config: config.clone(),
            browsers,
            read: Mutex::new(files),
            in_use: ArcSwap::from_pointee(in_use),
        })
    }

    /// Reads the files again: connections that begin from now on get what they hold. Whether that is something new.
    ///
    /// # Errors
    /// [`TlsError`]; what was in use stays in use.
    pub fn reload(&self) -> Result<bool, TlsError> {
        let files = Files::read(&self.config)?;
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if *read == files {
            return Ok(false);
        }
        let config = server_config(&self.config, &files, self.browsers)?;
        self.in_use.store(Arc::new(config));
        *read = files;
        Ok(true)
    }

    /// Until when what is in use is valid, in seconds since the Unix epoch: of each file, by its configuration key, the
    /// first end of a certificate in it.
    pub fn expiries(&self) -> Vec<(&'static str, i64)> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let files = [
            ("server.tls.cert", Some(&read.cert)),
            ("server.tls.client_ca", read.client_ca.as_ref()),
        ];
        let ends = files.into_iter();
        ends.filter_map(|(key, bytes)| Some((key, first_end(bytes?)?)))
            .collect()
    }

    /// What does the handshake of a new connection.
    pub fn acceptor(&self) -> TlsAcceptor {
        self.in_use.load_full().into()
    }
}

impl Files {
    fn read(config: &TlsConfig) -> Result<Self, TlsError> {
        let client_ca = config.client_ca.as_deref();
        Ok(Self {
            cert: read("cert", &config.cert)?,
            key: read("key", &config.key)?,
            client_ca: client_ca.map(|path| read("client_ca", path)).transpose()?,
        })
    }
}

fn server_config(
    config: &TlsConfig,
    files: &Files,
    browsers: bool,
) -> Result<ServerConfig, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let certificates = certificates("cert", &config.cert, &files.cert)?;
    let key = PrivateKeyDer::from_pem_slice(&files.key).map_err(|source| TlsError::Pem {
        key: "key",
        path: config.key.clone(),
        wanted: "the private key of the certificate",
        source,
    })?;
    let unusable = |source| TlsError::Unusable {
        cert: config.cert.clone(),
        key: config.key.clone(),
        source,
    };
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(unusable)?;
    let builder = match (&config.client_ca, &files.client_ca) {
        (Some(path), Some(bytes)) => {
            builder.with_client_cert_verifier(client_verifier(path, bytes, provider)?)
        }
        _ => builder.with_no_client_auth(),
    };
    let mut tls = builder
        .with_single_cert(certificates, key)
        .map_err(unusable)?;
    tls.alpn_protocols = vec![HTTP_2.to_vec()];
    if browsers {
        tls.alpn_protocols.push(HTTP_1.to_vec());
    }
    Ok(tls)
}

fn client_verifier(
    path: &Path,
    bytes: &[u8],
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn rustls::server::danger::ClientCertVerifier>, TlsError> {
    let mut authorities = RootCertStore::empty();
    authorities.add_parsable_certificates(certificates("client_ca", path, bytes)?);
    WebPkiClientVerifier::builder_with_provider(authorities.into(), provider)
        .build()
        .map_err(|source| TlsError::Authorities {
            path: path.to_owned(),
            source,
        })
}

fn certificates(
    key: &'static str,
    path: &Path,
    bytes: &[u8],
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let wanted = "certificates";
    let failed = |source| TlsError::Pem {
        key,
        path: path.to_owned(),
        wanted,
        source,
    };
    let read: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(bytes).collect();
    match read {
        Ok(certificates) if certificates.is_empty() => Err(failed(pem::Error::NoItemsFound)),
        read => read.map_err(failed),
    }
}

/// The first end of the validity of a certificate; none if none of them can be read.
fn first_end(pem: &[u8]) -> Option<i64> {
    let certificates = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok);
    let ends = certificates.filter_map(|certificate| {
        let (_, parsed) = X509Certificate::from_der(&certificate).ok()?;
        Some(parsed.validity().not_after.timestamp())
    });
    ends.min()
}

fn read(key: &'static str, path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|source| TlsError::Unreadable {
        key,
        path: path.to_owned(),
        source,
    })
}

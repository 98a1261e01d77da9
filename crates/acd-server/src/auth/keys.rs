//! The keys that verify tokens, read from their file, and again while the server runs.

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use acd_config::{AuthConfig, JwtAlgorithm, KeyFile};
use arc_swap::ArcSwap;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use serde_json::Value;

/// The shortest shared secret: as long as the hash it keys (RFC 7518, 3.2).
const SECRET_BYTES_MIN: usize = 32;
/// The longest key file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// The most keys of a set.
const KEYS_MAX: usize = 100;

/// Why the keys that verify tokens cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error(
        "server.auth.key_file: {path:?} cannot be read: {source}; name a file of at most {FILE_BYTES_MAX} bytes that the \
         server may read"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds no key of the configured algorithm.
    #[error(
        "server.auth.key_file: {path:?} holds no key for {algorithm}: {source}; give the issuer's public key as PEM, or \
         for HS256 the secret's bytes"
    )]
    Unusable {
        /// The file.
        path: PathBuf,
        /// The configured algorithm.
        algorithm: &'static str,
        /// Why.
        source: jsonwebtoken::errors::Error,
    },
    /// The file is no set of keys, or none of them is of use.
    #[error(
        "server.auth.key_file: {path:?} {problem}; give the issuer's JWK Set: {{\"keys\": [...]}}, each key with a \
         `kid` of its own, at least one of them for {algorithm}"
    )]
    Set {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
        /// The configured algorithm.
        algorithm: &'static str,
    },
    /// A shared secret is too short to protect anything.
    #[error(
        "server.auth.key_file: {path:?} holds a secret of {bytes} bytes; give at least {SECRET_BYTES_MIN} for HS256"
    )]
    ShortSecret {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: usize,
    },
}

/// The keys in use.
pub(super) struct Keys {
    file: KeyFile,
    algorithm: JwtAlgorithm,
    /// What the file held when it was read last.
    read: Mutex<Vec<u8>>,
    in_use: ArcSwap<Known>,
}

/// What verifies a token.
enum Known {
    /// One key, whatever key a token names.
    One(Box<DecodingKey>),
    /// The key that the token names.
    ByName(BTreeMap<String, DecodingKey>),
}

/// Why there is no key for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// It names none, and there are several.
    Unnamed,
    /// There is none of the name.
    Unknown,
}

impl Keys {
    /// Reads the file.
    pub(super) fn load(config: &AuthConfig) -> Result<Self, KeyError> {
        let bytes = read(&config.keys)?;
        let known = known(&config.keys, config.algorithm, &bytes)?;
        Ok(Self {
            file: config.keys.clone(),
            algorithm: config.algorithm,
            read: Mutex::new(bytes),
            in_use: ArcSwap::from_pointee(known),
        })
    }

    /// Reads the file again. Whether it holds something new.
    pub(super) fn reload(&self) -> Result<bool, KeyError> {
        let bytes = read(&self.file)?;
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if *read == bytes {
            return Ok(false);
        }
        let known = known(&self.file, self.algorithm, &bytes)?;
        self.in_use.store(Arc::new(known));
        *read = bytes;
        Ok(true)
    }

    /// Does something with the key for a token that names this one.
    pub(super) fn with<T>(
        &self,
        name: Option<&str>,
        verify: impl FnOnce(&DecodingKey) -> T,
    ) -> Result<T, NoKey> {
        match &**self.in_use.load() {
            Known::One(key) => Ok(verify(key)),
            Known::ByName(keys) => {
                let name = name.ok_or(NoKey::Unnamed)?;
                keys.get(name).map(verify).ok_or(NoKey::Unknown)
            }
        }
    }
}

fn read(file: &KeyFile) -> Result<Vec<u8>, KeyError> {
    let (KeyFile::One(path) | KeyFile::Set(path)) = file;
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path)?;
        file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes)
    };
    read().map_err(|source| KeyError::Unreadable {
        path: path.clone(),
        source,
    })
}

fn known(file: &KeyFile, algorithm: JwtAlgorithm, bytes: &[u8]) -> Result<Known, KeyError> {
    match file {
        KeyFile::One(path) => one(path, algorithm, bytes).map(|key| Known::One(Box::new(key))),
        KeyFile::Set(path) => set(path, algorithm, bytes).map(Known::ByName),
    }
}

fn one(path: &Path, algorithm: JwtAlgorithm, bytes: &[u8]) -> Result<DecodingKey, KeyError> {
    let key = match algorithm {
        JwtAlgorithm::Hs256 => {
            check_secret(path, bytes.len())?;
            Ok(DecodingKey::from_secret(bytes))
        }
        JwtAlgorithm::Rs256 => DecodingKey::from_rsa_pem(bytes),
        JwtAlgorithm::Es256 => DecodingKey::from_ec_pem(bytes),
        JwtAlgorithm::EdDsa => DecodingKey::from_ed_pem(bytes),
    };
    key.map_err(|source| KeyError::Unusable {
        path: path.to_owned(),
        algorithm: algorithm.as_str(),
        source,
    })
}

/// The keys of a JWK Set (RFC 7517). An issuer's set may hold keys for other purposes: those are passed over.
fn set(
    path: &Path,
    algorithm: JwtAlgorithm,
    bytes: &[u8],
) -> Result<BTreeMap<String, DecodingKey>, KeyError> {
    let wrong = |problem: String| KeyError::Set {
        path: path.to_owned(),
        problem,
        algorithm: algorithm.as_str(),
    };
    let document: Value =
        serde_json::from_slice(bytes).map_err(|error| wrong(format!("is no JSON: {error}")))?;
    let listed = document.get("keys").and_then(Value::as_array);
    let listed = listed.ok_or_else(|| wrong("has no list `keys`".to_owned()))?;
    if listed.len() > KEYS_MAX {
        return Err(wrong(format!(
            "has {} keys, and at most {KEYS_MAX} are read",
            listed.len()
        )));
    }
    let mut keys = BTreeMap::new();
    for listed in listed {
        let Ok(jwk) = serde_json::from_value::<Jwk>(listed.clone()) else {
            continue;
        };
        let Some(name) = jwk.common.key_id.clone().filter(|_| suits(&jwk, algorithm)) else {
            continue;
        };
        let key = DecodingKey::from_jwk(&jwk)
            .map_err(|error| wrong(format!("has an unreadable key {name:?}: {error}")))?;
        if algorithm == JwtAlgorithm::Hs256 {
            check_secret(path, key.try_get_as_bytes().map_or(0, <[u8]>::len))?;
        }
        if keys.insert(name.clone(), key).is_some() {
            return Err(wrong(format!("has two keys {name:?}")));
        }
    }
    if keys.is_empty() {
        return Err(wrong("has no key of use".to_owned()));
    }
    Ok(keys)
}

/// Whether a key is for signatures of this algorithm.
fn suits(jwk: &Jwk, algorithm: JwtAlgorithm) -> bool {
    let (is_kind, name) = match (algorithm, &jwk.algorithm) {
        (JwtAlgorithm::Hs256, AlgorithmParameters::OctetKey(_)) => (true, KeyAlgorithm::HS256),
        (JwtAlgorithm::Rs256, AlgorithmParameters::RSA(_)) => (true, KeyAlgorithm::RS256),
        (JwtAlgorithm::Es256, AlgorithmParameters::EllipticCurve(key)) => {
            (key.curve == EllipticCurve::P256, KeyAlgorithm::ES256)
        }
        (JwtAlgorithm::EdDsa, AlgorithmParameters::OctetKeyPair(key)) => {
            (key.curve == EllipticCurve::Ed25519, KeyAlgorithm::EdDSA)
        }
        _ => return false,
    };
    let is_named = jwk.common.key_algorithm.is_none_or(|it| it == name);
    let verifies = jwk
        .common
        .public_key_use
        .as_ref()
        .is_none_or(|it| *it == PublicKeyUse::Signature);
    is_kind && is_named && verifies
}

fn check_secret(path: &Path, bytes: usize) -> Result<(), KeyError> {
    if bytes >= SECRET_BYTES_MIN {
        return Ok(());
    }
    Err(KeyError::ShortSecret {
        path: path.to_owned(),
        bytes,
    })
}

//! The bearer token, and how every call carries it.

use std::{
    fmt,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
};

use crate::{Error, traffic::Counted};

/// A secret; its `Debug` output does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct BearerToken(String);

impl BearerToken {
    /// This token.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What generated clients call through.
pub(crate) type Service = InterceptedService<Counted, Authorize>;

/// The token in this file.
pub(crate) fn read_token(path: &Path) -> Result<BearerToken, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::Options {
        field: "token_file",
        problem: format!("{} cannot be read: {error}", path.display()),
    })?;
    Ok(BearerToken::new(text.trim()))
}

/// Adds the bearer token to every call.
#[derive(Clone, Debug)]
pub(crate) struct Authorize {
    header: Arc<RwLock<Option<MetadataValue<Ascii>>>>,
}

impl Authorize {
    pub(crate) fn new(token: Option<&BearerToken>) -> Result<Self, Error> {
        let header = token.map(header).transpose()?;
        Ok(Self {
            header: Arc::new(RwLock::new(header)),
        })
    }

    /// Sends this one from now on.
    pub(crate) fn set(&self, token: &BearerToken) -> Result<(), Error> {
        let header = header(token)?;
        let mut current = self.header.write().unwrap_or_else(PoisonError::into_inner);
        *current = Some(header);
        Ok(())
    }
}

fn header(token: &BearerToken) -> Result<MetadataValue<Ascii>, Error> {
    let parsed = format!("Bearer {}", token.0).parse::<MetadataValue<Ascii>>();
    let mut header = parsed.map_err(|_| Error::Options {
        field: "bearer_token",
        problem: "it has characters a header cannot carry; use the token as it was issued"
            .to_owned(),
    })?;
    header.set_sensitive(true);
    Ok(header)
}

impl Interceptor for Authorize {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let header = self.header.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(header) = &*header {
            request
                .metadata_mut()
                .insert("authorization", header.clone());
        }
        drop(header);
        Ok(request)
    }
}

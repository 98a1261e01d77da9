//! Personal data that must not reach a log: a type whose text shows only through [`Personal::reveal`].

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A piece of personal data (customer key, telephone number, sensitive attribute). `Debug` and `Display` redact it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Personal(Arc<str>);

impl Personal {
    /// The text itself, for the parties it is meant for. Never log it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Personal {
    fn from(text: &str) -> Self {
        Self(Arc::from(text))
    }
}

impl From<String> for Personal {
    fn from(text: String) -> Self {
        Self(Arc::from(text))
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

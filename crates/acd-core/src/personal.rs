//! Personal data that must not reach a log: a type whose text shows only through [`Personal::reveal`].

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What stands for a value that was erased, where people read it.
const ERASED_TEXT: &str = "[erased]";

/// A piece of personal data (customer key, telephone number, sensitive attribute), or what is left of one that was
/// erased. `Debug` and `Display` redact it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Personal(Option<Arc<str>>);

impl Personal {
    /// A value that was erased: nobody knows it any more. It belongs to no customer, so ask
    /// [`Personal::is_erased`] before two are compared.
    pub fn erased() -> Self {
        Self(None)
    }

    /// Whether it was erased.
    pub fn is_erased(&self) -> bool {
        self.0.is_none()
    }

    /// The text itself, for the parties it is meant for; `[erased]` if it was erased. Never log it.
    pub fn reveal(&self) -> &str {
        self.0.as_deref().unwrap_or(ERASED_TEXT)
    }
}

impl From<&str> for Personal {
    fn from(text: &str) -> Self {
        Self(Some(Arc::from(text)))
    }
}

impl From<String> for Personal {
    fn from(text: String) -> Self {
        Self(Some(Arc::from(text)))
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

//! Questions to the rows, beside whoever writes them.
//!
//! All that one question asks is of one instant. It has rows and time at most, and is given up when nobody waits for the answer
//! any more. The same statements serve both stores: [`Where`] writes them.

mod acts;
mod agents;
mod contacts;
mod customers;
mod intervals;
mod life;
mod patience;
#[cfg(test)]
mod plans;
pub(crate) mod reader;
mod reviews;
mod samples;
mod statement;

pub use acts::ActQuestion;
pub use agents::{Stretch, StretchKey, StretchKind, StretchQuestion};
pub use contacts::{AttributeFilter, ContactFilter, ContactQuestion, Order};
pub use intervals::{IntervalKey, IntervalQuestion};
pub use life::{ContactLife, Wanted};
pub use patience::Patience;
pub use reader::{Ask, ReadError, Reader, Stopper, Tenant};
pub use reviews::{Review, ReviewQuestion};
pub use samples::{SampleQuestion, Sampled};
pub(crate) use statement::Where;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A key of a list as text, for whoever asks for the next piece later.
pub trait Token: Sized {
    /// As text.
    fn token(&self) -> String;

    /// The key of this text; none: it is no such text.
    fn of_token(token: &str) -> Option<Self>;
}

impl<K: Serialize + DeserializeOwned> Token for K {
    fn token(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn of_token(token: &str) -> Option<Self> {
        serde_json::from_str(token).ok()
    }
}

/// A piece of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<R, K> {
    /// The rows.
    pub rows: Vec<R>,
    /// After what the next piece begins; none: there is no more.
    pub next: Option<K>,
}

impl<R, K> Default for Page<R, K> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            next: None,
        }
    }
}

impl<R, K> Page<R, K> {
    /// At most `size` of these rows, of which there is one more if there are more.
    fn of(mut rows: Vec<R>, size: usize, key: impl Fn(&R) -> K) -> Self {
        let is_more = rows.len() > size;
        rows.truncate(size);
        let next = rows.last().filter(|_| is_more).map(key);
        Self { rows, next }
    }
}

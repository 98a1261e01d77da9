//! How long an answer is waited for.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long an answer is still waited for, asked again and again while it is looked for.
#[derive(Clone)]
pub struct Patience(Arc<dyn Fn() -> Option<Duration> + Send + Sync>);

impl Patience {
    /// As long as this says; none: nobody waits any more.
    pub fn new(left: impl Fn() -> Option<Duration> + Send + Sync + 'static) -> Self {
        Self(Arc::new(left))
    }

    /// For a day: who asks has all the time there is.
    pub fn endless() -> Self {
        Self::new(|| Some(Duration::from_hours(24)))
    }

    /// How long the answer is still waited for; none: nobody waits any more.
    pub fn left(&self) -> Option<Duration> {
        (self.0)()
    }
}

impl fmt::Debug for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Patience").field(&self.left()).finish()
    }
}

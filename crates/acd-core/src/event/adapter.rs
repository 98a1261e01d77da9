//! What happened to adapters and their streams.

use std::sync::Arc;

use crate::command::LiveRefusal;
use crate::ids::{AdapterNo, TimeMs};
use crate::refusal::Refusal;

/// An adapter's stream began. The event's sequence is the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterConnected {
    /// The adapter.
    pub adapter: AdapterNo,
    /// Its run.
    pub incarnation: Arc<str>,
}

/// An adapter was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterLost {
    /// The adapter.
    pub adapter: AdapterNo,
    /// When its contacts are given up.
    pub grace_until: TimeMs,
}

/// A lost adapter's grace ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterGivenUp {
    /// The adapter.
    pub adapter: AdapterNo,
}

/// An adapter's complete list holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterReconciled {
    /// The adapter.
    pub adapter: AdapterNo,
}

/// An entry of an adapter's complete list was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveEntryRefused {
    /// The adapter.
    pub adapter: AdapterNo,
    /// Which, and why.
    pub refused: LiveRefusal,
}

/// An event of an adapter's stream was applied (or refused, which is final too).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterEventApplied {
    /// The adapter.
    pub adapter: AdapterNo,
    /// The event's own sequence.
    pub sequence: u64,
    /// Why it was refused; none: it was applied. The refusal is kept until the adapter confirms it.
    pub refused: Option<Refusal>,
}

/// An adapter knows which of its events were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalsConfirmed {
    /// The adapter.
    pub adapter: AdapterNo,
    /// The refusals of all events up to this sequence.
    pub up_to: u64,
}

/// A refusal is not kept any longer, although the adapter has not confirmed it: there are as many as may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalForgotten {
    /// The adapter.
    pub adapter: AdapterNo,
    /// The event that was refused.
    pub sequence: u64,
}

//! Shards: each one thread that owns the engines of its tenants and their log.
//!
//! A shard takes what has queued in its mailbox, decides each call, appends one batch to the log, and only when that
//! is durable releases the answers and publishes to the streams. Reads see durable state only.

mod call;
mod health;

use acd_core::Engine;
use acd_core::command::{ApplyConfig, Origin, Request};
use acd_core::event::Recorded;
use acd_core::ids::TenantName;
use acd_journal::JournalId;

use crate::clock::{Clock, Deadline};
use crate::stream::{Interest, SubscribeError, Subscription};

pub use call::{Answered, BUSY_RETRY_AFTER, CallError, Pending, STORAGE_RETRY_AFTER};
pub use health::Health;

/// The handle to all shards. Clones share them.
#[derive(Clone, Debug)]
pub struct Shards {
    clock: Clock,
}

impl Shards {
    /// Puts a request into the mailbox of its tenant's shard without waiting. Requests submitted one after the other
    /// are decided in that order. New contacts and configuration changes are refused first when the mailbox fills up.
    ///
    /// # Errors
    /// [`CallError::Busy`], [`CallError::ShuttingDown`].
    pub fn submit(
        &self,
        tenant: &TenantName,
        request: Request,
        deadline: Option<Deadline>,
    ) -> Result<Pending, CallError> {
        let _ = (tenant, request, deadline);
        Err(CallError::ShuttingDown)
    }

    /// Has a request decided and waits until the answer is durable.
    ///
    /// # Errors
    /// [`CallError`]; what the engine refuses is an answer, not an error.
    pub async fn request(
        &self,
        tenant: &TenantName,
        request: Request,
        deadline: Option<Deadline>,
    ) -> Result<Answered, CallError> {
        self.submit(tenant, request, deadline)?.await
    }

    /// Creates a tenant with its first configuration. A repetition with the same request id gets the first answer.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::TenantExists`] unless the tenant has been deleted.
    pub async fn create_tenant(
        &self,
        tenant: &TenantName,
        origin: Origin,
        config: ApplyConfig,
        deadline: Option<Deadline>,
    ) -> Result<Answered, CallError> {
        let _ = (tenant, origin, config, deadline);
        Err(CallError::ShuttingDown)
    }

    /// Runs `read` on the shard's thread at a point where all of the tenant's state is durable. Keep it short: the
    /// shard decides nothing meanwhile.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn read<R: Send + 'static>(
        &self,
        tenant: &TenantName,
        read: impl FnOnce(&Engine) -> R + Send + 'static,
    ) -> Result<R, CallError> {
        let _ = (tenant, read);
        Err(CallError::ShuttingDown)
    }

    /// One event of the tenant's log, such as an old configuration; none if there is none of this sequence.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::Log`] if it cannot be read.
    pub async fn event(
        &self,
        tenant: &TenantName,
        sequence: u64,
    ) -> Result<Option<Recorded>, CallError> {
        let _ = (tenant, sequence);
        Err(CallError::ShuttingDown)
    }

    /// The tenants that exist, by name; deleted ones are left out.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn tenants(&self) -> Result<Vec<TenantName>, CallError> {
        Err(CallError::ShuttingDown)
    }

    /// Subscribes to a part of a tenant: attaches the session or connects the adapter first if it is one. The
    /// subscription begins with a snapshot, or with what changed since the resume token (views and agents only).
    ///
    /// # Errors
    /// [`SubscribeError`].
    pub async fn subscribe(
        &self,
        tenant: &TenantName,
        interest: Interest,
        resume_token: Option<String>,
    ) -> Result<Subscription, SubscribeError> {
        let _ = (tenant, interest, resume_token);
        Err(SubscribeError::Call(CallError::ShuttingDown))
    }

    /// The token that continues a subscription after this sequence of the tenant.
    pub fn resume_token(&self, tenant: &TenantName, interest: &Interest, sequence: u64) -> String {
        let _ = (tenant, interest, sequence);
        String::new()
    }

    /// The journal that holds this tenant.
    pub fn journal_id(&self, tenant: &TenantName) -> JournalId {
        let _ = tenant;
        "0".parse().expect("a hexadecimal number")
    }

    /// The engine's clock.
    pub fn clock(&self) -> Clock {
        self.clock
    }
}

//! An adapter's session: contact events up, directives down, across any number of connections.
//!
//! Events are numbered and kept here until the server has them on disk. After a drop the server says how far it got and
//! the rest is sent again, in order. Directives come again until they are acknowledged; each is handed over once.

mod connection;
mod directives;
mod listing;
mod outbox;
mod receipts;

use std::{fmt, num::NonZeroUsize};

use acd_proto::v1::{Directive, LiveList, event::Event};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
};

pub use listing::Reconciled;
pub use outbox::{Receipt, Submitted};
pub use receipts::Receipts;

use crate::{Endpoint, Error, backoff::random_u64};
use connection::Service;

/// Most directives handed over and not acknowledged; an adapter that lets more pile up does not acknowledge at all.
pub const UNACKNOWLEDGED_DIRECTIVES_MAX: usize = 65_536;

/// Who the adapter is, and how much it may have under way.
#[derive(Clone, Debug)]
pub struct Options {
    /// Tenant it serves.
    pub tenant: String,
    /// Its configured name.
    pub adapter: String,
    /// Names this run of event numbering, at most 64 bytes; none: a name nobody else uses. Give one only together with
    /// a memory of what was acknowledged, to continue a numbering across restarts.
    pub incarnation: Option<String>,
    /// Most events sent and not yet durable; the server may ask for less. As many again may wait to be sent, beyond that
    /// [`AdapterHandle::submit`] waits.
    pub max_unacknowledged_events: NonZeroUsize,
}

impl Options {
    /// This adapter with every default.
    pub fn new(tenant: impl Into<String>, adapter: impl Into<String>) -> Self {
        const EVENTS: NonZeroUsize = NonZeroUsize::new(1024).expect("not zero");
        Self {
            tenant: tenant.into(),
            adapter: adapter.into(),
            incarnation: None,
            max_unacknowledged_events: EVENTS,
        }
    }
}

/// How the session stands.
#[derive(Clone, Debug)]
pub enum Status {
    /// No connection; it is being made, over and over.
    Connecting {
        /// Why the last one ended or failed; none at the start.
        last: Option<Error>,
    },
    /// Connected, welcomed, events flow.
    Connected {
        /// The server's number of this connection.
        connection_id: u64,
        /// The server may know of other contacts than the adapter holds, until a live list has taken effect.
        live_list_due: bool,
    },
    /// Over for good.
    Over {
        /// Why.
        error: Error,
    },
}

/// A running adapter session. Dropping it ends it at once; events that are not yet durable may be lost then, unlike with
/// [`AdapterSession::close`].
pub struct AdapterSession {
    handle: AdapterHandle,
    directives: mpsc::Receiver<Directive>,
    close: Option<oneshot::Sender<()>>,
    /// Ends with the session.
    _task: JoinSet<()>,
}

impl AdapterSession {
    /// Starts the session; it connects in the background. Must be called within a tokio runtime.
    #[must_use]
    pub fn start(endpoint: &Endpoint, options: Options) -> Self {
        let incarnation = options
            .incarnation
            .clone()
            .unwrap_or_else(|| format!("{:016x}", random_u64()));
        // The session itself keeps what is under way; the channels only hand over.
        let (events, submitted) = mpsc::channel(options.max_unacknowledged_events.get());
        let (acknowledgements, acknowledged) = mpsc::channel(UNACKNOWLEDGED_DIRECTIVES_MAX);
        let (lists, listed) = mpsc::channel(1);
        let (deliver, directives) = mpsc::channel(UNACKNOWLEDGED_DIRECTIVES_MAX);
        let (status, status_seen) = watch::channel(Status::Connecting { last: None });
        let (close, closing) = oneshot::channel();
        let service = Service::new(
            endpoint.clone(),
            options,
            incarnation,
            connection::Ends {
                submitted,
                acknowledged,
                lists: listed,
                deliver,
                status,
                closing,
            },
        );
        let handle = AdapterHandle {
            events,
            acknowledgements,
            lists,
            status: status_seen,
        };
        let mut task = JoinSet::new();
        task.spawn(service.run());
        Self {
            handle,
            directives,
            close: Some(close),
            _task: task,
        }
    }

    /// The way to send events and acknowledgements; clones may be used from anywhere.
    #[must_use]
    pub fn handle(&self) -> &AdapterHandle {
        &self.handle
    }

    /// The next directive; each id comes once, in order. To be acknowledged when done, or stored so that it certainly
    /// will be. May be dropped while it waits.
    ///
    /// # Errors
    /// Why the session is over: `ADAPTER_FENCED` (another connection has this name), `UNKNOWN_TENANT`,
    /// `UNKNOWN_ADAPTER`, a loss of rights, [`Error::JournalReplaced`], [`Error::Closed`].
    pub async fn next_directive(&mut self) -> Result<Directive, Error> {
        match self.directives.recv().await {
            Some(directive) => Ok(directive),
            None => Err(self.handle.why_over()),
        }
    }

    /// Ends the session when every event submitted is durable; waits for the server as long as that takes, so put a
    /// time-out around it.
    ///
    /// # Errors
    /// Why the session was over before.
    pub async fn close(mut self) -> Result<(), Error> {
        if let Some(close) = self.close.take() {
            // The task may have ended already; then its status says why.
            let _ = close.send(());
        }
        while self.directives.recv().await.is_some() {}
        match self.handle.why_over() {
            Error::Closed => Ok(()),
            error => Err(error),
        }
    }
}

impl fmt::Debug for AdapterSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdapterSession")
            .field("status", &*self.handle.status.borrow())
            .finish_non_exhaustive()
    }
}

/// Sends events and acknowledgements of one session.
#[derive(Clone, Debug)]
pub struct AdapterHandle {
    events: mpsc::Sender<outbox::Entry>,
    acknowledgements: mpsc::Sender<Vec<u64>>,
    lists: mpsc::Sender<listing::Listing>,
    status: watch::Receiver<Status>,
}

impl AdapterHandle {
    /// Hands over an event and returns what to await for its receipt. Events are applied in the order handed over.
    /// Waits while too many are not yet durable.
    ///
    /// # Errors
    /// Why the session is over.
    pub async fn submit(&self, event: impl Into<Event>) -> Result<Submitted, Error> {
        let (entry, submitted) = outbox::Entry::new(event.into());
        self.events.send(entry).await.map_err(|_| self.why_over())?;
        Ok(submitted)
    }

    /// Hands over an event and waits until it is durable.
    ///
    /// # Errors
    /// What the server refused it for, or why the session is over.
    pub async fn send(&self, event: impl Into<Event>) -> Result<Receipt, Error> {
        self.submit(event).await?.receipt().await
    }

    /// Directives are done. Lost acknowledgements are made good when the directive comes again.
    ///
    /// # Errors
    /// Why the session is over.
    pub async fn acknowledge(&self, directive_ids: Vec<u64>) -> Result<(), Error> {
        self.acknowledgements
            .send(directive_ids)
            .await
            .map_err(|_| self.why_over())
    }

    /// Waits until a live list is due: the server may know of other contacts than the adapter holds, because the
    /// adapter is new to it, was given up after its grace, or never confirmed refusals. Then call
    /// [`reconcile`](Self::reconcile); what the adapter loses itself (its switch started anew, its memory is gone) it
    /// knows best, and calls it unasked. May be dropped while it waits.
    ///
    /// # Errors
    /// Why the session is over.
    pub async fn live_list_due(&self) -> Result<(), Error> {
        let mut status = self.status.clone();
        let is_due = |status: &Status| {
            matches!(
                status,
                Status::Over { .. }
                    | Status::Connected {
                        live_list_due: true,
                        ..
                    }
            )
        };
        let seen = status.wait_for(is_due).await.map_err(|_| Error::Closed)?;
        match &*seen {
            Status::Over { error } => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// Tells the server all that the adapter holds: contacts it does not name end, those unknown to the server join
    /// with the arrival time stated, the others keep their place, and who is busy outside is taken over. It is newer
    /// than every event handed over before; do not hand over others before it is answered. It is sent again on a new
    /// connection until there is an answer.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` (a contact twice or without an id, too many) if the whole list is of no use, or why the
    /// session is over. Entries that could not be taken are in [`Reconciled::refusals`].
    pub async fn reconcile(&self, list: LiveList) -> Result<Reconciled, Error> {
        let (listing, answered) = listing::Listing::new(list);
        self.lists
            .send(listing)
            .await
            .map_err(|_| self.why_over())?;
        answered.await.unwrap_or_else(|_| Err(self.why_over()))
    }

    /// How the session stands, to be looked at or waited upon.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    fn why_over(&self) -> Error {
        match &*self.status.borrow() {
            Status::Over { error } => error.clone(),
            _ => Error::Closed,
        }
    }
}

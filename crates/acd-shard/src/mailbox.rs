//! What stands in a shard's mailbox, and who gets in when it fills up.

use std::fmt;

use acd_core::command::{Command, Origin, Request};
use acd_core::ids::{AdapterName, CallerName, TenantName};
use acd_core::refusal::Refusal;
use acd_traces::Came;
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use metrics::Counter;
use tracing::Span;

use super::call::{Answered, BUSY_RETRY_AFTER, CallError, Reply};
use crate::clock::Deadline;
use crate::shares::{Holder, Share, Shares};
use crate::stream::{Interest, Place, Subscription};

/// What a shard is asked to do.
pub(crate) enum Job {
    Decide(Box<Decide>),
    Subscribe(Box<Subscribe>),
    /// Does the shard answer?
    Ping(Reply<()>),
    /// Decide nothing after this; the answer comes when the shard has stopped.
    Drain(Reply<()>),
}

/// A request for an engine.
pub(crate) struct Decide {
    pub(crate) tenant: TenantName,
    pub(crate) request: Request,
    /// The request is to create the tenant.
    pub(crate) creates: bool,
    pub(crate) deadline: Option<Deadline>,
    pub(crate) reply: Reply<Answered>,
    /// How it came in, where traces are told.
    pub(crate) came: Option<Came>,
    /// The service's span, so that the decision is told within it.
    pub(crate) span: Span,
    /// The place it takes, once it stands in the mailbox; none for what the server itself asks.
    pub(crate) place: Option<Share<Asks, 2>>,
}

/// Whose requests stand in a mailbox. Who asks may have as many places as are left, all of their tenant twice as many:
/// whoever asks for more than can be done does not shut out the others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Asks {
    /// Somebody of this tenant.
    Tenant(TenantName),
    /// Who calls.
    Caller(TenantName, CallerName),
    /// Who speaks on a stream of its own.
    Adapter(TenantName, AdapterName),
}

impl Holder for Asks {
    fn factor(&self) -> usize {
        match self {
            Asks::Tenant(_) => 2,
            Asks::Caller(..) | Asks::Adapter(..) => 1,
        }
    }
}

impl fmt::Display for Asks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Asks::Tenant(name) => write!(f, "tenant {name:?}"),
            Asks::Caller(_, name) => write!(f, "caller {name:?}"),
            Asks::Adapter(_, name) => write!(f, "adapter {name:?}"),
        }
    }
}

impl Decide {
    /// Who asks for it; none: the server itself.
    fn asks(&self) -> Option<[Asks; 2]> {
        let tenant = || self.tenant.clone();
        let one = match &self.request.origin {
            Origin::Internal => return None,
            Origin::Unary { caller, .. } => Asks::Caller(tenant(), caller.clone()),
            Origin::Stream { adapter, .. } | Origin::Connection { adapter, .. } => {
                Asks::Adapter(tenant(), adapter.clone())
            }
        };
        Some([Asks::Tenant(tenant()), one])
    }
}

/// A new stream of an agent's session or an adapter, which is attached first.
pub(crate) struct Subscribe {
    pub(crate) tenant: TenantName,
    pub(crate) interest: Interest,
    pub(crate) resume_token: Option<String>,
    pub(crate) place: Place,
    pub(crate) reply: Reply<Result<Subscription, Refusal>>,
}

impl Job {
    /// Whether the job may use the reserved share. Without it what is under way would get stuck: contacts could not
    /// end, offers could not be answered, sessions could not come back. New contacts, changes of the configuration and
    /// reads can wait.
    fn may_use_reserve(&self) -> bool {
        match self {
            Job::Decide(decide) => match decide.request.command {
                Command::Arrive(_)
                | Command::ApplyConfig(_)
                | Command::SetAgentSkills(_)
                | Command::NoteConfigFile(_)
                | Command::DeleteTenant(_) => false,
                Command::AdapterConnect(_)
                | Command::AdapterDisconnect(_)
                | Command::AcknowledgeDirectives(_)
                | Command::Malformed(_)
                | Command::ConfirmRefusals(_)
                | Command::ReconcileAdapter(_)
                | Command::AdmitLive(_)
                | Command::SetOutsideBusy(_)
                | Command::ActForAgent(_)
                | Command::Contact(_)
                | Command::Login(_)
                | Command::AttachSession(_)
                | Command::DetachSession(_)
                | Command::Agent(_)
                | Command::Supervise(_)
                | Command::SubmitReview(_)
                | Command::ResolveCivilTime(_) => true,
            },
            Job::Ping(_) => false,
            Job::Subscribe(_) | Job::Drain(_) => true,
        }
    }

    /// Answers with an error instead of doing it.
    pub(crate) fn fail(self, error: CallError) {
        match self {
            Job::Decide(decide) => decide.reply.send(Err(error)),
            Job::Subscribe(subscribe) => subscribe.reply.send(Err(error)),
            Job::Ping(reply) => reply.send(Err(error)),
            Job::Drain(reply) => reply.send(Err(error)),
        }
    }
}

/// The services' end of a mailbox.
#[derive(Clone, Debug)]
pub(crate) struct Mailbox {
    jobs: Sender<Job>,
    capacity: usize,
    /// Places that only jobs which may use the reserve get.
    reserve: usize,
    /// Who has how many of the places.
    places: Shares<Asks>,
    busy: Counter,
}

impl Mailbox {
    /// A mailbox with `capacity` places of which `reserve` are kept, and the shard's end of it.
    pub(crate) fn new(capacity: usize, reserve: usize, busy: Counter) -> (Self, Receiver<Job>) {
        let (sender, receiver) = bounded(capacity);
        let mailbox = Self {
            jobs: sender,
            capacity,
            reserve,
            places: Shares::new(capacity),
            busy,
        };
        (mailbox, receiver)
    }

    /// Puts a job in without waiting. Callers that look at the same instant may each take a place of the reserve more
    /// than they should; what counts is that a stream of new contacts cannot use it up.
    pub(crate) fn post(&self, mut job: Job) -> Result<(), CallError> {
        let is_for_reserve_only = self.jobs.len() + self.reserve >= self.capacity;
        if is_for_reserve_only && !job.may_use_reserve() {
            return Err(self.refused_busy(None));
        }
        if let Job::Decide(decide) = &mut job
            && let Some(asks) = decide.asks()
        {
            let mut place = self.places.share(asks);
            if let Err(asks) = place.set(1) {
                return Err(self.refused_busy(Some(asks)));
            }
            decide.place = Some(place);
        }
        self.jobs.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => self.refused_busy(None),
            TrySendError::Disconnected(_) => CallError::unavailable(),
        })
    }

    /// Puts an order in, whatever is kept; gives it back if there is no place. One that nobody will ever take is dropped,
    /// and whoever waits for its answer hears that.
    pub(crate) fn post_order(&self, order: Job) -> Result<(), Job> {
        match self.jobs.try_send(order) {
            Err(TrySendError::Full(order)) => Err(order),
            Ok(()) | Err(TrySendError::Disconnected(_)) => Ok(()),
        }
    }

    fn refused_busy(&self, share: Option<&Asks>) -> CallError {
        self.busy.increment(1);
        CallError::Busy {
            share: share.map(Asks::to_string),
            retry_after: BUSY_RETRY_AFTER,
        }
    }
}

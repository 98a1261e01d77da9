//! What stands in a shard's mailbox, and who gets in when it fills up.

use acd_core::command::{Command, Request};
use acd_core::ids::TenantName;
use acd_core::refusal::Refusal;
use acd_traces::Came;
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use metrics::Counter;
use tracing::Span;

use super::call::{Answered, BUSY_RETRY_AFTER, CallError, Reply};
use crate::clock::Deadline;
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
            busy,
        };
        (mailbox, receiver)
    }

    /// Puts a job in without waiting. Callers that look at the same instant may each take a place of the reserve more
    /// than they should; what counts is that a stream of new contacts cannot use it up.
    pub(crate) fn post(&self, job: Job) -> Result<(), CallError> {
        let is_for_reserve_only = self.jobs.len() + self.reserve >= self.capacity;
        if is_for_reserve_only && !job.may_use_reserve() {
            return Err(self.refused_busy());
        }
        self.jobs.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => self.refused_busy(),
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

    fn refused_busy(&self) -> CallError {
        self.busy.increment(1);
        CallError::Busy {
            retry_after: BUSY_RETRY_AFTER,
        }
    }
}

//! Why a request is refused. A refusal names the field and the remedy. One that depends on state is remembered with
//! its request id.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A request the engine does not carry out. Nothing has changed.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, thiserror::Error,
)]
#[error("{field}: {}: {detail}", .reason.as_str())]
pub struct Refusal {
    /// Which of the closed list of reasons.
    pub reason: Reason,
    /// The field of the request that is at fault.
    pub field: Arc<str>,
    /// What is wrong, in a sentence without personal data.
    pub detail: Arc<str>,
    /// What the caller can do; none: what the reason says.
    pub remedy: Option<Arc<str>>,
}

impl Refusal {
    /// A refusal for this reason of this field.
    pub fn new(reason: Reason, field: &str, detail: impl fmt::Display) -> Self {
        Self {
            reason,
            field: Arc::from(field),
            detail: Arc::from(detail.to_string()),
            remedy: None,
        }
    }

    /// The same with a remedy of its own.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<Arc<str>>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// The same, with the field named as it stands within this part of a message.
    #[must_use]
    pub fn within(mut self, part: &str) -> Self {
        if !self.field.is_empty() && !part.is_empty() {
            self.field = format!("{part}.{}", self.field).into();
        }
        self
    }

    /// What the caller can do.
    pub fn remedy(&self) -> &str {
        self.remedy
            .as_deref()
            .unwrap_or_else(|| self.reason.remedy())
    }
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal, $remedy:literal;)*) => {
        /// The closed list of reasons.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Reason {
            $($(#[doc = $doc])* $name,)*
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Reason] = &[$(Reason::$name),*];

            /// The reason as it stands in errors and journals.
            pub fn as_str(self) -> &'static str {
                match self { $(Reason::$name => $code,)* }
            }

            /// What the caller can do.
            pub fn remedy(self) -> &'static str {
                match self { $(Reason::$name => $remedy,)* }
            }

            /// Whether the refusal depends on state: it stands for this request id, even if it would be done later.
            /// Otherwise the request itself is wrong, whenever it comes.
            pub fn is_of_state(self) -> bool {
                !matches!(
                    self,
                    Reason::InvalidArgument | Reason::AttributesTooLarge | Reason::ConfigInvalid
                )
            }

            /// The reason of this code.
            pub fn from_code(code: &str) -> Option<Reason> {
                match code { $($code => Some(Reason::$name),)* _ => None }
            }
        }
    };
}

reasons! {
    /// The tenant has no such queue.
    UnknownQueue = "UNKNOWN_QUEUE", "name a queue of the configuration in force";
    /// The tenant has no such agent.
    UnknownAgent = "UNKNOWN_AGENT", "name an agent of the configuration in force";
    /// The tenant has no such adapter.
    UnknownAdapter = "UNKNOWN_ADAPTER", "name an adapter of the configuration in force";
    /// The tenant has no such skill.
    UnknownSkill = "UNKNOWN_SKILL", "name a skill of the configuration in force";
    /// No open contact has this id.
    UnknownContact = "UNKNOWN_CONTACT", "report its arrival first";
    /// The agent has no such offer.
    UnknownOffer = "UNKNOWN_OFFER", "answer only offers made to this agent";
    /// The agent has no such handling.
    UnknownHandling = "UNKNOWN_HANDLING", "name a handling of this agent";
    /// The id is that of a contact that has ended.
    ContactEnded = "CONTACT_ENDED", "use a new id for a new contact; an id may come again an hour after its end, or as the tenant sets it";
    /// An open contact of this id differs in its adapter or channel.
    ContactDiffers = "CONTACT_DIFFERS", "give each contact its own id, or change the open one";
    /// The contact is open, and what was asked is for those that are over.
    ContactOpen = "CONTACT_OPEN", "wait until the contact is over, or end it, and ask again";
    /// The contact is not waiting.
    ContactNotWaiting = "CONTACT_NOT_WAITING", "wait until it is in a queue and nobody has accepted it";
    /// The contact is not parked with this agent.
    ContactNotParked = "CONTACT_NOT_PARKED", "unpark a contact that the agent has parked";
    /// The offer is not pending any more.
    OfferNotPending = "OFFER_NOT_PENDING", "drop it from the screen, and wait for the next offer";
    /// The offer was not accepted, or is over.
    OfferNotAccepted = "OFFER_NOT_ACCEPTED", "report only on the offer of the last connect directive, and undo the connection at the switch";
    /// The handling is not in a state that allows this.
    HandlingState = "HANDLING_STATE", "look at the handling's state first";
    /// The adapter does not own the agent's phone.
    NotItsAgent = "NOT_ITS_AGENT", "act only for agents without a desktop whose configuration names this adapter";
    /// The agent is not logged in.
    NotLoggedIn = "NOT_LOGGED_IN", "log in first";
    /// A later login has taken the session over.
    SessionReplaced = "SESSION_REPLACED", "stop, or log in again if this desktop is the right one";
    /// A later stream of this adapter has taken over.
    AdapterFenced = "ADAPTER_FENCED", "run one instance under each adapter name, and do not reconnect automatically";
    /// The adapter's event sequence has a gap.
    SequenceGap = "SEQUENCE_GAP", "connect again, and send the events from the last applied sequence on";
    /// The same request id came with other content.
    RequestIdReused = "REQUEST_ID_REUSED", "use a new request id for each new intent";
    /// The queue has its greatest length.
    QueueFull = "QUEUE_FULL", "treat the contact as turned away, or choose another destination";
    /// The queue is closed.
    QueueClosed = "QUEUE_CLOSED", "treat the contact as turned away, or choose another destination";
    /// Every agent of the queue is absent.
    NoStaff = "NO_STAFF", "treat the contact as turned away, or choose another destination";
    /// Too many wait for the agents there are.
    Diverted = "DIVERTED", "treat the contact as turned away, or choose another destination";
    /// The predicted wait is too long.
    PredictedWait = "PREDICTED_WAIT", "treat the contact as turned away, or choose another destination";
    /// The customer has an open callback in the queue, or the contact is one.
    CallbackOpen = "CALLBACK_OPEN", "wait for that callback, or change it";
    /// The tenant has no such routing plan.
    UnknownPlan = "UNKNOWN_PLAN", "name a plan of the configuration in force";
    /// The tenant has no such team.
    UnknownTeam = "UNKNOWN_TEAM", "name a team of the configuration in force";
    /// The queue knows no such exit choice.
    UnknownChoice = "UNKNOWN_CHOICE", "name an exit choice of the queue the contact waits in";
    /// No target of the exit choice takes the contact.
    ChoiceUnavailable = "CHOICE_UNAVAILABLE", "offer the customer another choice; they keep their place";
    /// The agent does not serve the queue.
    NotAMember = "NOT_A_MEMBER", "name a queue the agent serves";
    /// The agent has no free slot for it.
    NoFreeSlot = "NO_FREE_SLOT", "wait until a slot is free";
    /// The wrap-up is forced and ends at its time.
    WrapUpForced = "WRAP_UP_FORCED", "wait for the end of the wrap-up";
    /// Such a conversation is not recorded.
    NotRecorded = "NOT_RECORDED", "set recording of the queue to on_request or always; ask for the customer's own conversation";
    /// The contact has no such value.
    UnknownAttribute = "UNKNOWN_ATTRIBUTE", "name a value that is shown as masked";
    /// The role may not have the value revealed.
    NotRevealed = "NOT_REVEALED", "ask somebody who may see it, or let the role reveal it in the configuration";
    /// There is no higher tier to escalate to.
    NoHigherTier = "NO_HIGHER_TIER", "transfer the contact to a queue or an agent";
    /// The agent does not work on demand.
    NotOnDemand = "NOT_ON_DEMAND", "wait for offers, or set on_demand for the agent";
    /// A limit of the tenant is met.
    LimitReached = "LIMIT_REACHED", "release what is no longer needed, or raise the limit";
    /// A value is out of range.
    InvalidArgument = "INVALID_ARGUMENT", "correct the field";
    /// The attributes are too many or too large.
    AttributesTooLarge = "ATTRIBUTES_TOO_LARGE", "send fewer or shorter attributes, and references for the rest";
    /// The configuration has problems.
    ConfigInvalid = "CONFIG_INVALID", "correct the document; its validation lists all problems";
    /// Another version is in force than the one the change was made for.
    ConfigVersionConflict = "CONFIG_VERSION_CONFLICT", "get the version in force, merge, and apply again";
    /// The tenant still has open contacts or logged-in agents.
    TenantInUse = "TENANT_IN_USE", "let its contacts end and its agents log out first";
    /// The tenant has been deleted.
    TenantDeleted = "TENANT_DELETED", "create it again with a configuration";
}

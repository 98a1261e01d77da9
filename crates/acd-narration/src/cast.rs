//! Who is who.

use acd_core::ids::{
    AdapterNo, AgentNo, CalendarNo, ContactId, HandlingId, OfferId, QueueNo, TimeMs, VisitId,
};
use acd_core::personal::Personal;
use acd_core::state::State;

/// What the numbers in events stand for, and how instants and personal data are told.
pub trait Cast {
    /// The tenant: the names of its agents, queues, adapters and calendars, whose numbers never change.
    fn state(&self) -> &State;

    /// The name of a contact.
    fn contact(&self, contact: ContactId) -> Option<&str>;

    /// The contact and the queue of a visit.
    fn visit(&self, visit: VisitId) -> Option<(ContactId, QueueNo)>;

    /// The contact and the agent of an offer.
    fn offer(&self, offer: OfferId) -> Option<(ContactId, AgentNo)>;

    /// The contact and the agent of a handling.
    fn handling(&self, handling: HandlingId) -> Option<(ContactId, AgentNo)>;

    /// An instant.
    fn instant(&self, at_ms: TimeMs) -> String;

    /// Personal data, or what stands for it.
    fn personal(&self, data: &Personal) -> String;
}

/// The name of a contact; its number, if nobody knows it.
pub(crate) fn contact(cast: &dyn Cast, id: ContactId) -> String {
    let name = cast.contact(id).map(str::to_owned);
    name.unwrap_or_else(|| format!("contact {id}"))
}

/// The name of an agent.
pub(crate) fn agent(cast: &dyn Cast, no: AgentNo) -> String {
    let known = cast.state().facts().agents.get(no.index());
    known.map_or_else(
        || format!("agent {}", no.0),
        |it| it.config.name.to_string(),
    )
}

/// The name of a queue.
pub(crate) fn queue(cast: &dyn Cast, no: QueueNo) -> String {
    let known = cast.state().facts().queues.get(no.index());
    known.map_or_else(
        || format!("queue {}", no.0),
        |it| it.config.name.to_string(),
    )
}

/// The name of an adapter.
pub(crate) fn adapter(cast: &dyn Cast, no: AdapterNo) -> String {
    let known = cast.state().facts().adapters.get(no.index());
    known.map_or_else(|| format!("adapter {}", no.0), |it| it.name.to_string())
}

/// The name of a calendar.
pub(crate) fn calendar(cast: &dyn Cast, no: CalendarNo) -> String {
    let known = cast.state().facts().calendars.get(no.index());
    known.map_or_else(|| format!("{}", no.0), |it| it.config.name.to_string())
}

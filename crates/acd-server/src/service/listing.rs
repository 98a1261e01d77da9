//! Contacts, page by page.

use acd_core::ids::ContactId;
use acd_core::state::{Place, State};
use acd_proto::v1::{self, ContactSelection, ErrorReason};

use crate::error::ApiError;
use acd_view as view;

/// A page of contacts, and where the next one begins.
pub(super) fn contacts(
    state: &State,
    asked: &ListedContacts,
) -> Result<(Vec<v1::ContactState>, String), ApiError> {
    let queue = match asked.queue.as_str() {
        "" => None,
        name => Some(state.queue_no(&name.into()).ok_or_else(|| {
            ApiError::new(
                ErrorReason::UnknownQueue,
                "queue",
                format!("there is no queue {name:?}"),
            )
        })?),
    };
    let mut page: Vec<(ContactId, v1::ContactState)> = Vec::new();
    let more = asked.size + 1;
    let in_queue = |contact: &acd_core::state::Contact| queue.is_none() || contact.queue() == queue;
    if asked.selection == ContactSelection::Ended {
        let mut ended: Vec<_> = state
            .facts()
            .ended
            .iter()
            .filter(|((_, id), _)| *id > asked.after)
            .filter_map(|((at, id), ended)| Some((*id, *at, ended.record.as_deref()?)))
            .filter(|(_, _, contact)| in_queue(contact))
            .collect();
        ended.sort_by_key(|(id, ..)| *id);
        let first = ended.into_iter().take(more);
        page.extend(
            first.map(|(id, at, contact)| (id, view::ended_contact_record(state, contact, at))),
        );
    } else {
        let open = state.facts().contacts.range((
            std::ops::Bound::Excluded(asked.after),
            std::ops::Bound::Unbounded,
        ));
        let wanted = open
            .filter(|(_, contact)| in_queue(contact) && asked.is_at(contact.place))
            .take(more);
        let shown = |contact| view::contact_state(state, contact);
        page.extend(wanted.map(|(id, contact)| (*id, shown(contact))));
    }
    let next = if page.len() > asked.size {
        page.truncate(asked.size);
        page.last()
            .map(|(id, _)| id.to_string())
            .unwrap_or_default()
    } else {
        String::new()
    };
    Ok((page.into_iter().map(|(_, contact)| contact).collect(), next))
}

/// Which contacts are listed.
pub(super) struct ListedContacts {
    pub(super) selection: ContactSelection,
    pub(super) queue: String,
    pub(super) size: usize,
    pub(super) after: ContactId,
}

impl ListedContacts {
    /// Whether an open contact in this place is listed.
    fn is_at(&self, place: Place) -> bool {
        match self.selection {
            ContactSelection::InQueue => matches!(place, Place::Queue(_)),
            ContactSelection::Scheduled => matches!(place, Place::Scheduled(_)),
            ContactSelection::Unspecified | ContactSelection::Open | ContactSelection::Ended => {
                true
            }
        }
    }
}

//! All contacts that pass a filter, in messages of a size: a page is read when the one before has been taken.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec::IntoIter;

use acd_core::ids::TenantName;
use acd_history::{Ask, ContactQuestion, ContactRow, Page, Tenant};
use acd_proto::v1;
use acd_shard::clock::Deadline;
use acd_view::PastMasks;
use prost::Message as _;
use tokio_stream::Stream;
use tonic::Status;

use super::{Histories, told};
use crate::auth::Lifetime;
use crate::error::ApiError;
use crate::service::outgoing::expired;

/// How many contacts are read at once.
const PAGE: usize = 200;
/// After how many bytes a message ends.
const MESSAGE_BYTES: usize = 256 * 1_024;

/// What a page came to.
type Read = Result<(v1::HistoryPosition, Page<ContactRow, u64>), ApiError>;
type Reading = Pin<Box<dyn Future<Output = Read> + Send>>;

/// The stream of an export. Dropping it ends the question that is being answered.
pub(crate) struct Export {
    histories: Histories,
    tenant: TenantName,
    question: ContactQuestion,
    masks: PastMasks,
    deadline: Option<Deadline>,
    /// Completes when the stream may last no longer; none: it may last for ever.
    over: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    state: State,
}

enum State {
    Reading(Reading),
    Telling {
        position: v1::HistoryPosition,
        contacts: IntoIter<ContactRow>,
        /// After which contact the next page begins; none: this is the last one.
        next: Option<u64>,
    },
    Over,
}

impl Export {
    /// Reads the first page.
    pub(super) async fn begin(
        histories: Histories,
        tenant: TenantName,
        question: ContactQuestion,
        masks: PastMasks,
        deadline: Option<Deadline>,
        lifetime: Lifetime,
    ) -> Result<Self, ApiError> {
        let question = ContactQuestion {
            size: PAGE,
            ..question
        };
        let first = read(&histories, &tenant, &question, deadline).await?;
        let mut export = Self {
            histories,
            tenant,
            question,
            masks,
            deadline,
            over: lifetime.into_end(),
            state: State::Over,
        };
        export.tell(first);
        Ok(export)
    }

    fn tell(&mut self, (position, page): (v1::HistoryPosition, Page<ContactRow, u64>)) {
        self.state = State::Telling {
            position,
            contacts: page.rows.into_iter(),
            next: page.next,
        };
    }

    /// The next message of the page that was read, and whether it is the last one of the page.
    fn message(&mut self) -> Option<v1::ExportContactsResponse> {
        let State::Telling {
            position,
            contacts,
            next,
        } = &mut self.state
        else {
            return None;
        };
        let (mut told, mut bytes, mut last) = (Vec::new(), 0, None);
        while bytes < MESSAGE_BYTES
            && let Some(row) = contacts.next()
        {
            let contact = told::contact(&row, &self.masks);
            bytes += contact.encoded_len();
            last = Some(contact.contact_sequence);
            told.push(contact);
        }
        let position = Some(*position);
        if contacts.len() > 0 {
            let last = last.map_or_else(String::new, |last| last.to_string());
            return Some(v1::ExportContactsResponse {
                position,
                contacts: told,
                next_page_token: last,
            });
        }
        let after = *next;
        match after {
            None => self.state = State::Over,
            Some(_) => {
                self.question.after = after;
                let (histories, tenant) = (self.histories.clone(), self.tenant.clone());
                let (question, deadline) = (self.question.clone(), self.deadline);
                self.state = State::Reading(Box::pin(async move {
                    read(&histories, &tenant, &question, deadline).await
                }));
            }
        }
        Some(v1::ExportContactsResponse {
            position,
            contacts: told,
            next_page_token: after.map_or_else(String::new, |next| next.to_string()),
        })
    }
}

async fn read(
    histories: &Histories,
    tenant: &TenantName,
    question: &ContactQuestion,
    deadline: Option<Deadline>,
) -> Read {
    let question = question.clone();
    let question = move |ask: &mut Ask<'_>, tenant: &Tenant| ask.contacts(tenant, &question);
    histories.ask(deadline, tenant, question).await
}

impl Stream for Export {
    type Item = Result<v1::ExportContactsResponse, Status>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let export = self.get_mut();
        let over = export.over.as_mut();
        let has_expired = over.is_some_and(|over| over.as_mut().poll(context).is_ready());
        if has_expired && !matches!(export.state, State::Over) {
            export.state = State::Over;
            export.over = None;
            return Poll::Ready(Some(Err(expired().into())));
        }
        if let State::Reading(reading) = &mut export.state {
            match ready!(reading.as_mut().poll(context)) {
                Ok(page) => export.tell(page),
                Err(error) => {
                    export.state = State::Over;
                    return Poll::Ready(Some(Err(error.into())));
                }
            }
        }
        Poll::Ready(export.message().map(Ok))
    }
}

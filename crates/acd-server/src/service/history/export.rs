//! All contacts that pass a filter, in messages of a size: a page is read when the one before has been taken.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec::IntoIter;

use acd_core::ids::TenantName;
use acd_history::{Ask, ContactQuestion, Tenant};
use acd_proto::v1;
use acd_view::PastMasks;
use prost::Message as _;
use tokio_stream::Stream;
use tonic::Status;

use super::{Histories, told};
use crate::error::ApiError;
use crate::service::caller::Caller;
use crate::service::outgoing::expired;
use crate::service::page;

/// How many contacts are read at once.
const PAGE: usize = 200;
/// After how many bytes a message ends.
const MESSAGE_BYTES: usize = 256 * 1_024;

/// What a page came to: up to where the rows tell, its contacts, and after which contact the next page begins, if there is one.
type Told = (v1::HistoryPosition, Vec<v1::PastContact>, Option<u64>);
type Read = Result<Told, ApiError>;
type Reading = Pin<Box<dyn Future<Output = Read> + Send>>;

/// The stream of an export. Dropping it ends the question that is being answered.
pub(crate) struct Export {
    asked: Asked,
    /// Completes when the stream may last no longer; none: it may last for ever.
    over: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    state: State,
}

/// What is asked, and by whom.
#[derive(Clone)]
struct Asked {
    histories: Histories,
    caller: Caller,
    tenant: TenantName,
    question: ContactQuestion,
    masks: PastMasks,
}

enum State {
    Reading(Reading),
    Telling {
        position: v1::HistoryPosition,
        contacts: IntoIter<v1::PastContact>,
        /// After which contact the next page begins; none: this is the last one.
        next: Option<u64>,
    },
    Over,
}

impl Export {
    /// Reads the first page.
    pub(super) async fn begin(
        histories: Histories,
        caller: Caller,
        tenant: TenantName,
        question: ContactQuestion,
        masks: PastMasks,
    ) -> Result<Self, ApiError> {
        let over = caller.lifetime(&histories.lifetimes).into_end();
        let asked = Asked {
            histories,
            caller,
            tenant,
            question: ContactQuestion {
                size: PAGE,
                ..question
            },
            masks,
        };
        let state = State::telling(asked.clone().read().await?);
        Ok(Self { asked, over, state })
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
            && let Some(contact) = contacts.next()
        {
            bytes += contact.encoded_len();
            last = Some(contact.contact_sequence);
            told.push(contact);
        }
        let position = Some(*position);
        if contacts.len() > 0 {
            return Some(v1::ExportContactsResponse {
                position,
                contacts: told,
                next_page_token: page::token(last.as_ref()),
            });
        }
        let after = *next;
        match after {
            None => self.state = State::Over,
            Some(_) => {
                self.asked.question.after = after;
                self.state = State::Reading(Box::pin(self.asked.clone().read()));
            }
        }
        Some(v1::ExportContactsResponse {
            position,
            contacts: told,
            next_page_token: page::token(after.as_ref()),
        })
    }
}

impl State {
    fn telling((position, contacts, next): Told) -> Self {
        Self::Telling {
            position,
            contacts: contacts.into_iter(),
            next,
        }
    }
}

impl Asked {
    /// Reads a page, and has recorded whose data is read.
    async fn read(self) -> Read {
        let Self {
            histories,
            caller,
            tenant,
            question,
            masks,
        } = self;
        let question = move |ask: &mut Ask<'_>, tenant: &Tenant| ask.contacts(tenant, &question);
        let deadline = caller.called().deadline;
        let (position, page) = histories.ask(deadline, &tenant, question).await?;
        let contacts = page.rows.iter().map(|row| told::contact(row, &masks));
        let contacts: Vec<v1::PastContact> = contacts.collect();
        histories.record_listed(&caller, &tenant, &contacts).await?;
        Ok((position, contacts, page.next))
    }
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
                Ok(page) => export.state = State::telling(page),
                Err(error) => {
                    export.state = State::Over;
                    return Poll::Ready(Some(Err(error.into())));
                }
            }
        }
        Poll::Ready(export.message().map(Ok))
    }
}

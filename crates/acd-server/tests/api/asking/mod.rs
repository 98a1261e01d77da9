//! What happened is asked over the API: found, told whole, page by page, by whom it concerns and nobody else.

mod forgetting;
mod listing;
mod looking;
mod refusing;
mod reviewing;
mod telling;

use acd_config::HistoryConfig;
use acd_proto::v1::{self, VisitOutcome};
use tonic::Status;

use crate::harness::{Clients, Desk, Pbx, TENANT, TestServer, call, in_time, reason, request_id};

/// A server that keeps a history.
async fn server() -> TestServer {
    TestServer::with(|config| config.history = Some(HistoryConfig::default())).await
}

/// What is asked of the history.
struct Asking {
    clients: Clients,
}

impl Asking {
    async fn of(server: &TestServer) -> Self {
        Self {
            clients: server.clients().await,
        }
    }

    /// A page of contacts.
    async fn page(
        &self,
        filter: v1::ContactFilter,
        page_size: u32,
        page_token: &str,
    ) -> Result<v1::FindContactsResponse, Status> {
        let request = v1::FindContactsRequest {
            tenant: TENANT.into(),
            filter: Some(filter),
            oldest_first: true,
            page_size,
            page_token: page_token.into(),
        };
        let mut histories = self.clients.histories.clone();
        let answer = in_time("contacts", histories.find_contacts(request)).await?;
        Ok(answer.into_inner())
    }

    /// The ids of the contacts that pass a filter, the first that arrived first.
    async fn find(&self, filter: v1::ContactFilter) -> Vec<String> {
        let page = self.page(filter, 0, "").await.unwrap();
        assert_eq!(page.next_page_token, "");
        ids(&page.contacts)
    }

    async fn contact(&self, contact_id: &str) -> v1::GetContactResponse {
        let request = v1::GetContactRequest {
            tenant: TENANT.into(),
            contact_id: contact_id.into(),
            contact_sequence: 0,
        };
        let mut histories = self.clients.histories.clone();
        let answer = in_time("a contact", histories.get_contact(request)).await;
        answer.unwrap().into_inner()
    }

    async fn explain(&self, contact_id: &str) -> v1::ExplainContactResponse {
        let request = v1::ExplainContactRequest {
            tenant: TENANT.into(),
            contact_id: contact_id.into(),
        };
        let mut supervisors = self.clients.supervisors.clone();
        let answer = in_time("why", supervisors.explain_contact(request)).await;
        answer.unwrap().into_inner()
    }

    /// Waits until the rows tell up to this event. Whoever waits asks again.
    async fn until(&self, sequence: u64) {
        let request = v1::FindActsRequest {
            tenant: TENANT.into(),
            page_size: 1,
            ..Default::default()
        };
        loop {
            let mut histories = self.clients.histories.clone();
            let position = match in_time("a position", histories.find_acts(request.clone())).await {
                Ok(page) => page.into_inner().position.unwrap_or_default(),
                Err(early) => {
                    assert_eq!(reason(&early), v1::ErrorReason::Storage, "it is being made");
                    continue;
                }
            };
            if position.sequence >= sequence {
                return;
            }
        }
    }
}

fn ids(contacts: &[v1::PastContact]) -> Vec<String> {
    contacts.iter().map(|it| it.contact_id.clone()).collect()
}

/// Anna rejects a call, Bert takes it, says what became of it and is done; another customer hangs up while waiting.
async fn a_day(clients: &Clients) -> u64 {
    let mut pbx = Pbx::connect(clients, "run-1").await;
    let mut anna = Desk::ready(clients, "anna").await;
    let order = v1::Attribute {
        key: "order".into(),
        value: "4711".into(),
        ..Default::default()
    };
    let pin = v1::Attribute {
        key: "pin".into(),
        value: "0815".into(),
        sensitive: true,
        ..Default::default()
    };
    let answered = v1::ContactArrived {
        attributes: vec![order, pin],
        customer_key: Some("K-7".into()),
        ..call("answered", "sales")
    };
    pbx.send(answered).await;
    let offer = anna.ringing().await;
    anna.reject(offer.offer_id).await.unwrap();
    anna.set_presence(v1::Presence::NotReady, "lunch")
        .await
        .unwrap();
    let mut bert = Desk::ready(clients, "bert").await;
    let offer = bert.ringing().await;
    bert.accept(offer.offer_id).await.unwrap();
    pbx.send(v1::ContactConnected {
        contact_id: "answered".into(),
        offer_id: offer.offer_id,
    })
    .await;
    let handling = bert.handling(v1::HandlingState::Connected).await;
    clients.hang_up("answered").await.unwrap();
    bert.end_wrap_up(handling.handling_id, "sold")
        .await
        .unwrap();
    let said = v1::SetDispositionRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        agent: "bert".into(),
        session_id: bert.session,
        handling_id: handling.handling_id,
        disposition: Some(v1::Disposition {
            code: "sold".into(),
            notes: Some("two Blue bicycles".into()),
        }),
    };
    clients.agents.clone().set_disposition(said).await.unwrap();
    bert.set_presence(v1::Presence::NotReady, "lunch")
        .await
        .unwrap();
    clients.arrive(call("left", "loans")).await.unwrap();
    clients.hang_up("left").await.unwrap()
}

#[tokio::test]
async fn contacts_are_found_by_all_that_is_known_of_them() {
    let server = server().await;
    let asking = Asking::of(&server).await;
    asking.until(a_day(&asking.clients).await).await;
    let filter = v1::ContactFilter::default;
    assert_eq!(asking.find(filter()).await, ["answered", "left"]);
    let attribute = |key: &str, value: &str| v1::Attribute {
        key: key.into(),
        value: value.into(),
        ..Default::default()
    };
    let answered = [
        v1::ContactFilter {
            queues: vec!["sales".into()],
            ..filter()
        },
        v1::ContactFilter {
            agents: vec!["bert".into(), "carl".into()],
            ..filter()
        },
        v1::ContactFilter {
            offered_to: vec!["anna".into()],
            ..filter()
        },
        v1::ContactFilter {
            outcomes: vec![VisitOutcome::Answered.into()],
            ..filter()
        },
        v1::ContactFilter {
            dispositions: vec!["sold".into()],
            ..filter()
        },
        v1::ContactFilter {
            customer_key: "K-7".into(),
            ..filter()
        },
        v1::ContactFilter {
            attributes: vec![attribute("order", "4711")],
            ..filter()
        },
        v1::ContactFilter {
            notes: "blue BICY".into(),
            ..filter()
        },
        v1::ContactFilter {
            contact_id: "answered".into(),
            channels: vec!["voice".into()],
            from_at_ms: 1,
            ..filter()
        },
    ];
    for filter in answered {
        assert_eq!(
            asking.find(filter.clone()).await,
            ["answered"],
            "{filter:?}"
        );
    }
    let left = v1::ContactFilter {
        outcomes: vec![VisitOutcome::AbandonedCustomer.into()],
        ..filter()
    };
    assert_eq!(asking.find(left).await, ["left"]);
    let nobody = [
        v1::ContactFilter {
            agents: vec!["anna".into()],
            ..filter()
        },
        // It is for those who handle the contact.
        v1::ContactFilter {
            attributes: vec![attribute("pin", "0815")],
            ..filter()
        },
        v1::ContactFilter {
            to_at_ms: 1,
            ..filter()
        },
        v1::ContactFilter {
            notes: "blue%bicycles".into(),
            ..filter()
        },
    ];
    for filter in nobody {
        assert!(asking.find(filter.clone()).await.is_empty(), "{filter:?}");
    }
}

//! Calls in great number.

use std::sync::atomic::{AtomicU64, Ordering};

use acd_proto::v1::{ArriveContactRequest, ContactArrived};
use bytes::Bytes;
use h2::Reason;
use h2::client::SendRequest;
use tokio::task::JoinSet;

use super::{ADAPTER, Attacker, CONNECTIONS, QUEUE, TENANT, Told, whole};

const ARRIVE: &str = "/acd.v1.AdapterService/ArriveContact";
/// Calls at a time on one connection.
const AT_A_TIME: usize = 256;
/// Headers that are allowed, and those that are not.
const LONG: usize = 60 * 1_024;
const TOO_LONG: usize = 1_024 * 1_024;

static NEXT: AtomicU64 = AtomicU64::new(0);

pub(super) fn flood(attacker: &Attacker, tasks: &mut JoinSet<()>) {
    attacker.at_a_time(CONNECTIONS, AT_A_TIME, tasks, |attacker, sender| {
        attacker.arrive(sender, 0)
    });
}

pub(super) fn with_long_headers(attacker: &Attacker, tasks: &mut JoinSet<()>) {
    for bytes in [LONG, TOO_LONG] {
        attacker.at_a_time(
            CONNECTIONS / 2,
            AT_A_TIME,
            tasks,
            move |attacker, sender| attacker.arrive(sender, bytes),
        );
    }
}

pub(super) fn taken_back(attacker: &Attacker, tasks: &mut JoinSet<()>) {
    attacker.at_a_time(CONNECTIONS, 1, tasks, |attacker, sender| async move {
        let mut sender = sender.ready().await?;
        let (_, mut stream) = sender.send_request(attacker.request(ARRIVE), false)?;
        stream.send_data(contact(), false)?;
        stream.send_reset(Reason::CANCEL);
        Told::one_more(&attacker.told.begun);
        tokio::task::yield_now().await;
        Ok(())
    });
}

impl Attacker {
    /// A new contact, with so many bytes of headers besides.
    async fn arrive(self, sender: SendRequest<Bytes>, headers: usize) -> Result<(), h2::Error> {
        let mut request = self.request(ARRIVE);
        for nth in 0..headers / 1_024 {
            let name = http::HeaderName::try_from(format!("x-{nth}")).expect("a name");
            let value = http::HeaderValue::try_from("x".repeat(1_000)).expect("a value");
            request.headers_mut().insert(name, value);
        }
        // An answer that is dropped is reset: nothing of it is read.
        self.call(sender, request, contact()).await.map(drop)
    }
}

/// A contact that was never seen before.
fn contact() -> Bytes {
    let nth = NEXT.fetch_add(1, Ordering::Relaxed);
    let request = ArriveContactRequest {
        tenant: TENANT.to_owned(),
        request_id: format!("{}-{nth}", std::process::id()),
        adapter: ADAPTER.to_owned(),
        contact: Some(ContactArrived {
            contact_id: format!("flood-{}-{nth}", std::process::id()),
            channel: "voice".to_owned(),
            queue: QUEUE.to_owned(),
            ..ContactArrived::default()
        }),
    };
    whole(&request)
}

//! Phones that give no conversation, under both ways of telling an agent. The caller must not notice: they keep waiting,
//! and the next agent gets them.

use std::time::Duration;

use acd_client::v1::{Fault, OfferEndReason, OfferState};
use acd_pbx_lab::{Behaviour, Call};
use acd_testkit::Desk;

use crate::centre::{Centre, Setup, assert_messages};

/// How an agent is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Their phone rings, and answering it takes the call.
    Phone,
    /// Their desk shows it, and their phone rings when they have accepted.
    Desk,
}

impl Told {
    /// The queue that does so.
    pub(crate) fn queue(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Desk => "desk",
        }
    }

    /// The offer, accepted where the desk does that.
    pub(crate) async fn take(self, desk: &mut Desk) -> acd_client::v1::Offer {
        let offer = desk.ringing().await;
        if self == Self::Desk {
            desk.accept(offer.offer_id).await.expect("an accept");
        }
        offer
    }
}

/// How an offer must end.
type End = (OfferState, OfferEndReason, Fault);

/// How long a phone rings before the agent refuses.
const A_MOMENT: Duration = Duration::from_millis(50);

const BUSY: End = (
    OfferState::ConnectFailed,
    OfferEndReason::Busy,
    Fault::Agent,
);
const UNREACHABLE: End = (
    OfferState::ConnectFailed,
    OfferEndReason::Unreachable,
    Fault::System,
);

/// One caller, one agent whose phone does this: the offer ends so, the caller waits on, and a second agent gets them.
async fn the_next_agent_gets_them(told: Told, phone: Option<Behaviour>, expected: End) {
    // Short times, so that a phone that rings for ever does not.
    let setup = Setup {
        adapter: "[calls]\nring_within_s = 1\n".to_owned(),
        ..Setup::default()
    };
    let centre = Centre::open(setup).await;
    let phone = match phone {
        Some(behaviour) => Some(centre.phone("anna", behaviour).await),
        None => None,
    };
    let bert = centre.phone("bert", Behaviour::answers()).await;
    let mut anna_desk = centre.desk("anna").await;
    let caller = centre.call(Call::to(told.queue()));
    let offer = told.take(&mut anna_desk).await;
    let mut bert_desk = centre.desk("bert").await;
    let ended = anna_desk
        .offer(|it| {
            it.offer_id == offer.offer_id && it.end_reason() != OfferEndReason::Unspecified
                || is_over(it)
        })
        .await;
    assert_eq!(
        (ended.state(), ended.end_reason(), ended.fault()),
        expected,
        "{told:?}"
    );
    let again = told.take(&mut bert_desk).await;
    assert_eq!(again.contact_id, offer.contact_id);
    bert.wait_for("ACK").await.expect("a conversation");
    bert_desk
        .handling(acd_client::v1::HandlingState::Connected)
        .await;
    assert_eq!(
        caller.messages().count("BYE"),
        0,
        "the caller heard no hang-up"
    );
    bert.hang_up().await.expect("an end");
    let caller = caller.finished().await.expect("an end");
    assert_messages(&caller.messages, &["INVITE", "200", "ACK", "BYE", "200"]);
    if let Some(phone) = phone {
        assert!(phone.messages().count("INVITE") >= 1);
        assert_eq!(phone.messages().count("BYE"), 0, "{}", phone.messages());
    }
    centre.is_quiet().await;
    assert_eq!(centre.offered_and_answered(told.queue()).await, (1, 1));
}

fn is_over(offer: &acd_client::v1::Offer) -> bool {
    !matches!(offer.state(), OfferState::Pending | OfferState::Connecting)
}

macro_rules! both_ways {
    ($($name:ident: $phone:expr => $by_phone:expr, $at_desk:expr;)*) => {
        mod told_by_phone {
            use super::*;
            $(#[tokio::test]
            async fn $name() {
                the_next_agent_gets_them(Told::Phone, $phone, $by_phone).await;
            })*
        }
        mod told_at_the_desk {
            use super::*;
            $(#[tokio::test]
            async fn $name() {
                the_next_agent_gets_them(Told::Desk, $phone, $at_desk).await;
            })*
        }
    };
}

both_ways! {
    busy: Some(Behaviour::busy()) => BUSY, BUSY;
    do_not_disturb: Some(Behaviour::declines()) => UNREACHABLE, UNREACHABLE;
    rejected: Some(Behaviour::refuses_after(A_MOMENT, "603 Decline")) =>
        (OfferState::Rejected, OfferEndReason::Unspecified, Fault::Agent),
        (OfferState::ConnectFailed, OfferEndReason::Rejected, Fault::Agent);
    unavailable: Some(Behaviour::unavailable()) => UNREACHABLE, UNREACHABLE;
    not_found: Some(Behaviour::refuses("404 Not Found")) => UNREACHABLE, UNREACHABLE;
    failing: Some(Behaviour::fails()) => UNREACHABLE, UNREACHABLE;
    never_answered: Some(Behaviour::rings()) =>
        (OfferState::TimedOut, OfferEndReason::Unspecified, Fault::Agent),
        (OfferState::ConnectFailed, OfferEndReason::NoAnswer, Fault::Agent);
    switched_off: None => UNREACHABLE, UNREACHABLE;
}

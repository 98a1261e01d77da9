//! What rings. Its place is used for nothing else.

use acd_client::v1::{Alerting, Fault, OfferEndReason, OfferState, Presence};
use maud::{Markup, html};

use super::{
    Desk,
    parts::{Act, channel_icon, outside},
};
use crate::{
    desk::{
        hub::Seat,
        view::{Offered, Passed, is_spoken},
    },
    layout::icon,
    texts::Arg,
};

/// How many facts of the customer a ringing offer shows.
const FACTS: usize = 3;
/// How much of a fact.
const FACT_LETTERS: usize = 120;

impl Desk<'_> {
    /// What rings, is being connected or has just ended otherwise.
    pub(super) fn offers(&self) -> Markup {
        let rings = self.view.offers.iter().find(|offered| offered.rings());
        let title = rings.map(|offered| self.ringing_title(offered));
        html! {
            section.offers #offers aria-label=(self.text("desk-offers")) data-title=[title] {
                @if self.is_in() {
                    @for (place, offered) in self.view.offers.iter().enumerate() { (self.offer(offered, place == 0)) }
                    @for passed in &self.view.passed { (self.passed(passed)) }
                    @if self.view.offers.is_empty() && self.view.passed.is_empty() { (self.nothing_rings()) }
                }
            }
        }
    }

    /// "Ringing: call, Card loss": nothing personal, for others see the tab and the notification.
    fn ringing_title(&self, offered: &Offered) -> String {
        let channel = self.channel(&offered.offer.channel);
        let args = [
            ("channel", Arg::Ours(&channel)),
            ("queue", Arg::from(&offered.queue)),
        ];
        self.locale.text_with("desk-ringing-title", &args)
    }

    fn offer(&self, offered: &Offered, on_top: bool) -> Markup {
        let offer = &offered.offer;
        let id = offer.offer_id.to_string();
        let rings = offered.rings();
        let accept = self.text("desk-accept");
        let reject = self.text("desk-reject");
        let about = [("offer", id.as_str())];
        html! {
            section.offer.rings[rings] id={ "offer-" (id) } data-offer=(id)
                aria-label=(self.offer_word(offered))
                data-rings[rings] data-spoken[rings && is_spoken(&offer.channel)]
                data-until=(offered.until_ms())
                data-title=[rings.then(|| self.ringing_title(offered))]
                data-alert=[rings.then(|| self.announced(offered))]
                data-alert-soon=[rings.then(|| self.text("desk-five-seconds"))]
                data-pop=[self.embedded.then(|| pop(&offer.contact_id, &offer.queue, &offer.channel, &offer.attributes))] {
                header {
                    (icon("bell")) span.word { (self.offer_word(offered)) }
                    span.count role="timer" { (ring(offered)) (self.until(offered.until_ms())) }
                }
                h2 { (outside(&offered.who.heading)) }
                p.quiet.line { (icon(channel_icon(&offer.channel))) span { (self.place(&offer.channel, &offered.queue)) } }
                (self.offer_facts(offered))
                p.time-is-up hidden { (self.text("desk-time-is-up")) }
                @if offered.is_answered_here() {
                    div.go {
                        (self.act(
                            &Act { verb: "accept", text: &accept, key: on_top.then_some("F2"), class: "accept", ..Act::default() },
                            &about,
                        ))
                        (self.act(
                            &Act { verb: "reject", text: &reject, key: on_top.then_some("R"), confirm: 1, ..Act::default() },
                            &about,
                        ))
                    }
                } @else if rings {
                    p.quiet { (self.text("desk-pick-up")) }
                }
            }
        }
    }

    fn offer_word(&self, offered: &Offered) -> String {
        let id = match (offered.offer.state(), offered.offer.alerting()) {
            (OfferState::Pending, _) if offered.offer.assigned => "desk-assigned",
            (OfferState::Pending, Alerting::Phone) => "desk-phone-rings",
            (OfferState::Pending, _) => "desk-ringing",
            (_, Alerting::Auto) => "desk-connecting-auto",
            _ => "desk-connecting",
        };
        self.text(id)
    }

    /// "Ringing: chat, Service, Mariam Haddad. F2 accepts. 20 seconds."
    fn announced(&self, offered: &Offered) -> String {
        let channel = self.channel(&offered.offer.channel);
        let left = (offered.offer.ring_until_ms - offered.offer.made_at_ms).max(0) / 1_000;
        let args = [
            ("channel", Arg::Ours(&channel)),
            ("queue", Arg::from(&offered.queue)),
            ("who", Arg::from(&offered.who.heading)),
            ("seconds", Arg::Number(left)),
        ];
        match offered.is_answered_here() {
            true => self.locale.text_with("desk-alert-ringing", &args),
            false => self.locale.text_with("desk-alert-phone", &args),
        }
    }

    fn offer_facts(&self, offered: &Offered) -> Markup {
        let offer = &offered.offer;
        html! {
            dl {
                @if offer.consult_of_handling_id != 0 {
                    dt { (self.text("desk-asks")) }
                    dd { (outside(&offer.consult_of_agent)) }
                }
                dt { (self.text("desk-waited")) } dd { (self.locale.duration(offer.waited_ms)) }
                @if let Some(dial) = &offered.who.dial {
                    dt { (self.text("desk-will-dial")) } dd { (outside(dial)) }
                }
                @if offer.answer_until_ms != 0 {
                    dt { (self.text("desk-answer-by")) } dd { (self.locale.time_of_day(offer.answer_until_ms)) }
                }
                @for fact in offered.facts.iter().take(FACTS) {
                    dt { (outside(&fact.label)) }
                    dd { (outside(&cut(&fact.value))) }
                }
            }
        }
    }

    fn passed(&self, passed: &Passed) -> Markup {
        html! {
            section.offer.is-past id={ "passed-" (passed.offer.offer_id) } {
                p.word { (self.text(why(&passed.offer))) }
                p.quiet.line {
                    (icon(channel_icon(&passed.offer.channel)))
                    span { (outside(&passed.who.heading)) ", " (self.place(&passed.offer.channel, &passed.queue)) }
                }
            }
        }
    }

    fn nothing_rings(&self) -> Markup {
        let presence = &self.view.presence;
        let next = self.text("desk-next-contact");
        let act = Act {
            verb: "next",
            text: &next,
            class: "primary",
            ..Act::default()
        };
        html! {
            div.nothing {
                @if presence.presence != Presence::Ready {
                    p { (self.text("desk-nothing-not-ready")) }
                } @else if self.view.seat == Seat::Returning {
                    p { (self.text("desk-returning")) }
                } @else if presence.on_demand && presence.next_requested {
                    p { (self.text("desk-next-is-coming")) }
                } @else if presence.on_demand {
                    p { (self.text("desk-nothing-on-demand")) }
                    (self.act(&act, &[]))
                } @else {
                    p { (self.text("desk-nothing-rings")) }
                    @if presence.free > 0 && presence.idle_since_ms != 0 {
                        p.quiet { (self.locale.rich("desk-idle", &[], &[("time", self.since(presence.idle_since_ms))])) }
                    }
                }
            }
        }
    }
}

/// The ring around the countdown: the browser draws what is left.
fn ring(offered: &Offered) -> Markup {
    let from = match offered.rings() {
        true => offered.offer.made_at_ms,
        false => offered.offer.accepted_at_ms,
    };
    html! {
        svg viewBox="0 0 32 32" aria-hidden="true" data-from=(from) data-to=(offered.until_ms()) {
            circle.track cx="16" cy="16" r="13" {}
            circle.left cx="16" cy="16" r="13" pathLength="100" stroke-dasharray="100 100" transform="rotate(-90 16 16)" {}
        }
    }
}

fn cut(value: &str) -> String {
    match value.char_indices().nth(FACT_LETTERS) {
        Some((at, _)) => value[..at].to_owned() + "…",
        None => value.to_owned(),
    }
}

/// What the page around a frame is told of a contact. What supervisors may not see it is not told either.
pub(super) fn pop(
    contact: &str,
    queue: &str,
    channel: &str,
    attributes: &[acd_client::v1::Attribute],
) -> String {
    let told = attributes.iter().filter(|attribute| !attribute.sensitive);
    let attributes: serde_json::Map<String, serde_json::Value> = told
        .map(|attribute| (attribute.key.clone(), attribute.value.clone().into()))
        .collect();
    serde_json::json!({ "contactId": contact, "queue": queue, "channel": channel, "attributes": attributes }).to_string()
}

/// Why an offer has ended, in a sentence.
fn why(offer: &acd_client::v1::Offer) -> &'static str {
    use OfferEndReason as Reason;
    match (offer.state(), offer.end_reason()) {
        (_, Reason::LostRace) => "desk-ended-lost-race",
        (_, Reason::CustomerGone) => "desk-ended-customer-gone",
        (_, Reason::CustomerNotReached) => "desk-ended-not-reached",
        (OfferState::Canceled, _) => "desk-ended-taken-out",
        (OfferState::TimedOut, _) if offer.fault() == Fault::Agent => "desk-ended-missed",
        (_, Reason::Busy) => "desk-ended-phone-busy",
        (_, Reason::NoAnswer) => "desk-ended-phone-unanswered",
        (_, Reason::Unreachable) => "desk-ended-phone-unreachable",
        (_, Reason::Rejected) => "desk-ended-phone-rejected",
        (OfferState::ConnectFailed, _) => "desk-ended-connect-failed",
        (_, Reason::AgentGone) => "desk-ended-agent-gone",
        _ => "desk-ended-taken-back",
    }
}

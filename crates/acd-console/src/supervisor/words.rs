//! The API's closed lists of words, in the words of a person. What is not known here, because the engine is newer, is
//! told in general words and not as a code.

use acd_client::{
    Error,
    v1::{
        EndCause, ErrorReason, MonitorMode, NextPlace, NotEligibleReason, Offer, OfferEndReason,
        OfferState, OverflowReason, QueueOpening, ReasonClass, RecordingState, Requirement,
        VisitOutcome, VisitRecord, reason_class::About,
    },
};

use super::{agents::view::Doing, contacts::view::Place};
use crate::texts::{Arg, Locale};

/// What a kind of work is called; a name of its own is its own.
pub(crate) fn channel(locale: &Locale, name: &str) -> String {
    let id = match name {
        "voice" => "supervisor-channel-voice",
        "chat" => "supervisor-channel-chat",
        "email" => "supervisor-channel-email",
        "sms" => "supervisor-channel-sms",
        "social" => "supervisor-channel-social",
        "video" => "supervisor-channel-video",
        "fax" => "supervisor-channel-fax",
        "callback" => "supervisor-channel-callback",
        "task" => "supervisor-channel-task",
        other => return crate::texts::shown(other),
    };
    locale.text(id)
}

/// What an agent does.
pub(crate) fn doing(doing: Doing) -> &'static str {
    match doing {
        Doing::Lost => "supervisor-doing-lost",
        Doing::Talking => "supervisor-doing-talking",
        Doing::Held => "supervisor-doing-held",
        Doing::WrapUp => "supervisor-doing-wrap-up",
        Doing::Connecting => "supervisor-doing-connecting",
        Doing::Ringing => "supervisor-doing-ringing",
        Doing::Outside => "supervisor-doing-outside",
        Doing::Idle => "supervisor-doing-idle",
        Doing::NotReady => "supervisor-doing-not-ready",
        Doing::Offline => "supervisor-doing-offline",
    }
}

/// Where a contact is.
pub(crate) fn place(place: Place) -> &'static str {
    match place {
        Place::Waiting => "supervisor-place-waiting",
        Place::Ringing => "supervisor-place-ringing",
        Place::Talking => "supervisor-place-talking",
        Place::Parked => "supervisor-place-parked",
        Place::Scheduled => "supervisor-place-scheduled",
        Place::Leaving => "supervisor-place-leaving",
        Place::Ended => "supervisor-place-ended",
    }
}

/// Why a queue takes no contacts.
pub(crate) fn closed(opening: QueueOpening) -> &'static str {
    match opening {
        QueueOpening::Unspecified | QueueOpening::Open => "supervisor-open",
        QueueOpening::Hours => "supervisor-closed-hours",
        QueueOpening::Holiday => "supervisor-closed-holiday",
        QueueOpening::Emergency => "supervisor-closed-emergency",
    }
}

/// What a visit asks of an agent: "German 4+ and loans 2+, or sales 5+".
pub(crate) fn needs(locale: &Locale, needs: &Requirement) -> String {
    let groups = needs.any_of.iter().map(|group| {
        let terms = group.all_of.iter().map(|term| {
            let args = [
                ("skill", Arg::from(&term.skill)),
                ("level", Arg::from(term.min_level)),
            ];
            locale.text_with("supervisor-term", &args)
        });
        terms
            .collect::<Vec<_>>()
            .join(&locale.text("supervisor-and"))
    });
    let groups: Vec<_> = groups.filter(|group| !group.is_empty()).collect();
    groups.join(&locale.text("supervisor-or"))
}

/// Why an agent was not offered a contact, said of no particular number of them.
pub(crate) fn reason(locale: &Locale, class: &ReasonClass) -> String {
    use NotEligibleReason as Reason;
    let id = match class.reason() {
        Reason::Unspecified => "supervisor-reason-eligible",
        Reason::Offline => "supervisor-reason-offline",
        Reason::NotReady => "supervisor-reason-not-ready",
        Reason::Busy => "supervisor-reason-busy",
        Reason::BlockedByChannel => "supervisor-reason-blocked",
        Reason::LacksSkill => "supervisor-reason-lacks-skill",
        Reason::BackOff => "supervisor-reason-back-off",
        Reason::SessionLost => "supervisor-reason-session-lost",
        Reason::AdapterAbsent => "supervisor-reason-adapter-absent",
        Reason::NotInQueue => "supervisor-reason-not-in-queue",
        Reason::NoChannel => "supervisor-reason-no-channel",
        Reason::OfferedElsewhere => "supervisor-reason-offered-elsewhere",
        Reason::Tier => "supervisor-reason-tier",
        Reason::TierOutside => "supervisor-reason-tier-outside",
        Reason::Delay => "supervisor-reason-delay",
        Reason::AwaitsOther if matches!(class.about, Some(About::Team(_))) => {
            "supervisor-reason-awaits-team"
        }
        Reason::AwaitsOther => "supervisor-reason-awaits-agent",
        Reason::Paused => "supervisor-reason-paused",
        Reason::OutsideBusy => "supervisor-reason-outside",
        Reason::Reserve => "supervisor-reason-reserve",
        Reason::Training => "supervisor-reason-training",
        Reason::NotAsked => "supervisor-reason-not-asked",
        Reason::Step => "supervisor-reason-step",
        Reason::NotCalledNow => "supervisor-reason-not-called-now",
        Reason::CallbackHours => "supervisor-reason-callback-hours",
        Reason::Offered => "supervisor-reason-offered",
        Reason::PoolFull => "supervisor-reason-pool-full",
        Reason::WrapUp => "supervisor-reason-wrap-up",
        Reason::TotalFull => "supervisor-reason-total-full",
        Reason::HasOffer => "supervisor-reason-has-offer",
        Reason::OnItsWayOut => "supervisor-reason-on-its-way-out",
        Reason::OwnQuestion => "supervisor-reason-own-question",
        Reason::ContactBackOff => "supervisor-reason-contact-back-off",
        Reason::Removed => "supervisor-reason-removed",
        Reason::Leaving => "supervisor-reason-leaving",
    };
    let channel = match &class.about {
        Some(About::Channel(name)) => channel(locale, name),
        _ => String::new(),
    };
    let (mut name, mut level) = ("", 0);
    match &class.about {
        Some(
            About::ReasonCode(text) | About::Agent(text) | About::Team(text) | About::Pool(text),
        ) => name = text,
        Some(About::Term(term)) => (name, level) = (&term.skill, term.min_level),
        Some(About::Tier(tier)) => level = *tier,
        Some(About::Channel(_)) | None => {}
    }
    let args = [
        ("channel", Arg::Ours(&channel)),
        ("name", Arg::from(name)),
        ("level", Arg::from(level)),
    ];
    locale.text_with(id, &args)
}

/// Whether the reason says only that somebody has nothing to do with it: of a large centre that is nearly everybody.
pub(crate) fn is_outside(reason: NotEligibleReason) -> bool {
    matches!(
        reason,
        NotEligibleReason::NotInQueue | NotEligibleReason::Removed
    )
}

/// Where an offer stands, or how it ended.
pub(crate) fn offer_end(offer: &Offer) -> &'static str {
    use OfferEndReason as Why;
    match (offer.state(), offer.end_reason()) {
        (OfferState::Unspecified, _) => "supervisor-offer-over",
        (OfferState::Pending, _) => "supervisor-offer-rings",
        (OfferState::Accepted | OfferState::Connecting, _) => "supervisor-offer-connecting",
        (OfferState::Connected, _) => "supervisor-offer-accepted",
        (OfferState::Rejected, _) => "supervisor-offer-rejected",
        (OfferState::TimedOut, _) => "supervisor-offer-rang-out",
        (_, Why::CustomerGone) => "supervisor-offer-customer-gone",
        (_, Why::Withdrawn) => "supervisor-offer-withdrawn",
        (_, Why::Moved) => "supervisor-offer-moved",
        (_, Why::QueueTimeout) => "supervisor-offer-max-wait",
        (_, Why::LostRace) => "supervisor-offer-lost-race",
        (_, Why::AgentGone) => "supervisor-offer-agent-gone",
        (_, Why::StateForced) => "supervisor-offer-forced",
        (_, Why::SessionLost) => "supervisor-offer-session-lost",
        (_, Why::OutsideBusy) => "supervisor-offer-outside",
        (_, Why::Busy) => "supervisor-offer-busy",
        (_, Why::NoAnswer) => "supervisor-offer-no-answer",
        (_, Why::Unreachable) => "supervisor-offer-unreachable",
        (_, Why::CustomerNotReached) => "supervisor-offer-customer-not-reached",
        (_, Why::Rejected) => "supervisor-offer-phone-rejected",
        (_, Why::System) => "supervisor-offer-system",
        (
            OfferState::Canceled | OfferState::Rescinded | OfferState::ConnectFailed,
            Why::Unspecified,
        ) => "supervisor-offer-over",
    }
}

/// How a visit ended.
pub(crate) fn outcome(visit: &VisitRecord) -> &'static str {
    use VisitOutcome as Outcome;
    match visit.outcome() {
        Outcome::Unspecified => "supervisor-outcome-left",
        Outcome::Answered => "supervisor-outcome-answered",
        Outcome::AbandonedCustomer => "supervisor-outcome-abandoned",
        Outcome::AbandonedSystem => "supervisor-outcome-lost",
        Outcome::TimedOut => "supervisor-outcome-timed-out",
        Outcome::Overflowed => match visit.overflow_reason() {
            OverflowReason::OfferLimit => "supervisor-outcome-offer-limit",
            OverflowReason::AttemptLimit => "supervisor-outcome-attempt-limit",
            OverflowReason::Closed => "supervisor-outcome-closed",
            _ => "supervisor-outcome-overflowed",
        },
        Outcome::ExitChoice => "supervisor-outcome-exit-choice",
        Outcome::Callback => "supervisor-outcome-callback",
        Outcome::NoStaff => "supervisor-outcome-no-staff",
        Outcome::Transferred => "supervisor-outcome-transferred",
        Outcome::Withdrawn => "supervisor-outcome-withdrawn",
        Outcome::WithdrawnDeferred => "supervisor-outcome-deferred",
        Outcome::WithdrawnServed => "supervisor-outcome-served",
    }
}

/// Where a contact went after a visit; none if nowhere, or if the outcome says it all.
pub(crate) fn next(place: NextPlace) -> Option<&'static str> {
    match place {
        NextPlace::Unspecified => None,
        NextPlace::Queue => Some("supervisor-next-queue"),
        NextPlace::Agent => Some("supervisor-next-agent"),
        NextPlace::External => Some("supervisor-next-external"),
        NextPlace::Voicemail => Some("supervisor-next-voicemail"),
        NextPlace::Callback => Some("supervisor-next-callback"),
        NextPlace::Announcement => Some("supervisor-next-announcement"),
        NextPlace::End => Some("supervisor-next-end"),
    }
}

/// Who ended a conversation, or a contact.
pub(crate) fn ended_by(cause: EndCause) -> &'static str {
    match cause {
        EndCause::Unspecified => "supervisor-ended",
        EndCause::Customer => "supervisor-ended-by-customer",
        EndCause::Agent => "supervisor-ended-by-agent",
        EndCause::System => "supervisor-ended-by-system",
    }
}

/// How a supervisor takes part in a conversation.
pub(crate) fn monitor(mode: MonitorMode) -> &'static str {
    match mode {
        MonitorMode::Unspecified | MonitorMode::Listen => "supervisor-act-listen",
        MonitorMode::Whisper => "supervisor-act-whisper",
        MonitorMode::Barge => "supervisor-act-barge",
    }
}

/// Whether a conversation is recorded; none: nobody says.
pub(crate) fn recording(state: RecordingState) -> Option<&'static str> {
    match state {
        RecordingState::Unspecified => None,
        RecordingState::Off => Some("supervisor-recording-off"),
        RecordingState::On => Some("supervisor-recording-on"),
        RecordingState::Paused => Some("supervisor-recording-paused"),
    }
}

/// Why an act was refused, and what to do. The name is that of whom or what it was to be done to.
pub(crate) fn refusal(locale: &Locale, error: &Error, name: &str) -> String {
    use ErrorReason as Reason;
    let id = match error.reason() {
        Some(Reason::NotLoggedIn) => "supervisor-refused-not-logged-in",
        Some(Reason::ContactNotWaiting) => "supervisor-refused-not-waiting",
        Some(Reason::ContactEnded) => "supervisor-refused-ended",
        Some(Reason::UnknownContact) => "supervisor-refused-unknown-contact",
        Some(Reason::UnknownAgent) => "supervisor-refused-unknown-agent",
        Some(Reason::UnknownQueue) => "supervisor-refused-unknown-queue",
        Some(Reason::HandlingState) => "supervisor-refused-no-conversation",
        Some(Reason::NotRecorded) => "supervisor-refused-not-recorded",
        Some(Reason::NotAMember) => "supervisor-refused-not-a-member",
        Some(Reason::NotRevealed | Reason::PermissionDenied) => "supervisor-refused-no-right",
        Some(Reason::UnknownAttribute) => "supervisor-refused-unknown-value",
        Some(Reason::Unauthenticated) => "supervisor-refused-signed-out",
        Some(Reason::RequestIdReused) => "supervisor-refused-repeated",
        Some(Reason::InvalidArgument) => "supervisor-refused-argument",
        _ if error.is_transient() => "supervisor-refused-busy",
        _ => match error {
            Error::DeadlinePassed { .. } | Error::Unreachable(_) => "supervisor-refused-no-answer",
            _ => "supervisor-refused",
        },
    };
    locale.text_with(id, &[("name", Arg::from(name))])
}

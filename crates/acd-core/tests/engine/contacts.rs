//! Contacts: one place, one outcome, and an id that stays the same contact.

use acd_core::command::{AcknowledgeDirectives, ContactCommand};
use acd_core::event::{DirectiveIssued, OfferEnded};
use std::sync::Arc;

use acd_core::command::*;
use acd_core::config::*;
use acd_core::event::*;
use acd_core::ids::*;
use acd_core::refusal::Reason;

use crate::centre::*;

fn one_queue(queue: QueueConfig) -> Centre {
    let name = queue.name.to_string();
    Centre::of(config(
        vec![queue],
        vec![AgentConfig::named("anna", [name.as_str()])],
    ))
}

fn support() -> QueueConfig {
    QueueConfig::named("support")
}

#[test]
fn a_repeated_arrival_is_the_same_contact() {
    let mut centre = one_queue(support());
    let first = centre.arrive("call", "support").expect("joined");
    centre.wait(SECOND);
    assert_eq!(centre.arrive("call", "support"), Ok(first));
    assert_eq!(centre.state().facts().contacts.len(), 1);
}

#[test]
fn an_open_id_on_another_channel_is_refused() {
    let mut centre = one_queue(support());
    centre.arrive("call", "support").expect("joined");
    let chat = Arrival {
        channel: Channel::Chat,
        ..arrival("call", "support")
    };
    assert_eq!(
        reason(centre.command(Command::Arrive(chat))),
        Reason::ContactDiffers
    );
}

#[test]
fn the_id_of_an_ended_contact_is_refused_for_an_hour_and_new_after_it() {
    let mut centre = one_queue(support());
    centre.arrive("call", "support").expect("joined");
    centre.hang_up("call").expect("ended");
    centre.wait(3_600 * SECOND - 1);
    assert_eq!(
        reason(centre.arrive("call", "support")),
        Reason::ContactEnded
    );
    centre.wait(1);
    centre.arrive("call", "support").expect("a new contact");
}

#[test]
fn two_end_reports_count_once() {
    let mut centre = one_queue(support());
    centre.arrive("call", "support").expect("joined");
    centre.hang_up("call").expect("ended");
    centre
        .hang_up("call")
        .expect("the second report changes nothing");
    let figures = &centre.state().queue(QueueNo(0)).figures[&Channel::Voice];
    assert_eq!((figures.offered, figures.abandoned_customer), (1, 1));
    assert_eq!(
        centre.outcomes("call"),
        [Outcome::Abandoned(EndCause::Customer)]
    );
}

#[test]
fn the_end_of_a_contact_that_never_came_is_refused() {
    let mut centre = one_queue(support());
    assert_eq!(reason(centre.hang_up("ghost")), Reason::UnknownContact);
}

#[test]
fn unknown_names_are_refused_with_the_field() {
    let mut centre = one_queue(support());
    let refusal = centre.arrive("call", "suport").expect_err("no such queue");
    assert_eq!(
        (refusal.reason, &*refusal.field),
        (Reason::UnknownQueue, "queue")
    );
    let adapter = Arrival {
        adapter: "other".into(),
        ..arrival("call", "support")
    };
    assert_eq!(
        reason(centre.command(Command::Arrive(adapter))),
        Reason::UnknownAdapter
    );
    let requirement = Some(acd_core::requirement::Requirement::all_of([("klingon", 3)]));
    let skill = Arrival {
        requirement,
        ..arrival("call", "support")
    };
    assert_eq!(
        reason(centre.command(Command::Arrive(skill))),
        Reason::UnknownSkill
    );
    assert!(centre.state().facts().contacts.is_empty());
}

#[test]
fn attributes_have_a_limit_at_arrival_and_in_sum() {
    let mut tenant = config(vec![support()], vec![]);
    tenant.limits.attribute_bytes = 10;
    let mut centre = Centre::of(tenant);
    let attribute = |key: &str, value: &str| Attribute {
        key: key.into(),
        value: value.into(),
        sensitive: false,
    };
    let large = Arrival {
        attributes: Arc::from([attribute("k", "0123456789")]),
        ..arrival("call", "support")
    };
    assert_eq!(
        reason(centre.command(Command::Arrive(large))),
        Reason::AttributesTooLarge
    );
    let fits = Arrival {
        attributes: Arc::from([attribute("k", "012345678")]),
        ..arrival("call", "support")
    };
    centre
        .command(Command::Arrive(fits))
        .expect("exactly ten bytes");
    let more = ContactChange {
        attributes: vec![attribute("x", "")],
        ..ContactChange::default()
    };
    assert_eq!(
        reason(centre.change("call", more)),
        Reason::AttributesTooLarge
    );
    let other = ContactChange {
        attributes: vec![attribute("k", "new")],
        ..ContactChange::default()
    };
    centre.change("call", other).expect("replaced");
    assert_eq!(
        centre.contact("call").expect("open").attributes[0]
            .value
            .reveal(),
        "new"
    );
}

#[test]
fn the_number_of_open_contacts_has_a_limit() {
    let mut tenant = config(vec![support()], vec![]);
    tenant.limits.open_contacts = 2;
    let mut centre = Centre::of(tenant);
    centre.arrive("1", "support").expect("joined");
    centre.arrive("2", "support").expect("joined");
    assert_eq!(reason(centre.arrive("3", "support")), Reason::LimitReached);
    centre.hang_up("1").expect("ended");
    centre.arrive("3", "support").expect("there is room again");
}

#[test]
fn a_full_queue_refuses_and_ringing_contacts_count() {
    let mut centre = one_queue(QueueConfig {
        max_length: Some(2),
        ..support()
    });
    centre.ready("anna");
    centre.arrive("rings", "support").expect("joined");
    centre.arrive("waits", "support").expect("joined");
    assert_eq!(centre.offered("rings").as_deref(), Some("anna"));
    assert_eq!(reason(centre.arrive("third", "support")), Reason::QueueFull);
    let figures = &centre.state().queue(QueueNo(0)).figures[&Channel::Voice];
    assert_eq!(
        (figures.offered, figures.refused_full),
        (2, 1),
        "refused is no part of offered"
    );
    centre.answer("rings");
    centre
        .arrive("third", "support")
        .expect("the answered one has left the queue");
}

#[test]
fn a_visit_ends_at_its_longest_wait_and_not_before() {
    let mut centre = one_queue(QueueConfig {
        max_wait_ms: Some(3 * SECOND),
        ..support()
    });
    centre.arrive("call", "support").expect("joined");
    centre.wait(3 * SECOND - 1);
    assert_eq!(centre.outcomes("call"), []);
    centre.wait(1);
    assert_eq!(centre.outcomes("call"), [Outcome::TimedOut]);
    let told = centre.events(|event| match event {
        Event::DirectiveIssued(DirectiveIssued { directive, .. }) => Some(directive.clone()),
        _ => None,
    });
    assert_eq!(
        told,
        [Directive::Release {
            reason: ReleaseReason::Overflow(OverflowReason::TimedOut),
            prompt: None
        }]
    );
}

#[test]
fn a_contact_whose_longest_wait_ends_now_is_not_offered_now() {
    let mut centre = one_queue(QueueConfig {
        max_wait_ms: Some(3 * SECOND),
        ..support()
    });
    centre.login("anna");
    centre.arrive("call", "support").expect("joined");
    centre.now += 3 * SECOND;
    centre
        .act("anna", AgentAct::SetPresence(Availability::Ready))
        .expect("ready");
    assert_eq!(centre.outcomes("call"), [Outcome::TimedOut]);
    assert_eq!(
        centre.events(|event| matches!(event, Event::OfferMade(_)).then_some(())),
        []
    );
}

#[test]
fn ringing_ends_with_the_longest_wait_without_fault() {
    let mut centre = one_queue(QueueConfig {
        max_wait_ms: Some(3 * SECOND),
        ..support()
    });
    centre.ready("anna");
    centre.wait(SECOND);
    let idle_since = centre.state().agent(AgentNo(0)).idle_since;
    centre.arrive("call", "support").expect("joined");
    centre.wait(3 * SECOND);
    assert_eq!(centre.outcomes("call"), [Outcome::TimedOut]);
    let ends = centre.events(|event| match event {
        Event::OfferEnded(OfferEnded { end, fault, .. }) => Some((*end, *fault)),
        _ => None,
    });
    assert_eq!(
        ends,
        [(OfferEnd::Canceled(CancelReason::QueueTimeout), Fault::None)]
    );
    assert_eq!(centre.state().agent(AgentNo(0)).idle_since, idle_since);
}

#[test]
fn an_accepted_contact_is_not_timed_out_but_is_at_once_if_connecting_fails_later() {
    let mut centre = one_queue(QueueConfig {
        max_wait_ms: Some(3 * SECOND),
        ..support()
    });
    centre.ready("anna");
    centre.arrive("call", "support").expect("joined");
    centre.accept("call").expect("accepted");
    centre.wait(4 * SECOND);
    assert_eq!(centre.outcomes("call"), []);
    let (contact, offer) = ("call", centre.offer("call").expect("connecting"));
    centre
        .command(on(
            contact,
            ContactAct::ConnectFailed(offer, ConnectFailure::System),
        ))
        .expect("reported");
    assert_eq!(centre.outcomes("call"), [Outcome::TimedOut]);
}

#[test]
fn overflow_goes_to_the_first_target_that_takes_it_and_keeps_the_age() {
    let full = QueueConfig {
        max_length: Some(1),
        ..QueueConfig::named("full")
    };
    let overflow = vec![Target::Queue("full".into()), Target::Queue("backup".into())];
    let first = QueueConfig {
        max_wait_ms: Some(10 * SECOND),
        overflow: overflow.into_iter().map(Overflow::from).collect(),
        ..QueueConfig::named("first")
    };
    let agents = vec![AgentConfig::named("anna", ["backup"])];
    let mut centre = Centre::of(config(
        vec![first, full, QueueConfig::named("backup")],
        agents,
    ));
    centre.login("anna");
    centre.arrive("blocker", "full").expect("joined");
    centre.arrive("old", "first").expect("joined");
    centre.wait(9 * SECOND);
    centre.arrive("young", "backup").expect("joined");
    centre.wait(SECOND);
    assert_eq!(centre.outcomes("old"), [Outcome::TimedOut]);
    let contact = centre.contact("old").expect("open");
    assert_eq!(
        contact.visits[1].enqueued_at,
        10 * SECOND,
        "the wait of the new visit begins anew"
    );
    centre
        .act("anna", AgentAct::SetPresence(Availability::Ready))
        .expect("ready");
    assert_eq!(
        centre.offered_to("anna"),
        ["old"],
        "the order counts from the first enqueue"
    );
}

#[test]
fn overflow_outside_leaves_when_the_adapter_has_taken_note() {
    let overflow = vec![Target::External("+4930123".into())];
    let mut centre = one_queue(QueueConfig {
        max_wait_ms: Some(SECOND),
        overflow: overflow.into_iter().map(Overflow::from).collect(),
        ..support()
    });
    centre.arrive("call", "support").expect("joined");
    centre.wait(SECOND);
    let (id, issued) = {
        let directives = &centre.state().adapter(AdapterNo(0)).directives;
        let (id, issued) = directives.first_key_value().expect("a directive");
        (*id, issued.directive.clone())
    };
    assert_eq!(
        issued,
        Directive::Route {
            destination: "+4930123".into()
        }
    );
    let acknowledge = Command::AcknowledgeDirectives(AcknowledgeDirectives {
        adapter: ADAPTER.into(),
        directives: vec![id],
    });
    centre.command(acknowledge.clone()).expect("noted");
    assert!(centre.contact("call").is_none(), "the contact is over");
    centre
        .command(acknowledge)
        .expect("a second acknowledgement does no harm");
    centre
        .hang_up("call")
        .expect("a late report changes nothing");
}

#[test]
fn a_contact_goes_from_queue_to_queue_at_most_as_often_as_the_limit_says() {
    let wait = Some(SECOND);
    let queue = |name: &str, to: &str| QueueConfig {
        max_wait_ms: wait,
        overflow: vec![Target::Queue(to.into()).into()],
        ..QueueConfig::named(name)
    };
    let last = QueueConfig {
        max_wait_ms: wait,
        ..QueueConfig::named("c")
    };
    let mut tenant = config(vec![queue("a", "b"), queue("b", "c"), last], vec![]);
    tenant.limits.queue_hops = 1;
    let mut centre = Centre::of(tenant);
    centre.arrive("call", "a").expect("joined");
    centre.wait(3 * SECOND);
    assert_eq!(
        centre.outcomes("call"),
        [Outcome::TimedOut, Outcome::TimedOut]
    );
}

#[test]
fn a_move_opens_a_new_visit_with_the_old_age() {
    let queues = vec![QueueConfig::named("a"), QueueConfig::named("b")];
    let mut centre = Centre::of(config(queues, vec![AgentConfig::named("anna", ["b"])]));
    centre.arrive("moved", "a").expect("joined");
    centre.wait(SECOND);
    centre.arrive("other", "b").expect("joined");
    let to_b = ContactChange {
        queue: Some("b".into()),
        ..ContactChange::default()
    };
    centre.change("moved", to_b).expect("moved");
    assert_eq!(centre.outcomes("moved"), [Outcome::Transferred]);
    centre.ready("anna");
    assert_eq!(centre.offered_to("anna"), ["moved"]);
}

#[test]
fn a_move_while_ringing_cancels_the_offer_without_fault() {
    let queues = vec![QueueConfig::named("a"), QueueConfig::named("b")];
    let mut centre = Centre::of(config(queues, vec![AgentConfig::named("anna", ["a"])]));
    centre.ready("anna");
    centre.arrive("call", "a").expect("joined");
    let to_b = ContactChange {
        queue: Some("b".into()),
        ..ContactChange::default()
    };
    centre.change("call", to_b.clone()).expect("moved");
    let ends = centre.events(|event| match event {
        Event::OfferEnded(OfferEnded { end, fault, .. }) => Some((*end, *fault)),
        _ => None,
    });
    assert_eq!(
        ends,
        [(OfferEnd::Canceled(CancelReason::Moved), Fault::None)]
    );
    centre.hang_up("call").expect("ended");
    assert_eq!(reason(centre.change("call", to_b)), Reason::ContactEnded);
}

#[test]
fn offered_is_answered_abandoned_flowed_out_and_waiting() {
    let mut centre = one_queue(QueueConfig {
        max_wait_ms: Some(60 * SECOND),
        ..support()
    });
    centre.ready("anna");
    for call in ["answered", "abandoned", "timed out"] {
        centre.arrive(call, "support").expect("joined");
    }
    centre.answer("answered");
    centre.wait(4 * SECOND);
    centre.hang_up("abandoned").expect("ended");
    centre.wait(56 * SECOND);
    centre.arrive("waiting", "support").expect("joined");
    let figures = &centre.state().queue(QueueNo(0)).figures[&Channel::Voice];
    assert_eq!(
        (figures.offered, figures.answered, figures.abandoned()),
        (4, 1, 1)
    );
    assert_eq!(
        (
            figures.flow_out(),
            figures.in_queue(),
            figures.short_abandons
        ),
        (1, 1, 1)
    );
    assert_eq!(figures.abandoned_wait.sum_ms, 4_000);
    assert_eq!(figures.abandoned_wait.within(5_000), Some(1));
    assert_eq!(figures.answered_wait.within(1_000), Some(1));
}

#[test]
fn who_ends_at_the_threshold_is_within_it_and_a_millisecond_later_is_not() {
    let threshold = 20 * SECOND;
    let mut centre = one_queue(QueueConfig {
        service_level_ms: threshold,
        ..support()
    });
    for (wait, patient, hasty) in [
        (threshold, "patient", "hasty"),
        (threshold + 1, "more patient", "less hasty"),
    ] {
        centre.arrive(patient, "support").expect("joined");
        centre.arrive(hasty, "support").expect("joined");
        centre.wait(wait);
        centre.ready("anna");
        centre.answer(patient);
        centre.hang_up(hasty).expect("ended");
        let away = AgentAct::SetPresence(Availability::NotReady("break".into()));
        centre.act("anna", away).expect("after the call");
        centre.hang_up(patient).expect("ended");
    }
    let figures = &centre.state().queue(QueueNo(0)).figures[&Channel::Voice];
    assert_eq!((figures.answered, figures.abandoned()), (2, 2));
    assert_eq!((figures.answered_within, figures.abandoned_within), (1, 1));
}

#[test]
fn only_the_adapter_that_holds_or_held_a_contact_adds_references() {
    let mut centre = Centre::of(TenantConfig {
        adapters: vec![ADAPTER.into(), "other".into()],
        ..config(vec![support()], Vec::new())
    });
    centre.arrive("call", "support").expect("joined");
    let reference = |adapter: &str, kind: &str| {
        Command::Contact(ContactCommand {
            adapter: adapter.into(),
            contact: "call".into(),
            act: ContactAct::Refer(Reference {
                kind: kind.into(),
                location: "here".into(),
            }),
        })
    };
    let foreign = reference("other", "forged");
    for is_over in [false, true] {
        if is_over {
            centre.hang_up("call").expect("ended");
        }
        let refused = centre.command(foreign.clone());
        assert_eq!(reason(refused), Reason::UnknownContact, "over: {is_over}");
        let own = reference(ADAPTER, if is_over { "late" } else { "early" });
        centre.command(own).expect("its own contact");
    }
    let (_, ended) = centre
        .state()
        .ended_named(&"call".into(), centre.now)
        .expect("known");
    let kept = &ended.record.as_ref().expect("its record").references;
    let kinds: Vec<&str> = kept.iter().map(|it| &*it.kind).collect();
    assert_eq!(kinds, ["early", "late"]);
}

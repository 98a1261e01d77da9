//! What is remembered has an end: by time, by count, and when all is over memory is back at its floor.

use acd_core::command::*;
use acd_core::command::{AdapterConnect, ContactCommand, Supervise};
use acd_core::config::*;
use acd_core::ids::*;
use acd_core::refusal::Reason;
use acd_core::state::State;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::agreement::{Both, Step, step};
use crate::centre::*;

fn support() -> TenantConfig {
    config(
        vec![QueueConfig::named("support")],
        vec![AgentConfig::named("anna", ["support"])],
    )
}

#[test]
fn contacts_that_end_in_one_instant_give_their_records_up_as_a_restored_snapshot_would() {
    let mut config = support();
    config.limits.ended_records = 3;
    let mut centre = Centre::of(config);
    for contact in ["c1", "c2", "c3", "c4", "c5"] {
        centre.arrive(contact, "support").expect("joined");
    }
    for contact in ["c4", "c2", "c5", "c1"] {
        centre.hang_up(contact).expect("ended");
    }
    let mut restored = State::from_facts(centre.state().facts().clone());
    let mark = centre.log.len();
    centre.hang_up("c3").expect("ended");
    centre.log[mark..]
        .iter()
        .for_each(|event| restored.apply(event));
    assert_eq!(restored.facts(), centre.state().facts());
}

#[test]
fn at_most_so_many_ended_ids_are_kept_and_the_oldest_is_free_first() {
    let mut config = support();
    config.limits.ended_contacts = 2;
    let mut centre = Centre::of(config);
    for contact in ["c1", "c2", "c3"] {
        centre.arrive(contact, "support").expect("joined");
        centre.hang_up(contact).expect("ended");
    }
    for contact in ["c3", "c2"] {
        let again = centre.arrive(contact, "support");
        assert_eq!(reason(again), Reason::ContactEnded);
    }
    centre.arrive("c1", "support").expect("a new contact");
}

/// Of contacts that have ended nothing but their ids is kept.
fn keeping_no_records(mode: WrapUpMode) -> Centre {
    let mut config = support();
    config.limits.ended_records = 0;
    config.queues[0].wrap_up_mode = mode;
    config.queues[0].wrap_up_ms = 60 * SECOND;
    let mut centre = Centre::of(config);
    centre.ready("anna");
    centre
}

#[test]
fn what_became_of_a_conversation_outlives_the_contacts_record_in_the_wrap_up() {
    let mut centre = keeping_no_records(WrapUpMode::Timed);
    let said = |centre: &Centre, handling| {
        let known = centre.state().facts().handlings[&handling]
            .disposition
            .clone();
        known.map(|said| said.code.to_string())
    };
    let dispose = |centre: &mut Centre, handling, code: &str| {
        let disposition = Disposition {
            code: code.into(),
            notes: "as agreed".into(),
        };
        centre
            .act("anna", AgentAct::SetDisposition(handling, disposition))
            .expect("noted");
    };
    centre.arrive("c1", "support").expect("joined");
    let handling = centre.answer("c1");
    dispose(&mut centre, handling, "asked");
    centre.hang_up("c1").expect("ended");
    let (_, ended) = centre.state().ended_named(&"c1".into(), 0).expect("known");
    assert!(ended.record.is_none(), "there is no room for it");
    assert_eq!(said(&centre, handling).as_deref(), Some("asked"));
    dispose(&mut centre, handling, "sold");
    assert_eq!(said(&centre, handling).as_deref(), Some("sold"));
}

#[test]
fn a_wrap_up_entered_again_counts_no_second_contact_though_the_record_is_given_up() {
    let mut centre = keeping_no_records(WrapUpMode::Optional);
    centre.arrive("c1", "support").expect("joined");
    let handling = centre.answer("c1");
    centre.hang_up("c1").expect("ended");
    let handled = |centre: &Centre| {
        let queue = centre.state().queue(QueueNo(0));
        queue.figures[&Channel::Voice].handled
    };
    assert_eq!(handled(&centre), 1);
    centre
        .act("anna", AgentAct::EnterWrapUp(handling))
        .expect("entered");
    centre.wait(60 * SECOND);
    assert!(centre.state().facts().handlings.is_empty());
    assert_eq!(handled(&centre), 1);
}

/// Ends everything that a random run left open, and lets every window pass.
fn wind_up(both: &mut Both) {
    let adapters = ["pbx", "other"].map(AdapterName::from);
    for name in adapters.clone() {
        let command = Command::AdapterConnect(AdapterConnect {
            adapter: name,
            incarnation: "last".into(),
        });
        // A configuration may not have it any more.
        let _ = both.fast.command(command);
    }
    while let Some((_, contact)) = both.fast.state().facts().contacts.first_key_value() {
        let command = Command::Contact(ContactCommand {
            adapter: both.fast.state().adapter(contact.adapter).name.clone(),
            contact: contact.name.clone(),
            act: ContactAct::End(EndCause::Customer),
        });
        both.fast.command(command).expect("ended");
        while !both.fast.engine.is_at_rest() {
            both.fast.wait(0);
        }
    }
    let agents = both.fast.state().facts().agents.len();
    for no in (0..agents).map(|no| AgentNo(no as u32)) {
        let agent = both.fast.state().agent(no).config.name.clone();
        let act = SupervisorAct::FreeAgent(agent);
        let author = "boss".into();
        both.fast
            .command(Command::Supervise(Supervise {
                author,
                reason: "".into(),
                act,
            }))
            .expect("freed");
    }
    for _ in 0..100 {
        both.fast.wait(3_600 * SECOND);
    }
}

#[test]
fn memory_returns_to_its_floor_when_all_is_over() {
    let numbers = proptest::collection::vec(any::<u16>(), 400);
    let steps = proptest::collection::vec(step(), 120);
    let mut runner = TestRunner::deterministic();
    for _ in 0..60 {
        let first = numbers.new_tree(&mut runner).expect("numbers").current();
        let steps: Vec<Step> = steps.new_tree(&mut runner).expect("steps").current();
        let mut both = Both::of(&first);
        for (nth, step) in steps.iter().enumerate() {
            both.take(nth + 1, step);
        }
        wind_up(&mut both);
        // Time alone is no event: what it makes void goes with the next one.
        both.fast
            .command(Command::Supervise(Supervise {
                author: "boss".into(),
                reason: "".into(),
                act: SupervisorAct::SetEmergency(None, false),
            }))
            .expect("an event");
        let facts = both.fast.state().facts();
        let left = [
            ("contacts", facts.contacts.len()),
            ("visits", facts.visits.len()),
            ("offers", facts.offers.len()),
            ("handlings", facts.handlings.len()),
            ("ended contacts", facts.ended.len()),
            ("answers", facts.answers.len()),
            ("places of returning customers", facts.returns.len()),
            ("last agents", facts.last_agents.len()),
            ("work put off", facts.work.len()),
            (
                "directives",
                facts.adapters.iter().map(|it| it.directives.len()).sum(),
            ),
            (
                "leases",
                facts.agents.iter().map(|it| it.leases.len()).sum(),
            ),
        ];
        let left: Vec<_> = left.into_iter().filter(|(_, many)| *many > 0).collect();
        assert_eq!(left, [], "{:?}", facts.contacts.values().next());
    }
}

//! What an adapter learns of what was refused: events of its stream, and entries of its list.

use acd_core::command::*;
use acd_core::command::{AdapterConnect, AdmitLive, ConfirmRefusals, ReconcileAdapter};
use acd_core::config::*;
use acd_core::event::{Event, LiveEntryRefused};
use acd_core::ids::*;
use acd_core::refusal::{Reason, Refusal};

use crate::centre::*;

const OTHER: &str = "chat";

fn centre() -> Centre {
    let mut tenant = config(
        vec![QueueConfig::named("support")],
        vec![AgentConfig::named("anna", ["support"])],
    );
    tenant.adapters.push(OTHER.into());
    Centre::of(tenant)
}

fn event(connection: ConnectionId, sequence: u64, command: Command) -> Request {
    Request {
        origin: Origin::Stream {
            adapter: ADAPTER.into(),
            connection,
            sequence,
            part: "contact_arrived".into(),
        },
        command,
    }
}

fn nowhere(contact: &str) -> Command {
    Command::Arrive(arrival(contact, "nowhere"))
}

fn refused_events(centre: &Centre) -> Vec<u64> {
    let adapter = centre.state().adapter(AdapterNo(0));
    adapter.refused.keys().copied().collect()
}

fn confirm(centre: &mut Centre, connection: ConnectionId, up_to: u64) {
    let adapter = ADAPTER.into();
    let confirmed = centre.command(Command::ConfirmRefusals(ConfirmRefusals {
        adapter,
        connection,
        up_to,
    }));
    assert_eq!(confirmed, Ok(Reply::Done));
}

#[test]
fn a_refused_event_is_kept_until_the_adapter_confirms_it() {
    let mut centre = centre();
    let connection = centre.connect_adapter();
    for sequence in 1..=3 {
        centre.ask(event(connection, sequence, nowhere("call")));
    }
    let kept = centre.state().adapter(AdapterNo(0)).refused[&1].clone();
    assert_eq!(
        (kept.reason, &*kept.field),
        (Reason::UnknownQueue, "contact_arrived.queue")
    );
    centre.disconnect_adapter();
    let connection = centre.connect_adapter();
    assert_eq!(refused_events(&centre), [1, 2, 3]);
    confirm(&mut centre, connection, 2);
    assert_eq!(refused_events(&centre), [3]);
    let before = centre.log.len();
    confirm(&mut centre, connection, 2);
    assert_eq!(centre.log.len(), before, "a second time is no news");
}

#[test]
fn only_the_latest_stream_confirms() {
    let mut centre = centre();
    let old = centre.connect_adapter();
    centre.ask(event(old, 1, nowhere("call")));
    centre.connect_adapter();
    confirm(&mut centre, old, 1);
    assert_eq!(refused_events(&centre), [1]);
}

#[test]
fn a_new_incarnation_has_no_refused_events() {
    let mut centre = centre();
    let connection = centre.connect_adapter();
    centre.ask(event(connection, 1, nowhere("call")));
    let connected = centre.command(Command::AdapterConnect(AdapterConnect {
        adapter: ADAPTER.into(),
        incarnation: "another".into(),
    }));
    connected.expect("connected");
    assert_eq!(refused_events(&centre), [0; 0]);
}

fn begin_run(centre: &mut Centre, incarnation: &str) -> (ConnectionId, u64) {
    let connected = centre.command(Command::AdapterConnect(AdapterConnect {
        adapter: ADAPTER.into(),
        incarnation: incarnation.into(),
    }));
    match connected {
        Ok(Reply::Attached {
            connection,
            last_sequence,
        }) => (connection, last_sequence),
        other => panic!("{other:?}"),
    }
}

/// One that was cut off cannot know that another one was there meanwhile: it sends again what nobody has confirmed.
#[test]
fn a_run_that_comes_back_after_another_goes_on_where_it_was() {
    let mut centre = centre();
    let (connection, _) = begin_run(&mut centre, "first");
    let join = Command::Arrive(arrival("call", "support"));
    centre
        .ask(event(connection, 1, join))
        .answer
        .expect("joined");
    centre.ask(event(connection, 2, nowhere("other")));
    let (connection, last) = begin_run(&mut centre, "second");
    assert_eq!(last, 0, "it is new");
    let join = Command::Arrive(arrival("another", "support"));
    centre
        .ask(event(connection, 1, join.clone()))
        .answer
        .expect("joined");
    let (_, last) = begin_run(&mut centre, "first");
    assert_eq!(last, 2);
    let adapter = centre.state().adapter(AdapterNo(0));
    assert_eq!(
        adapter.forgotten_up_to, 2,
        "that 2 was refused is known no longer"
    );
    assert!(adapter.list_due);
    let (connection, last) = begin_run(&mut centre, "second");
    assert_eq!(last, 1);
    let before = centre.log.len();
    centre.ask(event(connection, 1, join));
    assert_eq!(centre.log.len(), before, "it is applied once");
    let kept = centre.state().facts().measures.runs_of_adapter as usize;
    for run in 0..=kept {
        let (connection, _) = begin_run(&mut centre, &format!("run-{run}"));
        centre.ask(event(connection, 1, nowhere("call")));
    }
    let (_, last) = begin_run(&mut centre, "second");
    assert_eq!(last, 0, "the oldest are forgotten");
    let runs = &centre.state().adapter(AdapterNo(0)).past_runs;
    assert_eq!(runs.len(), kept);
}

#[test]
fn an_event_that_says_nothing_takes_its_place_and_is_refused_for_what_is_wrong() {
    let mut centre = centre();
    let connection = centre.connect_adapter();
    let wrong =
        Refusal::new(Reason::InvalidArgument, "channel", "it is none").with_remedy("give one");
    let malformed = Command::Malformed(wrong.clone());
    let answer = centre.ask(event(connection, 1, malformed)).answer;
    let expected = wrong.within("contact_arrived");
    assert_eq!(answer, Err(expected.clone()));
    let adapter = centre.state().adapter(AdapterNo(0));
    assert_eq!(
        (adapter.last_sequence, &adapter.refused[&1]),
        (1, &expected)
    );
    assert_eq!(expected.remedy(), "give one");
}

#[test]
fn the_oldest_refusals_are_forgotten_where_there_is_no_room_and_the_adapter_can_tell() {
    let mut tenant = config(vec![QueueConfig::named("support")], vec![]);
    tenant.limits.unconfirmed_refusals = 2;
    let mut centre = Centre::of(tenant);
    let connection = centre.connect_adapter();
    for sequence in 1..=4 {
        centre.ask(event(connection, sequence, nowhere("call")));
    }
    assert_eq!(refused_events(&centre), [3, 4]);
    assert_eq!(centre.state().adapter(AdapterNo(0)).forgotten_up_to, 2);
    confirm(&mut centre, connection, 4);
    assert_eq!(centre.state().adapter(AdapterNo(0)).forgotten_up_to, 0);
}

fn live(contact: &str, queue: &str) -> LiveContact {
    LiveContact {
        arrival: arrival(contact, queue),
        arrived_at: 0,
        agent: None,
    }
}

fn page(contacts: Vec<LiveContact>) -> LivePage {
    LivePage {
        contacts,
        malformed: Vec::new(),
    }
}

fn list(held: &[&str], page: LivePage, busy_outside: &[&str]) -> Command {
    Command::ReconcileAdapter(ReconcileAdapter {
        adapter: ADAPTER.into(),
        as_of: None,
        held: held.iter().map(|name| (*name).into()).collect(),
        page,
        busy_outside: busy_outside.iter().map(|name| (*name).into()).collect(),
    })
}

fn not_taken(answer: Answer) -> Vec<(LiveEntry, Reason)> {
    let Ok(Reply::Reconciled { refused }) = answer else {
        panic!("{answer:?}")
    };
    let entry = |refused: LiveRefusal| (refused.entry, refused.refusal.reason);
    refused.into_iter().map(entry).collect()
}

fn contact(name: &str) -> LiveEntry {
    LiveEntry::Contact(name.into())
}

#[test]
fn what_a_list_names_and_cannot_join_is_answered_recorded_and_counted() {
    let mut centre = centre();
    let connection = centre.connect_adapter();
    let answer = centre.command(list(
        &[],
        page(vec![live("lost", "removed"), live("found", "support")]),
        &["nobody", "anna"],
    ));
    let expected = [
        (LiveEntry::Agent("nobody".into()), Reason::UnknownAgent),
        (contact("lost"), Reason::UnknownQueue),
    ];
    assert_eq!(not_taken(answer), expected);
    let recorded = centre
        .log
        .iter()
        .filter_map(|recorded| match &recorded.event {
            Event::LiveEntryRefused(LiveEntryRefused { refused, .. }) => {
                Some(refused.entry.clone())
            }
            _ => None,
        });
    assert_eq!(
        recorded.collect::<Vec<_>>(),
        expected.map(|(entry, _)| entry)
    );
    let adapter = centre.state().adapter(AdapterNo(0));
    assert_eq!(adapter.live_refused[&Reason::UnknownQueue], 1);
    assert_eq!(adapter.connection, Some(connection));
    assert!(centre.contact("found").is_some());
    let anna = centre.state().agent(AgentNo(0));
    assert!(!anna.outside_adapters.is_empty(), "the others hold");
}

#[test]
fn a_queue_that_is_full_refuses_a_listed_contact_in_the_answer_too() {
    let mut tenant = config(vec![QueueConfig::named("support")], vec![]);
    tenant.queues[0].max_length = Some(1);
    let mut centre = Centre::of(tenant);
    let both = vec![live("first", "support"), live("second", "support")];
    let answer = centre.command(list(&[], page(both), &[]));
    assert_eq!(not_taken(answer), [(contact("second"), Reason::QueueFull)]);
}

#[test]
fn a_name_that_another_adapter_holds_is_refused_and_stays_with_it() {
    let mut centre = centre();
    let held = Arrival {
        adapter: OTHER.into(),
        ..arrival("call", "support")
    };
    centre.command(Command::Arrive(held)).expect("joined");
    let answer = centre.command(list(&[], page(vec![live("call", "support")]), &[]));
    assert_eq!(
        not_taken(answer),
        [(contact("call"), Reason::ContactDiffers)]
    );
    assert!(centre.contact("call").is_some());
}

#[test]
fn what_is_not_stated_as_it_should_be_goes_on_if_it_is_known_and_is_refused_if_not() {
    let mut centre = centre();
    centre.connect_adapter();
    centre.arrive("known", "support").expect("joined");
    let wrong = |name| LiveRefusal {
        entry: contact(name),
        refusal: Refusal::new(Reason::InvalidArgument, "channel", "it is none"),
    };
    let malformed = vec![wrong("known"), wrong("unknown")];
    let all = LivePage {
        contacts: Vec::new(),
        malformed,
    };
    let answer = centre.command(list(&[], all, &[]));
    assert_eq!(
        not_taken(answer),
        [(contact("unknown"), Reason::InvalidArgument)]
    );
    assert!(centre.contact("known").is_some());
}

fn list_is_due(centre: &Centre) -> bool {
    centre.state().adapter(AdapterNo(0)).list_due
}

#[test]
fn a_list_is_due_after_a_new_run_and_after_the_grace_until_it_came() {
    let mut centre = centre();
    assert!(list_is_due(&centre), "its first run");
    centre.disconnect_adapter();
    centre.connect_adapter();
    assert!(list_is_due(&centre), "no list came");
    centre
        .command(list(&[], page(Vec::new()), &[]))
        .expect("it holds");
    assert!(!list_is_due(&centre));
    centre.disconnect_adapter();
    centre.wait(599 * SECOND);
    centre.connect_adapter();
    assert!(!list_is_due(&centre), "it was back in time");
    centre.disconnect_adapter();
    centre.wait(600 * SECOND);
    centre.connect_adapter();
    assert!(list_is_due(&centre), "its contacts were given up");
}

#[test]
fn what_arrived_after_a_list_began_goes_on_although_the_list_does_not_name_it() {
    let mut centre = centre();
    centre.connect_adapter();
    centre.arrive("before", "support").expect("joined");
    let began = centre.state().facts().seq;
    centre.arrive("meanwhile", "support").expect("joined");
    let mut of_then = list(&[], page(Vec::new()), &[]);
    if let Command::ReconcileAdapter(list) = &mut of_then {
        list.as_of = Some(began);
    }
    centre.command(of_then).expect("it holds");
    assert!(centre.contact("before").is_none() && centre.contact("meanwhile").is_some());
    centre
        .command(list(&[], page(Vec::new()), &[]))
        .expect("it holds");
    assert!(
        centre.contact("meanwhile").is_none(),
        "a list of this instant"
    );
}

#[test]
fn a_list_may_come_in_pages_of_which_the_first_names_all() {
    let mut centre = centre();
    centre.connect_adapter();
    for name in ["gone", "kept"] {
        centre.arrive(name, "support").expect("joined");
    }
    let first = page(vec![live("new", "support")]);
    let answer = centre.command(list(&["kept", "later", "lost"], first, &[]));
    assert_eq!(not_taken(answer), []);
    assert!(centre.contact("gone").is_none() && centre.contact("kept").is_some());
    let answer = centre.command(Command::AdmitLive(AdmitLive {
        adapter: ADAPTER.into(),
        page: page(vec![
            live("kept", "support"),
            live("later", "support"),
            live("lost", "removed"),
        ]),
    }));
    assert_eq!(not_taken(answer), [(contact("lost"), Reason::UnknownQueue)]);
    assert!(centre.contact("later").is_some());
}

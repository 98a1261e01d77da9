//! Adapters that come and go: no offer ends by it, nobody is charged, and what stood before stands after.

use acd_core::Engine;
use acd_core::command::*;
use acd_core::command::{AcknowledgeDirectives, ActForAgent, AdapterConnect, ReconcileAdapter};
use acd_core::config::*;
use acd_core::event::*;
use acd_core::event::{DirectiveIssued, OfferEnded};
use acd_core::ids::*;
use acd_core::refusal::Reason;
use acd_core::state::{OfferState, Place, Presence};

use crate::centre::*;

const GRACE: i64 = 600 * SECOND;

/// How an adapter goes away.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Gone {
    /// Its stream drops.
    Stream,
    /// The engine stops for a moment; agents are back at once.
    Restart,
}

const WAYS: [Gone; 2] = [Gone::Stream, Gone::Restart];

fn queue(change: impl Fn(&mut QueueConfig)) -> QueueConfig {
    let mut queue = QueueConfig {
        ring_ms: 3 * SECOND,
        ..QueueConfig::named("support")
    };
    change(&mut queue);
    queue
}

fn centre(change: impl Fn(&mut QueueConfig)) -> Centre {
    let anna = AgentConfig {
        capacity: [(Channel::Voice, 1), (Channel::Email, 2)].into(),
        ..AgentConfig::named("anna", ["support"])
    };
    let mut centre = Centre::of(config(vec![queue(change)], vec![anna]));
    centre.ready("anna");
    centre
}

/// The adapter is gone from now on.
fn lose(centre: &mut Centre, how: Gone) {
    match how {
        Gone::Stream => centre.disconnect_adapter(),
        Gone::Restart => {
            let facts = centre.state().facts().clone();
            centre.engine = Engine::restore("test".into(), facts);
            let events = centre.engine.recover(centre.now);
            centre.follow(&events);
            let session = centre.session("anna").expect("logged in");
            centre.attach("anna", session).expect("resumed");
        }
    }
}

/// The adapter was gone for so long and is back.
fn gone_for(centre: &mut Centre, how: Gone, length: i64) {
    lose(centre, how);
    centre.wait(length);
    centre.connect_adapter();
}

fn ends(centre: &Centre) -> Vec<(OfferEnd, Fault)> {
    centre.events(|event| match event {
        Event::OfferEnded(OfferEnded { end, fault, .. }) => Some((*end, *fault)),
        _ => None,
    })
}

fn nobody_is_charged(centre: &Centre) {
    let agent = centre.state().agent(AgentNo(0));
    assert_eq!((agent.misses, agent.back_off_until), (0, None));
    assert!(ends(centre).iter().all(|(_, fault)| *fault == Fault::None));
}

fn connect(centre: &mut Centre, contact: &str) {
    let offer = centre.offer(contact).expect("an offer");
    centre
        .command(on(contact, ContactAct::Connected(offer)))
        .expect("connected");
}

fn talks(centre: &Centre) -> bool {
    !centre.state().facts().handlings.is_empty()
}

#[test]
fn a_desktop_offer_rings_on_and_may_be_accepted_while_the_adapter_is_away() {
    for how in WAYS {
        let mut centre = centre(|_| {});
        centre.arrive("call", "support").expect("joined");
        lose(&mut centre, how);
        centre.wait(2 * SECOND);
        centre.accept("call").expect("it rings on");
        centre.wait(300 * SECOND);
        centre.connect_adapter();
        centre.wait(15 * SECOND - 1);
        connect(&mut centre, "call");
        assert_eq!(ends(&centre), [], "{how:?}");
    }
}

#[test]
fn a_desktop_offer_that_nobody_answers_is_missed_though_the_adapter_is_away() {
    let mut centre = centre(|_| {});
    centre.arrive("call", "support").expect("joined");
    gone_for(&mut centre, Gone::Stream, 3 * SECOND);
    assert_eq!(ends(&centre), [(OfferEnd::TimedOut, Fault::Agent)]);
}

#[test]
fn a_phone_that_rings_out_while_the_adapter_is_away_is_nobodys_fault() {
    for how in WAYS {
        let mut centre = centre(|queue| queue.alerting = Alerting::Phone);
        centre.arrive("call", "support").expect("joined");
        gone_for(&mut centre, how, 300);
        assert_eq!(ends(&centre), []);
        gone_for(&mut centre, how, 5 * SECOND);
        let rescinded = OfferEnd::Rescinded(RescindReason::System);
        assert_eq!(ends(&centre), [(rescinded, Fault::None)], "{how:?}");
        nobody_is_charged(&centre);
        assert_eq!(centre.offered("call").as_deref(), Some("anna"), "again");
    }
}

#[test]
fn the_connect_clock_stands_still_while_the_adapter_is_away_and_starts_anew() {
    for how in WAYS {
        for length in [300, 5 * SECOND, GRACE - 1] {
            let mut centre = centre(|_| {});
            centre.arrive("call", "support").expect("joined");
            centre.accept("call").expect("accepted");
            centre.wait(14 * SECOND);
            gone_for(&mut centre, how, length);
            centre.wait(15 * SECOND - 1);
            assert_eq!(ends(&centre), [], "{how:?} {length}");
            centre.wait(1);
            let failed = OfferEnd::ConnectFailed(ConnectFailure::System);
            assert_eq!(ends(&centre).first().map(|end| end.0), Some(failed));
        }
    }
}

#[test]
fn one_dial_is_enough_though_the_stream_drops_while_the_phone_rings() {
    for how in WAYS {
        for mode in [CallbackMode::CustomerFirst, CallbackMode::AgentFirst] {
            for length in [300, 5 * SECOND, GRACE - 1] {
                let mut centre = centre(|queue| queue.callback.mode = mode);
                let due = Arrival {
                    channel: Channel::Callback,
                    dial: Some("+49".into()),
                    ..arrival("due", "support")
                };
                centre.command(Command::Arrive(due)).expect("joined");
                if mode == CallbackMode::AgentFirst {
                    centre.accept("due").expect("accepted");
                }
                gone_for(&mut centre, how, length);
                let dials = centre.events(|event| match event {
                    Event::DirectiveIssued(DirectiveIssued { directive, .. }) => {
                        matches!(directive, Directive::Dial { .. }).then_some(())
                    }
                    _ => None,
                });
                assert_eq!(dials.len(), 1, "{how:?} {mode:?} {length}");
                connect(&mut centre, "due");
                assert_eq!(ends(&centre), []);
            }
        }
    }
}

#[test]
fn what_was_dialled_past_the_grace_waits_for_the_next_time() {
    for how in WAYS {
        let mut centre = centre(|queue| queue.callback.mode = CallbackMode::CustomerFirst);
        let due = Arrival {
            channel: Channel::Callback,
            dial: Some("+49".into()),
            ..arrival("due", "support")
        };
        centre.command(Command::Arrive(due)).expect("joined");
        lose(&mut centre, how);
        centre.wait(GRACE);
        let failed = OfferEnd::ConnectFailed(ConnectFailure::System);
        assert_eq!(ends(&centre), [(failed, Fault::None)]);
        nobody_is_charged(&centre);
        assert!(centre.state().agent(AgentNo(0)).leases.is_empty());
        let attempts =
            centre.events(|event| matches!(event, Event::AttemptFailed(_)).then_some(()));
        assert_eq!(attempts, [], "nobody knows whether it was dialled");
        centre.connect_adapter();
        assert_eq!(centre.offered("due").as_deref(), Some("anna"));
    }
}

#[test]
fn a_conversation_its_hold_and_its_wrap_up_outlast_the_adapters_absence() {
    for how in WAYS {
        for length in [300, 5 * SECOND, GRACE - 1] {
            let mut centre = centre(|queue| queue.wrap_up_ms = 20 * SECOND);
            centre.arrive("call", "support").expect("joined");
            let handling = centre.answer("call");
            gone_for(&mut centre, how, length);
            assert!(talks(&centre));
            centre.act("anna", AgentAct::Hold(handling)).expect("held");
            gone_for(&mut centre, how, length);
            centre
                .act("anna", AgentAct::Resume(handling))
                .expect("resumed");
            centre.hang_up("call").expect("ended");
            gone_for(&mut centre, how, 20 * SECOND - 1);
            assert!(talks(&centre), "the wrap-up runs to its end");
            centre.wait(1);
            assert!(!talks(&centre));
        }
    }
}

#[test]
fn past_the_grace_what_waits_or_talks_is_given_up_and_mails_are_not() {
    for how in WAYS {
        let mut centre = centre(|_| {});
        centre.arrive("talks", "support").expect("joined");
        centre.answer("talks");
        centre.arrive("waits", "support").expect("joined");
        for mail in ["open", "accepted", "unread"] {
            let mail = Arrival {
                channel: Channel::Email,
                ..arrival(mail, "support")
            };
            centre.command(Command::Arrive(mail)).expect("joined");
        }
        // Nothing interrupts a call: the mails are offered when it is over.
        centre.hang_up("talks").expect("ended");
        centre.answer("waits");
        centre.arrive("later", "support").expect("joined");
        lose(&mut centre, how);
        centre.wait(GRACE - 1);
        assert_eq!(centre.outcomes("later"), []);
        centre.wait(1);
        let given_up = [Outcome::Abandoned(EndCause::System)];
        assert_eq!(centre.outcomes("later"), given_up);
        assert!(!talks(&centre));
        for mail in ["open", "accepted", "unread"] {
            assert!(centre.contact(mail).is_some(), "{mail} outlives it");
        }
        centre.connect_adapter();
        let open = centre.answer("open");
        centre.accept("accepted").expect("accepted");
        lose(&mut centre, how);
        centre.wait(GRACE);
        assert!(centre.state().facts().handlings.contains_key(&open));
        let failed = OfferEnd::ConnectFailed(ConnectFailure::System);
        assert_eq!(ends(&centre).last(), Some(&(failed, Fault::None)));
        assert!(centre.contact("accepted").is_some(), "back at its place");
    }
}

#[test]
fn past_the_grace_a_parked_contact_is_given_up_and_a_parked_mail_is_not() {
    for how in WAYS {
        let mut centre = centre(|_| {});
        centre.arrive("call", "support").expect("joined");
        let call = centre.answer("call");
        centre.act("anna", AgentAct::Park(call)).expect("parked");
        let mail = Arrival {
            channel: Channel::Email,
            ..arrival("mail", "support")
        };
        centre.command(Command::Arrive(mail)).expect("joined");
        let mail = centre.answer("mail");
        centre.act("anna", AgentAct::Park(mail)).expect("parked");
        lose(&mut centre, how);
        centre.wait(GRACE - 1);
        assert!(centre.contact("call").is_some(), "{how:?}");
        centre.wait(1);
        assert!(centre.contact("call").is_none(), "{how:?}");
        assert_eq!(centre.outcomes("call"), [Outcome::Answered], "once");
        let parked = Place::Parked(AgentNo(0));
        let place = |centre: &Centre, name| centre.contact(name).map(|open| open.place);
        assert_eq!(place(&centre, "mail"), Some(parked));
        nobody_is_charged(&centre);
        let unpark = |name: &str| AgentAct::Unpark(name.into());
        let gone = centre.act("anna", unpark("call"));
        assert_eq!(reason(gone), Reason::ContactEnded);
        centre.connect_adapter();
        assert_eq!(list(&mut centre, &[("call", None), ("mail", None)]), []);
        assert_eq!(place(&centre, "call"), Some(parked), "as before");
        // Nothing interrupts a call.
        for contact in ["mail", "call"] {
            centre.act("anna", unpark(contact)).expect("back");
            centre.answer(contact);
        }
    }
}

#[test]
fn past_the_grace_who_is_leaving_is_gone_whatever_was_told() {
    for how in WAYS {
        let mut centre = centre(|_| {});
        centre.arrive("talked", "support").expect("joined");
        let handling = centre.answer("talked");
        lose(&mut centre, how);
        centre
            .act("anna", AgentAct::EndTalk(handling, None))
            .expect("ended by the agent");
        let leaving = |centre: &Centre| {
            let open = centre.contact("talked");
            open.is_some_and(|open| matches!(open.place, Place::Leaving(_)))
        };
        centre.wait(GRACE - 1);
        assert!(leaving(&centre), "nobody has told the adapter yet");
        centre.wait(1);
        assert!(centre.contact("talked").is_none(), "{how:?}");
        let adapter = centre.state().adapter(AdapterNo(0));
        assert!(adapter.directives.is_empty(), "nothing is left to be told");
        assert_eq!(centre.outcomes("talked"), [Outcome::Answered], "once");
        centre.connect_adapter();
        assert_eq!(list(&mut centre, &[("talked", None)]), []);
        let back = centre.contact("talked").expect("it is alive after all");
        assert!(matches!(back.place, Place::Queue(_)), "{how:?}");
    }
}

#[test]
fn past_the_grace_a_phone_rings_for_nobody_and_its_agent_is_free() {
    for how in WAYS {
        // The phone rings for longer than the adapter is waited for.
        let mut centre = centre(|queue| {
            queue.alerting = Alerting::Phone;
            queue.ring_ms = 2 * GRACE;
        });
        centre.arrive("call", "support").expect("joined");
        assert_eq!(centre.offered("call").as_deref(), Some("anna"));
        lose(&mut centre, how);
        centre.wait(GRACE - 1);
        assert_eq!(ends(&centre), [], "{how:?}");
        centre.wait(1);
        let canceled = OfferEnd::Canceled(CancelReason::CustomerGone);
        assert_eq!(ends(&centre), [(canceled, Fault::None)], "{how:?}");
        nobody_is_charged(&centre);
        assert!(centre.state().agent(AgentNo(0)).leases.is_empty());
        let given_up = [Outcome::Abandoned(EndCause::System)];
        assert_eq!(centre.outcomes("call"), given_up);
        let adapter = centre.state().adapter(AdapterNo(0));
        assert!(adapter.directives.is_empty(), "no phone is to ring");
    }
}

#[test]
fn past_the_grace_a_phone_that_rings_for_a_mail_goes_on_with_the_mail_at_its_place() {
    for how in WAYS {
        let mut centre = centre(|queue| {
            queue.alerting = Alerting::Phone;
            queue.ring_ms = 2 * GRACE;
        });
        let mail = Arrival {
            channel: Channel::Email,
            ..arrival("mail", "support")
        };
        centre.command(Command::Arrive(mail)).expect("joined");
        lose(&mut centre, how);
        centre.wait(GRACE);
        assert_eq!(ends(&centre), [], "it rings on, {how:?}");
        centre.wait(GRACE);
        let rescinded = OfferEnd::Rescinded(RescindReason::System);
        assert_eq!(ends(&centre), [(rescinded, Fault::None)], "{how:?}");
        nobody_is_charged(&centre);
        centre.connect_adapter();
        assert_eq!(centre.offered("mail").as_deref(), Some("anna"), "again");
    }
}

#[test]
fn a_new_incarnation_is_told_again_what_is_in_force_though_it_was_acknowledged() {
    let mut centre = centre(|queue| queue.announcements.music = Some("waltz".into()));
    let acknowledge = |centre: &mut Centre| {
        let directives = centre.state().adapter(AdapterNo(0)).directives.clone();
        let acknowledged = Command::AcknowledgeDirectives(AcknowledgeDirectives {
            adapter: ADAPTER.into(),
            directives: directives.keys().copied().collect(),
        });
        centre.command(acknowledged).expect("noted");
    };
    let told = |centre: &Centre| -> Vec<Directive> {
        let directives = &centre.state().adapter(AdapterNo(0)).directives;
        directives
            .values()
            .map(|issued| issued.directive.clone())
            .collect()
    };
    let restarted = |centre: &mut Centre, incarnation: &str| {
        let incarnation = incarnation.into();
        let adapter = ADAPTER.into();
        centre
            .command(Command::AdapterConnect(AdapterConnect {
                adapter,
                incarnation,
            }))
            .expect("connected");
    };
    centre.arrive("call", "support").expect("joined");
    centre.accept("call").expect("accepted");
    centre.arrive("waits", "support").expect("joined");
    acknowledge(&mut centre);
    assert_eq!(told(&centre), []);
    centre.disconnect_adapter();
    centre.connect_adapter();
    assert_eq!(told(&centre), [], "the same run knows");
    restarted(&mut centre, "2");
    let kinds: Vec<_> = told(&centre)
        .iter()
        .map(|directive| match directive {
            Directive::Connect { .. } => "connect",
            Directive::Announce { .. } => "music",
            _ => "other",
        })
        .collect();
    assert_eq!(kinds, ["music", "connect", "music"], "oldest first");
    connect(&mut centre, "call");
    let handling = *centre.state().facts().handlings.keys().next().expect("one");
    centre.act("anna", AgentAct::Hold(handling)).expect("held");
    acknowledge(&mut centre);
    restarted(&mut centre, "3");
    let held = |centre: &Centre| {
        let told = told(centre);
        told.iter()
            .filter(|directive| matches!(directive, Directive::Hold { .. }))
            .count()
    };
    assert_eq!((told(&centre).len(), held(&centre)), (2, 1));
    acknowledge(&mut centre);
    centre
        .act("anna", AgentAct::Resume(handling))
        .expect("off hold");
    acknowledge(&mut centre);
    restarted(&mut centre, "4");
    assert_eq!(held(&centre), 0, "its purpose is gone");
    centre.hang_up("call").expect("ended");
    centre.hang_up("waits").expect("ended");
    let adapter = centre.state().adapter(AdapterNo(0));
    assert!(adapter.directives.is_empty() && adapter.in_force.is_empty());
}

/// Anna has a phone, and the adapter owns it.
fn phone_only() -> Centre {
    let anna = AgentConfig {
        desktop: false,
        adapter: Some(ADAPTER.into()),
        ..AgentConfig::named("anna", ["support"])
    };
    let phone = queue(|queue| queue.alerting = Alerting::Phone);
    let others = vec![anna, AgentConfig::named("ben", ["support"])];
    let mut tenant = config(vec![phone], others);
    tenant.adapters.push("chat".into());
    Centre::of(tenant)
}

fn for_agent(adapter: &str, agent: &str, act: PhoneAct) -> Command {
    Command::ActForAgent(ActForAgent {
        adapter: adapter.into(),
        agent: agent.into(),
        act,
    })
}

#[test]
fn an_adapter_acts_for_the_agents_whose_phones_it_owns() {
    let mut centre = phone_only();
    let ready = || PhoneAct::SetPresence(Availability::Ready);
    let early = centre.command(for_agent(ADAPTER, "anna", ready()));
    assert_eq!(reason(early), Reason::NotLoggedIn);
    centre
        .command(for_agent(ADAPTER, "anna", PhoneAct::LogIn))
        .expect("logged in");
    centre
        .command(for_agent(ADAPTER, "anna", ready()))
        .expect("ready");
    centre.arrive("call", "support").expect("joined");
    assert_eq!(centre.offered("call").as_deref(), Some("anna"));
    let pause = PhoneAct::PauseQueue("support".into(), "lunch".into());
    centre
        .command(for_agent(ADAPTER, "anna", pause))
        .expect("paused");
    let resume = PhoneAct::ResumeQueue("support".into());
    centre
        .command(for_agent(ADAPTER, "anna", resume))
        .expect("back");
    centre
        .command(for_agent(ADAPTER, "anna", PhoneAct::LogOut))
        .expect("logged out");
    assert_eq!(centre.state().agent(AgentNo(0)).presence, Presence::Offline);
    for (adapter, agent) in [("chat", "anna"), (ADAPTER, "ben")] {
        let refused = centre.command(for_agent(adapter, agent, PhoneAct::LogIn));
        assert_eq!(reason(refused), Reason::NotItsAgent);
    }
}

#[test]
fn an_agent_is_unreachable_while_the_adapter_that_owns_their_phone_is_away() {
    for how in [Gone::Stream, Gone::Restart] {
        let mut centre = phone_only();
        let chat = Command::AdapterConnect(AdapterConnect {
            adapter: "chat".into(),
            incarnation: "1".into(),
        });
        centre
            .command(for_agent(ADAPTER, "anna", PhoneAct::LogIn))
            .expect("logged in");
        let ready = PhoneAct::SetPresence(Availability::Ready);
        centre
            .command(for_agent(ADAPTER, "anna", ready))
            .expect("ready");
        match how {
            Gone::Stream => centre.disconnect_adapter(),
            Gone::Restart => {
                let facts = centre.state().facts().clone();
                centre.engine = Engine::restore("test".into(), facts);
                let events = centre.engine.recover(centre.now);
                centre.follow(&events);
            }
        }
        centre.command(chat).expect("another adapter is there");
        let other = Arrival {
            adapter: "chat".into(),
            ..arrival("call", "support")
        };
        centre.command(Command::Arrive(other)).expect("joined");
        assert_eq!(centre.offered("call"), None, "{how:?}");
        centre.wait(3_600 * SECOND);
        let agent = centre.state().agent(AgentNo(0));
        assert_eq!(agent.presence, Presence::Ready, "logged in all the same");
        centre.connect_adapter();
        assert_eq!(centre.offered("call").as_deref(), Some("anna"));
    }
}

#[test]
fn an_accepted_offer_of_another_adapter_keeps_its_clock() {
    let mut centre = phone_only();
    let chat = |incarnation: &str| {
        Command::AdapterConnect(AdapterConnect {
            adapter: "chat".into(),
            incarnation: incarnation.into(),
        })
    };
    centre.command(chat("1")).expect("connected");
    centre.ready("ben");
    let other = Arrival {
        adapter: "chat".into(),
        ..arrival("call", "support")
    };
    centre.command(Command::Arrive(other)).expect("joined");
    centre.accept("call").expect("accepted");
    centre.wait(10 * SECOND);
    centre.disconnect_adapter();
    let offer = centre.offer("call").expect("connecting");
    let OfferState::Connecting { connect_until, .. } = centre.state().facts().offers[&offer].state
    else {
        panic!("accepted")
    };
    assert_eq!(connect_until, 15 * SECOND);
    centre.wait(5 * SECOND);
    assert_eq!(ends(&centre).len(), 1);
}

/// The adapter's complete list: contacts, each with the agent it talks with.
fn list(centre: &mut Centre, contacts: &[(&str, Option<&str>)]) -> Vec<LiveRefusal> {
    let live = |(contact, agent): &(&str, Option<&str>)| LiveContact {
        arrival: arrival(contact, "support"),
        arrived_at: 0,
        agent: agent.map(Into::into),
    };
    let list = Command::ReconcileAdapter(ReconcileAdapter {
        adapter: ADAPTER.into(),
        as_of: None,
        held: Vec::new(),
        page: LivePage {
            contacts: contacts.iter().map(live).collect(),
            malformed: Vec::new(),
        },
        busy_outside: Vec::new(),
    });
    match centre.command(list) {
        Ok(Reply::Reconciled { refused }) => refused,
        other => panic!("the list holds: {other:?}"),
    }
}

#[test]
fn a_contact_given_up_with_its_adapter_goes_on_as_itself() {
    for how in WAYS {
        let mut centre = centre(|_| {});
        centre.act("anna", AgentAct::Logout).expect("gone");
        let vip = Arrival {
            priority: 7,
            customer: Some("k".into()),
            ..arrival("vip", "support")
        };
        centre.command(Command::Arrive(vip)).expect("joined");
        centre.wait(SECOND);
        centre.arrive("ended", "support").expect("joined");
        centre.hang_up("ended").expect("ended");
        let before = centre.contact("vip").expect("open").clone();
        if how == Gone::Restart {
            centre.ready("anna");
            centre
                .act(
                    "anna",
                    AgentAct::SetPresence(Availability::NotReady("x".into())),
                )
                .expect("not ready");
        }
        lose(&mut centre, how);
        centre.wait(GRACE);
        assert!(centre.contact("vip").is_none(), "{how:?}");
        centre.wait(GRACE);
        centre.connect_adapter();
        let refused = list(&mut centre, &[("vip", None), ("ended", None)]);
        let reasons: Vec<_> = refused.iter().map(|it| it.refusal.reason).collect();
        assert_eq!(reasons, [Reason::ContactEnded], "it had ended by itself");
        let after = centre.contact("vip").expect("taken up").clone();
        assert_eq!(
            (after.id, after.priority, &after.customer, after.accepted_at),
            (before.id, 7, &before.customer, before.accepted_at)
        );
        let orders: Vec<_> = after.visits.iter().map(|visit| visit.order_time).collect();
        assert_eq!(orders, [0, 0], "a new visit at its old place");
    }
}

#[test]
fn a_conversation_that_the_list_names_goes_on_or_opens_anew() {
    let mut centre = centre(|queue| queue.wrap_up_ms = 5 * SECOND);
    centre.arrive("talks", "support").expect("joined");
    let handling = centre.answer("talks");
    centre.disconnect_adapter();
    centre.wait(5 * SECOND);
    centre.connect_adapter();
    assert_eq!(list(&mut centre, &[("talks", Some("anna"))]), []);
    assert!(centre.state().facts().handlings.contains_key(&handling));
    centre.disconnect_adapter();
    centre.wait(GRACE + 5 * SECOND);
    assert!(!talks(&centre));
    centre.connect_adapter();
    centre.arrive("other", "support").expect("joined");
    centre.answer("other");
    let unknown = ("unheard", Some("anna"));
    list(
        &mut centre,
        &[("talks", Some("anna")), ("other", None), unknown],
    );
    let state = centre.state();
    assert_eq!(state.agent(AgentNo(0)).leases.len(), 3, "past her one slot");
    let record = centre.contact("talks").expect("open");
    assert_eq!((record.visits.len(), record.handlings.len()), (2, 2));
}

#[test]
fn the_list_says_who_really_talks() {
    let ben = AgentConfig::named("ben", ["support"]);
    let anna = AgentConfig::named("anna", ["support"]);
    let mut centre = Centre::of(config(vec![queue(|_| {})], vec![anna, ben]));
    centre.ready("anna");
    centre.ready("ben");
    for call in ["accepted", "rings", "parked"] {
        centre.arrive(call, "support").expect("joined");
    }
    centre.accept("accepted").expect("accepted");
    centre.answer("rings");
    let nobody = list(
        &mut centre,
        &[
            ("accepted", Some("anna")),
            ("rings", Some("anna")),
            ("parked", Some("nobody")),
        ],
    );
    assert_eq!(nobody[0].refusal.reason, Reason::UnknownAgent);
    let with = |contact: &str| {
        let contact = centre.contact(contact).expect("open").id;
        let facts = centre.state().facts();
        let mut handlings = facts.handlings.values();
        handlings
            .find(|it| it.contact == contact)
            .map(|it| it.agent)
    };
    assert_eq!(with("accepted"), Some(AgentNo(0)), "the report was lost");
    assert_eq!(with("rings"), Some(AgentNo(0)), "not with ben");
    assert_eq!(with("parked"), None);
}

/// The directives of the adapter that it has not acknowledged.
fn told(centre: &Centre) -> Vec<(DirectiveId, Directive)> {
    let directives = centre.state().adapter(AdapterNo(0)).directives.iter();
    let told = directives.map(|(id, issued)| (*id, issued.directive.clone()));
    told.collect()
}

fn acknowledge(centre: &mut Centre, directives: Vec<DirectiveId>) {
    let acknowledged = Command::AcknowledgeDirectives(AcknowledgeDirectives {
        adapter: ADAPTER.into(),
        directives,
    });
    centre.command(acknowledged).expect("noted");
}

/// Found by the model of `acd-model`: the list is made, then the adapter takes the agent out as it was told before, and
/// the engine would believe for ever that they talk.
#[test]
fn a_list_that_is_older_than_a_cancel_opens_no_conversation() {
    let mut centre = centre(|_| {});
    centre.arrive("call", "support").expect("joined");
    centre.accept("call").expect("accepted");
    let by = centre.offer("call").expect("connecting");
    centre.wait(15 * SECOND);
    let cancel = told(&centre).into_iter().find_map(|(id, directive)| {
        (directive == Directive::CancelConnect { offer: by }).then_some(id)
    });
    let cancel = cancel.expect("the adapter is told to take her out");
    assert_eq!(list(&mut centre, &[("call", Some("anna"))]), []);
    assert!(!talks(&centre), "she is taken out after the list");
    assert_eq!(centre.offered("call").as_deref(), Some("anna"), "again");
    acknowledge(&mut centre, vec![cancel]);
    assert_eq!(list(&mut centre, &[("call", Some("anna"))]), []);
    assert!(talks(&centre), "the list is newer than that");
}

/// Found by the model of `acd-model`: without it the adapter could neither take the agent out nor say that they left.
#[test]
fn a_conversation_that_the_list_opens_tells_the_adapter_its_offer() {
    let mut centre = centre(|queue| queue.wrap_up_ms = 5 * SECOND);
    centre.arrive("call", "support").expect("joined");
    centre.answer("call");
    centre.disconnect_adapter();
    centre.wait(GRACE + 5 * SECOND);
    centre.connect_adapter();
    assert_eq!(told(&centre), []);
    assert_eq!(list(&mut centre, &[("call", Some("anna"))]), []);
    let handlings = centre.state().facts().handlings.values();
    let offers: Vec<OfferId> = handlings.map(|handling| handling.offer).collect();
    let connects = |centre: &Centre| -> Vec<(DirectiveId, OfferId)> {
        let told = told(centre).into_iter();
        told.filter_map(|(id, directive)| match directive {
            Directive::Connect { offer, .. } => Some((id, offer)),
            _ => None,
        })
        .collect()
    };
    let (id, offer) = connects(&centre)[0];
    assert_eq!(offers, [offer]);
    centre
        .command(on("call", ContactAct::Connected(offer)))
        .expect("they talk already");
    assert_eq!(connects(&centre), [(id, offer)], "until it is acknowledged");
    acknowledge(&mut centre, vec![id]);
    assert_eq!(told(&centre), []);
    let incarnation = "2".into();
    let adapter = ADAPTER.into();
    let anew = AdapterConnect {
        adapter,
        incarnation,
    };
    centre
        .command(Command::AdapterConnect(anew))
        .expect("connected");
    assert_eq!(connects(&centre), [(id, offer)], "its next run, too");
    centre
        .command(on("call", ContactAct::AgentLeft(offer)))
        .expect("she hung up");
    assert_eq!(connects(&centre), [], "it is over");
}

/// What is told and was not acknowledged is over with the conversation.
#[test]
fn the_offer_of_a_conversation_that_the_list_opened_is_told_no_longer_than_it_lasts() {
    let mut centre = centre(|_| {});
    centre.arrive("call", "support").expect("joined");
    centre.answer("call");
    centre.disconnect_adapter();
    centre.wait(GRACE);
    centre.connect_adapter();
    list(&mut centre, &[("call", Some("anna"))]);
    let handling = *centre.state().facts().handlings.keys().next().expect("one");
    let noted = told(&centre).into_iter().map(|(id, _)| id).collect();
    acknowledge(&mut centre, noted);
    centre
        .act("anna", AgentAct::Requeue(handling))
        .expect("given back");
    let connects =
        |(_, directive): &(DirectiveId, Directive)| matches!(directive, Directive::Connect { .. });
    assert!(!told(&centre).iter().any(connects), "{:?}", told(&centre));
    let in_force = &centre.state().adapter(AdapterNo(0)).in_force;
    assert!(in_force.is_empty(), "{in_force:?}");
}

/// The switch had lost them when the engine opened the conversation, and cannot bring them together again.
#[test]
fn a_conversation_that_the_list_opened_and_that_cannot_be_connected_goes_back_to_its_queue() {
    let mut centre = centre(|_| {});
    centre.arrive("call", "support").expect("joined");
    centre.answer("call");
    let answered = *centre
        .state()
        .facts()
        .handlings
        .values()
        .next()
        .map(|it| &it.offer)
        .expect("one");
    let failed = |offer| {
        on(
            "call",
            ContactAct::ConnectFailed(offer, ConnectFailure::Unreachable),
        )
    };
    assert_eq!(
        reason(centre.command(failed(answered))),
        Reason::OfferNotAccepted,
        "they talk"
    );
    centre.disconnect_adapter();
    centre.wait(GRACE);
    centre.connect_adapter();
    list(&mut centre, &[("call", Some("anna"))]);
    let opened = *centre
        .state()
        .facts()
        .handlings
        .values()
        .next()
        .map(|it| &it.offer)
        .expect("one");
    centre.command(failed(opened)).expect("taken");
    assert!(!talks(&centre));
    assert_eq!(centre.offered("call").as_deref(), Some("anna"), "again");
}

/// Found by the model of `acd-model`: the run before says that it has done what its successor was told and lost, and
/// sends a list that is older than that of its successor.
#[test]
fn what_comes_late_on_a_stream_that_was_replaced_does_not_hold() {
    let mut centre = centre(|_| {});
    centre.arrive("call", "support").expect("joined");
    centre.accept("call").expect("accepted");
    let replaced = centre.state().adapter(AdapterNo(0)).connection;
    let by_then = told(&centre);
    let adapter = || ADAPTER.into();
    centre
        .command(Command::AdapterConnect(AdapterConnect {
            adapter: adapter(),
            incarnation: "2".into(),
        }))
        .expect("connected");
    let said = [
        Command::AcknowledgeDirectives(AcknowledgeDirectives {
            adapter: adapter(),
            directives: by_then.iter().map(|(id, _)| *id).collect(),
        }),
        Command::ReconcileAdapter(ReconcileAdapter {
            adapter: adapter(),
            as_of: None,
            held: Vec::new(),
            page: LivePage::default(),
            busy_outside: Vec::new(),
        }),
    ];
    for command in said {
        let origin = Origin::Connection {
            adapter: adapter(),
            connection: replaced.expect("it was there"),
        };
        let handled = centre.ask(Request { origin, command });
        let refusal = handled.answer.expect_err("fenced");
        assert_eq!(refusal.reason, Reason::AdapterFenced);
        assert_eq!(handled.events, []);
    }
    assert_eq!(told(&centre), by_then);
    assert!(centre.state().adapter(AdapterNo(0)).list_due);
    assert!(centre.contact("call").is_some());
}

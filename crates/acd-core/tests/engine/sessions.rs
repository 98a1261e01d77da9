//! Sessions of agents and adapters: a drop costs nobody their place, and a grace has an end.

use acd_core::command::*;
use acd_core::command::{
    AdapterDisconnect, AgentCommand, ContactCommand, DetachSession, Login, Supervise,
};
use acd_core::config::*;
use acd_core::event::OfferEnded;
use acd_core::event::*;
use acd_core::ids::*;
use acd_core::refusal::Reason;
use acd_core::state::Presence;

use crate::centre::*;

fn centre() -> Centre {
    let agents = vec![
        AgentConfig::named("anna", ["support"]),
        AgentConfig::named("ben", ["support"]),
    ];
    let mut centre = Centre::of(config(vec![QueueConfig::named("support")], agents));
    centre.ready("anna");
    centre.wait(SECOND);
    centre
}

fn ends(centre: &Centre) -> Vec<(OfferEnd, Fault)> {
    centre.events(|event| match event {
        Event::OfferEnded(OfferEnded { end, fault, .. }) => Some((*end, *fault)),
        _ => None,
    })
}

#[test]
fn a_second_login_takes_over_and_the_first_desktop_is_told() {
    let mut centre = centre();
    let first = centre.session("anna").expect("logged in");
    centre.login("anna");
    let old = Command::Agent(AgentCommand {
        agent: "anna".into(),
        session: first,
        act: AgentAct::Logout,
    });
    assert_eq!(reason(centre.command(old)), Reason::SessionReplaced);
    assert_eq!(centre.state().agent(AgentNo(0)).presence, Presence::Ready);
    centre.arrive("call", "support").expect("joined");
    assert_eq!(centre.offered_to("anna"), ["call"], "one routable copy");
}

#[test]
fn an_agent_without_their_stream_gets_nothing() {
    let mut centre = centre();
    let Ok(Reply::LoggedIn { session }) = centre.command(Command::Login(Login {
        agent: "ben".into(),
    })) else {
        panic!("ben logs in")
    };
    let ready = AgentAct::SetPresence(Availability::Ready);
    centre
        .command(Command::Agent(AgentCommand {
            agent: "ben".into(),
            session,
            act: ready,
        }))
        .expect("ready");
    centre.arrive("1", "support").expect("joined");
    centre.arrive("2", "support").expect("joined");
    assert_eq!(centre.offered("2"), None);
    centre.attach("ben", session).expect("attached");
    assert_eq!(centre.offered("2").as_deref(), Some("ben"));
}

#[test]
fn a_lost_session_gives_offers_back_keeps_conversations_and_resumes_within_the_grace() {
    let mut centre = centre();
    centre.arrive("talk", "support").expect("joined");
    centre.answer("talk");
    let session = centre.session("anna").expect("logged in");
    centre.drop_session("anna");
    centre.wait(30 * SECOND - 1);
    centre.attach("anna", session).expect("resumed");
    centre.wait(600 * SECOND);
    assert_eq!(centre.state().agent(AgentNo(0)).presence, Presence::Ready);
    assert_eq!(centre.state().facts().handlings.len(), 1);

    centre.ready("ben");
    centre.arrive("rings", "support").expect("joined");
    assert_eq!(centre.offered("rings").as_deref(), Some("ben"));
    centre.drop_session("ben");
    assert_eq!(
        ends(&centre),
        [(OfferEnd::Rescinded(RescindReason::SessionLost), Fault::None)]
    );
    assert_eq!(centre.offered("rings"), None);
}

#[test]
fn the_end_of_the_grace_logs_out_and_a_conversation_delays_it() {
    let mut centre = centre();
    centre.ready("ben");
    centre.arrive("talk", "support").expect("joined");
    centre.answer("talk");
    centre.drop_session("anna");
    centre.drop_session("ben");
    centre.wait(30 * SECOND);
    assert_eq!(centre.state().agent(AgentNo(1)).presence, Presence::Offline);
    assert_eq!(
        centre.state().agent(AgentNo(0)).presence,
        Presence::Ready,
        "anna still talks"
    );
    let session = centre.session("anna").expect("not yet logged out");
    centre.hang_up("talk").expect("ended");
    assert_eq!(centre.state().agent(AgentNo(0)).presence, Presence::Offline);
    assert_eq!(reason(centre.attach("anna", session)), Reason::NotLoggedIn);
}

#[test]
fn an_agent_who_resumes_while_their_forced_logout_waits_stays() {
    let mut centre = centre();
    centre.arrive("talk", "support").expect("joined");
    centre.answer("talk");
    let session = centre.session("anna").expect("logged in");
    centre.drop_session("anna");
    centre.wait(60 * SECOND);
    centre.attach("anna", session).expect("resumed");
    centre.hang_up("talk").expect("ended");
    centre.arrive("next", "support").expect("joined");
    assert_eq!(centre.offered("next").as_deref(), Some("anna"));
}

#[test]
fn the_end_of_an_old_stream_does_not_touch_the_new_one() {
    let mut centre = centre();
    let session = centre.session("anna").expect("logged in");
    let old = centre
        .state()
        .agent(AgentNo(0))
        .session
        .as_ref()
        .and_then(|s| s.connection)
        .expect("attached");
    centre.attach("anna", session).expect("attached again");
    centre
        .command(Command::DetachSession(DetachSession {
            agent: "anna".into(),
            connection: old,
        }))
        .expect("late");
    centre.arrive("call", "support").expect("joined");
    assert_eq!(centre.offered("call").as_deref(), Some("anna"));
}

#[test]
fn a_lost_adapters_contacts_keep_their_place_and_are_not_offered_until_it_is_back() {
    let mut centre = centre();
    centre.disconnect_adapter();
    centre.arrive("waits", "support").expect("joined");
    assert_eq!(centre.offered("waits"), None);
    centre.wait(600 * SECOND - 1);
    centre.connect_adapter();
    assert_eq!(centre.offered("waits").as_deref(), Some("anna"));
}

#[test]
fn past_its_grace_a_lost_adapters_contacts_are_given_up() {
    let mut centre = centre();
    centre.arrive("talks", "support").expect("joined");
    centre.answer("talks");
    centre.arrive("waits", "support").expect("joined");
    centre.disconnect_adapter();
    centre.wait(600 * SECOND);
    assert_eq!(
        centre.outcomes("waits"),
        [Outcome::Abandoned(EndCause::System)]
    );
    assert!(centre.state().facts().handlings.is_empty());
    assert!(centre.state().facts().contacts.is_empty());
}

#[test]
fn a_later_stream_of_an_adapter_fences_the_earlier() {
    let mut centre = centre();
    let old = centre.connect_adapter();
    let new = centre.connect_adapter();
    let end = |connection| Request {
        origin: Origin::Stream {
            adapter: ADAPTER.into(),
            connection,
            sequence: 1,
            part: "event".into(),
        },
        command: Command::Arrive(arrival("call", "support")),
    };
    assert_eq!(reason(centre.ask(end(old)).answer), Reason::AdapterFenced);
    centre
        .ask(end(new))
        .answer
        .expect("the latest stream is heard");
    centre
        .command(Command::AdapterDisconnect(AdapterDisconnect {
            adapter: ADAPTER.into(),
            connection: old,
        }))
        .expect("late");
    assert!(centre.state().adapter(AdapterNo(0)).is_present());
}

#[test]
fn only_the_adapter_that_holds_a_contact_is_heard_about_it() {
    let mut tenant = config(vec![QueueConfig::named("support")], vec![]);
    tenant.adapters.push("chat".into());
    let mut centre = Centre::of(tenant);
    centre.arrive("call", "support").expect("joined");
    let by_chat = |act| {
        Command::Contact(ContactCommand {
            adapter: "chat".into(),
            contact: "call".into(),
            act,
        })
    };
    let end = by_chat(ContactAct::End(EndCause::Customer));
    assert_eq!(reason(centre.command(end)), Reason::UnknownContact);
    assert!(centre.contact("call").is_some());
}

#[test]
fn a_second_login_takes_the_ringing_offer_over_and_the_ring_clock_goes_on() {
    let mut centre = centre();
    centre.arrive("rings", "support").expect("joined");
    centre.wait(5 * SECOND);
    centre.login("anna");
    assert_eq!(ends(&centre), []);
    centre.wait(15 * SECOND - 1);
    assert_eq!(centre.offered("rings").as_deref(), Some("anna"));
    centre.wait(1);
    assert_eq!(ends(&centre), [(OfferEnd::TimedOut, Fault::Agent)]);
}

#[test]
fn a_second_login_takes_over_what_is_accepted_and_what_talks() {
    let mut centre = centre();
    centre.arrive("call", "support").expect("joined");
    centre.accept("call").expect("accepted");
    centre.login("anna");
    let offer = centre.offer("call").expect("taken over");
    centre
        .command(on("call", ContactAct::Connected(offer)))
        .expect("connected");
    let handling = *centre.state().facts().handlings.keys().next().expect("one");
    centre.login("anna");
    centre
        .act("anna", AgentAct::EndTalk(handling, None))
        .expect("by the new desktop");
    assert_eq!(centre.state().agent(AgentNo(0)).presence, Presence::Ready);
}

#[test]
fn a_login_within_the_grace_keeps_the_presence_and_one_after_it_begins_not_ready() {
    let mut centre = centre();
    centre.arrive("talk", "support").expect("joined");
    centre.answer("talk");
    centre.drop_session("anna");
    centre.wait(30 * SECOND - 1);
    centre.login("anna");
    assert_eq!(centre.state().agent(AgentNo(0)).presence, Presence::Ready);
    centre.drop_session("anna");
    centre.wait(30 * SECOND);
    assert_eq!(
        centre.state().agent(AgentNo(0)).pending_change(),
        Some(PendingPresence::Logout(LogoutCause::SessionLost))
    );
    centre.login("anna");
    let agent = centre.state().agent(AgentNo(0));
    assert_eq!(agent.presence, Presence::NotReady("logged_in".into()));
    assert_eq!(agent.pending_change(), None);
    assert_eq!(centre.state().facts().handlings.len(), 1, "taken over");
    centre.hang_up("talk").expect("ended");
    assert_eq!(
        centre.state().agent(AgentNo(0)).presence,
        Presence::NotReady("logged_in".into())
    );
}

#[test]
fn a_login_leaves_a_break_that_waits_standing() {
    let mut centre = centre();
    centre.arrive("talk", "support").expect("joined");
    centre.answer("talk");
    let lunch = AgentAct::SetPresence(Availability::NotReady("lunch".into()));
    centre.act("anna", lunch).expect("pending");
    centre.login("anna");
    centre.hang_up("talk").expect("ended");
    assert_eq!(
        centre.state().agent(AgentNo(0)).presence,
        Presence::NotReady("lunch".into())
    );
}

#[test]
fn the_end_of_the_grace_ends_wrap_ups_and_later_ones_do_not_begin() {
    let manual = QueueConfig {
        wrap_up_mode: WrapUpMode::Manual,
        ..QueueConfig::named("support")
    };
    let anna = AgentConfig {
        capacity: [(Channel::Voice, 2)].into(),
        ..AgentConfig::named("anna", ["support"])
    };
    let mut centre = Centre::of(config(vec![manual], vec![anna]));
    centre.ready("anna");
    for call in ["over", "talks"] {
        centre.arrive(call, "support").expect("joined");
        centre.answer(call);
    }
    let over = *centre.state().facts().handlings.keys().next().expect("one");
    centre.hang_up("over").expect("wrap-up");
    centre.drop_session("anna");
    centre.wait(30 * SECOND - 1);
    assert_eq!(centre.state().facts().handlings.len(), 2);
    centre.wait(1);
    assert_eq!(centre.state().facts().handlings.len(), 1, "the talk stays");
    centre.hang_up("talks").expect("ended");
    assert_eq!(centre.state().facts().handlings.len(), 0);
    assert_eq!(centre.state().agent(AgentNo(0)).presence, Presence::Offline);
    centre.login("anna");
    let done = Disposition {
        code: "done".into(),
        notes: "".into(),
    };
    centre
        .act("anna", AgentAct::SetDisposition(over, done))
        .expect("may still be set");
}

#[test]
fn a_break_that_waits_takes_back_what_a_supervisor_had_offered_meanwhile() {
    let mut centre = centre();
    centre.arrive("talk", "support").expect("joined");
    centre.answer("talk");
    let lunch = AgentAct::SetPresence(Availability::NotReady("lunch".into()));
    centre.act("anna", lunch).expect("pending");
    centre.arrive("forced", "support").expect("joined");
    let act = SupervisorAct::Assign("forced".into(), "anna".into());
    let author = "test".into();
    centre
        .command(Command::Supervise(Supervise {
            author,
            reason: "".into(),
            act,
        }))
        .expect("offered");
    centre.hang_up("talk").expect("ended");
    assert_eq!(
        centre.state().agent(AgentNo(0)).presence,
        Presence::NotReady("lunch".into())
    );
    assert_eq!(
        ends(&centre),
        [(OfferEnd::Rescinded(RescindReason::AgentGone), Fault::Agent)]
    );
}

/// A centre whose anna has missed two offers in a row, of three that make her not ready.
fn two_misses() -> Centre {
    let queue = QueueConfig {
        after_failure: AfterFailure {
            not_ready_after: Some(3),
            return_ms: Some(60 * SECOND),
            ..AfterFailure::default()
        },
        ..QueueConfig::named("support")
    };
    let anna = AgentConfig::named("anna", ["support"]);
    let mut centre = Centre::of(config(vec![queue], vec![anna]));
    centre.ready("anna");
    for call in ["1", "2"] {
        centre.arrive(call, "support").expect("joined");
        centre.wait(20 * SECOND);
        centre.hang_up(call).expect("gave up");
    }
    assert_eq!(misses(&centre), 2);
    centre
}

fn misses(centre: &Centre) -> u32 {
    centre.state().agent(AgentNo(0)).misses
}

#[test]
fn a_presence_of_ones_own_begins_the_count_of_misses_anew_and_a_takeover_does_not() {
    let lunch = || Availability::NotReady("lunch".into());
    let mut centre = two_misses();
    centre.login("anna");
    assert_eq!(misses(&centre), 2, "a takeover");
    let author = "test".into();
    let act = SupervisorAct::SetPresence("anna".into(), lunch());
    centre
        .command(Command::Supervise(Supervise {
            author,
            reason: "".into(),
            act,
        }))
        .expect("forced");
    assert_eq!(misses(&centre), 2, "a supervisor");
    let ready = AgentAct::SetPresence(Availability::Ready);
    centre.act("anna", ready).expect("ready");
    assert_eq!(misses(&centre), 0, "her own");
}

#[test]
fn an_automatic_return_does_not_begin_the_count_of_misses_anew() {
    let mut centre = two_misses();
    centre.arrive("3", "support").expect("joined");
    centre.wait(20 * SECOND);
    let presence = |centre: &Centre| centre.state().agent(AgentNo(0)).presence.clone();
    assert_eq!(presence(&centre), Presence::NotReady("no_answer".into()));
    centre.wait(60 * SECOND);
    assert_eq!((presence(&centre), misses(&centre)), (Presence::Ready, 3));
}

#[test]
fn a_break_of_ones_own_that_waits_begins_the_count_anew_when_it_takes_effect() {
    let mut centre = two_misses();
    centre.arrive("mail", "support").expect("joined");
    let anna = AgentNo(0);
    centre.accept("mail").expect("accepted");
    let lunch = AgentAct::SetPresence(Availability::NotReady("lunch".into()));
    centre.act("anna", lunch).expect("pending");
    assert_eq!(misses(&centre), 2);
    let offer = centre.offer("mail").expect("connecting");
    let failed = ContactAct::ConnectFailed(offer, ConnectFailure::System);
    centre.command(on("mail", failed)).expect("failed");
    assert_eq!(misses(&centre), 0);
    assert!(centre.state().agent(anna).presence != Presence::Ready);
}

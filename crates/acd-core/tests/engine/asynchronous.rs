//! Asynchronous work: it holds nothing back, stays with who is away, and runs no clock meanwhile.

use acd_core::command::Supervise;
use acd_core::command::*;
use acd_core::config::*;
use acd_core::event::*;
use acd_core::ids::*;
use acd_core::state::Presence;

use crate::centre::*;

const HOUR: i64 = 3_600 * SECOND;

fn anna() -> AgentConfig {
    AgentConfig {
        capacity: [(Channel::Voice, 1), (Channel::Email, 3), (Channel::Task, 2)].into(),
        ..AgentConfig::named("anna", ["support"])
    }
}

fn tenant(queue: QueueConfig) -> TenantConfig {
    config(vec![queue], vec![anna()])
}

fn manual() -> QueueConfig {
    QueueConfig {
        wrap_up_mode: WrapUpMode::Manual,
        ..QueueConfig::named("support")
    }
}

/// A centre where anna is ready.
fn centre(tenant: TenantConfig) -> Centre {
    let mut centre = Centre::of(tenant);
    centre.ready("anna");
    centre
}

fn arrive(centre: &mut Centre, contact: &str, channel: Channel, dial: Option<&str>) {
    let arrival = Arrival {
        channel,
        dial: dial.map(Into::into),
        ..arrival(contact, "support")
    };
    centre.command(Command::Arrive(arrival)).expect("joined");
}

fn break_() -> AgentAct {
    AgentAct::SetPresence(Availability::NotReady("break".into()))
}

fn presence(centre: &Centre) -> Presence {
    centre.state().agent(AgentNo(0)).presence.clone()
}

#[test]
fn a_mail_holds_neither_a_break_nor_a_logout_back_and_is_there_in_the_morning() {
    let mut centre = centre(tenant(QueueConfig::named("support")));
    arrive(&mut centre, "mail", Channel::Email, None);
    let handling = centre.answer("mail");
    centre.act("anna", break_()).expect("at once");
    assert_eq!(presence(&centre), Presence::NotReady("break".into()));
    centre.act("anna", AgentAct::Logout).expect("at once");
    assert_eq!(presence(&centre), Presence::Offline);
    centre.wait(15 * HOUR);
    centre.ready("anna");
    assert!(centre.state().facts().handlings.contains_key(&handling));
    centre
        .act("anna", AgentAct::EndTalk(handling, None))
        .expect("hers still");
}

#[test]
fn an_accepted_mail_holds_nothing_back_and_is_connected_while_its_agent_is_away() {
    let mut centre = centre(tenant(QueueConfig::named("support")));
    arrive(&mut centre, "mail", Channel::Email, None);
    centre.accept("mail").expect("accepted");
    centre.act("anna", AgentAct::Logout).expect("at once");
    assert_eq!(presence(&centre), Presence::Offline);
    let offer = centre.offer("mail").expect("still connecting");
    centre
        .command(on("mail", ContactAct::Connected(offer)))
        .expect("connected");
    let handlings = &centre.state().facts().handlings;
    let suspended: Vec<_> = handlings.values().map(|it| it.suspended_since).collect();
    assert_eq!(suspended, [Some(0)]);
}

#[test]
fn a_call_beside_the_mail_holds_the_break_back_until_it_is_over() {
    let mut centre = centre(tenant(QueueConfig::named("support")));
    arrive(&mut centre, "mail", Channel::Email, None);
    centre.answer("mail");
    centre.arrive("call", "support").expect("joined");
    centre.answer("call");
    centre.act("anna", break_()).expect("pending");
    assert_eq!(presence(&centre), Presence::Ready);
    centre.hang_up("call").expect("ended");
    assert_eq!(presence(&centre), Presence::NotReady("break".into()));
}

#[test]
fn a_login_after_a_lost_session_was_given_up_in_a_call_suspends_the_mails_until_the_agent_is_ready()
{
    let mut centre = centre(tenant(QueueConfig::named("support")));
    arrive(&mut centre, "mail", Channel::Email, None);
    let mail = centre.answer("mail");
    centre.arrive("call", "support").expect("joined");
    centre.answer("call");
    let is_suspended = |centre: &Centre| {
        let handlings = &centre.state().facts().handlings;
        handlings[&mail].suspended_since.is_some()
    };
    centre.drop_session("anna");
    centre.wait(HOUR);
    assert!(!is_suspended(&centre), "the call holds the logout back");
    centre.login("anna");
    assert_eq!(presence(&centre), Presence::NotReady("logged_in".into()));
    assert!(is_suspended(&centre));
    centre.ready("anna");
    assert!(!is_suspended(&centre));
}

#[test]
fn a_task_is_synchronous_from_its_dial_on() {
    let mut centre = centre(tenant(QueueConfig::named("support")));
    arrive(&mut centre, "paper", Channel::Task, None);
    centre.answer("paper");
    arrive(&mut centre, "dials", Channel::Task, Some("+49"));
    centre.accept("dials").expect("accepted");
    centre.act("anna", break_()).expect("pending");
    assert_eq!(presence(&centre), Presence::Ready, "the dial holds it back");
    let offer = centre.offer("dials").expect("connecting");
    centre
        .command(on("dials", ContactAct::Connected(offer)))
        .expect("connected");
    assert_eq!(presence(&centre), Presence::Ready, "so does the talk");
    centre.hang_up("dials").expect("ended");
    assert_eq!(presence(&centre), Presence::NotReady("break".into()));
}

#[test]
fn no_clock_of_a_mail_runs_while_its_agent_is_away() {
    let queue = QueueConfig {
        max_talk_ms: Some(100 * SECOND),
        ..QueueConfig::named("support")
    };
    let mut centre = centre(tenant(queue));
    arrive(&mut centre, "mail", Channel::Email, None);
    let handling = centre.answer("mail");
    centre.wait(10 * SECOND);
    centre.act("anna", AgentAct::Hold(handling)).expect("held");
    centre.wait(5 * SECOND);
    centre.act("anna", break_()).expect("at once");
    centre.wait(HOUR);
    centre
        .act("anna", AgentAct::SetPresence(Availability::Ready))
        .expect("back");
    let stuck = |centre: &Centre| {
        centre.events(|event| matches!(event, Event::HandlingStuck(_)).then_some(()))
    };
    centre.wait(7 * SECOND);
    centre
        .act("anna", AgentAct::Resume(handling))
        .expect("off hold");
    centre.wait(78 * SECOND - 1);
    assert_eq!(stuck(&centre), []);
    centre.wait(1);
    assert_eq!(stuck(&centre), [()], "after 100 s of work, not of time");
    let agent = centre.state().agent(AgentNo(0));
    assert_eq!(agent.leased_ms, 15 * SECOND, "before the break");
    centre.hang_up("mail").expect("ended");
    let queue = centre.state().queue(QueueNo(0));
    let figures = &queue.figures[&Channel::Email];
    assert_eq!((figures.talk_ms, figures.hold_ms), (88_000, 12_000));
    assert_eq!(queue.handling_times, [100 * SECOND]);
}

#[test]
fn a_mail_whose_agent_is_away_for_long_goes_back_to_its_queue_at_its_place() {
    let mut tenant = tenant(QueueConfig::named("support"));
    tenant.settings.asynchronous_return_ms = Some(60 * SECOND);
    tenant.agents.push(AgentConfig {
        name: "ben".into(),
        ..anna()
    });
    let mut centre = centre(tenant);
    arrive(&mut centre, "mail", Channel::Email, None);
    centre.wait(SECOND);
    centre.answer("mail");
    centre.act("anna", break_()).expect("at once");
    centre.wait(30 * SECOND);
    centre.act("anna", AgentAct::Logout).expect("at once");
    centre.wait(30 * SECOND - 1);
    assert_eq!(centre.state().facts().visits.len(), 0);
    centre.wait(1);
    let visits: Vec<_> = centre.state().facts().visits.values().collect();
    assert_eq!((visits.len(), visits[0].order_time), (1, 0));
    centre.ready("ben");
    assert_eq!(centre.offered("mail").as_deref(), Some("ben"));
}

#[test]
fn a_mail_of_an_agent_who_is_back_in_time_stays() {
    let mut tenant = tenant(QueueConfig::named("support"));
    tenant.settings.asynchronous_return_ms = Some(60 * SECOND);
    let mut centre = centre(tenant);
    arrive(&mut centre, "mail", Channel::Email, None);
    centre.answer("mail");
    centre.act("anna", break_()).expect("at once");
    centre.wait(60 * SECOND - 1);
    centre
        .act("anna", AgentAct::SetPresence(Availability::Ready))
        .expect("back");
    centre.wait(HOUR);
    assert_eq!(centre.state().facts().handlings.len(), 1);
}

#[test]
fn the_mails_of_a_removed_agent_go_back_at_once_and_a_call_runs_to_its_end() {
    let mut centre = centre(tenant(manual()));
    for mail in ["open", "over"] {
        arrive(&mut centre, mail, Channel::Email, None);
        centre.answer(mail);
    }
    centre.hang_up("over").expect("wrap-up");
    arrive(&mut centre, "accepted", Channel::Email, None);
    centre.accept("accepted").expect("accepted");
    centre.arrive("call", "support").expect("joined");
    centre.answer("call");
    let only = config(vec![manual()], vec![]);
    centre.apply_config(only).expect("applied");
    let waits = |centre: &Centre, contact: &str| {
        let contact = centre.contact(contact).expect("open").id;
        let visits = &centre.state().facts().visits;
        visits.values().any(|visit| visit.contact == contact)
    };
    assert!(waits(&centre, "open"));
    let offer = centre.offer("accepted").expect("runs to its end");
    centre
        .command(on("accepted", ContactAct::Connected(offer)))
        .expect("connected");
    assert!(waits(&centre, "accepted"));
    assert_eq!(
        centre.state().facts().handlings.len(),
        1,
        "the call goes on, the wrap-up of the mail does not"
    );
    centre.hang_up("call").expect("wrap-up");
}

#[test]
fn which_channels_are_asynchronous_is_a_setting_that_holds_for_what_is_open() {
    let mut strict = tenant(QueueConfig::named("support"));
    strict.settings.asynchronous.clear();
    let mut centre = centre(strict.clone());
    arrive(&mut centre, "mail", Channel::Email, None);
    centre.answer("mail");
    centre.act("anna", break_()).expect("pending");
    assert_eq!(presence(&centre), Presence::Ready);
    strict.settings.asynchronous = [Channel::Email].into();
    centre.apply_config(strict).expect("applied");
    assert_eq!(presence(&centre), Presence::NotReady("break".into()));
}

#[test]
fn an_emergency_and_a_queue_without_staff_keep_the_mails() {
    let queue = QueueConfig {
        leave_empty: [AbsentFactor::LoggedOut].into(),
        ..QueueConfig::named("support")
    };
    let mut centre = centre(tenant(queue));
    centre.act("anna", break_()).expect("at once");
    arrive(&mut centre, "mail", Channel::Email, None);
    centre.arrive("call", "support").expect("joined");
    centre.act("anna", AgentAct::Logout).expect("at once");
    assert_eq!(centre.outcomes("call"), [Outcome::NoStaff]);
    let close = SupervisorAct::SetEmergency(None, true);
    let author = "test".into();
    centre
        .command(Command::Supervise(Supervise {
            author,
            reason: "".into(),
            act: close,
        }))
        .expect("closed");
    assert_eq!(centre.outcomes("mail"), []);
}

#[test]
fn asynchronous_work_counts_as_a_lease_for_asynchronous_contacts_only() {
    let mut centre = centre(tenant(QueueConfig::named("support")));
    arrive(&mut centre, "mail", Channel::Email, None);
    centre.answer("mail");
    arrive(&mut centre, "rings", Channel::Email, None);
    let ranked = |centre: &Centre, channel| {
        let state = centre.state();
        state.ranked_leases(state.agent(AgentNo(0)), channel)
    };
    assert_eq!(ranked(&centre, Channel::Voice), 0);
    assert_eq!(ranked(&centre, Channel::Email), 2);
    centre.arrive("call", "support").expect("joined");
    centre.answer("call");
    assert_eq!(ranked(&centre, Channel::Voice), 1);
}

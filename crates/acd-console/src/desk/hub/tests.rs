//! The desks that are held, against a server that plays what is to happen.

use std::time::Duration;

use acd_client::{
    Endpoint,
    v1::{
        AgentChanges, AgentSnapshot, AgentState, AgentUpdate, ErrorReason, Heartbeat, Offer,
        OfferState, Presence, agent_update::Update,
    },
};
use acd_testkit::{
    fake_server::{FakeServer, Subscription, refusal},
    in_time,
};
use tonic::Code;

use super::*;

const HOUR: Duration = Duration::from_secs(3_600);
/// Nobody is given up while a test looks.
const PATIENT: Patience = Patience {
    receipt: HOUR,
    reload: HOUR,
    silence: HOUR,
};

const OLD: Tab = Tab {
    opened_ms: 1,
    number: 0,
};
const NEW: Tab = Tab {
    opened_ms: 2,
    number: 0,
};

struct Console {
    server: FakeServer,
    endpoint: Endpoint,
    desks: Desks,
}

impl Console {
    async fn start() -> Self {
        let server = FakeServer::start().await;
        let endpoint = server.endpoint();
        Self {
            server,
            endpoint,
            desks: Desks::default(),
        }
    }

    fn desk(&self, session: Option<u64>, patience: Patience) -> Desk {
        self.desks.desk_with(
            &self.endpoint,
            ("bank", "anna"),
            Language::En,
            session,
            patience,
        )
    }

    /// The next stream of the agent.
    async fn stream(&mut self) -> Subscription {
        in_time("a subscription", self.server.subscriptions.recv())
            .await
            .expect("the server runs")
    }

    /// A desk whose stream is open, with a tab.
    async fn open(&mut self, patience: Patience) -> (Desk, Attached, Subscription) {
        let desk = self.desk(Some(42), patience);
        let tab = desk.attach(OLD, Language::En, &self.endpoint).await;
        let stream = self.stream().await;
        assert_eq!(stream.request.session_id, 42);
        tell(&stream, 10, 0, Update::Snapshot(snapshot(Presence::Ready))).await;
        until(&desk, "in", |held| held.standing == Standing::In).await;
        (desk, tab, stream)
    }
}

fn agent(presence: Presence) -> AgentState {
    AgentState {
        presence: presence.into(),
        session_id: 42,
        ..AgentState::default()
    }
}

fn snapshot(presence: Presence) -> AgentSnapshot {
    AgentSnapshot {
        heartbeat_interval_ms: 60_000,
        agent: Some(agent(presence)),
        ..AgentSnapshot::default()
    }
}

fn offers(offer_id: u64, state: OfferState) -> Update {
    let offer = Offer {
        offer_id,
        state: state.into(),
        ..Offer::default()
    };
    Update::Changes(AgentChanges {
        offers: vec![offer],
        ..AgentChanges::default()
    })
}

async fn tell(stream: &Subscription, sequence: u64, previous_sequence: u64, update: Update) {
    let message = AgentUpdate {
        sequence,
        previous_sequence,
        at_ms: 1_000_000,
        resume_token: format!("after {sequence}"),
        update: Some(update),
    };
    stream
        .down
        .send(Ok(message))
        .await
        .expect("the console listens");
}

async fn until(desk: &Desk, what: &str, is_so: impl Fn(&Held) -> bool) -> Held {
    let mut held = desk.follow();
    let held = in_time(what, held.wait_for(|held| is_so(held))).await;
    held.expect("the desk is kept").clone()
}

#[tokio::test]
async fn a_reload_keeps_the_stream_and_what_rings_on_it() {
    let mut console = Console::start().await;
    let (desk, tab, stream) = console.open(PATIENT).await;
    tell(&stream, 11, 10, offers(5, OfferState::Pending)).await;
    until(&desk, "the offer", |held| held.told.offers().count() == 1).await;
    drop(tab);
    let _tab = desk.attach(NEW, Language::En, &console.endpoint).await;
    let held = until(&desk, "the new tab", |held| held.holder == Some(NEW)).await;
    assert_eq!(
        (held.seat(NEW), held.told.offers().count()),
        (Seat::Here, 1)
    );
    assert!(!stream.down.is_closed());
}

#[tokio::test]
async fn the_newest_tab_rings_and_the_one_before_it_when_that_is_closed() {
    let mut console = Console::start().await;
    let (desk, _old, _stream) = console
        .open(Patience {
            reload: Duration::ZERO,
            ..PATIENT
        })
        .await;
    let new = desk.attach(NEW, Language::En, &console.endpoint).await;
    let held = until(&desk, "the new tab", |held| held.holder == Some(NEW)).await;
    assert!(matches!(held.seat(OLD), Seat::Elsewhere(_)) && held.seat(NEW) == Seat::Here);

    // A tab that comes back after a broken connection is as old as it was.
    let again = desk.attach(OLD, Language::En, &console.endpoint).await;
    drop(again);
    let held = until(&desk, "the same tab", |held| held.holder == Some(NEW)).await;
    assert_eq!(held.seat(NEW), Seat::Here);

    let _old = desk.attach(OLD, Language::En, &console.endpoint).await;
    drop(new);
    let held = until(&desk, "the old tab", |held| held.holder == Some(OLD)).await;
    assert_eq!(held.seat(OLD), Seat::Here);
}

#[tokio::test]
async fn an_offer_that_is_not_painted_drops_the_stream_and_a_sign_of_life_opens_it_again() {
    let mut console = Console::start().await;
    let (desk, _tab, stream) = console
        .open(Patience {
            receipt: Duration::ZERO,
            ..PATIENT
        })
        .await;
    tell(&stream, 11, 10, offers(5, OfferState::Pending)).await;
    in_time("the end of the stream", stream.down.closed()).await;
    let held = until(&desk, "dropped", |held| held.standing == Standing::Dropped).await;
    assert_eq!(held.seat(OLD), Seat::Returning);

    let endpoint = console.endpoint.clone();
    desk.tell(Order::Alive {
        tab: OLD,
        painted: None,
        endpoint,
    })
    .await;
    let stream = console.stream().await;
    assert_eq!(stream.request.session_id, 42, "nobody is taken over");
    tell(&stream, 12, 0, Update::Snapshot(snapshot(Presence::Ready))).await;
    let held = until(&desk, "in again", |held| held.standing == Standing::In).await;
    assert!(matches!(
        held.notice,
        Some((_, Notice::Slept(..) | Notice::ConnectedAgain(_)))
    ));
}

#[tokio::test]
async fn an_offer_that_is_painted_rings_on() {
    let mut console = Console::start().await;
    let (desk, _tab, stream) = console.open(PATIENT).await;
    tell(&stream, 11, 10, offers(5, OfferState::Pending)).await;
    until(&desk, "the offer", |held| held.told.offers().count() == 1).await;
    let endpoint = console.endpoint.clone();
    desk.tell(Order::Alive {
        tab: OLD,
        painted: Some(5),
        endpoint,
    })
    .await;
    tell(&stream, 12, 11, offers(5, OfferState::Connecting)).await;
    let connecting = |held: &Held| {
        held.told
            .offers()
            .any(|offer| offer.state() == OfferState::Connecting)
    };
    until(&desk, "connecting", connecting).await;
}

#[tokio::test]
async fn who_slept_too_long_is_told_since_when() {
    let mut console = Console::start().await;
    let (desk, _tab, stream) = console
        .open(Patience {
            receipt: Duration::ZERO,
            ..PATIENT
        })
        .await;
    tell(&stream, 11, 10, offers(5, OfferState::Pending)).await;
    until(&desk, "dropped", |held| held.standing == Standing::Dropped).await;
    let endpoint = console.endpoint.clone();
    desk.tell(Order::Alive {
        tab: OLD,
        painted: None,
        endpoint,
    })
    .await;
    let stream = console.stream().await;
    stream
        .end(refusal(Code::FailedPrecondition, ErrorReason::NotLoggedIn))
        .await;
    let held = until(&desk, "out", |held| {
        matches!(held.standing, Standing::Out(_))
    })
    .await;
    assert!(matches!(held.seat(OLD), Seat::Slept(..)));
}

#[tokio::test]
async fn when_nobody_is_there_the_stream_is_dropped_and_the_browser_finds_its_session_again() {
    let mut console = Console::start().await;
    let (desk, tab, stream) = console
        .open(Patience {
            reload: Duration::ZERO,
            ..PATIENT
        })
        .await;
    drop(tab);
    in_time("the end of the stream", stream.down.closed()).await;
    in_time("the end of the desk", desk.orders.closed()).await;

    // As after a restart of the console: it knows of no session, the browser does.
    let desk = console.desk(Some(42), PATIENT);
    let _tab = desk.attach(NEW, Language::En, &console.endpoint).await;
    assert_eq!(console.stream().await.request.session_id, 42);
    assert_eq!(desk.now().standing, Standing::Opening);
}

#[tokio::test]
async fn without_a_session_nothing_is_opened_and_a_login_opens_it() {
    let mut console = Console::start().await;
    let desk = console.desk(None, PATIENT);
    let _tab = desk.attach(OLD, Language::En, &console.endpoint).await;
    let held = until(&desk, "the tab", |held| held.holder == Some(OLD)).await;
    assert_eq!(held.seat(OLD), Seat::LoggedOut);

    let session = AgentSession::login(&console.endpoint, "bank", "anna")
        .await
        .expect("a login");
    desk.tell(Order::Seated(Box::new(session))).await;
    let stream = console.stream().await;
    tell(
        &stream,
        10,
        0,
        Update::Snapshot(snapshot(Presence::NotReady)),
    )
    .await;
    let held = until(&desk, "in", |held| held.standing == Standing::In).await;
    assert_eq!(held.seat(OLD), Seat::Here);
    assert!(!held.made_not_ready, "a login is nobody's doing");
}

#[tokio::test]
async fn a_login_elsewhere_is_seen_and_not_fought() {
    let mut console = Console::start().await;
    let (desk, _tab, stream) = console.open(PATIENT).await;
    stream
        .end(refusal(
            Code::FailedPrecondition,
            ErrorReason::SessionReplaced,
        ))
        .await;
    let held = until(&desk, "replaced", |held| {
        matches!(held.standing, Standing::Replaced(_))
    })
    .await;
    assert!(matches!(held.seat(OLD), Seat::Elsewhere(_)));
    let endpoint = console.endpoint.clone();
    desk.tell(Order::Alive {
        tab: OLD,
        painted: None,
        endpoint,
    })
    .await;
    until(&desk, "still replaced", |held| {
        matches!(held.standing, Standing::Replaced(_))
    })
    .await;
    assert!(console.server.subscriptions.is_empty());
}

#[tokio::test]
async fn what_ended_otherwise_is_kept_for_a_while_and_what_was_taken_or_declined_is_not() {
    let mut console = Console::start().await;
    let (desk, _tab, stream) = console.open(PATIENT).await;
    for (at, (id, state)) in [
        (5, OfferState::Connected),
        (6, OfferState::Rejected),
        (7, OfferState::TimedOut),
    ]
    .into_iter()
    .enumerate()
    {
        let sequence = 11 + u64::try_from(at).expect("few");
        tell(&stream, sequence, sequence - 1, offers(id, state)).await;
    }
    let held = until(&desk, "the last", |held| !held.passed.is_empty()).await;
    assert_eq!(
        held.passed
            .iter()
            .map(|offer| offer.offer_id)
            .collect::<Vec<_>>(),
        [7]
    );
}

#[tokio::test]
async fn who_is_made_not_ready_is_told_and_who_asked_for_it_is_not() {
    let mut console = Console::start().await;
    let (desk, _tab, stream) = console.open(PATIENT).await;
    let change = |presence| {
        Update::Changes(AgentChanges {
            agent: Some(agent(presence)),
            ..AgentChanges::default()
        })
    };
    let is = |presence: Presence| move |held: &Held| held.told.agent().presence() == presence;
    tell(&stream, 11, 10, change(Presence::NotReady)).await;
    assert!(
        until(&desk, "not ready", is(Presence::NotReady))
            .await
            .made_not_ready
    );
    tell(&stream, 12, 11, change(Presence::Ready)).await;
    assert!(
        !until(&desk, "ready", is(Presence::Ready))
            .await
            .made_not_ready
    );
    desk.tell(Order::AsksNotReady(true)).await;
    tell(&stream, 13, 12, change(Presence::NotReady)).await;
    assert!(
        !until(&desk, "not ready", is(Presence::NotReady))
            .await
            .made_not_ready
    );
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "the clock is paused: it is moved, nobody waits"
)]
async fn an_engine_that_only_says_that_it_is_there_is_there_and_one_that_says_nothing_is_away() {
    let mut console = Console::start().await;
    let (desk, _tab, stream) = console.open(PATIENT).await;
    tokio::time::pause();
    // Nothing happens: the engine's time stands still.
    for _ in 0..12 {
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(desk.now().engine_away, None);
        tell(&stream, 10, 10, Update::Heartbeat(Heartbeat {})).await;
    }
    let held = until(&desk, "away", |held| held.engine_away.is_some()).await;
    assert!(held.engine_away > Some(1_000_000 + 55_000), "since then");
    tell(&stream, 10, 10, Update::Heartbeat(Heartbeat {})).await;
    until(&desk, "there again", |held| held.engine_away.is_none()).await;
}

#[test]
fn a_tab_is_written_and_read() {
    assert_eq!(Tab::parse(&NEW.to_string(), NEW.opened_ms), Some(NEW));
    assert!(Tab::opened(5) > OLD && Tab::parse("x", 0).is_none());
    // What no console has opened yet would be the newest for good.
    let at_ms = NEW.opened_ms;
    assert!(Tab::parse(&Tab::opened(at_ms + 60_000).to_string(), at_ms).is_some());
    assert!(Tab::parse("9223372036854775807-1", at_ms).is_none());
    // The clock was set back.
    assert!(Tab::opened(1).after(Some(NEW)) > NEW);
    assert_eq!(NEW.after(Some(OLD)), NEW);
}

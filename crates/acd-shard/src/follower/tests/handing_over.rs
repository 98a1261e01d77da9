//! What is handed over is shown, in order, and also after a defect.

use std::ops::ControlFlow;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use acd_config::ServerLimits;
use acd_core::Engine;
use acd_core::command::{ApplyConfig, Command, ConfigSource, Login, Request};
use acd_core::config::{AgentConfig, TenantConfig};
use acd_core::event::Recorded;
use acd_core::ids::TenantName;
use acd_core::state::{Facts, State};
use acd_journal::Retention;

use crate::clock::{Clock, MachineTime};
use crate::follower::{Durable, Followed, Follower, Following, Happened, Showing, show};
use crate::health::Health;
use crate::stream::{Budgets, Limits, StreamEnd, StreamSettings};

/// A tenant, what its log holds, and a follower with its thread.
struct Shown {
    name: TenantName,
    engine: Engine,
    log: Arc<Mutex<Vec<Recorded>>>,
    health: Health,
    following: Following,
    thread: JoinHandle<()>,
}

impl Shown {
    fn new() -> Self {
        let health = Health::noop();
        let name: TenantName = "bank".into();
        let log = Arc::new(Mutex::new(Vec::<Recorded>::new()));
        let (followed, durable) = (name.clone(), log.clone());
        let settings = StreamSettings {
            journal: "0a".parse().unwrap(),
            outbox: Limits {
                states: 100,
                directives: 100,
            },
            budgets: Budgets::new(&ServerLimits::default()),
            history: 100,
            gathered_at_once: 1,
            heartbeat_ms: 1_000,
        };
        let told = health.clone();
        let recover = Box::new(move || {
            let hold = Retention::default().hold();
            let mut follower = Follower::new(settings.clone(), hold, told.clone());
            let facts = Facts::default();
            let mut tenant = Followed::restore(followed.clone(), 1, facts, settings.clone());
            for recorded in &*durable.lock().unwrap() {
                tenant.recover(recorded);
            }
            follower.adopt(tenant);
            Ok(follower)
        });
        let clock = Clock::start(Arc::new(MachineTime::new()), None);
        let (showing, following) = Showing::new(0, 8, clock, &health, recover);
        let thread = thread::spawn(move || show(showing));
        Self {
            engine: Engine::new(name.clone()),
            name,
            log,
            health,
            following,
            thread,
        }
    }

    /// Has the follower hang in a look until what is given back is dropped.
    fn hang(&self) -> SyncSender<()> {
        let (hangs, begun) = sync_channel(1);
        let (release, released) = sync_channel::<()>(1);
        let read = Box::new(move |_: Result<&State, _>| {
            let _ = hangs.send(());
            let _ = released.recv();
            ControlFlow::Break(())
        });
        let looks = self.following.handle.look(self.name.clone(), read);
        looks.expect("there is room for a look");
        begun.recv().expect("the follower looks");
        release
    }

    /// This is decided and durable. What it caused is to be handed over.
    fn decided(&mut self, command: Command) -> Durable {
        let events = self.engine.handle(1_000, Request::internal(command)).events;
        assert_ne!(events, [], "something happened");
        self.log.lock().unwrap().extend(events.iter().cloned());
        let happened = Happened {
            tenant: self.name.clone(),
            life: 1,
            events,
            inputs: Vec::new(),
        };
        Durable {
            happened: vec![happened],
            ..Durable::default()
        }
    }

    /// The agent logs in, once more.
    fn login(&mut self) -> Durable {
        let agent = "nora".into();
        self.decided(Command::Login(Login { agent }))
    }

    /// What the next look finds; none if the look was lost with the follower that was to have it.
    fn look(&self) -> Option<u64> {
        let (tell, told) = sync_channel(1);
        let read = Box::new(move |state: Result<&State, _>| {
            let _ = tell.send(state.map(State::digest).ok());
            ControlFlow::Break(())
        });
        let looks = self.following.handle.look(self.name.clone(), read);
        looks.expect("there is room for a look");
        told.recv().ok().flatten()
    }
}

impl Shown {
    fn end(self) {
        self.following.end(StreamEnd::ShuttingDown);
        self.thread.join().unwrap();
    }
}

/// A tenant with one agent.
fn shown() -> Shown {
    let mut shown = Shown::new();
    let config = TenantConfig {
        agents: vec![AgentConfig::named("nora", [])],
        ..TenantConfig::default()
    };
    let configured = Command::ApplyConfig(ApplyConfig::of(config, ConfigSource::Api, "test"));
    let durable = shown.decided(configured);
    shown.following.hand_over(durable);
    shown
}

#[test]
fn what_is_handed_over_is_found_by_the_next_look() {
    let mut shown = shown();
    for _ in 0..8 {
        let durable = shown.login();
        shown.following.hand_over(durable);
        assert_eq!(shown.look(), Some(shown.engine.state().digest()));
    }
    shown.end();
}

#[test]
fn after_a_defect_in_showing_the_log_tells_what_there_is() {
    let mut shown = shown();
    drop(shown.login());
    // What comes before is missing: to show it would be wrong.
    let later = shown.login();
    shown.following.hand_over(later);
    // A look may be lost with the follower.
    let found = (0..2).find_map(|_| shown.look());
    assert_eq!(found, Some(shown.engine.state().digest()));
    let durable = shown.login();
    shown.following.hand_over(durable);
    assert_eq!(shown.look(), Some(shown.engine.state().digest()));
    assert_eq!(shown.health.follower.behind(), 0);
    shown.end();
}

#[test]
fn how_far_it_is_behind_is_told_while_it_hangs() {
    let mut shown = shown();
    assert!(shown.look().is_some());
    assert_eq!(shown.health.follower.behind(), 0);
    let release = shown.hang();
    let mut events = 0;
    for _ in 0..2 {
        let durable = shown.login();
        events += durable.happened[0].events.len() as u64;
        shown.following.hand_over(durable);
        assert_eq!(shown.health.follower.behind(), events);
    }
    drop(release);
    assert!(shown.look().is_some());
    assert_eq!(shown.health.follower.behind(), 0);
    shown.end();
}

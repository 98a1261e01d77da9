//! One tenant that is decided and followed without threads and without a log: every step is durable at once.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use acd_config::ServerLimits;
use acd_core::Engine;
use acd_core::command::{AttachSession, Command, Reply, Request};
use acd_core::event::Recorded;
use acd_core::ids::{AgentName, AgentNo, DurationMs, SessionId, TenantName, TimeMs};
use acd_core::state::{Facts, State};
use acd_journal::Retention;
use crossbeam_channel::{Receiver, Sender, unbounded};

use super::reader::{Memory, Reader};
use crate::call::Pending;
use crate::follower::{Begin, Durable, Followed, Follower, Happened};
use crate::health::Health;
use crate::stream::{
    Attached, Budgets, Departure, Ended, Feed, Gone, Interest, Limits, Places, Rendering,
    StreamSettings, detach,
};

pub(super) struct House {
    name: TenantName,
    engine: Engine,
    follower: Follower,
    settings: StreamSettings,
    places: Places,
    ends: (Sender<Ended>, Receiver<Ended>),
    departures: (Sender<Gone>, Receiver<Gone>),
    pub(super) now: TimeMs,
    /// Runs ahead, so that views are told after every step.
    views_now: TimeMs,
}

impl House {
    /// A tenant of which nothing is known yet; its streams remember so many events and cut nobody off.
    pub(super) fn new(name: &str, history: usize) -> Self {
        Self::limited(name, history, &ServerLimits::default())
    }

    /// The same with other limits.
    #[expect(clippy::disallowed_methods, reason = "a test has few streams")]
    pub(super) fn limited(name: &str, history: usize, limits: &ServerLimits) -> Self {
        let settings = StreamSettings {
            journal: "0a".parse().unwrap(),
            outbox: Limits {
                states: 10_000,
                directives: 10_000,
            },
            budgets: Budgets::new(limits),
            history,
            gathered_at_once: 1,
            // Readers may be as slow as they like.
            heartbeat_ms: DurationMs::MAX / 2,
        };
        let ends = unbounded();
        Self {
            name: name.into(),
            engine: Engine::new(name.into()),
            follower: Follower::new(
                settings.clone(),
                Retention::default().hold(),
                Health::noop(),
            ),
            places: Places::new(limits, settings.budgets.clone()),
            settings,
            ends,
            departures: unbounded(),
            now: 1_000,
            views_now: 1_000,
        }
    }

    pub(super) fn state(&self) -> &State {
        self.engine.state()
    }

    /// Has a command decided and shown; none if it was refused.
    pub(super) fn handle(&mut self, command: Command) -> Option<Reply> {
        let handled = self.engine.handle(self.now, Request::internal(command));
        self.show(handled.events);
        handled.answer.ok()
    }

    /// Has what is due by now decided and shown.
    pub(super) fn tick(&mut self) {
        let events = self.engine.tick(self.now);
        self.show(events);
    }

    /// The follower has applied what became durable, and knows what the engine knows.
    fn show(&mut self, events: Vec<Recorded>) {
        self.views_now += 10_000;
        let durable = Durable {
            happened: vec![Happened {
                tenant: self.name.clone(),
                life: 1,
                events,
                inputs: Vec::new(),
            }],
            ..Durable::default()
        };
        // A whole view is on its way meanwhile.
        self.follower.gather(self.views_now);
        self.follower.apply(&durable, self.views_now);
        self.follower.do_due(self.views_now);
        self.follower.do_due(self.views_now + 5_000);
        let followed = self.follower.state(&self.name).map(State::digest);
        let facts = self.engine.state().facts();
        if facts.config_version > 0 && !facts.deleted {
            assert_eq!(followed, Ok(self.engine.state().digest()));
        }
        assert!(
            self.ends.1.is_empty() || !self.departures.1.is_empty(),
            "nobody is cut off"
        );
    }

    /// Attaches the session, as a shard does before a stream of it begins.
    pub(super) fn attach(&mut self, agent: &AgentName, session: SessionId) -> Option<Feed> {
        let attach = Command::AttachSession(AttachSession {
            agent: agent.clone(),
            session,
        });
        let Some(Reply::Attached {
            connection,
            last_sequence,
        }) = self.handle(attach)
        else {
            return None;
        };
        let no = self.state().agent_no(agent).unwrap();
        let attached = Attached {
            connection,
            last_sequence,
        };
        Some(Feed::Screen(no, attached))
    }

    /// Begins a stream, and goes on where the memory ends.
    pub(super) fn begin(&mut self, interest: Interest, feed: Feed, memory: Memory) -> Reader {
        let detach = match (&interest, &feed) {
            (Interest::Agent { agent, .. }, Feed::Screen(_, attached)) => {
                let detach = detach(agent.clone(), attached.connection);
                Some((self.ends.0.clone(), detach))
            }
            _ => None,
        };
        let place = self.places.take(&self.name, &interest, self.views_now);
        let place = place.unwrap();
        let departures = self.departures.0.clone();
        let subscriber = place.subscriber();
        let departure = Departure::new(
            self.name.clone(),
            feed.clone(),
            subscriber,
            departures,
            detach,
        );
        let (reply, pending) = Pending::new();
        let begin = Begin {
            tenant: self.name.clone(),
            interest: interest.clone(),
            resume_token: memory.token.clone(),
            place,
            departure,
            reply,
        };
        self.follower.begin(begin, self.views_now);
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(Ok(Ok(stream))) = pin!(pending).poll(&mut context) else {
            panic!("the stream begins at once");
        };
        Reader::new(stream, (interest, feed), memory)
    }

    /// Takes note of the streams that are gone.
    pub(super) fn let_go(&mut self) {
        for gone in self.departures.1.try_iter().collect::<Vec<_>>() {
            self.follower.forget(&gone);
        }
        for (_, request) in self.ends.1.try_iter().collect::<Vec<_>>() {
            self.handle(request.command);
        }
    }

    /// Stops at once and starts from a snapshot.
    pub(super) fn restart(&mut self) {
        let facts: Facts = self.state().facts().clone();
        self.engine = Engine::restore(self.name.clone(), facts.clone());
        self.follower = Follower::new(
            self.settings.clone(),
            Retention::default().hold(),
            Health::noop(),
        );
        let followed = Followed::restore(self.name.clone(), 1, facts, self.settings.clone());
        self.follower.adopt(followed);
        _ = self.departures.1.try_iter().count();
        _ = self.ends.1.try_iter().count();
        let events = self.engine.recover(self.now);
        self.show(events);
    }

    /// All whole views that are on their way reach their readers.
    pub(super) fn gather(&mut self) {
        while self.follower.gather(self.views_now + 5_000) {}
    }

    /// Every reader reads to the end, and knows what a fresh snapshot would tell.
    pub(super) fn check<'r>(&mut self, readers: impl IntoIterator<Item = &'r mut Reader>) {
        let now = self.views_now + 5_000;
        self.follower.do_due(now);
        self.gather();
        let rendering = Rendering::of(self.follower.state(&self.name).unwrap(), now);
        for reader in readers {
            reader.check(&rendering);
        }
    }

    pub(super) fn agent_name(&self, no: AgentNo) -> AgentName {
        self.state().agent(no).config.name.clone()
    }
}

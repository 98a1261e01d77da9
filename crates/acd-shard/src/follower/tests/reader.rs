//! A client of a stream, for tests: it applies what it is told, and knows what a fresh snapshot would tell it.

use std::collections::BTreeMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use acd_core::ids::{AgentName, QueueName};
use tokio::runtime::Runtime;

use crate::stream::{
    Delivery, Feed, Interest, Rendered, Rendering, Subscription, Update, UpdateKind, ViewFilter,
    whole_view,
};

/// A reader, and what they know.
pub(super) struct Reader {
    pub(super) interest: Interest,
    pub(super) feed: Feed,
    pub(super) memory: Memory,
    /// Whether the stream has ended.
    pub(super) is_over: bool,
    stream: Subscription,
}

/// What a reader keeps when the stream is lost.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) token: Option<String>,
    /// By what a client knows an entity by.
    known: BTreeMap<String, Rendered>,
    sequence: u64,
}

impl Reader {
    pub(super) fn new(
        stream: Subscription,
        (interest, feed): (Interest, Feed),
        memory: Memory,
    ) -> Self {
        Self {
            interest,
            feed,
            memory,
            is_over: false,
            stream,
        }
    }

    /// Takes all that waits and applies it as a client does.
    pub(super) fn read(&mut self) {
        while let Some(update) = self.take() {
            let (memory, mark) = (&mut self.memory, update.mark);
            assert!(mark.sequence >= memory.sequence, "sequences do not go back");
            if update.kind == UpdateKind::Changes {
                assert_eq!(
                    mark.previous_sequence, memory.sequence,
                    "the messages form a chain"
                );
            } else {
                memory.known.clear();
            }
            for state in update.states {
                let entity = key(&state);
                if state.is_over() || has_left(&self.feed, &state) {
                    memory.known.remove(&entity);
                } else {
                    memory.known.insert(entity, state);
                }
            }
            memory.sequence = mark.sequence;
            memory.token = Some(mark.resume_token);
        }
    }

    /// Reads to the end, and knows what a fresh snapshot would tell unless the stream is over.
    pub(super) fn check(&mut self, rendering: &Rendering<'_>) {
        self.read();
        if self.is_over {
            return;
        }
        let truth = match &self.feed {
            Feed::Screen(no, _) => rendering.screen(*no),
            Feed::View(filter) => whole_view(filter, rendering),
            Feed::Directives(..) => unreachable!("adapters are told directives"),
        };
        let truth: BTreeMap<String, Rendered> = truth
            .into_values()
            .map(|state| (key(&state), state))
            .collect();
        let known = &self.memory.known;
        for key in known.keys().chain(truth.keys()) {
            let (known, truth) = (known.get(key), truth.get(key));
            assert_eq!(known, truth, "{key} of {:?}", self.interest);
        }
    }

    /// The next update, if one waits.
    fn take(&mut self) -> Option<Update> {
        if self.is_over {
            return None;
        }
        let mut next = pin!(self.stream.next(Duration::from_secs(600)));
        let mut context = Context::from_waker(Waker::noop());
        match next.as_mut().poll(&mut context) {
            Poll::Ready(Delivery::Update(update)) => Some(update),
            Poll::Ready(Delivery::End(_)) => {
                self.is_over = true;
                None
            }
            Poll::Ready(other) => panic!("{other:?}"),
            Poll::Pending => None,
        }
    }
}

/// A contact that moved to a queue the view does not show is told once more, so that the client can drop it.
fn has_left(feed: &Feed, state: &Rendered) -> bool {
    match (feed, state) {
        (Feed::View(filter), Rendered::Contact(contact)) => {
            let queues = &filter.queue_names;
            !queues.is_empty() && !queues.contains(&QueueName::from(&*contact.queue))
        }
        _ => false,
    }
}

/// What a client knows an entity by.
fn key(state: &Rendered) -> String {
    match state {
        Rendered::Agent(agent) => format!("agent {}", agent.agent),
        Rendered::Day(_) => "day".to_owned(),
        Rendered::Offer(offer) => format!("offer {}", offer.offer_id),
        Rendered::Handling(handling) => format!("handling {}", handling.handling_id),
        Rendered::Queue(queue) => format!("queue {}", queue.queue),
        Rendered::Performance(done) => format!("performance {}", done.queue),
        Rendered::AgentCounts(_) => "agents".to_owned(),
        Rendered::Contact(contact) => format!("contact {}", contact.contact_id),
        Rendered::Adapter(adapter) => format!("adapter {}", adapter.adapter),
        Rendered::Act(act) => format!("act {}", act.sequence),
    }
}

/// A view of everything, and one of a single queue and agent.
pub(super) fn views(queue: impl Into<QueueName>, agent: impl Into<AgentName>) -> [ViewFilter; 2] {
    let everything = ViewFilter {
        queues: true,
        agents: true,
        contacts: true,
        performance: true,
        ..Default::default()
    };
    let one_queue = ViewFilter {
        queue_names: [queue.into()].into(),
        agent_names: [agent.into()].into(),
        ..everything.clone()
    };
    [everything, one_queue]
}

/// A runtime whose clock stands still: no stream is so quiet that it carries a heartbeat.
pub(super) fn stopped_clock() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
}

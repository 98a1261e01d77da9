//! Agents and queues as the tenant's view shows them: whose phone is whose, and what lamps show.

use std::collections::HashMap;

use acd_client::supervisor::{Update, Watch};
use acd_client::v1::{AgentState, Presence, QueueState, ViewFilter};
use acd_client::{Endpoint, Supervisor};
use tokio::sync::mpsc;

use crate::switchboard::{Seen, SeenQueue};

/// What changed in the view.
#[derive(Debug)]
pub(super) enum Viewed {
    /// An agent.
    Agent(Seen),
    /// A queue.
    Queue(SeenQueue),
}

/// Follows the view until nobody listens, or the server says that we may not.
pub(super) async fn follow(endpoint: Endpoint, tenant: String, to: mpsc::Sender<Viewed>) {
    let filter = ViewFilter {
        queues: true,
        agents: true,
        ..ViewFilter::default()
    };
    let mut watch: Watch = Supervisor::new(&endpoint, &tenant).watch(filter);
    // Only what differs is handed on: an agent's state changes with each call.
    let mut agents: HashMap<String, Seen> = HashMap::new();
    let mut queues: HashMap<String, SeenQueue> = HashMap::new();
    loop {
        let (changed_agents, changed_queues) = match watch.next().await {
            Ok(step) => match step.update {
                Update::Snapshot(snapshot) => (snapshot.agents, snapshot.queues),
                Update::Changes(changes) => (changes.agents, changes.queues),
                Update::Heartbeat => continue,
            },
            Err(error) => {
                tracing::error!(%error, "agents and queues cannot be watched: no lamps, and nobody is busy outside");
                return;
            }
        };
        for agent in changed_agents.iter().map(seen) {
            if agents.insert(agent.agent.clone(), agent.clone()).as_ref() != Some(&agent)
                && to.send(Viewed::Agent(agent)).await.is_err()
            {
                return;
            }
        }
        for queue in changed_queues.iter().map(seen_queue) {
            if queues.insert(queue.queue.clone(), queue.clone()).as_ref() != Some(&queue)
                && to.send(Viewed::Queue(queue)).await.is_err()
            {
                return;
            }
        }
    }
}

fn seen(state: &AgentState) -> Seen {
    let ready = state.presence() == Presence::Ready;
    Seen {
        agent: state.agent.clone(),
        address: state
            .address
            .as_ref()
            .map(|address| address.value.clone())
            .unwrap_or_default(),
        teams: state.teams.clone(),
        logged_in: state.session_id != 0,
        ready,
        paused: state.session_id != 0 && (!ready || !state.paused.is_empty()),
    }
}

fn seen_queue(state: &QueueState) -> SeenQueue {
    SeenQueue {
        queue: state.queue.clone(),
        waiting: state.waiting,
    }
}

//! Requests under way: those of one lane one after the other, those of different lanes at the same time, never more than
//! a server bears.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::ari::{Client, Failure, Request};
use crate::switchboard::{Lane, ServerNo, Ticket};

/// A request that is to be done.
#[derive(Debug)]
struct Job {
    ticket: Ticket,
    request: Request,
}

/// A request that was done, or not.
#[derive(Debug)]
pub(super) struct Done {
    /// The server.
    pub(super) server: ServerNo,
    /// What was asked.
    pub(super) request: Request,
    /// What its answer is for.
    pub(super) ticket: Ticket,
    /// What came of it.
    pub(super) result: Result<(), Failure>,
    /// How long it took.
    pub(super) took: Duration,
    lane: Lane,
}

/// Requests to all servers.
pub(super) struct Lanes {
    servers: Vec<Server>,
    running: JoinSet<Done>,
}

struct Server {
    client: Client,
    at_once: usize,
    running: usize,
    /// What waits in each lane behind the request under way.
    lanes: HashMap<Lane, VecDeque<Job>>,
    /// Lanes without a request under way, in the order in which they may go on.
    ready: VecDeque<Lane>,
}

impl Lanes {
    pub(super) fn new(servers: impl Iterator<Item = (Client, usize)>) -> Self {
        let servers = servers.map(|(client, at_once)| Server {
            client,
            at_once,
            running: 0,
            lanes: HashMap::new(),
            ready: VecDeque::new(),
        });
        Self {
            servers: servers.collect(),
            running: JoinSet::new(),
        }
    }

    /// One more request.
    pub(super) fn push(&mut self, server: ServerNo, lane: Lane, ticket: Ticket, request: Request) {
        let at = &mut self.servers[server];
        let job = Job { ticket, request };
        match at.lanes.get_mut(&lane) {
            Some(waiting) => waiting.push_back(job),
            None => {
                at.lanes.insert(lane.clone(), VecDeque::from([job]));
                at.ready.push_back(lane);
            }
        }
        self.go_on(server);
    }

    /// The next request that was done. May be dropped while it waits.
    pub(super) async fn next(&mut self) -> Done {
        let Some(done) = self.running.join_next().await else {
            return std::future::pending().await;
        };
        let done = done.expect("a request does not panic");
        let at = &mut self.servers[done.server];
        at.running -= 1;
        match at.lanes.get(&done.lane) {
            Some(waiting) if waiting.is_empty() => {
                at.lanes.remove(&done.lane);
            }
            Some(_) => at.ready.push_back(done.lane.clone()),
            None => {}
        }
        self.go_on(done.server);
        done
    }

    /// How many requests wait or are under way.
    pub(super) fn len(&self) -> usize {
        let servers = self.servers.iter();
        servers
            .map(|at| at.running + at.lanes.values().map(VecDeque::len).sum::<usize>())
            .sum()
    }

    fn go_on(&mut self, server: ServerNo) {
        let at = &mut self.servers[server];
        while at.running < at.at_once {
            let Some(lane) = at.ready.pop_front() else {
                return;
            };
            let Some(Job { ticket, request }) =
                at.lanes.get_mut(&lane).and_then(VecDeque::pop_front)
            else {
                continue;
            };
            at.running += 1;
            let client = at.client.clone();
            self.running.spawn(async move {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "a stop-watch for a metric; no decision depends on it"
                )]
                let begun = Instant::now();
                let result = client.ask(&request).await;
                Done {
                    server,
                    request,
                    ticket,
                    result,
                    took: begun.elapsed(),
                    lane,
                }
            });
        }
    }
}

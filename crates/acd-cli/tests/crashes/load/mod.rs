//! A small centre at full speed: two switches, eight agents, a supervisor and an administrator, each with the SDK that
//! others get. They know nothing of what happens to the server, come back by themselves, and write down what they are
//! told.

mod agent;
mod office;
mod switch;
mod told;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use acd_client::v1::{GetSnapshotResponse, ViewFilter};
use acd_client::{Endpoint, Supervisor, backoff, endpoint};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub(crate) use told::{OfferTold, Outcome, Told};

/// The tenant of the load.
pub(crate) const TENANT: &str = "centre";
/// The server as the load needs it: it writes snapshots as often as it may.
pub(crate) const SERVER: &str = "snapshot_every = 1000\ndrain_timeout = \"30s\"\n";
/// What the tenant is. Little of what is over is remembered, so that snapshots are written again soon.
const TABLES: &str = r#"
[tenants.centre]
skills = ["german"]
adapters = ["switch-0", "switch-1"]

[tenants.centre.settings]
back_off = { rejected = "0s", no_answer = "0s", busy = "0s" }

[tenants.centre.limits]
ended_records = 300
ended_contacts = 300
remembered_requests_per_caller = 1000
remembered_customers = 10
acts = 20

[tenants.centre.queues.desk]
wrap_up = "1h"
announcements = { greeting = "welcome", music = "slow" }

[tenants.centre.queues.phone]
alerting = "phone"

[tenants.centre.queues.german]
requirement = "german >= 3"
"#;
/// Its queues.
const QUEUES: [&str; 3] = ["desk", "phone", "german"];
const SWITCHES: usize = 2;
const AGENTS: usize = 8;
/// How long the clients may take to come to an end when nothing stands in their way any more.
const END: Duration = Duration::from_secs(60);

/// The tables of a server with the tenant and its agents.
pub(crate) fn tables() -> String {
    format!("[server.limits]\nheartbeat = \"200ms\"\n{}", tenant())
}

/// The tenant's own document, where offers at desks ring for so many seconds.
fn document(ring_s: u32) -> String {
    let document = tenant().replace("[tenants.centre]\n", "");
    let document = document.replace("[tenants.centre.", "[");
    let ring = format!("[queues.desk]\nring = \"{ring_s}s\"\n");
    document.replace("[queues.desk]\n", &ring)
}

fn tenant() -> String {
    let agents = (0..AGENTS).map(|no| {
        format!(
            "[tenants.{TENANT}.agents.{}]\naddress = \"{no}\"\nqueues = [\"desk\", \"phone\", \"german\"]\n\
             skills = {{ german = {} }}\n",
            agent_name(no),
            3 + no % 4
        )
    });
    agents.fold(TABLES.to_owned(), |text, agent| text + &agent)
}

fn agent_name(no: usize) -> String {
    format!("agent-{no}")
}

/// What the clients are to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// Go on.
    Work,
    /// Switches take no more contacts and end those they have.
    Close,
    /// Agents finish what they have, and log out.
    GoHome,
}

/// Clients at work.
pub(crate) struct Load {
    told: Arc<Told>,
    stage: watch::Sender<Stage>,
    endpoint: Endpoint,
    switches: JoinSet<()>,
    agents: JoinSet<()>,
    office: JoinSet<()>,
}

impl Load {
    /// Clients of the server at this address; what they choose follows from the seed.
    pub(crate) fn start(grpc: &str, seed: u64) -> Self {
        let endpoint = endpoint(grpc);
        let told = Arc::new(Told::default());
        let (stage, seen) = watch::channel(Stage::Work);
        let mut chances = (0..).map(|no| StdRng::seed_from_u64(seed.wrapping_mul(1_000) + no));
        let mut chance = || chances.next().expect("there is no end of them");
        let mut switches = JoinSet::new();
        for no in 0..SWITCHES {
            let switch = switch::Switch::new(no, told.clone(), chance());
            switches.spawn(switch.run(endpoint.clone(), seen.clone()));
        }
        let mut agents = JoinSet::new();
        for no in 0..AGENTS {
            let agent = agent::Agent::new(agent_name(no), told.clone(), chance());
            agents.spawn(agent.run(endpoint.clone(), seen.clone()));
        }
        let mut office = JoinSet::new();
        let supervisor = office::Supervising::new(&endpoint, told.clone(), chance());
        office.spawn(supervisor.run(seen.clone()));
        let administrator = office::Administering::new(&endpoint, told.clone(), chance());
        office.spawn(administrator.run(seen));
        Self {
            told,
            stage,
            endpoint,
            switches,
            agents,
            office,
        }
    }

    /// What they have been told so far.
    pub(crate) fn told(&self) -> &Told {
        &self.told
    }

    /// Lets all come to an end, which must be possible in time: a contact that nobody can end, an agent who is stuck and
    /// an answer that never comes are found here. Gives what they were told, and what the server shows then.
    pub(crate) async fn finish(mut self) -> (Arc<Told>, GetSnapshotResponse) {
        let ended = tokio::time::timeout(END, async {
            self.stage.send_replace(Stage::Close);
            all(&mut self.office).await;
            all(&mut self.switches).await;
            self.stage.send_replace(Stage::GoHome);
            all(&mut self.agents).await;
            shown(&self.endpoint).await
        });
        let Ok(shown) = ended.await else {
            let left = [&self.office, &self.switches, &self.agents].map(JoinSet::len);
            panic!(
                "clients that wait for ever (of office, switches, agents): {left:?}\n{}\n{:#?}",
                self.told.describe(),
                shown(&self.endpoint).await
            );
        };
        (self.told, shown)
    }
}

async fn all(tasks: &mut JoinSet<()>) {
    while let Some(ended) = tasks.join_next().await {
        ended.expect("a client without a panic");
    }
}

/// All that the server shows of the tenant.
async fn shown(endpoint: &Endpoint) -> GetSnapshotResponse {
    let filter = ViewFilter {
        queues: true,
        agents: true,
        contacts: true,
        ..ViewFilter::default()
    };
    let supervisor = Supervisor::new(endpoint, TENANT);
    supervisor.get_snapshot(filter).await.expect("a snapshot")
}

/// Connections that come back soon.
fn endpoint(grpc: &str) -> Endpoint {
    let options = endpoint::Options {
        connections: NonZeroUsize::new(3).expect("not zero"),
        backoff: backoff::Options {
            first: Duration::from_millis(2),
            max: Duration::from_millis(20),
            seed: None,
        },
        ..endpoint::Options::new(format!("http://{grpc}"))
    };
    Endpoint::new(options).expect("a good address")
}

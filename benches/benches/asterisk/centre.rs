//! An engine and its adapter, each in a process of its own, at an Asterisk.

use std::fmt::Write as _;
use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use acd_asterisk::Options;
use acd_client::Supervisor;
use acd_client::endpoint::{self, Endpoint};
use acd_client::v1::agent_acted::Act;
use acd_client::v1::{
    ActForAgentRequest, AgentActed, ChannelSlots, QueueState, TenantSnapshot, ViewFilter,
};
use acd_pbx_lab::Exchange;
use acd_testkit::{Clients, request_id};
use tempfile::TempDir;

use crate::servers::{self, Server, acd};
use crate::until;

/// The queue of all callers.
pub(crate) const QUEUE: &str = "sales";
const TENANT: &str = "centre";

/// An engine and an adapter; both end when this is dropped.
pub(crate) struct Centre {
    engine: Server,
    adapter: Adapter,
    supervisor: Supervisor,
    agents: Vec<String>,
}

struct Adapter {
    process: Child,
    metrics: String,
    _folder: TempDir,
}

impl Drop for Adapter {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Centre {
    /// Starts both, with the journal below this folder, and waits until calls can come. Nobody is logged in.
    pub(crate) async fn start(
        exchange: &Exchange,
        app: &str,
        agents: &[String],
        journal: &Path,
    ) -> Self {
        let mut tables = format!(
            "[tenants.{TENANT}]\nadapters = [\"asterisk\"]\n\
             [tenants.{TENANT}.queues.{QUEUE}]\nalerting = \"phone\"\nring = \"20s\"\n"
        );
        for agent in agents {
            write!(
                tables,
                "[tenants.{TENANT}.agents.{agent}]\nqueues = [\"{QUEUE}\"]\ndesktop = false\nadapter = \"asterisk\"\n"
            )
            .expect("a text");
        }
        let engine = Server::with(journal, &tables);
        let url = format!("http://{}", engine.grpc);
        let adapter = Adapter::start(&file(exchange, app, &url));
        until("the adapter to be ready", async || {
            let health = servers::get(&adapter.metrics, "/healthz");
            health.is_ok_and(|health| health.starts_with("HTTP/1.1 200"))
        })
        .await;
        let endpoint = Endpoint::new(endpoint::Options::new(url)).expect("a good address");
        Self {
            supervisor: Supervisor::new(&endpoint, TENANT),
            agents: agents.to_vec(),
            engine,
            adapter,
        }
    }

    /// All agents log in by their phones and are ready.
    pub(crate) async fn log_in(&self) {
        let clients = Clients::at(TENANT, format!("http://{}", self.engine.grpc)).await;
        for agent in &self.agents {
            for act in [Act::LoggedIn(true), Act::Ready(true)] {
                let request = ActForAgentRequest {
                    tenant: TENANT.to_owned(),
                    request_id: request_id(),
                    adapter: "asterisk".to_owned(),
                    acted: Some(AgentActed {
                        agent: agent.clone(),
                        act: Some(act),
                    }),
                };
                let answer = clients.adapters.clone().act_for_agent(request).await;
                answer.expect("the agent is ready");
            }
        }
    }

    /// The processes of engine and adapter.
    pub(crate) fn processes(&self) -> [u32; 2] {
        [self.engine.pid(), self.adapter.process.id()]
    }

    /// The queue as it is now.
    pub(crate) async fn queue(&self) -> QueueState {
        let filter = ViewFilter {
            queues: true,
            ..ViewFilter::default()
        };
        self.snapshot(filter).await.queues.remove(0)
    }

    /// How many contacts are open.
    pub(crate) async fn contacts(&self) -> usize {
        let filter = ViewFilter {
            contacts: true,
            ..ViewFilter::default()
        };
        self.snapshot(filter).await.contacts.len()
    }

    /// How many slots of agents are taken.
    pub(crate) async fn taken_slots(&self) -> usize {
        let filter = ViewFilter {
            agents: true,
            ..ViewFilter::default()
        };
        let agents = self.snapshot(filter).await.agents;
        let taken = |slots: &ChannelSlots| slots.leases.len();
        agents
            .iter()
            .map(|agent| agent.slots.iter().map(taken).sum::<usize>())
            .sum()
    }

    async fn snapshot(&self, filter: ViewFilter) -> TenantSnapshot {
        let answer = self.supervisor.get_snapshot(filter).await;
        answer.expect("a snapshot").snapshot.expect("a snapshot")
    }

    /// A metric of the adapter without labels, or of its one server.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let text = servers::get(&self.adapter.metrics, "/metrics").expect("its metrics");
        let line = text.lines().find_map(|line| {
            line.strip_prefix(name)
                .filter(|rest| rest.starts_with([' ', '{']))
        });
        let value = line.and_then(|line| line.rsplit_once(' ')?.1.parse().ok());
        value.unwrap_or_else(|| panic!("no {name} in:\n{text}"))
    }
}

impl Adapter {
    fn start(file: &str) -> Self {
        // Free a moment ago: the adapter takes the port it is told.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let metrics = free.expect("a port").to_string();
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("adapter.toml");
        std::fs::write(&path, format!("metrics_listen = \"{metrics}\"\n{file}")).expect("a file");
        let log = File::create(folder.path().join("log")).expect("a file");
        let mut command = Command::new(acd());
        command
            .args(["adapter", "asterisk", "--log", "warn", "--config"])
            .arg(&path)
            .stdin(Stdio::null())
            .stderr(log);
        Self {
            process: command.spawn().expect("the adapter starts"),
            metrics,
            _folder: folder,
        }
    }
}

/// The adapter's file for this Asterisk.
fn file(exchange: &Exchange, app: &str, engine: &str) -> String {
    format!(
        "[engine]\nurl = \"{engine}\"\ntenant = \"{TENANT}\"\n[servers.pbx]\nurl = \"{}\"\nuser = \"{}\"\n\
         password = \"{}\"\napp = \"{app}\"\n",
        exchange.ari_url(),
        exchange.user(),
        exchange.password()
    )
}

/// The same for a client of this program's own.
pub(crate) fn ari(exchange: &Exchange, app: &str) -> acd_asterisk::options::Server {
    let mut options = Options::parse(&file(exchange, app, "http://localhost")).expect("options");
    options.servers.remove("pbx").expect("the server")
}

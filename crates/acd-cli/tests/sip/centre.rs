//! A whole centre: a real Asterisk, the engine and the adapter as processes of their own, phones and callers.

use std::fmt::Write as _;
use std::process::{Child, Stdio};
use std::time::Duration;

use acd_client::Supervisor;
use acd_client::v1::{self, ViewFilter};
use acd_pbx_lab::{Behaviour, Call, Caller, Exchange, Installation, Messages, Phone, Plan};
use acd_testkit::{Clients, Desk};
use tempfile::TempDir;
use tokio::time::Instant;

use crate::acd::{Guarded, acd};
use crate::server::Server;

/// The longest that anything here may take.
const LIMIT: Duration = Duration::from_secs(30);
/// How often something outside is looked at while it is waited for.
const LOOK: Duration = Duration::from_millis(10);

/// Agents whom every centre has, each with a phone.
pub(crate) const AGENTS: [&str; 3] = ["anna", "bert", "carla"];

/// Two queues that differ in how agents are told, and more where a test says so.
const TENANT: &str = "
[tenants.centre]
adapters = [\"asterisk\"]
[tenants.centre.settings]
connect = \"2s\"
back_off = { rejected = \"1s\", busy = \"1s\", no_answer = \"1s\" }
[tenants.centre.queues.phone]
alerting = \"phone\"
ring = \"2s\"
[tenants.centre.queues.desk]
alerting = \"desktop\"
ring = \"20s\"
";

/// What a test has different.
#[derive(Default)]
pub(crate) struct Setup {
    /// Other tables of the tenant than those above, its agents included.
    pub(crate) tenant_instead: Option<&'static str>,
    /// More tables of the tenant.
    pub(crate) tenant: String,
    /// More queues of each agent, each after a comma.
    pub(crate) queues: String,
    /// More of the adapter's file, first more keys of its server.
    pub(crate) adapter: String,
    /// More keys of its engine.
    pub(crate) engine: String,
    /// The Asterisk; none: one with a phone for each agent.
    pub(crate) plan: Option<Plan>,
}

/// A centre.
pub(crate) struct Centre {
    pub(crate) exchange: Exchange,
    pub(crate) engine: Server,
    adapter: Option<Guarded>,
    folder: TempDir,
    pub(crate) clients: Clients,
    pub(crate) supervisor: Supervisor,
}

impl Centre {
    /// Opens it, without anybody there.
    pub(crate) async fn open(setup: Setup) -> Self {
        let installation = Installation::find().expect("an Asterisk: cargo xtask setup");
        let plan = setup.plan.unwrap_or_else(|| Plan::default().phones(AGENTS));
        let exchange = Exchange::start(&installation, plan)
            .await
            .expect("an exchange");
        let mut tenant = setup.tenant_instead.unwrap_or(TENANT).to_owned() + &setup.tenant;
        for agent in AGENTS.iter().filter(|_| setup.tenant_instead.is_none()) {
            let queues = format!("queues = [\"phone\", \"desk\"{}]", setup.queues);
            writeln!(tenant, "[tenants.centre.agents.{agent}]\n{queues}").expect("a text");
        }
        let engine = Server::start(&tenant);
        let folder = tempfile::tempdir().expect("a folder");
        let file = format!(
            "[engine]\nurl = \"http://{}\"\ntenant = \"centre\"\n{}[servers.pbx]\nurl = \"{}\"\nuser = \"{}\"\n\
             password = \"{}\"\noutside_endpoint = \"PJSIP/{{}}@trunk\"\n{}",
            engine.grpc,
            setup.engine,
            exchange.ari_url(),
            exchange.user(),
            exchange.password(),
            setup.adapter
        );
        std::fs::write(folder.path().join("adapter.toml"), file).expect("a file");
        let clients = Clients::at("centre", format!("http://{}", engine.grpc)).await;
        let supervisor = Supervisor::new(&engine.endpoint(), "centre");
        let mut centre = Self {
            exchange,
            engine,
            adapter: None,
            folder,
            clients,
            supervisor,
        };
        centre.start_adapter().await;
        centre
    }

    /// The adapter's file.
    pub(crate) fn adapter_file(&self) -> String {
        self.folder
            .path()
            .join("adapter.toml")
            .to_str()
            .expect("UTF-8")
            .to_owned()
    }

    /// Starts the adapter, and waits until Asterisk hands calls to it and the engine has it.
    pub(crate) async fn start_adapter(&mut self) {
        let log = std::fs::File::create(self.folder.path().join("adapter.log")).expect("a file");
        let child: Child = acd(&[
            "adapter",
            "asterisk",
            "--config",
            &self.adapter_file(),
            "--log",
            "acd_asterisk=debug",
        ])
        .stderr(Stdio::from(log))
        .spawn()
        .expect("acd starts");
        self.adapter = Some(Guarded(child));
        self.adapter_is_back().await;
    }

    /// Waits until the adapter is at work.
    async fn adapter_is_back(&self) {
        self.until("the adapter to be connected on both sides", async || {
            self.log().contains("the engine knows all calls") && self.is_adapter_connected().await
        })
        .await;
    }

    /// Whether Asterisk hands calls to the adapter.
    pub(crate) async fn is_adapter_connected(&self) -> bool {
        let applications = self.exchange.cli("ari show apps").await.unwrap_or_default();
        applications.lines().any(|line| line.trim() == "acd")
    }

    /// Whether the engine has the adapter.
    pub(crate) async fn is_adapter_present(&self) -> bool {
        let answer = self.supervisor.get_snapshot(ViewFilter::default()).await;
        let snapshot = answer.ok().and_then(|answer| answer.snapshot);
        snapshot.is_some_and(|it| it.adapters.iter().any(|adapter| adapter.present))
    }

    /// `kill -9`.
    pub(crate) fn kill_adapter(&mut self) {
        self.adapter = None;
    }

    /// What the adapter has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("adapter.log")).unwrap_or_default()
    }

    /// An agent at a desk, ready.
    pub(crate) async fn desk(&self, agent: &str) -> Desk {
        Desk::ready(&self.clients, agent).await
    }

    /// A phone.
    pub(crate) async fn phone(&self, agent: &str, behaviour: Behaviour) -> Phone {
        Phone::start(&self.exchange, agent, behaviour)
            .await
            .expect("a phone")
    }

    /// Somebody calls.
    pub(crate) fn call(&self, call: Call) -> Caller {
        Caller::start(&self.exchange, call).expect("a caller")
    }

    /// The tenant as a supervisor sees it.
    pub(crate) async fn seen(&self, filter: ViewFilter) -> v1::TenantSnapshot {
        let answer = self.supervisor.get_snapshot(filter).await;
        answer.expect("an answer").snapshot.expect("a snapshot")
    }

    /// All open contacts.
    pub(crate) async fn contacts(&self) -> Vec<v1::ContactState> {
        let filter = ViewFilter {
            contacts: true,
            ..ViewFilter::default()
        };
        self.seen(filter).await.contacts
    }

    /// Waits until as many contacts are open.
    pub(crate) async fn waits_for_contacts(&self, count: usize) -> Vec<v1::ContactState> {
        self.until(&format!("{count} contacts"), async || {
            self.contacts().await.len() == count
        })
        .await;
        self.contacts().await
    }

    /// Waits until something holds.
    pub(crate) async fn until(&self, what: &str, holds: impl AsyncFn() -> bool) {
        let begun = Instant::now();
        while !holds().await {
            if begun.elapsed() >= LIMIT {
                let channels = self.exchange.cli("core show channels concise").await;
                panic!(
                    "waited for {what}; {channels:?}; the adapter's log:
{}",
                    self.log()
                );
            }
            #[expect(
                clippy::disallowed_methods,
                reason = "a condition outside this process is looked at again"
            )]
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Nothing is left: no contact, no channel, no bridge but that of those who wait, and no agent is stuck.
    pub(crate) async fn is_quiet(&self) {
        self.until("no contact to be open", async || {
            self.contacts().await.is_empty()
        })
        .await;
        self.until("no channel to be left", async || {
            self.exchange.channels().await.expect("a number") == 0
        })
        .await;
        self.until("no bridge to be left", async || {
            self.exchange.bridges().await.expect("a number") <= 1
        })
        .await;
        let filter = ViewFilter {
            agents: true,
            ..ViewFilter::default()
        };
        self.until("no slot to be taken", async || {
            let agents = self.seen(filter.clone()).await.agents;
            agents
                .iter()
                .all(|agent| agent.slots.iter().all(|slots| slots.leases.is_empty()))
        })
        .await;
        self.counters_add_up().await;
    }

    /// The counters of all queues add up: whoever joined was answered, left, or went elsewhere.
    async fn counters_add_up(&self) {
        let filter = ViewFilter {
            queues: true,
            ..ViewFilter::default()
        };
        for queue in self.seen(filter).await.queues {
            let it = queue.counters.unwrap_or_default();
            let ended = it.answered + it.abandoned_customer + it.abandoned_system + it.flowed_out;
            assert_eq!(it.offered, ended, "{}: {it:?}", queue.queue);
        }
    }

    /// How many visits of a queue began, and how many an agent answered.
    pub(crate) async fn offered_and_answered(&self, queue: &str) -> (u64, u64) {
        let filter = ViewFilter {
            queues: true,
            queue_names: vec![queue.to_owned()],
            ..ViewFilter::default()
        };
        let counters = self.seen(filter).await.queues.remove(0).counters;
        counters.map_or((0, 0), |it| (it.offered, it.answered))
    }

    /// All that the engine knows of a contact, also when it has ended.
    pub(crate) async fn story(&self, contact: &str) -> v1::ExplainContactResponse {
        self.supervisor
            .explain_contact(contact)
            .await
            .expect("a contact")
    }
}

/// The names of the SIP messages, as they must be.
pub(crate) fn assert_messages(messages: &Messages, expected: &[&str]) {
    assert_eq!(messages.names(), expected, "{messages}");
}

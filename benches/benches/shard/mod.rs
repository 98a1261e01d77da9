//! One tenant on one shard, with an adapter that is there and agents who come.

use std::time::Duration;

use acd_benches::ADAPTER;
use acd_config::ServerConfig;
use acd_core::command::{
    AgentAct, AgentCommand, ApplyConfig, Availability, Command, Login, Origin, Reply, Request,
};
use acd_core::ids::{SessionId, TenantName};
use acd_shard::stream::{Delivery, Interest, Subscription};
use acd_shard::{Options, Setup, Shards};
use tokio::task::JoinSet;

/// More often than the shard looks after its readers, of whom it gives up those who never come back for more.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(1);

/// The one tenant.
pub(crate) fn tenant() -> TenantName {
    "bench".into()
}

/// The shard with the tenant in it, and the adapter connected, which reads for as long as its task is kept.
pub(crate) async fn start(
    setup: Setup,
    config: &ServerConfig,
    apply: ApplyConfig,
) -> (Shards, JoinSet<()>) {
    start_with(setup, &Options::new(config), apply).await
}

/// The same with these options.
pub(crate) async fn start_with(
    setup: Setup,
    options: &Options,
    apply: ApplyConfig,
) -> (Shards, JoinSet<()>) {
    let shards = Shards::start(vec![setup], options).expect("a shard");
    let name = tenant();
    let created = shards.create_tenant(&name, Origin::Internal, apply, None);
    created.await.expect("a call").answer.expect("a tenant");
    let pbx = Interest::Adapter {
        adapter: ADAPTER.into(),
        incarnation: "1".into(),
    };
    let mut pbx = subscribe(&shards, pbx).await;
    let mut adapter = JoinSet::new();
    adapter.spawn(async move { while !matches!(pbx.next(HEARTBEAT).await, Delivery::End(_)) {} });
    (shards, adapter)
}

/// A stream of the tenant.
pub(crate) async fn subscribe(shards: &Shards, interest: Interest) -> Subscription {
    let stream = shards.subscribe(&tenant(), interest, None).await;
    stream.expect("a stream")
}

/// Has a command decided that is not refused.
pub(crate) async fn ask(shards: &Shards, command: Command) -> Reply {
    let name = tenant();
    let answered = shards.request(&name, Request::internal(command), None);
    answered.await.expect("a call").answer.expect("it is done")
}

/// An agent who has logged in, has a stream and is ready.
pub(crate) async fn agent(shards: &Shards, name: &str) -> (SessionId, Subscription) {
    let login = Command::Login(Login { agent: name.into() });
    let Reply::LoggedIn { session } = ask(shards, login).await else {
        unreachable!("they are logged in");
    };
    let screen = Interest::Agent {
        agent: name.into(),
        session,
    };
    let stream = subscribe(shards, screen).await;
    let ready = AgentAct::SetPresence(Availability::Ready);
    ask(shards, does(name, session, ready)).await;
    (session, stream)
}

/// What an agent asks in their session.
pub(crate) fn does(agent: &str, session: SessionId, act: AgentAct) -> Command {
    Command::Agent(AgentCommand {
        agent: agent.into(),
        session,
        act,
    })
}

//! A small bank: a server with its console, a switch that does as it is told, and people with their tokens.

use acd_client::adapter::{self, AdapterHandle};
use acd_client::endpoint::{BearerToken, Options};
use acd_client::v1::{
    Attribute, ContactArrived, ContactChanged, ContactConnected, ContactEnded, Directive, EndCause,
    Personal, ViewFilter, directive::Instruction,
};
use acd_client::{AdapterSession, AgentSession, Endpoint, Supervisor};
use acd_testkit::in_time;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;
use tokio::task::JoinSet;

use crate::browser::{Browser, Page, Person};
use crate::server::Server;

/// The contact in hand, when the agent talks.
pub(crate) const TALKS: &str = ".contact:not([hidden]) .head.is-talk";
/// The same on hold.
pub(crate) const HELD: &str = ".contact:not([hidden]) .head.is-hold";
/// The same when the talk is over and is written down.
pub(crate) const WRAPS_UP: &str = ".contact:not([hidden]) .head.is-wrap";
const TENANT: &str = "bank";
const SECRET: &[u8] = b"a secret of at least thirty-two bytes";
/// The year 2100: far enough for a test that reads no clock.
const LATER: i64 = 4_102_444_800;

const SERVER: &str = "[server.auth]\nalgorithm = \"HS256\"\nkey_file = \"secret\"\n\
                      [server.console]\nlisten = \"127.0.0.1:0\"\nkey_file = \"console.key\"\n";

/// The bank's configuration.
pub(crate) const BANK: &str = include_str!("centre.toml");

/// The bank, as a test finds it.
pub(crate) struct Centre {
    pub(crate) server: Server,
    pub(crate) browser: Browser,
    /// The switch; it goes on after whatever happens to the server.
    pub(crate) pbx: AdapterHandle,
    _switch: JoinSet<()>,
}

impl Centre {
    /// The bank with nobody at work.
    pub(crate) async fn open() -> Self {
        Self::open_as("", BANK).await
    }

    /// The same with more in `[server.console]`, or with other tenants.
    pub(crate) async fn open_as(console: &str, tenants: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("secret"), SECRET).expect("a file");
        let tables = format!("{SERVER}{console}{tenants}");
        let server = Server::start_in(folder, "", &tables);
        let endpoint = endpoint(&server, json!({"sub": "switch", "role": ["adapter"]}));
        let mut session = AdapterSession::start(&endpoint, adapter::Options::new(TENANT, "pbx"));
        let pbx = session.handle().clone();
        let mut switch = JoinSet::new();
        let handle = pbx.clone();
        switch.spawn(async move {
            while let Ok(directive) = session.next_directive().await {
                obey(&handle, directive).await;
            }
        });
        Self {
            browser: Browser::start().await,
            server,
            pbx,
            _switch: switch,
        }
    }

    /// The address of a page of the console.
    pub(crate) fn address(&self, path: &str) -> String {
        let console = self.server.console.as_deref().expect("a console");
        format!("{console}{path}")
    }

    /// Somebody with these claims who has signed in and looks at this page.
    async fn signed_in(&self, claims: serde_json::Value, path: &str) -> (Person, Page) {
        let person = self.browser.person().await;
        person.notifications("granted").await;
        let page = person.page().await;
        self.sign_in(&page, claims, path).await;
        (person, page)
    }

    /// Signs in at the entrance, as somebody does who has a token in the clipboard.
    pub(crate) async fn sign_in(&self, page: &Page, claims: serde_json::Value, path: &str) {
        page.open(&self.address(&format!("/login?to={path}"))).await;
        page.click("#token").await;
        page.write(&token(claims)).await;
        page.click("form[action='/login'] button").await;
        page.until(&format!("location.pathname.endsWith({})", json!(path)))
            .await;
        page.until("document.readyState === 'complete'").await;
    }

    /// An agent at their desk, logged in and not ready.
    pub(crate) async fn agent(&self, name: &str) -> (Person, Page) {
        self.signed_in(agent(name), "/desk").await
    }

    pub(crate) async fn supervisor(&self, path: &str) -> (Person, Page) {
        self.signed_in(json!({"sub": "olga", "role": ["supervisor"]}), path)
            .await
    }

    pub(crate) async fn administrator(&self, path: &str) -> (Person, Page) {
        let claims = json!({"sub": "otto", "role": ["administrator", "supervisor"]});
        self.signed_in(claims, path).await
    }

    /// How many offers in a row the engine has against an agent.
    pub(crate) async fn misses(&self, agent: &str) -> u32 {
        let endpoint = endpoint(&self.server, json!({"sub": "test", "role": ["supervisor"]}));
        let filter = ViewFilter {
            agents: true,
            agent_names: vec![agent.to_owned()],
            ..ViewFilter::default()
        };
        let asked = Supervisor::new(&endpoint, TENANT);
        let shown = in_time("a snapshot", asked.get_snapshot(filter)).await;
        let agents = shown.expect("a snapshot").snapshot.expect("a view").agents;
        agents.first().expect("the agent").misses
    }

    /// The agent at this desk begins their shift, and is ready.
    pub(crate) async fn ready(&self, desk: &Page) {
        let ready = "#presence.is-ready";
        desk.until(&format!(
            "acdTest.seen('.start-shift, #presence-change, {ready}')"
        ))
        .await;
        if desk.eval("acdTest.seen('.start-shift')").await {
            desk.click(".start-shift").await;
        }
        desk.until_seen("#presence-change").await;
        if !desk.eval::<bool>(&format!("acdTest.seen('{ready}')")).await {
            desk.click("#presence-change").await;
            desk.click("form[action$='/presence']:has([name=state][value=ready]) button")
                .await;
        }
        desk.until_seen(ready).await;
        // What was chosen from is out of the way.
        desk.until_gone("#presence-menu").await;
    }

    /// The agent at this desk is ready, this call rings there and is taken by its key.
    pub(crate) async fn talk(&self, desk: &Page, call: &str) {
        self.ready(desk).await;
        self.call(call, "cards").await;
        desk.until_seen("[data-rings]").await;
        desk.accept().await;
        desk.until_seen(TALKS).await;
    }

    /// Others at work, the first of them ready, the others on a break.
    pub(crate) async fn desks(&self, ready: &[&str], away: &[&str]) -> JoinSet<()> {
        let mut desks = JoinSet::new();
        for name in ready.iter().chain(away) {
            let endpoint = endpoint(&self.server, agent(name));
            let login = AgentSession::login(&endpoint, TENANT, name);
            let mut session = in_time("a login", login).await.expect("a session");
            let commands = session.commands().clone();
            let change = async {
                match ready.contains(name) {
                    true => commands.ready().await,
                    false => commands.not_ready("break").await,
                }
            };
            in_time("a presence", change).await.expect("a presence");
            desks.spawn(async move { while session.next().await.is_ok() {} });
        }
        desks
    }

    /// Something of everything: the agent at this desk talks and has a chat that rings, others wait.
    pub(crate) async fn busy(&self, desk: &Page) {
        self.talk(desk, "talking-1").await;
        for number in 1..=5 {
            self.call(&format!("waiting-{number}"), "cards").await;
        }
        self.call("waiting-6", "credit").await;
        self.chat("chat-1", "service").await;
        desk.until_seen("[data-rings]").await;
        let endpoint = endpoint(&self.server, json!({"sub": "olga", "role": ["supervisor"]}));
        let change = ContactChanged {
            contact_id: "waiting-3".to_owned(),
            priority: Some(5),
            ..ContactChanged::default()
        };
        let olga = Supervisor::new(&endpoint, TENANT);
        let act = olga.adjust_contact(change, "it is their third call");
        in_time("an act", act).await.expect("another priority");
    }

    /// A chat arrives.
    pub(crate) async fn chat(&self, contact: &str, queue: &str) {
        let channel = "chat".to_owned();
        self.arrive(ContactArrived {
            channel,
            ..call(contact, queue)
        })
        .await;
    }

    /// A call arrives; durable when this returns.
    pub(crate) async fn call(&self, contact: &str, queue: &str) {
        self.arrive(call(contact, queue)).await;
    }

    pub(crate) async fn arrive(&self, contact: ContactArrived) {
        let sent = in_time("an arrival", self.pbx.send(contact)).await;
        sent.expect("it joins");
    }

    /// The same, without waiting until it is durable.
    pub(crate) async fn submit(&self, contact: ContactArrived) {
        self.pbx.submit(contact).await.expect("room");
    }

    /// The customer hangs up.
    pub(crate) async fn hang_up(&self, contact: &str) {
        let end = ContactEnded {
            contact_id: contact.to_owned(),
            cause: EndCause::Customer.into(),
        };
        let sent = in_time("an end", self.pbx.send(end)).await;
        sent.expect("it ends");
    }
}

/// What an agent's token says.
pub(crate) fn agent(name: &str) -> serde_json::Value {
    json!({"sub": name, "role": ["agent"], "agent": name})
}

/// A call of somebody whose card is gone.
pub(crate) fn call(contact: &str, queue: &str) -> ContactArrived {
    ContactArrived {
        customer_key: Some(Personal::from("+49 30 1234567")),
        attributes: vec![
            attribute("customer_name", "Mariam Haddad"),
            attribute("card", "4929 0012"),
        ],
        ..acd_testkit::call(contact, queue)
    }
}

pub(crate) fn attribute(key: &str, value: &str) -> Attribute {
    Attribute {
        key: key.to_owned(),
        value: value.to_owned(),
        ..Attribute::default()
    }
}

fn endpoint(server: &Server, claims: serde_json::Value) -> Endpoint {
    let mut options = Options::new(format!("http://{}", server.grpc));
    options.bearer_token = Some(BearerToken::new(token(claims)));
    Endpoint::new(options).expect("a good address")
}

fn token(claims: serde_json::Value) -> String {
    let mut all = json!({"aud": "acd", "exp": LATER, "tenant": TENANT});
    all.as_object_mut()
        .expect("claims")
        .extend(claims.as_object().expect("claims").clone());
    jsonwebtoken::encode(&Header::default(), &all, &EncodingKey::from_secret(SECRET))
        .expect("a token")
}

/// What a switch does: it connects at once whom it is told to connect.
async fn obey(pbx: &AdapterHandle, directive: Directive) {
    if let Some(Instruction::Connect(connect)) = &directive.instruction {
        let connected = ContactConnected {
            contact_id: directive.contact_id.clone(),
            offer_id: connect.offer_id,
        };
        // It is refused where the offer is over meanwhile.
        let _ = pbx.send(connected).await;
    }
    let _ = pbx.acknowledge(vec![directive.directive_id]).await;
}

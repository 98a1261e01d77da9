//! Agents' phones as devices: who is busy with a call that is none of ours, and the lamps that say how agents and queues
//! stand. Both need to know which phone is whose, so both are there only where the adapter watches the tenant.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use acd_client::v1;

use super::{Output, Request, ServerNo, Switchboard, Tag, Told};
use crate::ari::event::DeviceState;
use crate::options::Options;

/// An agent as the tenant's view shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Their name.
    pub agent: String,
    /// Where they are reached.
    pub address: String,
    /// Their teams.
    pub teams: Vec<String>,
    /// Whether they are logged in.
    pub logged_in: bool,
    /// Whether they are ready.
    pub ready: bool,
    /// Whether they are paused in a queue, or not ready with a reason.
    pub paused: bool,
}

/// A queue as the tenant's view shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenQueue {
    /// Its name.
    pub queue: String,
    /// How many wait.
    pub waiting: u32,
}

/// After a phone of ours is hung up its device follows; only then it says whether there is another call.
const LOOK_AGAIN_MS: i64 = 1_000;
/// The most lamps; beyond it they are not set.
const LAMPS_MAX: usize = 100_000;

/// What is known of phones.
#[derive(Debug, Default)]
pub(super) struct Phones {
    lamp_prefix: String,
    /// Whose a device is.
    agents: HashMap<(ServerNo, String), String>,
    /// Agents whose device is in use.
    in_use: BTreeSet<String>,
    /// Agents of whom the engine was told that they are busy outside.
    told: BTreeSet<String>,
    /// Agents to look at again, and when.
    due: BTreeMap<String, i64>,
    /// Lamps as they are.
    lamps: HashMap<String, &'static str>,
}

impl Phones {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            lamp_prefix: options.agents.lamps.clone(),
            ..Self::default()
        }
    }

    /// A device says how it is.
    pub(super) fn device(&mut self, server: ServerNo, state: &DeviceState) {
        let Some(agent) = self.agents.get(&(server, state.name.clone())) else {
            return;
        };
        match state.state.as_str() {
            "INUSE" | "BUSY" | "RINGINUSE" | "ONHOLD" => self.in_use.insert(agent.clone()),
            _ => self.in_use.remove(agent),
        };
        let agent = agent.clone();
        self.look_now(&agent);
    }

    /// A call at the agent's phone has become one of ours.
    pub(super) fn look_now(&mut self, agent: &str) {
        self.due.insert(agent.to_owned(), i64::MIN);
    }

    /// A call of ours at the agent's phone is over.
    pub(super) fn look_again(&mut self, agent: &str, now_ms: i64) {
        if self.in_use.contains(agent) {
            self.due.insert(agent.to_owned(), now_ms + LOOK_AGAIN_MS);
        }
    }

    pub(super) fn next_deadline_ms(&self) -> Option<i64> {
        self.due.values().min().copied()
    }

    /// Who is busy outside, as the engine was told.
    pub(super) fn busy(&self) -> impl Iterator<Item = &str> {
        self.told.iter().map(String::as_str)
    }

    pub(super) fn devices_at(&self, server: ServerNo) -> Vec<String> {
        let at = self.agents.keys().filter(|(at, _)| *at == server);
        let mut devices: Vec<String> = at.map(|(_, device)| device.clone()).collect();
        devices.sort_unstable();
        devices
    }

    fn lamp(&mut self, kind: &str, of: &str, on: bool) -> Option<(String, &'static str)> {
        let plain = |char: char| {
            if char == '(' || char == ')' || char == ',' {
                '_'
            } else {
                char
            }
        };
        let of: String = of.chars().map(plain).collect();
        let name = format!("{}{kind}-{of}", self.lamp_prefix);
        let state = if on { "INUSE" } else { "NOT_INUSE" };
        let is_news = self.lamps.get(&name) != Some(&state);
        if !is_news || (self.lamps.len() >= LAMPS_MAX && !self.lamps.contains_key(&name)) {
            return None;
        }
        self.lamps.insert(name.clone(), state);
        Some((name, state))
    }
}

impl Switchboard {
    /// An agent, as the tenant's view shows them now.
    pub fn agent_seen(&mut self, seen: &Seen) {
        let (server, endpoint) = self.phone_of(&seen.address);
        let known = self
            .phones
            .agents
            .insert((server, endpoint.clone()), seen.agent.clone());
        if known.is_none() && self.servers[server].away_since_ms.is_none() {
            self.subscribe(server, vec![endpoint.clone()]);
        }
        let lamps = [
            self.phones.lamp("ready", &seen.agent, seen.ready),
            self.phones.lamp("paused", &seen.agent, seen.paused),
        ];
        for (device, state) in lamps.into_iter().flatten() {
            self.set_lamp(device, state);
        }
        let line_for = &self.options.agents.line_for_teams;
        if !seen.teams.iter().any(|team| line_for.contains(team)) {
            return;
        }
        match (seen.logged_in, self.lines.of(&seen.agent).is_some()) {
            (true, false) if self.servers[server].known => {
                self.open_line(server, &seen.agent, endpoint)
            }
            (false, true) => self.close_line(&seen.agent),
            _ => {}
        }
    }

    /// A queue, as the tenant's view shows it now.
    pub fn queue_seen(&mut self, seen: &SeenQueue) {
        if let Some((device, state)) = self.phones.lamp("waiting", &seen.queue, seen.waiting > 0) {
            self.set_lamp(device, state);
        }
    }

    /// Every lamp shows at every server.
    fn set_lamp(&mut self, device: String, state: &'static str) {
        for server in 0..self.servers.len() {
            let device = device.clone();
            let lane = device.clone();
            self.ask(server, &lane, Request::SetLamp { device, state });
        }
    }

    /// The server and the endpoint of an address.
    fn phone_of(&self, address: &str) -> (ServerNo, String) {
        let named = address.split_once(':').and_then(|(name, rest)| {
            let server = self.servers.iter().position(|server| server.name == name)?;
            Some((server, rest))
        });
        let (server, address) = named.unwrap_or((0, address));
        let endpoint = match address.contains('/') {
            true => address.to_owned(),
            false => self.options.servers[&self.servers[server].name]
                .agent_endpoint
                .replace("{}", address),
        };
        (server, endpoint)
    }

    /// Asks for the events of these devices.
    pub(super) fn subscribe(&mut self, server: ServerNo, devices: Vec<String>) {
        /// A request line of Asterisk's HTTP server has at most 4,096 bytes.
        const AT_ONCE: usize = 40;
        let app = self.options.servers[&self.servers[server].name].app.clone();
        for devices in devices.chunks(AT_ONCE) {
            let sources = devices
                .iter()
                .map(|device| format!("deviceState:{device}"))
                .collect();
            let app = app.clone();
            self.ask(server, "devices", Request::Subscribe { app, sources });
        }
    }

    /// Tells the engine whose phone is in use by a call that is none of ours.
    pub(super) fn tell_busy(&mut self, now_ms: i64) {
        let due: Vec<String> = self
            .phones
            .due
            .iter()
            .filter(|(_, at)| **at <= now_ms)
            .map(|(agent, _)| agent.clone())
            .collect();
        for agent in due {
            self.phones.due.remove(&agent);
            let ours = self.lines.of(&agent).is_some()
                || self
                    .calls
                    .values()
                    .any(|call| call.legs.iter().any(|leg| leg.agent == agent));
            let busy = self.phones.in_use.contains(&agent) && !ours;
            let is_news = match busy {
                true => self.phones.told.insert(agent.clone()),
                false => self.phones.told.remove(&agent),
            };
            if is_news {
                self.outputs.push_back(Output::Event {
                    tag: Tag::Nothing,
                    event: Told::from(v1::OutsideBusyChanged { agent, busy }),
                });
            }
        }
    }
}

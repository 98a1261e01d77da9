//! Agents at their phones: what they do by feature codes, and the calls they keep open so that connecting costs no ring.

use std::collections::HashMap;

use acd_client::v1;

use super::arrival::AgentAct;
use super::{
    Output, Owner, Purpose, RESULT_OK, Request, ServerNo, Shown, Switchboard, Tag, Ticket, Told,
};
use crate::ari::event::Channel;
use crate::ari::snapshot::AGENT_VARIABLE;
use crate::switchboard::Lane;

/// How long an agent's phone rings for their line, in seconds.
const LINE_RING_S: u32 = 60;

/// Agents' open lines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    by_agent: HashMap<String, Line>,
    made: u64,
}

#[derive(Debug)]
struct Line {
    server: ServerNo,
    channel: String,
    up: bool,
    free: bool,
}

impl Lines {
    /// The line of an agent, if it is free; it is not any more.
    pub(super) fn take(&mut self, server: ServerNo, agent: &str) -> Option<String> {
        let line = self.by_agent.get_mut(agent)?;
        let is_usable = line.server == server && line.up && std::mem::take(&mut line.free);
        is_usable.then(|| line.channel.clone())
    }

    pub(super) fn give_back(&mut self, channel: &str) {
        if let Some(line) = self.line_mut(channel) {
            line.free = true;
        }
    }

    /// It was answered.
    pub(super) fn up(&mut self, channel: &str) {
        if let Some(line) = self.line_mut(channel) {
            line.up = true;
        }
    }

    /// A line there is; gives the one it replaces.
    pub(super) fn add(
        &mut self,
        agent: &str,
        server: ServerNo,
        channel: &str,
        up: bool,
        free: bool,
    ) -> Option<(ServerNo, String)> {
        let line = Line {
            server,
            channel: channel.to_owned(),
            up,
            free,
        };
        let old = self.by_agent.insert(agent.to_owned(), line)?;
        (old.channel != channel).then_some((old.server, old.channel))
    }

    pub(super) fn remove(&mut self, channel: &str) {
        self.by_agent.retain(|_, line| line.channel != channel);
    }

    pub(super) fn remove_at(&mut self, server: ServerNo) {
        self.by_agent.retain(|_, line| line.server != server);
    }

    pub(super) fn of(&self, agent: &str) -> Option<(ServerNo, &str)> {
        self.by_agent
            .get(agent)
            .map(|line| (line.server, line.channel.as_str()))
    }

    pub(super) fn len(&self) -> usize {
        self.by_agent.len()
    }

    fn line_mut(&mut self, channel: &str) -> Option<&mut Line> {
        self.by_agent
            .values_mut()
            .find(|line| line.channel == channel)
    }
}

impl Switchboard {
    /// An agent does something at their phone.
    pub(super) fn act(&mut self, server: ServerNo, act: AgentAct, channel: &Channel) {
        let (agent, done) = (act.agent.clone(), act.act.clone());
        self.owners
            .insert((server, channel.id.clone()), Owner::Acting(act));
        match done {
            Some(act) => self.outputs.push_back(Output::Event {
                tag: Tag::Acted(server, channel.id.clone()),
                event: Told::from(v1::AgentActed {
                    agent,
                    act: Some(act),
                }),
            }),
            None => self.acted(server, &channel.id, RESULT_OK),
        }
    }

    /// The engine has answered: the call goes on in the dialplan, or stays as the agent's line.
    pub(super) fn acted(&mut self, server: ServerNo, channel: &str, result: &str) {
        let key = (server, channel.to_owned());
        let Some(Owner::Acting(act)) = self.owners.get(&key) else {
            return;
        };
        if result != RESULT_OK || !act.stays {
            self.owners.remove(&key);
            return self.send_on(server, channel, result);
        }
        let agent = act.agent.clone();
        self.owners.insert(key, Owner::Line);
        let answer = Request::Answer {
            channel: channel.to_owned(),
        };
        self.ask(server, channel, answer);
        if let Some((server, old)) = self.lines.add(&agent, server, channel, true, true) {
            self.hang_up(server, &old);
        }
        self.phones.look_now(&agent);
    }

    /// Calls an agent who is to keep a line open.
    pub(super) fn open_line(&mut self, server: ServerNo, agent: &str, endpoint: String) {
        self.lines.made += 1;
        let channel = self.servers[server].ids.line(self.lines.made);
        self.lines.add(agent, server, &channel, false, true);
        self.owners.insert((server, channel.clone()), Owner::Line);
        self.outputs.push_back(Output::Request {
            server,
            lane: Lane::Thing(channel.clone()),
            ticket: Ticket {
                call: None,
                purpose: Purpose::Called(channel.clone()),
            },
            request: Request::Originate {
                endpoint,
                channel,
                caller: Shown::default(),
                timeout_s: LINE_RING_S,
                variables: vec![(AGENT_VARIABLE.to_owned(), agent.to_owned())],
            },
        });
    }

    /// An agent who kept a line open has logged out.
    pub(super) fn close_line(&mut self, agent: &str) {
        if let Some((server, channel)) = self.lines.of(agent) {
            let channel = channel.to_owned();
            self.hang_up(server, &channel);
        }
    }
}

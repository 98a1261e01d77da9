//! Who else takes part: parties outside, and supervisors.

use acd_client::v1::{self, MonitorMode};

use super::{
    Around, CONTACT_VARIABLE, Call, Lane, Originate, PARTY_RING_S, Purpose, Request, cause, text,
};
use crate::ari::request::{BridgeKind, Whisper};

/// Somebody who takes part and is no agent of the contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::switchboard) struct Party {
    /// Their channel.
    pub(in crate::switchboard) channel: String,
    /// Whether it was answered.
    up: bool,
    /// What they do.
    role: Role,
    /// Whether they were put into the bridge of the conversation.
    pub(super) in_talk: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Role {
    /// They talk with all.
    Talks,
    /// They hear, and may whisper.
    Hears {
        /// The directive, which names what is made for them.
        directive: u64,
        /// Whether the agent hears them.
        whisper: Whisper,
        /// The channel that hears for them, once it was made.
        snoop: Option<String>,
        /// Where they are, so that a second wish of theirs replaces the first.
        address: String,
    },
}

impl Party {
    /// One of a conversation that was there before.
    pub(in crate::switchboard) fn found(channel: &str, in_talk: bool) -> Self {
        Self {
            channel: channel.to_owned(),
            up: true,
            role: Role::Talks,
            in_talk,
        }
    }

    /// Whether they hear because of this directive.
    pub(in crate::switchboard) fn hears_by(&self, wanted: u64) -> bool {
        matches!(&self.role, Role::Hears { directive, .. } if *directive == wanted)
    }

    pub(super) fn should_talk(&self) -> bool {
        self.up && self.role == Role::Talks
    }

    fn has(&self, channel: &str) -> bool {
        let snooped = match &self.role {
            Role::Hears { snoop, .. } => snoop.as_deref() == Some(channel),
            Role::Talks => false,
        };
        snooped || self.channel == channel
    }
}

impl Call {
    /// Somebody is brought into the conversation.
    pub(super) fn conference(
        &mut self,
        directive: u64,
        conference: &v1::ConferenceDirective,
        around: &mut Around,
    ) {
        let consult = &conference.consult_contact_id;
        if !consult.is_empty() {
            for leg in self
                .legs
                .iter_mut()
                .filter(|leg| leg.consult && *leg.contact == **consult)
            {
                leg.joined = true;
            }
            return;
        }
        let address = text(conference.address.as_ref());
        match around.outside_endpoint(&address) {
            Some(endpoint) => self.invite(directive, endpoint, Role::Talks, around),
            None => {
                tracing::warn!(contact = %self.contact, server = around.server, "outside_endpoint is not set: nobody can be called");
            }
        }
    }

    /// A supervisor takes part.
    pub(super) fn monitor(
        &mut self,
        directive: u64,
        monitor: &v1::MonitorDirective,
        around: &mut Around,
    ) {
        let address = text(monitor.address.as_ref());
        let same = |party: &Party| matches!(&party.role, Role::Hears { address: at, .. } if *at == address);
        if let Some(at) = self.parties.iter().position(same) {
            let party = self.parties.remove(at);
            self.let_party_go(&party, around);
        }
        let endpoint = around.agent_endpoint(&address);
        let hears = |whisper| Role::Hears {
            directive,
            whisper,
            snoop: None,
            address: address.clone(),
        };
        let role = match monitor.mode() {
            MonitorMode::Barge => Role::Talks,
            MonitorMode::Whisper => hears(Whisper::ToThem),
            MonitorMode::Listen | MonitorMode::Unspecified => hears(Whisper::None),
        };
        self.invite(directive, endpoint, role, around);
    }

    fn invite(&mut self, directive: u64, endpoint: String, role: Role, around: &mut Around) {
        let channel = around.ids.party(directive);
        if self.customer.is_none() || self.parties.iter().any(|party| party.channel == channel) {
            return;
        }
        let to = Originate {
            endpoint,
            caller: String::new(),
            timeout_s: PARTY_RING_S,
            variables: vec![(CONTACT_VARIABLE.to_owned(), self.contact.to_string())],
        };
        around.originate(&channel, to);
        self.parties.push(Party {
            channel,
            up: false,
            role,
            in_talk: false,
        });
    }

    pub(super) fn party_up(&mut self, channel: &str, around: &mut Around) {
        let agent = self
            .legs
            .iter()
            .find(|leg| !leg.consult && leg.is_connected());
        let agent = agent.map(|leg| leg.channel.clone());
        let Some(party) = self.parties.iter_mut().find(|party| party.has(channel)) else {
            return;
        };
        let is_theirs = party.channel == channel;
        party.up |= is_theirs;
        let Role::Hears {
            directive,
            whisper,
            snoop,
            ..
        } = &mut party.role
        else {
            return;
        };
        let ear = around.ids.ear(*directive);
        let lane = Lane::Thing(ear.clone());
        if is_theirs && snoop.is_some() {
            // Told again, because a connection was lost.
            return;
        }
        if is_theirs {
            let Some(agent) = agent else {
                // The conversation is over.
                return around.hang_up(channel, cause::NORMAL);
            };
            let made = around.ids.snoop(*directive);
            *snoop = Some(made.clone());
            around.out.push(super::Out::Owns(made.clone()));
            let request = Request::Snoop {
                channel: agent,
                snoop: made.clone(),
                whisper: *whisper,
            };
            around.ask(lane, Purpose::Snooped(made), request);
        } else {
            let channels = vec![party.channel.clone(), channel.to_owned()];
            let kind = BridgeKind::Mixing;
            let make = Request::CreateBridge {
                bridge: ear.clone(),
                kind,
            };
            around.ask(lane.clone(), Purpose::Nothing, make);
            around.ask(
                lane,
                Purpose::Nothing,
                Request::AddToBridge {
                    bridge: ear,
                    channels,
                },
            );
        }
    }

    /// A phone has sent its caller elsewhere by itself. To the engine the contact has left; here the call goes on between
    /// the customer and the channel that took the phone's place, until one of them hangs up.
    pub(in crate::switchboard) fn replaced(
        &mut self,
        replaced: &str,
        by: &str,
        around: &mut Around,
    ) {
        let Some(at) = self.legs.iter().position(|leg| leg.channel == replaced) else {
            // A party did so: the other takes part in its place.
            if let Some(party) = self.parties.iter_mut().find(|it| it.channel == replaced) {
                by.clone_into(&mut party.channel);
            }
            return;
        };
        let leg = self.legs.remove(at);
        self.parties.push(Party::found(by, true));
        if leg.consult || !leg.is_connected() {
            return around.tell(v1::AgentLeft {
                contact_id: leg.contact.to_string(),
                offer_id: leg.offer,
            });
        }
        self.talk_is_over();
        if !std::mem::replace(&mut self.ended, true) {
            around.tell(v1::ContactEnded {
                contact_id: self.contact.to_string(),
                cause: v1::EndCause::Customer.into(),
            });
        }
        self.settle(around);
    }

    /// One of their channels is gone, and with it the other.
    pub(super) fn party_gone(&mut self, channel: &str, around: &mut Around) {
        if let Some(at) = self.parties.iter().position(|party| party.has(channel)) {
            let party = self.parties.remove(at);
            self.let_party_go(&party, around);
        }
        if self.ended && self.legs.is_empty() && self.parties.is_empty() {
            self.hang_customer_up(around);
        }
        self.settle(around);
    }

    pub(super) fn drop_parties(&mut self, around: &mut Around) {
        for party in std::mem::take(&mut self.parties) {
            self.let_party_go(&party, around);
        }
    }

    fn let_party_go(&self, party: &Party, around: &mut Around) {
        around.hang_up(&party.channel, cause::NORMAL);
        if let Role::Hears {
            directive, snoop, ..
        } = &party.role
        {
            let bridge = around.ids.ear(*directive);
            if let Some(snoop) = snoop {
                around.hang_up(snoop, cause::NORMAL);
                around.ask(
                    Lane::Thing(bridge.clone()),
                    Purpose::Nothing,
                    Request::DestroyBridge { bridge },
                );
            }
        }
    }
}

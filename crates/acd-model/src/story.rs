//! Checking, and telling in plain words how a finding comes about.

use std::num::NonZeroUsize;
use std::thread;

use stateright::{Checker, HasDiscoveries, Model, Path};

use crate::engine::Input;
use crate::messages::{Answer, Down, Event, Order, Up};
use crate::{Checked, Client, Rules, Step, World};

/// In which order histories are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    /// Short ones first, so that what is found is short.
    Breadth,
    /// Each to its end first, which takes far less memory.
    Depth,
}

/// What the checker saw.
#[derive(Debug)]
pub struct Report {
    /// Different states.
    pub states: usize,
    /// Steps of the longest history that was tried.
    pub depth: usize,
    /// What does not hold.
    pub findings: Vec<Finding>,
}

/// Something that does not hold.
#[derive(Debug)]
pub struct Finding {
    /// What should.
    pub property: &'static str,
    /// What happened, in plain words.
    pub story: Vec<String>,
}

/// Tries every order of everything that can happen by these rules. Ends early when something does not hold.
pub fn check(rules: Rules, search: Search) -> Report {
    let threads = match rules.bug {
        // So that it is the same one each time.
        Some(_) => 1,
        None => thread::available_parallelism().map_or(1, NonZeroUsize::get),
    };
    let checker = Checked(rules).checker().threads(threads);
    let checker = checker.finish_when(HasDiscoveries::Any);
    match search {
        Search::Breadth => report(&checker.spawn_bfs().join()),
        Search::Depth => report(&checker.spawn_dfs().join()),
    }
}

fn report(checker: &impl Checker<Checked>) -> Report {
    let mut findings: Vec<Finding> = checker
        .discoveries()
        .into_iter()
        .map(|(property, path)| Finding {
            property,
            story: story(checker.model(), property, path),
        })
        .collect();
    findings.sort_by_key(|finding| finding.story.len());
    Report {
        states: checker.unique_state_count(),
        depth: checker.max_depth(),
        findings,
    }
}

/// The history up to where the property does not hold any more.
fn story(model: &Checked, property: &'static str, path: Path<World, Step>) -> Vec<String> {
    let holds = model.property(property).condition;
    let steps = path.into_vec();
    let before = steps.iter().take_while(|(world, _)| holds(model, world));
    before
        .filter_map(|(world, step)| Some(step.as_ref()?.tell(world)))
        .collect()
}

impl World {
    fn next_up(&self, client: Client, connection: u8) -> String {
        let link = self.links.get(&(client, connection));
        link.and_then(|link| link.up.front())
            .map_or_else(String::new, Up::tell)
    }

    fn next_down(&self, client: Client) -> String {
        let link = self
            .connection(client)
            .and_then(|connection| self.links.get(&(client, connection)));
        link.and_then(|link| link.down.front())
            .map_or_else(String::new, Down::tell)
    }
}

impl Client {
    fn name(self) -> String {
        match self {
            Client::Adapter => "the adapter".to_owned(),
            Client::Agent(agent) => format!("agent {agent}"),
        }
    }
}

impl Step {
    fn tell(&self, world: &World) -> String {
        match self {
            Step::Take(client, connection) => {
                let said = world.next_up(*client, *connection);
                format!(
                    "the engine takes from {}, connection {connection}: {said}",
                    client.name()
                )
            }
            Step::Notice(client, connection) => {
                format!(
                    "the engine notices that connection {connection} of {} has ended",
                    client.name()
                )
            }
            Step::Flush => "what was decided is flushed, and what waited for it is sent".to_owned(),
            Step::Connects(client) => format!("{} connects", client.name()),
            Step::Receives(client) => {
                format!("{} reads: {}", client.name(), world.next_down(*client))
            }
            Step::Arrives(contact) => format!("contact {contact} arrives at the switch"),
            Step::Answers(contact) => {
                format!("the agent's phone is answered for contact {contact}")
            }
            Step::HangsUp(contact) => format!("the customer of contact {contact} hangs up"),
            Step::Accepts(agent, offer) => format!("agent {agent} accepts offer {offer}"),
            Step::Rejects(agent, offer) => format!("agent {agent} rejects offer {offer}"),
            Step::CallFails(contact) => {
                format!("the agent's phone cannot be reached for contact {contact}")
            }
            Step::TimeComes(input) => match input {
                Input::RingTimedOut(offer) => format!("offer {offer} has rung long enough"),
                Input::ConnectTimedOut(offer) => {
                    format!("offer {offer} was to be connected by now")
                }
                Input::AdapterGraceOver => "the adapter's grace is over".to_owned(),
                Input::SessionGraceOver(agent) => format!("the grace of agent {agent} is over"),
                Input::Message(..) | Input::ConnectionEnded(..) => unreachable!("no clock"),
            },
            Step::Breaks(client) => format!("{} loses the connection", client.name()),
            Step::EngineCrashes => "the engine crashes and starts anew".to_owned(),
            Step::AdapterCrashes => "the adapter crashes and starts anew without memory".to_owned(),
        }
    }
}

impl Up {
    fn tell(&self) -> String {
        match self {
            Up::Hello { incarnation } => format!("hello, incarnation {incarnation}"),
            Up::Event(sequence, Event::Arrived(contact)) => {
                format!("event {sequence}, contact {contact} arrived")
            }
            Up::Event(sequence, Event::Ended(contact)) => {
                format!("event {sequence}, contact {contact} ended")
            }
            Up::Event(sequence, Event::Connected { offer, .. }) => {
                format!("event {sequence}, offer {offer} is connected")
            }
            Up::Event(sequence, Event::ConnectFailed { offer, .. }) => {
                format!("event {sequence}, offer {offer} could not be connected")
            }
            Up::RefusalsKnown(up_to) => format!("refusals up to event {up_to} are known"),
            Up::Done(directive) => format!("directive {directive} is done"),
            Up::LiveList(list) => {
                let entry = |(contact, agent): (&u8, &Option<u8>)| match agent {
                    Some(agent) => format!("contact {contact}, who talks with agent {agent}"),
                    None => format!("contact {contact}"),
                };
                let list: Vec<String> = list.iter().map(entry).collect();
                format!("the live list [{}]", list.join("; "))
            }
            Up::Attach => "here I am".to_owned(),
            Up::Accept(offer) => format!("I accept offer {offer}"),
            Up::Reject(offer) => format!("I reject offer {offer}"),
        }
    }
}

impl Down {
    fn tell(&self) -> String {
        match self {
            Down::Welcome {
                sequence, list_due, ..
            } => match list_due {
                true => format!("welcome, event {sequence} was the last, and a live list is due"),
                false => format!("welcome, event {sequence} was the last"),
            },
            Down::EventAck { sequence, refused } => match refused {
                true => format!("event {sequence} is refused"),
                false => format!("event {sequence} is applied"),
            },
            Down::Directive(id, Order::Connect { offer, agent, .. }) => {
                format!("directive {id}, connect agent {agent} for offer {offer}")
            }
            Down::Directive(id, Order::Cancel { offer, .. }) => {
                format!("directive {id}, take the agent of offer {offer} out")
            }
            Down::LiveListAck { .. } => "the live list holds".to_owned(),
            Down::Screen(_) => "the screen".to_owned(),
            Down::Answer(offer, Answer::Ok) => format!("offer {offer}, done"),
            Down::Answer(offer, Answer::OfferNotPending) => format!("offer {offer} is not pending"),
        }
    }
}

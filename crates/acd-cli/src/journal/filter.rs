//! Which events of a journal are meant.

use std::ops::ControlFlow;
use std::sync::Arc;

use acd_config::nearest::nearest;
use acd_core::event::{Event, Recorded};
use acd_core::ids::{AdapterName, AdapterNo, AgentName, AgentNo, QueueName, QueueNo, TimeMs};
use acd_core::state::State;
use acd_journal::Entry;
use acd_journal::codec::{decode_events, decode_snapshot};
use acd_narration::{Concern, Witness};
use acd_shard::recovery::{self, UpTo};
use anyhow::{Context as _, bail};

use super::civil::{Given, ZoneArgs};
use super::tenant::TenantLog;

/// Which events are meant.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Which events")]
pub(crate) struct FilterArgs {
    /// Only what concerns this contact, by the id its adapter gave it
    #[arg(long, value_name = "ID")]
    contact: Option<String>,
    /// Only what concerns this agent
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// Only what concerns this queue, or a contact in it
    #[arg(long, value_name = "NAME")]
    queue: Option<String>,
    /// Only what concerns this adapter, or a contact of it
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
    /// Only events of this kind: offer_made, or offer for all that begin so; may be given several times
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: Vec<String>,
    /// Only what happened at this instant or later: 2026-12-01T09:30, with a zone at its end, or -2h
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from: Option<Given>,
    /// Only what happened before this instant
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    until: Option<Given>,
}

/// The events of a tenant that are meant.
pub(crate) struct Selection<'l> {
    tenant: &'l TenantLog,
    /// The tenant at the end of what is told: the names of its numbers.
    pub(crate) state: State,
    contact: Option<String>,
    agent: Option<(AgentNo, Arc<str>)>,
    queue: Option<(QueueNo, Arc<str>)>,
    adapter: Option<AdapterNo>,
    kinds: Vec<String>,
    from_ms: TimeMs,
    until_ms: TimeMs,
    /// The first event that may be meant is after this one.
    after: u64,
    /// The first event that is kept is after this one.
    kept_after: u64,
}

/// One event that is meant, with what is known of it.
pub(crate) struct Told<'e> {
    pub(crate) entry: &'e Entry,
    pub(crate) recorded: &'e Recorded,
    pub(crate) concern: Concern,
    pub(crate) witness: &'e Witness,
}

impl FilterArgs {
    /// The events of this tenant that are meant.
    pub(crate) fn select<'l>(
        &self,
        tenant: &'l TenantLog,
        zone: &ZoneArgs,
    ) -> anyhow::Result<Selection<'l>> {
        let instant = |given: &Option<Given>, otherwise| match given {
            Some(given) => zone.instant(given),
            None => Ok(otherwise),
        };
        let from_ms = instant(&self.from, TimeMs::MIN)?;
        let until_ms = instant(&self.until, TimeMs::MAX)?;
        if from_ms >= until_ms {
            bail!("--from is not before --until; no event can be between them");
        }
        let log = &*tenant.log;
        let name = tenant.name.as_str();
        let stands = log.standing(name).context("the tenant has no events")?;
        let state = recovery::rebuild(tenant.shard, log, &tenant.name, UpTo::End)?.state;
        let after = match self.from {
            Some(_) => log.last_seq_before(name, from_ms)?,
            None => 0,
        };
        let facts = state.facts();
        let agents = || facts.agents.iter().map(|it| it.config.name.as_str());
        let queues = || facts.queues.iter().map(|it| it.config.name.as_str());
        let adapters = || facts.adapters.iter().map(|it| it.name.as_str());
        let agent = self.agent.as_deref().map(|name| {
            let no = state.agent_no(&AgentName::from(name));
            let no = no.ok_or_else(|| unknown("agent", name, agents()))?;
            anyhow::Ok((no, name.into()))
        });
        let queue = self.queue.as_deref().map(|name| {
            let no = state.queue_named(&QueueName::from(name));
            let no = no.ok_or_else(|| unknown("queue", name, queues()))?;
            anyhow::Ok((no, name.into()))
        });
        let adapter = self.adapter.as_deref().map(|name| {
            let no = state.adapter_no(&AdapterName::from(name));
            no.ok_or_else(|| unknown("adapter", name, adapters()))
        });
        Ok(Selection {
            contact: self.contact.clone(),
            agent: agent.transpose()?,
            queue: queue.transpose()?,
            adapter: adapter.transpose()?,
            kinds: self.kind.clone(),
            from_ms,
            until_ms,
            after: after.max(stands.kept_after),
            kept_after: stands.kept_after,
            tenant,
            state,
        })
    }
}

impl Selection<'_> {
    /// The last event that may be meant.
    pub(crate) fn last_seq(&self) -> u64 {
        self.state.facts().seq
    }

    /// The first event that may be meant is after this one.
    pub(crate) fn after(&self) -> u64 {
        self.after
    }

    /// Whether every event in its time is meant.
    pub(crate) fn is_all(&self) -> bool {
        let named = [
            self.contact.is_some(),
            self.agent.is_some(),
            self.queue.is_some(),
            self.adapter.is_some(),
            !self.kinds.is_empty(),
        ];
        !named.contains(&true)
    }

    /// Whether kinds of events are named, so that those are meant that only keep the books, too.
    pub(crate) fn names_kinds(&self) -> bool {
        !self.kinds.is_empty()
    }

    /// Hands out the events that are meant and come after this one, in order, until it is enough.
    pub(crate) fn each(
        &self,
        after: u64,
        visit: &mut dyn FnMut(&Told<'_>) -> anyhow::Result<ControlFlow<()>>,
    ) -> anyhow::Result<()> {
        let last_seq = self.last_seq();
        let (mut witness, begin) = self.witness(after)?;
        self.tenant.entries(begin, last_seq, &mut |entry| {
            for recorded in decode_events(entry)? {
                if recorded.seq <= begin {
                    continue;
                }
                if recorded.seq > last_seq || recorded.at_ms >= self.until_ms {
                    return Ok(ControlFlow::Break(()));
                }
                witness.note(&recorded);
                if recorded.seq <= after || !self.is_meant_by_itself(&recorded) {
                    continue;
                }
                let concern = witness.concern(&recorded);
                if !self.is_meant(&concern) {
                    continue;
                }
                let told = Told {
                    entry,
                    recorded: &recorded,
                    concern,
                    witness: &witness,
                };
                if visit(&told)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok(ControlFlow::Continue(()))
        })
    }

    /// Somebody who knows who is who after this event, and the event up to which they know it: they have to be told what
    /// comes between.
    fn witness(&self, after: u64) -> anyhow::Result<(Witness, u64)> {
        let name = self.tenant.name.as_str();
        let snapshots = self.tenant.log.snapshots(name)?;
        let mut oldest = None;
        for snapshot in snapshots {
            let Ok(facts) = decode_snapshot(&snapshot) else {
                continue;
            };
            if snapshot.seq <= after {
                return Ok((Witness::of(&facts), snapshot.seq));
            }
            oldest = Some(facts);
        }
        // What was open later is known by the same numbers before; what came and went before is told by the events.
        let known = oldest.filter(|_| self.kept_after > 0);
        let witness = known.map_or_else(Witness::default, |facts| Witness::of(&facts));
        Ok((witness, self.kept_after))
    }

    fn is_meant_by_itself(&self, recorded: &Recorded) -> bool {
        let name = recorded.event.name();
        let is_kind = |kind: &String| is_of_kind(name, kind);
        recorded.at_ms >= self.from_ms && (self.kinds.is_empty() || self.kinds.iter().any(is_kind))
    }

    fn is_meant(&self, concern: &Concern) -> bool {
        let contact = self.contact.as_deref();
        let agent = |(no, name): &(AgentNo, Arc<str>)| {
            concern.agent == Some(*no) || concern.agent_name.as_ref() == Some(name)
        };
        let queue = |(no, name): &(QueueNo, Arc<str>)| {
            concern.queue == Some(*no) || concern.queue_name.as_ref() == Some(name)
        };
        contact.is_none_or(|contact| concern.contact.as_deref() == Some(contact))
            && self.agent.as_ref().is_none_or(agent)
            && self.queue.as_ref().is_none_or(queue)
            && self.adapter.is_none_or(|no| concern.adapter == Some(no))
    }
}

fn is_of_kind(name: &str, kind: &str) -> bool {
    let rest = name.strip_prefix(kind);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

fn kind(text: &str) -> Result<String, String> {
    if Event::NAMES.iter().any(|name| is_of_kind(name, text)) {
        return Ok(text.to_owned());
    }
    let near = nearest(text, Event::NAMES.iter().copied());
    Err(match near {
        Some(near) => format!("there is no such kind of event; did you mean {near}?"),
        None => format!(
            "there is no such kind of event; the kinds are {}",
            Event::NAMES.join(", ")
        ),
    })
}

fn unknown<'k>(what: &str, name: &str, known: impl Iterator<Item = &'k str>) -> anyhow::Error {
    let near = nearest(name, known);
    let near = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
    anyhow::anyhow!("--{what}: the tenant never had {what} {name:?}{near}")
}

//! What an agent's desk shows beside its stream: the agent's day, what they may choose from, what things are called, and
//! to whom a contact may be given.

use std::collections::{BTreeMap, BTreeSet};

use acd_core::config::{AttributeConfig, DispositionConfig, QueueConfig, ReasonConfig, Wording};
use acd_core::ids::{AgentNo, QueueNo};
use acd_core::state::State;
use acd_proto::v1;

use super::words;

/// What the agent has done on this day of the tenant.
pub fn agent_day(state: &State, no: AgentNo) -> v1::AgentDay {
    let facts = state.facts();
    let today = &state.agent(no).today;
    let allowed = facts.reasons.iter();
    let allowed = allowed.filter_map(|reason| Some((&reason.name, reason.allowed_ms?)));
    let mut not_ready: BTreeMap<_, (i64, i64)> =
        allowed.map(|(code, ms)| (code, (0, ms))).collect();
    for (code, total_ms) in &today.not_ready_ms {
        not_ready.entry(code).or_default().0 = *total_ms;
    }
    let not_ready = not_ready.into_iter();
    v1::AgentDay {
        began_at_ms: facts.day_began_at,
        handled: today.handled,
        missed: today.missed,
        rejected: today.rejected,
        talk_ms: today.talk_ms,
        hold_ms: today.hold_ms,
        wrap_up_ms: today.wrap_up_ms,
        ready_ms: today.ready_ms,
        not_ready: not_ready
            .map(|(code, (total_ms, allowed_ms))| v1::NotReadyTime {
                reason_code: code.to_string(),
                total_ms,
                allowed_ms,
            })
            .collect(),
    }
}

/// What the agent may choose from, and what things are called in this language.
pub fn desk(state: &State, no: AgentNo, language: &str) -> v1::GetDeskResponse {
    let facts = state.facts();
    let settings = &facts.settings;
    let reason = |reason: &ReasonConfig| v1::DeskReason {
        code: reason.name.to_string(),
        label: called(&reason.label, &reason.name, language),
        allowed_ms: reason.allowed_ms.unwrap_or(0),
        auto_return_ms: settings.auto_return.get(&reason.name).copied().unwrap_or(0),
    };
    let attribute = |attribute: &AttributeConfig| v1::DeskAttribute {
        key: attribute.name.to_string(),
        label: called(&attribute.label, &attribute.name, language),
    };
    let dispositions = facts.dispositions.iter();
    let dispositions = dispositions.map(|it| (&*it.name, it)).collect();
    let queues = queues_on_screen(state, no).into_iter();
    let queues = queues.map(|queue| desk_queue(state, no, queue, &dispositions, language));
    v1::GetDeskResponse {
        sequence: facts.seq,
        desk_version: facts.applied_version,
        only_configured: settings.only_configured_codes,
        reasons: facts.reasons.iter().map(reason).collect(),
        queues: queues.collect(),
        attributes: facts.attributes.iter().map(attribute).collect(),
        zone: settings.zone.to_string(),
        session_grace_ms: settings.session_grace_ms,
        note_bytes: facts.limits.note_bytes,
    }
}

/// The queues the agent serves, and those of the handlings and offers on their screen.
fn queues_on_screen(state: &State, no: AgentNo) -> Vec<QueueNo> {
    let agent = state.agent(no);
    let held = agent.leases.iter().map(|lease| lease.queue);
    let recent = agent.recent_handlings.iter().map(|over| over.queue);
    let kept = state.kept_for(no).filter_map(|contact| contact.queue());
    let served = agent.queues.keys().copied();
    let queues: BTreeSet<QueueNo> = served.chain(held).chain(recent).chain(kept).collect();
    let mut queues: Vec<QueueNo> = queues.into_iter().collect();
    queues.sort_by(|one, other| {
        state
            .queue(*one)
            .config
            .name
            .cmp(&state.queue(*other).config.name)
    });
    queues
}

fn desk_queue(
    state: &State,
    agent: AgentNo,
    no: QueueNo,
    dispositions: &BTreeMap<&str, &DispositionConfig>,
    language: &str,
) -> v1::DeskQueue {
    let config: &QueueConfig = &state.queue(no).config;
    let wrap_up_ms = state.agent(agent).config.wrap_up_ms;
    let disposition = |code: &std::sync::Arc<str>| v1::DeskDisposition {
        code: code.to_string(),
        label: dispositions.get(&**code).map_or_else(
            || code.to_string(),
            |known| called(&known.label, code, language),
        ),
    };
    v1::DeskQueue {
        queue: config.name.to_string(),
        label: called(&config.label, config.name.as_str(), language),
        dispositions: config.dispositions.iter().map(disposition).collect(),
        disposition_required: config.disposition_required,
        has_script: !config.script.is_empty(),
        wrap_up_mode: words::wrap_up_mode(config.wrap_up_mode).into(),
        wrap_up_ms: wrap_up_ms.unwrap_or(config.wrap_up_ms),
        wrap_up_ceiling_ms: config.wrap_up_ceiling_ms.unwrap_or(0),
        recording: words::recording_rule(config.recording).into(),
    }
}

/// What the agent is to say to the contacts of a queue, in this language.
pub fn script(state: &State, no: QueueNo, language: &str) -> v1::GetScriptResponse {
    let script = state.queue(no).config.script.in_language(language);
    v1::GetScriptResponse {
        desk_version: state.facts().applied_version,
        script: script.unwrap_or_default().to_owned(),
    }
}

/// What things are called in this language, of those that are called otherwise than they are named.
pub fn labels(state: &State, language: &str) -> v1::GetLabelsResponse {
    let facts = state.facts();
    let other = |(label, name): (&Wording, &str)| {
        let called = label.in_language(language).filter(|it| *it != name)?;
        Some(v1::Label {
            name: name.to_owned(),
            label: called.to_owned(),
        })
    };
    let queues = facts
        .queues
        .iter()
        .map(|it| (&it.config.label, it.config.name.as_str()));
    let reasons = facts.reasons.iter().map(|it| (&it.label, &*it.name));
    let dispositions = facts.dispositions.iter().map(|it| (&it.label, &*it.name));
    let attributes = facts.attributes.iter().map(|it| (&it.label, &*it.name));
    v1::GetLabelsResponse {
        sequence: facts.seq,
        config_version: facts.config_version,
        queues: queues.filter_map(other).collect(),
        reasons: reasons.filter_map(other).collect(),
        dispositions: dispositions.filter_map(other).collect(),
        attributes: attributes.filter_map(other).collect(),
    }
}

/// What a thing of this name is called.
pub(super) fn called(label: &Wording, name: &str, language: &str) -> String {
    label.in_language(language).unwrap_or(name).to_owned()
}

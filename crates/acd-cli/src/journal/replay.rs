//! `acd journal replay`: a tenant as it was at an instant.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::str::FromStr;

use acd_client::supervisor::{Place, doing, leases};
use acd_client::v1::{self, AgentState, ContactState, GetSnapshotResponse};
use acd_config::nearest::nearest;
use acd_core::ids::{AgentName, TimeMs};
use acd_core::state::State;
use acd_proto::JsonForm;
use acd_shard::recovery::{self, RebuildError, Rebuilt, UpTo};
use acd_top::text::{self, lasted};
use acd_view::{self as view, AgentExplainer, ContactExplainer};
use anyhow::{Context as _, anyhow};
use serde_json::{Value, json};

use super::civil::{Given, ZoneArgs, rfc3339};
use super::tenant::{DirArgs, TenantLog};
use crate::connection::ConnectionArgs;
use crate::{output, overview};

/// So many agents and contacts are listed unless all are asked for.
const LISTED: usize = 40;
/// The longest name that is shown whole, in columns.
const NAME_MAX: usize = 32;

/// Show queues, agents and contacts as they were at any second that is still kept, and explain them
///
/// The state is rebuilt from the newest snapshot before that time and the events between, or from the first event on. It
/// reads the journal itself, also of a running server. What was shown to supervisors then is shown now: values of contacts
/// are masked as the configuration of that time says.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd journal replay /var/lib/acd --until -10m
  acd journal replay /var/lib/acd --until 2026-12-01T09:30:15 --zone Europe/Berlin --explain call-000123
  acd journal replay /var/lib/acd --until 48211 --why anna
  acd journal replay /var/lib/acd --until -1h --json | jq .digest")]
pub(crate) struct ReplayArgs {
    #[command(flatten)]
    dir: DirArgs,
    /// The instant: 2026-12-01T09:30:15, with a zone at its end, or -10m; or the sequence of an event
    #[arg(long, value_name = "TIME|SEQ", allow_hyphen_values = true)]
    until: Until,
    #[command(flatten)]
    zone: ZoneArgs,
    /// Explain this contact as of then: what had happened to it, and why it waited
    #[arg(long, value_name = "CONTACT")]
    explain: Option<String>,
    /// Explain why this agent got no contact then
    #[arg(long, value_name = "AGENT")]
    why: Option<String>,
    /// List every agent and every contact, also those who are logged out
    #[arg(long)]
    all: bool,
    /// As JSON: the messages of the API, with all agents and contacts, and the digest of the state
    #[arg(long, conflicts_with = "all")]
    json: bool,
}

/// Up to where it is replayed.
#[derive(Clone, Debug)]
enum Until {
    Seq(u64),
    Time(Given),
}

impl FromStr for Until {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(seq) = text.parse() {
            return Ok(Self::Seq(seq));
        }
        let time = text.parse().map(Self::Time);
        time.map_err(|error| format!("{error}; or the sequence of an event, such as 48211"))
    }
}

pub(super) fn run(connection: &ConnectionArgs, args: &ReplayArgs) -> anyhow::Result<()> {
    let tenant = args.dir.tenant(connection)?;
    let up_to = match &args.until {
        Until::Seq(seq) => UpTo::Seq(*seq),
        Until::Time(given) => UpTo::Time(args.zone.instant(given)?),
    };
    let rebuilt = rebuild(&tenant, up_to, &args.zone)?;
    let state = &rebuilt.state;
    let now = match up_to {
        UpTo::Time(at_ms) => at_ms.max(state.facts().now),
        UpTo::Seq(_) | UpTo::End => state.facts().now,
    };
    let contact = args.explain.as_deref();
    let contact = contact.map(|name| explained_contact(state, name, now));
    let contact = contact.transpose()?;
    let agent = args.why.as_deref();
    let agent = agent.map(|name| explained_agent(state, name, now));
    let agent = agent.transpose()?;
    if args.json {
        let told = as_json(&tenant, &rebuilt, now, contact.as_ref(), agent.as_ref())?;
        return output::line(serde_json::to_string_pretty(&told)?);
    }
    let mut told = head(&tenant, &rebuilt, now, &args.zone);
    let explained = contact.iter().map(|it| &it.sentences);
    let explained = explained.chain(agent.iter().map(|it| &it.sentences));
    let explained: Vec<&String> = explained.flatten().collect();
    if explained.is_empty() {
        told += &overview::text(&snapshot(state, now)?);
        told += &agents(state, now, args.all);
        told += &contacts(state, now, args.all);
    }
    for sentence in explained {
        told += &text::shown(sentence);
        told.push('\n');
    }
    output::line(told.trim_end())
}

fn rebuild(tenant: &TenantLog, up_to: UpTo, zone: &ZoneArgs) -> anyhow::Result<Rebuilt> {
    let rebuilt = recovery::rebuild(tenant.shard, &*tenant.log, &tenant.name, up_to);
    let rebuilt = rebuilt.map_err(|error| match &error {
        RebuildError::NotKept {
            oldest: Some(oldest),
            ..
        } => {
            let earliest = zone.shown(oldest.at_ms);
            anyhow!("--until: {error}. The earliest that can be shown is {earliest}")
        }
        RebuildError::NotKept { .. } | RebuildError::Ahead { .. } => anyhow!("--until: {error}"),
        RebuildError::Log(_) => anyhow!(error),
    })?;
    if rebuilt.state.facts().seq > 0 {
        return Ok(rebuilt);
    }
    let first = first_at(tenant)?;
    let first = first.map_or_else(String::new, |at| {
        format!("; its first event is of {}", zone.shown(at))
    });
    Err(anyhow!(
        "--until: tenant {} was not there yet{first}",
        tenant.name
    ))
}

/// When the first event of the tenant happened.
fn first_at(tenant: &TenantLog) -> anyhow::Result<Option<TimeMs>> {
    let mut first = None;
    tenant.log.read(tenant.name.as_str(), 0, &mut |entry| {
        first = Some(entry.at_ms);
        ControlFlow::Break(())
    })?;
    Ok(first)
}

fn head(tenant: &TenantLog, rebuilt: &Rebuilt, now: TimeMs, zone: &ZoneArgs) -> String {
    let facts = rebuilt.state.facts();
    let from = match rebuilt.snapshot_seq {
        0 => "the first event on".to_owned(),
        seq => format!("the snapshot after event {seq}"),
    };
    format!(
        "tenant {} as it was at {}, after event {} of {}\nrebuilt from {from}: {} events; state {:016x}\n\n",
        tenant.name,
        zone.shown(now),
        facts.seq,
        zone.shown_on(now, facts.now),
        rebuilt.applied,
        rebuilt.state.digest(),
    )
}

/// All of the tenant, as a supervisor is shown it.
fn snapshot(state: &State, now: TimeMs) -> anyhow::Result<GetSnapshotResponse> {
    let filter = view::ViewFilter {
        queues: true,
        agents: true,
        contacts: true,
        ..Default::default()
    };
    let snapshot = view::tenant_snapshot(state, &filter, now, usize::MAX);
    Ok(GetSnapshotResponse {
        sequence: state.facts().seq,
        at_ms: now,
        snapshot: Some(snapshot.context("the state is too large to be shown")?),
    })
}

fn agents(state: &State, now: TimeMs, all: bool) -> String {
    let facts = state.facts();
    let agents = (0..).map(acd_core::ids::AgentNo).zip(&facts.agents);
    let agents = agents
        .filter(|(_, agent)| agent.in_config)
        .map(|(no, _)| view::agent_state(state, no));
    let shown = agents.filter(|agent| all || agent.presence() != v1::Presence::Offline);
    let rows = shown.map(|agent| agent_row(&agent, now)).collect();
    table(["agent", "", "for", "contacts"], rows, all)
}

fn agent_row(agent: &AgentState, now: TimeMs) -> [String; 4] {
    let (doing, since) = doing(agent);
    let reason = match agent.reason_code.as_str() {
        "" => String::new(),
        code => format!(" ({code})"),
    };
    let contacts: Vec<&str> = leases(agent)
        .map(|lease| lease.contact_id.as_str())
        .collect();
    [
        agent.agent.clone(),
        format!("{}{reason}", doing.name()),
        match since {
            0 => "-".to_owned(),
            since => lasted(now - since),
        },
        contacts.join(", "),
    ]
}

fn contacts(state: &State, now: TimeMs, all: bool) -> String {
    let contacts = state.facts().contacts.values();
    let rows = contacts.map(|contact| contact_row(&view::contact_state(state, contact), now));
    let rows = rows.collect();
    table(["contact", "", "queue", "with", "for"], rows, all)
}

fn contact_row(contact: &ContactState, now: TimeMs) -> [String; 5] {
    let or_none = |text: &str| match text {
        "" => "-".to_owned(),
        text => text.to_owned(),
    };
    [
        contact.contact_id.clone(),
        Place::of(contact).name().to_owned(),
        or_none(&contact.queue),
        match contact.offered_to.is_empty() {
            true => or_none(&contact.agent),
            false => contact.offered_to.join(", "),
        },
        match contact.enqueued_at_ms {
            0 => "-".to_owned(),
            since => lasted(now - since),
        },
    ]
}

/// Rows below their heads; nothing if there are none.
fn table<const N: usize>(heads: [&str; N], rows: Vec<[String; N]>, all: bool) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let listed = if all { rows.len() } else { LISTED };
    let shown: Vec<[String; N]> = rows
        .iter()
        .take(listed)
        .map(|row| {
            row.each_ref()
                .map(|it| text::fit(&text::shown(it), NAME_MAX))
        })
        .collect();
    let width = |at: usize| {
        let widths = shown.iter().map(|row| text::width(&row[at]));
        widths.max().unwrap_or(0).max(text::width(heads[at]))
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |cells: [&str; N]| {
        let padded = cells.iter().zip(widths);
        let padded = padded.map(|(cell, width)| text::padded(cell, width));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut told = format!("\n\n{}\n", line(heads));
    for row in &shown {
        let _ = writeln!(told, "{}", line(row.each_ref().map(String::as_str)));
    }
    let left = rows.len() - shown.len();
    if left > 0 {
        let _ = writeln!(told, "... and {left} more: --all");
    }
    told.trim_end().to_owned()
}

fn explained_contact(
    state: &State,
    name: &str,
    now: TimeMs,
) -> anyhow::Result<v1::ExplainContactResponse> {
    let mut explainer = ContactExplainer::of(name.into(), now);
    loop {
        if let ControlFlow::Break(explained) = explainer.look(state) {
            return explained.map_err(|error| anyhow!("--explain: as of then, {error}"));
        }
    }
}

fn explained_agent(
    state: &State,
    name: &str,
    now: TimeMs,
) -> anyhow::Result<v1::ExplainAgentResponse> {
    let no = state.agent_no(&AgentName::from(name)).with_context(|| {
        let known = state.facts().agents.iter();
        let near = nearest(name, known.map(|agent| agent.config.name.as_str()));
        let near = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
        format!("--why: there was no agent {name:?} then{near}")
    })?;
    let mut explainer = AgentExplainer::of(no, now);
    loop {
        if let ControlFlow::Break(explained) = explainer.look(state) {
            return Ok(explained);
        }
    }
}

fn as_json(
    tenant: &TenantLog,
    rebuilt: &Rebuilt,
    now: TimeMs,
    contact: Option<&v1::ExplainContactResponse>,
    agent: Option<&v1::ExplainAgentResponse>,
) -> anyhow::Result<Value> {
    let form = |name: &str| {
        JsonForm::of(name, false).context("this acd was built without the definitions of its API")
    };
    let state = &rebuilt.state;
    let mut told = json!({
        "tenant": tenant.name.as_str(),
        "seq": state.facts().seq,
        "at": rfc3339(now),
        "at_ms": now,
        "snapshot_seq": rebuilt.snapshot_seq,
        "applied": rebuilt.applied,
        "digest": format!("{:016x}", state.digest()),
    });
    let snapshot = snapshot(state, now)?.snapshot.unwrap_or_default();
    told["view"] = form("acd.v1.TenantSnapshot")?.write(&snapshot)?;
    if let Some(contact) = contact {
        told["contact"] = form("acd.v1.ExplainContactResponse")?.write(contact)?;
    }
    if let Some(agent) = agent {
        told["agent"] = form("acd.v1.ExplainAgentResponse")?.write(agent)?;
    }
    Ok(told)
}

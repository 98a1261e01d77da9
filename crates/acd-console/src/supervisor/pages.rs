//! What is asked for and sent: thin.

use std::{collections::BTreeSet, time::Duration};

use acd_client::{
    Error,
    v1::{ErrorReason, MaskedItem},
};
use axum::{
    Extension, Router,
    extract::{Form, Path, Query as Pairs},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use maud::{Markup, html};
use percent_encoding::percent_decode_str;
use tokio::time::timeout;

use super::{
    acting::{self, Choices, Filled, Target, Verb},
    acts, agent,
    agents::{self, view::Doing},
    contact, contacts,
    drawings::Drawings,
    live::{self, Beside, LiveAgent, LiveContact, LiveTable, Table},
    queues,
    table::{Query, in_address},
    words,
};
use crate::{
    app::App,
    layout::{self, Area, Page},
    live::{Fragments, parts, stream},
    mirror::{Mirror, TenantView},
    problem::Problem,
    session::{Role, Visitor},
};

type Fields = Vec<(String, String)>;
type Answer = Result<Response, Problem>;

/// The pages of the area.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/queues", get(queue_table))
        .route("/live/queues", get(queue_stream))
        .route("/queues/act/{verb}", get(queue_panel).post(queue_act))
        .route("/agents", get(agent_table))
        .route("/live/agents", get(agent_table_stream))
        .route("/agents/{name}", get(agent_page))
        .route("/live/agents/{name}", get(agent_stream))
        .route("/agents/act/{verb}", get(agent_panel).post(agent_act))
        .route("/contacts", get(contact_table))
        .route("/live/contacts", get(contact_table_stream))
        .route("/contacts/{id}", get(contact_page))
        .route("/live/contacts/{id}", get(contact_stream))
        .route("/contacts/{id}/reveal", get(reveal_panel).post(reveal))
        .route("/contacts/act/{verb}", get(contact_panel).post(contact_act))
        .route("/acts", get(act_list))
        .route("/live/acts", get(act_stream))
        .layer(Extension(Drawings::default()))
}

// ------------------------------------------------------------------------------------------------ tables

async fn queue_table(mut visitor: Visitor, Pairs(pairs): Pairs<Fields>) -> Answer {
    visitor.needs(&[Role::Supervisor, Role::Monitor])?;
    let (query, mirror) = (Query::of(pairs), mirror(&mut visitor).await?);
    let body = mirror.peek(|tenant| {
        let part = live::queue_rows(tenant, &query, &visitor.locale);
        html! {
            (queues::render::table(&visitor, &query, tenant.emergency, &part))
            (Table::Queues.summed_up(&visitor, tenant))
        }
    });
    Ok(table_page(
        &visitor,
        Area::Queues,
        &query,
        &mirror,
        body,
        None,
    ))
}

async fn queue_stream(
    visitor: Visitor,
    drawings: Extension<Drawings>,
    Pairs(pairs): Pairs<Fields>,
) -> Answer {
    visitor.needs(&[Role::Supervisor, Role::Monitor])?;
    table_stream(Table::Queues, visitor, drawings, pairs).await
}

async fn agent_table(mut visitor: Visitor, Pairs(pairs): Pairs<Fields>) -> Answer {
    visitor.needs(&[Role::Supervisor])?;
    let (query, mirror) = (Query::of(pairs), mirror(&mut visitor).await?);
    let body = mirror.peek(|tenant| {
        let part = live::agent_rows(tenant, &query);
        html! {
            (agents::render::table(&visitor, &query, &agent_choices(tenant), &part))
            (Table::Agents.summed_up(&visitor, tenant))
        }
    });
    let beside = match &query.open {
        Some(name) => Some(beside(&visitor, &query, &mirror, name).await?),
        None => None,
    };
    Ok(table_page(
        &visitor,
        Area::Agents,
        &query,
        &mirror,
        body,
        beside,
    ))
}

/// How long the list waits for why nothing comes to the agent beside it.
const EXPLAINED_WITHIN: Duration = Duration::from_millis(150);

/// One agent beside the list.
async fn beside(
    visitor: &Visitor,
    query: &Query,
    mirror: &Mirror,
    name: &str,
) -> Result<Markup, Problem> {
    let back = visitor.path(&format!(
        "{}{}",
        agents::render::PATH,
        query.opening(None).address()
    ));
    // The row opens at once; a reason that takes longer than this comes by the stream.
    let explained = timeout(EXPLAINED_WITHIN, told(visitor, mirror, name)).await;
    let known = || {
        mirror.peek(|tenant| {
            let state = tenant.agents.get(name)?;
            agent::view::known(state, tenant.time().now_ms())
        })
    };
    Ok(match explained {
        Ok(Ok(view)) => agent::render::page(visitor, &view, &back),
        Ok(Err(Problem::Unknown { .. })) => agent::render::gone(visitor, name, &back),
        Ok(Err(other)) => return Err(other),
        Err(_) => match known() {
            Some(view) => agent::render::page(visitor, &view, &back),
            None => agent::render::gone(visitor, name, &back),
        },
    })
}

async fn agent_table_stream(
    visitor: Visitor,
    drawings: Extension<Drawings>,
    Pairs(pairs): Pairs<Fields>,
) -> Answer {
    visitor.needs(&[Role::Supervisor])?;
    table_stream(Table::Agents, visitor, drawings, pairs).await
}

async fn contact_table(mut visitor: Visitor, Pairs(pairs): Pairs<Fields>) -> Answer {
    visitor.needs(&[Role::Supervisor])?;
    let (query, mirror) = (Query::of(pairs), mirror(&mut visitor).await?);
    let body = mirror.peek(|tenant| {
        let part = live::contact_rows(tenant, &query);
        html! {
            (contacts::render::table(&visitor, &query, &contact_choices(tenant), &part))
            (Table::Contacts.summed_up(&visitor, tenant))
        }
    });
    Ok(table_page(
        &visitor,
        Area::Contacts,
        &query,
        &mirror,
        body,
        None,
    ))
}

async fn contact_table_stream(
    visitor: Visitor,
    drawings: Extension<Drawings>,
    Pairs(pairs): Pairs<Fields>,
) -> Answer {
    visitor.needs(&[Role::Supervisor])?;
    table_stream(Table::Contacts, visitor, drawings, pairs).await
}

async fn mirror(visitor: &mut Visitor) -> Result<Mirror, Problem> {
    visitor.mirror(live::shown(visitor)).await
}

async fn table_stream(
    table: Table,
    mut visitor: Visitor,
    Extension(drawings): Extension<Drawings>,
    pairs: Fields,
) -> Answer {
    let mirror = mirror(&mut visitor).await?;
    let live = LiveTable::new(table, visitor.clone(), Query::of(pairs), mirror, drawings);
    Ok(stream(&visitor, live))
}

fn agent_choices(tenant: &TenantView) -> agents::render::Choices {
    let teams = tenant.agents.values().flat_map(|agent| &agent.teams);
    let teams: BTreeSet<&String> = teams.collect();
    agents::render::Choices {
        teams: teams.into_iter().cloned().collect(),
        queues: tenant.queues.keys().cloned().collect(),
    }
}

fn contact_choices(tenant: &TenantView) -> contacts::render::Choices {
    let channels = tenant.contacts.values().map(|contact| &contact.channel);
    let channels: BTreeSet<&String> = channels.collect();
    contacts::render::Choices {
        queues: tenant.queues.keys().cloned().collect(),
        channels: channels.into_iter().cloned().collect(),
    }
}

/// A table in its frame: the search stands apart from what is live, so that it may be typed in while rows come and go.
fn table_page(
    visitor: &Visitor,
    area: Area,
    query: &Query,
    mirror: &Mirror,
    body: Markup,
    beside: Option<Markup>,
) -> Response {
    let locale = &visitor.locale;
    let (title, live) = match area {
        Area::Agents => ("common-nav-agents", "/live/agents"),
        Area::Contacts => ("common-nav-contacts", "/live/contacts"),
        _ => ("common-nav-queues", "/live/queues"),
    };
    let title = locale.text(title);
    let body = html! {
        div #split.split data-open[beside.is_some()] {
            div.list {
                h1.unseen { (title) }
                (body)
            }
            aside #beside.beside aria-label=(locale.text("supervisor-agent")) {
                @if let Some(beside) = beside { (beside) }
            }
        }
    };
    let address = format!("{live}{}", query.address());
    let body = with_panel(body);
    framed(visitor, title, area, Some(address), mirror.at_ms(), body)
}

/// A page with the place for the panel of an act.
fn with_panel(body: Markup) -> Markup {
    html! { (body) section #doing {} }
}

fn framed(
    visitor: &Visitor,
    title: String,
    area: Area,
    stream: Option<String>,
    at_ms: i64,
    body: Markup,
) -> Response {
    let locale = &visitor.locale;
    let page = Page {
        stream: stream.map(|address| visitor.path(&address)),
        assets: &["supervisor.css", "supervisor.js"],
        at_ms,
        texts: vec![("changes", locale.text("supervisor-changes"))],
        ..Page::new(title, area, body)
    };
    layout::page(visitor, page).into_response()
}

// ------------------------------------------------------------------------------------------------ one of each

/// What the engine tells of an agent.
async fn told(
    visitor: &Visitor,
    mirror: &Mirror,
    name: &str,
) -> Result<agent::view::View, Problem> {
    let told = visitor.supervisor().explain_agent(name).await;
    let unknown = || Problem::Unknown {
        name: name.to_owned(),
    };
    let told = told.map_err(|error| match error.reason() {
        Some(ErrorReason::UnknownAgent) => unknown(),
        _ => error.into(),
    })?;
    agent::view::view(told, mirror.at_ms()).ok_or_else(unknown)
}

async fn agent_page(mut visitor: Visitor, Path(name): Path<String>) -> Answer {
    visitor.needs(&[Role::Supervisor])?;
    let mirror = mirror(&mut visitor).await?;
    let view = told(&visitor, &mirror, &name).await?;
    let back = visitor.path(agents::render::PATH);
    let body = with_panel(agent::render::page(&visitor, &view, &back));
    let live = format!("/live{}", agents_path(&name));
    Ok(framed(
        &visitor,
        crate::texts::shown(&name),
        Area::Agents,
        Some(live),
        mirror.at_ms(),
        body,
    ))
}

fn agents_path(name: &str) -> String {
    format!("/agents/{}", in_address(name))
}

async fn agent_stream(mut visitor: Visitor, Path(name): Path<String>) -> Answer {
    visitor.needs(&[Role::Supervisor])?;
    let live = LiveAgent {
        mirror: mirror(&mut visitor).await?,
        beside: Beside::new(visitor.clone(), name),
    };
    Ok(stream(&visitor, live))
}

async fn contact_page(mut visitor: Visitor, Path(id): Path<String>) -> Answer {
    visitor.needs(&[Role::Supervisor])?;
    let mirror = mirror(&mut visitor).await?;
    let unknown = || Problem::Unknown { name: id.clone() };
    let story = live::story(&visitor, &id).await;
    let story = story.map_err(|error| match error.reason() {
        Some(ErrorReason::UnknownContact | ErrorReason::ContactEnded) => unknown(),
        _ => error.into(),
    })?;
    let story = story.ok_or_else(unknown)?;
    let body = with_panel(contact::render::page(&visitor, &story));
    let live = format!("/live/contacts/{}", in_address(&id));
    Ok(framed(
        &visitor,
        crate::texts::shown(&id),
        Area::Contacts,
        Some(live),
        mirror.at_ms(),
        body,
    ))
}

async fn contact_stream(mut visitor: Visitor, Path(id): Path<String>) -> Answer {
    visitor.needs(&[Role::Supervisor])?;
    let mirror = mirror(&mut visitor).await?;
    Ok(stream(
        &visitor,
        LiveContact::new(visitor.clone(), id, mirror),
    ))
}

// ------------------------------------------------------------------------------------------------ acts

/// Acts on one page.
const ACTS_PAGE: u32 = 100;

async fn listed(
    visitor: &Visitor,
    query: &Query,
    older: &str,
) -> Result<acts::render::Listed, Error> {
    let filter = acts::view::filter(query);
    let told = visitor
        .supervisor()
        .list_acts(filter, ACTS_PAGE, older)
        .await?;
    Ok(acts::render::Listed {
        acts: told.acts,
        older: told.next_page_token,
        forgotten_until_ms: told.forgotten_until_at_ms,
    })
}

async fn act_list(visitor: Visitor, Pairs(pairs): Pairs<Fields>) -> Answer {
    visitor.needs(&[Role::Supervisor, Role::Administrator])?;
    let older = value(&pairs, "older");
    let query = Query::of(pairs);
    let listed = listed(&visitor, &query, &older).await?;
    let title = visitor.locale.text("common-nav-acts");
    let body = html! {
        div.list { h1.unseen { (title) } (acts::render::page(&visitor, &query, &listed)) }
    };
    // Only the newest page grows, and only who may watch the tenant sees it grow.
    let is_live = older.is_empty() && visitor.has(Role::Supervisor);
    let live = is_live.then(|| format!("/live/acts{}", query.address()));
    Ok(framed(&visitor, title, Area::Acts, live, 0, body))
}

async fn act_stream(mut visitor: Visitor, Pairs(pairs): Pairs<Fields>) -> Answer {
    visitor.needs(&[Role::Supervisor])?;
    let query = Query::of(pairs);
    let mirror = mirror(&mut visitor).await?;
    let live = acts::live::LiveActs {
        listed: listed(&visitor, &query, "").await?,
        filter: acts::view::filter(&query),
        visitor: visitor.clone(),
        query,
        mirror,
    };
    Ok(stream(&visitor, live))
}

fn value(pairs: &Fields, name: &str) -> String {
    let found = pairs.iter().find(|(of, _)| of == name);
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}

// ------------------------------------------------------------------------------------------------ stepping in

async fn queue_panel(
    visitor: Visitor,
    verb: Path<String>,
    headers: HeaderMap,
    pairs: Pairs<Fields>,
) -> Answer {
    panel(visitor, Target::Queue, &verb, &headers, pairs.0).await
}

async fn agent_panel(
    visitor: Visitor,
    verb: Path<String>,
    headers: HeaderMap,
    pairs: Pairs<Fields>,
) -> Answer {
    panel(visitor, Target::Agent, &verb, &headers, pairs.0).await
}

async fn contact_panel(
    visitor: Visitor,
    verb: Path<String>,
    headers: HeaderMap,
    pairs: Pairs<Fields>,
) -> Answer {
    panel(visitor, Target::Contact, &verb, &headers, pairs.0).await
}

async fn queue_act(
    visitor: Visitor,
    verb: Path<String>,
    headers: HeaderMap,
    fields: Form<Fields>,
) -> Answer {
    act(visitor, Target::Queue, &verb, &headers, fields.0).await
}

async fn agent_act(
    visitor: Visitor,
    verb: Path<String>,
    headers: HeaderMap,
    fields: Form<Fields>,
) -> Answer {
    act(visitor, Target::Agent, &verb, &headers, fields.0).await
}

async fn contact_act(
    visitor: Visitor,
    verb: Path<String>,
    headers: HeaderMap,
    fields: Form<Fields>,
) -> Answer {
    act(visitor, Target::Contact, &verb, &headers, fields.0).await
}

async fn panel(
    mut visitor: Visitor,
    target: Target,
    verb: &str,
    headers: &HeaderMap,
    pairs: Fields,
) -> Answer {
    visitor.needs(&[Role::Supervisor])?;
    let verb = Verb::of(target, verb).ok_or(Problem::NotFound)?;
    let filled = Filled::of(target, pairs);
    let mirror = mirror(&mut visitor).await?;
    let choices = mirror.peek(|tenant| choices(tenant, verb, &filled, headers));
    // Without a target only all queues can be meant.
    let lacks = filled.targets.is_empty() && target != Target::Queue;
    let lacks = lacks.then_some("supervisor-lacks-target");
    let panel = acting::panel(&visitor, verb, &filled, &choices, lacks);
    Ok(shown(&visitor, target, headers, mirror.at_ms(), panel))
}

async fn act(
    mut visitor: Visitor,
    target: Target,
    verb: &str,
    headers: &HeaderMap,
    fields: Fields,
) -> Answer {
    visitor.needs(&[Role::Supervisor])?;
    let verb = Verb::of(target, verb).ok_or(Problem::NotFound)?;
    let filled = Filled::of(target, fields);
    let mirror = mirror(&mut visitor).await?;
    if let Some(lacks) = filled.lacks(verb, &visitor.tenant) {
        let choices = mirror.peek(|tenant| choices(tenant, verb, &filled, headers));
        let panel = acting::panel(&visitor, verb, &filled, &choices, Some(lacks));
        return Ok(shown(&visitor, target, headers, mirror.at_ms(), panel));
    }
    let results = acting::act(&visitor.supervisor(), verb, &filled).await;
    let told = acting::results(&visitor, verb, &results);
    let mut response = shown(&visitor, target, headers, mirror.at_ms(), told);
    if verb.monitors().is_some() && results.refused.is_empty() {
        remember(&mut response, &filled.address);
    }
    Ok(response)
}

/// A panel: for the script its part alone, otherwise a page.
fn shown(
    visitor: &Visitor,
    target: Target,
    headers: &HeaderMap,
    at_ms: i64,
    panel: Markup,
) -> Response {
    if headers.contains_key("x-requested-by") {
        let fragments: Fragments = vec![("doing".to_owned(), panel)];
        return parts(at_ms, &fragments);
    }
    let (area, title) = match target {
        Target::Queue => (Area::Queues, "common-nav-queues"),
        Target::Agent => (Area::Agents, "common-nav-agents"),
        Target::Contact => (Area::Contacts, "common-nav-contacts"),
    };
    framed(
        visitor,
        visitor.locale.text(title),
        area,
        None,
        at_ms,
        panel,
    )
}

/// The most agents among whom one is chosen in a panel.
const AGENTS_MAX: usize = 200;

fn choices(tenant: &TenantView, verb: Verb, filled: &Filled, headers: &HeaderMap) -> Choices {
    let agents = tenant.agents.values();
    let codes = agents.clone().flat_map(|agent| {
        let paused = agent.paused.iter().map(|pause| &pause.reason_code);
        std::iter::once(&agent.reason_code).chain(paused)
    });
    let codes: BTreeSet<&String> = match verb {
        Verb::NotReady | Verb::Pause => codes.filter(|code| !code.is_empty()).collect(),
        _ => BTreeSet::new(),
    };
    let contact = filled
        .targets
        .first()
        .and_then(|id| tenant.contacts.get(id));
    let free_first = |doing: Doing| match doing {
        Doing::Idle => 0,
        Doing::NotReady => 2,
        _ => 1,
    };
    let mut serving: Vec<(String, Doing)> = match (verb, contact) {
        (Verb::Assign, Some(contact)) => agents
            .filter(|agent| agent.queues.contains(&contact.queue))
            .map(|agent| (agent.agent.clone(), agents::view::doing(agent).0))
            .filter(|(_, doing)| *doing != Doing::Offline)
            .collect(),
        _ => Vec::new(),
    };
    serving.sort_by_key(|(_, doing)| free_first(*doing));
    serving.truncate(AGENTS_MAX);
    Choices {
        queues: tenant.queues.keys().cloned().collect(),
        codes: codes.into_iter().cloned().collect(),
        agents: serving,
        address: reached(headers),
    }
}

/// The cookie that holds where a supervisor is reached: they are asked once.
const REACHED: &str = "acd_reached";

fn reached(headers: &HeaderMap) -> String {
    let cookies = headers.get_all(header::COOKIE).iter();
    let cookies = cookies.filter_map(|value| value.to_str().ok());
    let mut cookies = cookies.flat_map(cookie::Cookie::split_parse).flatten();
    let found = cookies.find(|cookie| cookie.name() == REACHED);
    let text = found.map(|cookie| {
        percent_decode_str(cookie.value())
            .decode_utf8_lossy()
            .into_owned()
    });
    text.unwrap_or_default()
}

fn remember(response: &mut Response, address: &str) {
    let cookie = cookie::Cookie::build((REACHED, in_address(address)))
        .path("/")
        .http_only(true)
        .same_site(cookie::SameSite::Strict)
        .permanent();
    if let Ok(value) = HeaderValue::from_str(&cookie.build().to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

// ------------------------------------------------------------------------------------------------ hidden values

fn masked(pairs: &Fields) -> Result<(MaskedItem, String), Problem> {
    let item = MaskedItem::from_str_name(&value(pairs, "item")).ok_or(Problem::Malformed)?;
    Ok((item, value(pairs, "attribute")))
}

async fn reveal_panel(
    visitor: Visitor,
    Path(id): Path<String>,
    headers: HeaderMap,
    Pairs(pairs): Pairs<Fields>,
) -> Answer {
    visitor.needs(&[Role::Supervisor])?;
    let (item, attribute) = masked(&pairs)?;
    let panel = contact::render::reveal_panel(&visitor, &id, (item, &attribute), None);
    Ok(shown(&visitor, Target::Contact, &headers, 0, panel))
}

async fn reveal(
    visitor: Visitor,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Answer {
    visitor.needs(&[Role::Supervisor])?;
    let (item, attribute) = masked(&fields)?;
    let reason = value(&fields, "reason");
    let reason = reason.trim();
    let result = match reason.is_empty() {
        true => Err(visitor.locale.text("supervisor-lacks-why")),
        false => {
            let request = value(&fields, "request_id");
            let supervisor = match request.is_empty() {
                true => visitor.supervisor(),
                false => visitor.supervisor().request(&request),
            };
            let told = supervisor
                .reveal_contact(&id, item, &attribute, reason)
                .await;
            match told {
                Ok(told) => Ok(told.value.map(|it| it.value).unwrap_or_default()),
                Err(error) => Err(words::refusal(&visitor.locale, &error, &id)),
            }
        }
    };
    let panel = contact::render::reveal_panel(&visitor, &id, (item, &attribute), Some(result));
    Ok(shown(&visitor, Target::Contact, &headers, 0, panel))
}

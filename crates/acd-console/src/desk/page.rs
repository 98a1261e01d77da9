//! The desk's page, its stream, and the tabs that show it.

use std::future::Future;

use acd_client::AgentSession;
use axum::{
    Extension, Form,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::Markup;
use serde::Deserialize;
use tokio::sync::watch;

use super::{
    hub::{Attached, Desk, Desks, Held, Order, Seat, Standing, Tab},
    render::{self, Kind},
    view::view,
};
use crate::{
    app::App,
    clock,
    layout::{Area, Connection, Frame, Page, connection, me, page},
    live::{self, Fragments, Live, Message},
    problem::Problem,
    session::{Role, Visitor},
};

/// The cookie that tells a console, also one that was started anew, in which session of the engine the agent is.
const SESSION_COOKIE: &str = "acd_desk";

/// Who sits at the desk.
pub(super) fn seated(visitor: &Visitor) -> Result<&str, Problem> {
    visitor.needs(&[Role::Agent])?;
    visitor
        .agent
        .as_deref()
        .ok_or(Problem::NoRights { needs: Role::Agent })
}

/// The desk of whoever asks; held, or opened with the session that their browser names.
pub(super) fn desk(desks: &Desks, visitor: &Visitor, headers: &HeaderMap) -> Result<Desk, Problem> {
    let agent = seated(visitor)?;
    let named = session_named(headers, visitor, agent);
    let whose = (visitor.tenant.as_str(), agent);
    Ok(desks.desk(visitor.endpoint(), whose, visitor.locale.language, named))
}

/// What is asked of the page.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    contact: Option<u64>,
    embed: Option<String>,
}

/// `GET /desk`
pub(super) async fn show(
    State(app): State<App>,
    Extension(desks): Extension<Desks>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Markup, Problem> {
    visitor.is_let_in().await?;
    let held = desk(&desks, &visitor, &headers)?;
    // A page that is complete is worth a moment; what comes later comes by the stream.
    let held = held.opened().await;
    let tab = Tab::opened(clock::wall_ms()).after(held.holder);
    let view = view(&held, held.seat(tab));
    let embedded = asked.embed.is_some() && !app.options.embed_origins.is_empty();
    let path = visitor.path("/desk");
    let desk = render::Desk {
        locale: &visitor.locale,
        path: &path,
        csrf: &visitor.csrf,
        view: &view,
        embedded,
    };
    let status = connection(&visitor.locale, connection_of(&held));
    let body = desk.body(asked.contact, status, me(&visitor));
    let embed = if embedded { "&embed=1" } else { "" };
    Ok(page(
        &visitor,
        Page {
            frame: Frame::Bare,
            stream: Some(format!("{path}/stream?tab={tab}{embed}")),
            assets: &["desk.css", "desk.js"],
            at_ms: view.at_ms,
            texts: desk.texts_for_script(&app.options.embed_origins),
            ..Page::new(visitor.locale.text("desk-title"), Area::Desk, body)
        },
    ))
}

fn connection_of(held: &Held) -> Connection {
    match held.engine_away {
        Some(since_ms) => Connection::EngineAway { since_ms },
        None => Connection::Live,
    }
}

/// What is asked of the stream.
#[derive(Debug, Deserialize)]
pub(super) struct Streamed {
    tab: String,
    embed: Option<String>,
}

/// `GET /desk/stream`
pub(super) async fn stream(
    State(app): State<App>,
    Extension(desks): Extension<Desks>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(asked): Query<Streamed>,
) -> Result<Response, Problem> {
    let tab = Tab::parse(&asked.tab, clock::wall_ms()).ok_or(Problem::Malformed)?;
    visitor.is_let_in().await?;
    let desk = desk(&desks, &visitor, &headers)?;
    let attached = desk
        .attach(tab, visitor.locale.language, visitor.endpoint())
        .await;
    desk.opened().await;
    let open = Open {
        said: desk.now().notice.map_or(0, |(number, _)| number),
        followed: desk.follow(),
        path: visitor.path("/desk"),
        csrf: visitor.csrf.clone(),
        locale: visitor.locale.clone(),
        embedded: asked.embed.is_some() && !app.options.embed_origins.is_empty(),
        tab,
        _attached: attached,
    };
    Ok(live::stream(&visitor, open))
}

/// A tab that is open.
struct Open {
    followed: watch::Receiver<Held>,
    tab: Tab,
    path: String,
    csrf: String,
    locale: crate::texts::Locale,
    embedded: bool,
    /// The number of the last notice that was told.
    said: u64,
    _attached: Attached,
}

impl Live for Open {
    fn changed(&mut self) -> impl Future<Output = bool> + Send {
        let changed = self.followed.changed();
        async { changed.await.is_ok() }
    }

    fn fragments(&mut self) -> Fragments {
        let held = self.followed.borrow_and_update().clone();
        let view = view(&held, held.seat(self.tab));
        let desk = render::Desk {
            locale: &self.locale,
            path: &self.path,
            csrf: &self.csrf,
            view: &view,
            embedded: self.embedded,
        };
        desk.fragments()
    }

    fn messages(&mut self) -> Vec<Message> {
        let held = self.followed.borrow();
        let Some((number, notice)) = held.notice.filter(|(number, _)| *number > self.said) else {
            return Vec::new();
        };
        self.said = number;
        let here = held.seat(self.tab) == Seat::Here;
        let text = render::notice(&self.locale, notice);
        here.then_some(Message::Say { text }).into_iter().collect()
    }

    fn is_desk(&self) -> bool {
        true
    }

    fn at_ms(&self) -> i64 {
        self.followed.borrow().now_ms()
    }

    fn connection(&self) -> Connection {
        connection_of(&self.followed.borrow())
    }
}

/// A sign of life.
#[derive(Debug, Deserialize)]
pub(super) struct Sign {
    tab: String,
    /// The offer that was painted.
    painted: Option<u64>,
}

/// `POST /desk/here`
pub(super) async fn here(
    Extension(desks): Extension<Desks>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(sign): Form<Sign>,
) -> Result<StatusCode, Problem> {
    let tab = Tab::parse(&sign.tab, clock::wall_ms()).ok_or(Problem::Malformed)?;
    visitor.is_let_in().await?;
    let endpoint = visitor.endpoint().clone();
    let order = Order::Alive {
        tab,
        painted: sign.painted,
        endpoint,
    };
    desk(&desks, &visitor, &headers)?.tell(order).await;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /desk/login`: the agent begins, or goes on.
pub(super) async fn login(
    State(app): State<App>,
    Extension(desks): Extension<Desks>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let cookie = log_in(&app, &desks, &visitor, &headers).await?;
    // A form that no script sends wants to see the desk.
    match headers.contains_key(crate::session::CSRF_HEADER) {
        true => Ok((StatusCode::NO_CONTENT, cookie).into_response()),
        false => Ok((cookie, Redirect::to(&visitor.path("/desk"))).into_response()),
    }
}

/// `POST /desk/take`: the desk is open elsewhere, and is wanted here.
pub(super) async fn take(
    State(app): State<App>,
    Extension(desks): Extension<Desks>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let held = desk(&desks, &visitor, &headers)?.now();
    let redirect = Redirect::to(&visitor.path("/desk"));
    // The answer is a new page, and that is the newest: it rings, if the desk is held here at all.
    if matches!(
        held.standing,
        Standing::In | Standing::Dropped | Standing::Opening
    ) {
        return Ok(redirect.into_response());
    }
    let cookie = log_in(&app, &desks, &visitor, &headers).await?;
    Ok((cookie, redirect).into_response())
}

async fn log_in(
    app: &App,
    desks: &Desks,
    visitor: &Visitor,
    headers: &HeaderMap,
) -> Result<[(header::HeaderName, HeaderValue); 1], Problem> {
    let agent = seated(visitor)?;
    let session = AgentSession::login(visitor.endpoint(), &visitor.tenant, agent).await?;
    let session_id = session.commands().session_id();
    let cookie = session_cookie(app, &mark(visitor, agent), session_id);
    desk(desks, visitor, headers)?
        .tell(Order::Seated(Box::new(session)))
        .await;
    Ok([(header::SET_COOKIE, cookie)])
}

/// The cookie that names the session. It is no secret: without the agent's token it opens nothing.
fn session_cookie(app: &App, mark: &str, session_id: u64) -> HeaderValue {
    let site = match app.options.embed_origins.is_empty() {
        true if app.options.is_secure() => "SameSite=Lax; Secure",
        true => "SameSite=Lax",
        false => "SameSite=None; Secure",
    };
    let text = format!("{SESSION_COOKIE}={session_id}.{mark}; Path=/; HttpOnly; {site}");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// The session that the browser names, if it is this agent's.
fn session_named(headers: &HeaderMap, visitor: &Visitor, agent: &str) -> Option<u64> {
    let mark = mark(visitor, agent);
    let cookies = headers.get_all(header::COOKIE).iter();
    let cookies = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split("; "));
    let ours = cookies.filter_map(|cookie| cookie.strip_prefix(SESSION_COOKIE)?.strip_prefix('='));
    let named = ours.filter_map(|value| value.split_once('.'));
    let is_theirs = |(_, whose): &(&str, &str)| *whose == mark;
    named.filter(is_theirs).find_map(|(id, _)| id.parse().ok())
}

/// Tenant and agent, as a cookie may hold them.
fn mark(visitor: &Visitor, agent: &str) -> String {
    let whose = format!("{}/{agent}", visitor.tenant);
    whose.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// What is searched for.
#[derive(Debug, Deserialize)]
pub(super) struct Search {
    handling: u64,
    kind: String,
    #[serde(default)]
    q: String,
}

/// `GET /desk/targets`
pub(super) async fn targets(
    Extension(desks): Extension<Desks>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(search): Query<Search>,
) -> Result<Response, Problem> {
    let agent = seated(&visitor)?;
    let desk = desk(&desks, &visitor, &headers)?;
    let kind = Kind::named(&search.kind).ok_or(Problem::Malformed)?;
    let held = desk.answered().await;
    let channel = held
        .told
        .handling(search.handling)
        .map(|handling| handling.channel.clone());
    let commands = desk.commands(visitor.endpoint(), &visitor.tenant, agent);
    let language = visitor.locale.language.tag();
    let query = search.q.trim();
    let found = commands
        .find_targets(query, &channel.unwrap_or_default(), TARGETS, language)
        .await?;
    let path = visitor.path("/desk");
    let shown = render::targets(
        &visitor.locale,
        &path,
        &visitor.csrf,
        (search.handling, kind),
        query,
        &found,
    );
    let id = format!("targets-{}", search.handling);
    Ok(live::parts(found.at_ms, &vec![(id, shown)]))
}

/// How many queues, and how many agents, are shown at once.
const TARGETS: u32 = 8;

//! `/login`: by a pasted token, or by choosing a seat where the engine asks for no tokens.

use std::{convert::Infallible, net::IpAddr};

use acd_client::{Supervisor, v1::ViewFilter};
use axum::{
    Form,
    extract::{FromRequestParts, Query, State},
    http::{HeaderMap, header, request::Parts, uri::Authority},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::who::{self, Refused};
use crate::{
    app::App,
    layout,
    options::Options,
    problem::Problem,
    session::{Role, Roles, Session, Settings, Tenant, authority, cleared, seal, unseal},
    texts::Locale,
};

/// Where they wanted to go, and what they are told.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wish {
    to: Option<String>,
    left: Option<String>,
    /// Their session is about to end.
    again: Option<String>,
}

/// What is sent.
#[derive(Deserialize)]
pub(super) struct Sent {
    token: Option<String>,
    seat: Option<String>,
    agent: Option<String>,
    to: Option<String>,
}

/// Whether seats are given where one asks. A page of another site whose name was made to lead to this machine asks under
/// that name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seats(bool);

impl Seats {
    fn at(options: &Options, authority: Option<&str>) -> Self {
        let public = options
            .public_url
            .as_deref()
            .and_then(|url| Some(url.split_once("://")?.1));
        let is_ours = |asked: &str| {
            let host = asked.parse::<Authority>();
            let host = host.as_ref().map_or("", Authority::host);
            public == Some(asked)
                || host.eq_ignore_ascii_case("localhost")
                || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
        };
        Self(options.seats && authority.is_none_or(is_ours))
    }
}

impl FromRequestParts<App> for Seats {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::at(&app.options, authority(parts)))
    }
}

/// `GET /login`
pub(super) async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    seats: Seats,
    Query(wish): Query<Wish>,
) -> Response {
    let settings = Settings::of(&headers);
    if let Some(session) = unseal(&app, &headers)
        && wish.left.is_none()
        && wish.again.is_none()
        && !session.tenants.is_empty()
    {
        return Redirect::to(&way(wish.to.as_deref())).into_response();
    }
    let note = wish.left.is_some().then_some("session-signed-out");
    entrance(&app, &settings, seats, wish.to.as_deref(), note).await
}

/// `POST /login`
pub(super) async fn act(
    State(app): State<App>,
    headers: HeaderMap,
    seats: Seats,
    Form(sent): Form<Sent>,
) -> Response {
    let session = match (&sent.token, &sent.seat) {
        (Some(token), _) => who::session(&app.endpoint, token.trim()).await,
        (None, Some(_)) if !seats.0 => Err(Refused::NoSeat),
        (None, Some(seat)) => seated(&app, seat, sent.agent.as_deref()).await,
        (None, None) => return Problem::Malformed.into_response(),
    };
    enter(&app, &headers, seats, session, sent.to.as_deref()).await
}

/// Lets them in, or says why not.
pub(super) async fn enter(
    app: &App,
    headers: &HeaderMap,
    seats: Seats,
    session: Result<Session, Refused>,
    to: Option<&str>,
) -> Response {
    let settings = &Settings::of(headers);
    let mut session = match session {
        Ok(session) => session,
        Err(refused) => return told(app, settings, seats, to, refused.text_id()).await,
    };
    if session.is_over() {
        // The engine let them in just now: the clocks differ.
        return told(app, settings, seats, to, "session-clock").await;
    }
    if let Some(before) = unseal(app, headers)
        && before.subject == session.subject
    {
        // The pages that they have open go on.
        session.csrf = before.csrf;
    }
    let Some(cookies) = seal(&app.options, &app.key, &session) else {
        return told(app, settings, seats, to, "session-token-long").await;
    };
    let mut response = Redirect::to(&way(to)).into_response();
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The sign-in with something to say.
pub(super) async fn told(
    app: &App,
    settings: &Settings,
    seats: Seats,
    to: Option<&str>,
    note: &'static str,
) -> Response {
    entrance(app, settings, seats, to, Some(note)).await
}

/// `POST /logout`
pub(super) async fn leave(State(app): State<App>, headers: HeaderMap) -> Response {
    if let Some(session) = unseal(&app, &headers) {
        app.persons
            .leave(session.person(), &session.csrf, session.expires_at_ms);
    }
    let mut response = Redirect::to("/login?left=1").into_response();
    for cookie in cleared(&app.options) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// A seat where nobody is asked who they are.
async fn seated(app: &App, seat: &str, agent: Option<&str>) -> Result<Session, Refused> {
    let answer = app.endpoint.who_am_i().await;
    let answer = answer.map_err(|_| Refused::EngineAway)?;
    if answer.authentication {
        return Err(Refused::Wrong);
    }
    let roles: Roles = match seat {
        "agent" => [Role::Agent].into_iter().collect(),
        "supervisor" => [Role::Supervisor].into_iter().collect(),
        "administrator" => [Role::Supervisor, Role::Administrator]
            .into_iter()
            .collect(),
        "monitor" => [Role::Monitor].into_iter().collect(),
        _ => return Err(Refused::NoRole),
    };
    let agent = agent.map(str::trim).filter(|agent| !agent.is_empty());
    let agent = agent.filter(|_| roles.has(Role::Agent));
    if roles.has(Role::Agent) && agent.is_none() {
        return Err(Refused::NoRole);
    }
    let tenants: Vec<Tenant> = who::tenants(&answer);
    if tenants.is_empty() {
        return Err(Refused::NoTenant);
    }
    Ok(Session {
        token: None,
        subject: answer.subject,
        roles,
        tenants,
        agent: agent.map(str::to_owned),
        expires_at_ms: 0,
        csrf: who::mark(),
    })
}

/// Where to go: only to a page of ours.
fn way(to: Option<&str>) -> String {
    // A browser leaves tabs and ends of lines out of an address: after `/` they hide a second one.
    let is_plain = |to: &&str| {
        to.bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    };
    let ours = to.filter(|to| to.starts_with('/') && !to.starts_with("//"));
    ours.filter(is_plain)
        .filter(|to| !to.starts_with("/login"))
        .unwrap_or("/")
        .to_owned()
}

async fn entrance(
    app: &App,
    settings: &Settings,
    Seats(gives_seats): Seats,
    to: Option<&str>,
    note: Option<&'static str>,
) -> Response {
    let locale = settings.locale();
    let answer = app.endpoint.who_am_i().await;
    let asks_nobody = answer.as_ref().is_ok_and(|answer| !answer.authentication);
    let seats = match &answer {
        Ok(answer) if asks_nobody && gives_seats => Some(agents(app, &who::tenants(answer)).await),
        _ => None,
    };
    let note = note.or((asks_nobody && !gives_seats).then_some("session-no-seats"));
    let body = html! {
        section.card.entrance {
            h1 { (locale.text("session-sign-in")) }
            @if let Some(note) = note { p.note role="status" { (locale.text(note)) } }
            @match &seats {
                Some(agents) => { (self::seats(&locale, to, agents)) }
                None => {
                    @if let Some(issuer) = &app.issuer { (elsewhere(&locale, issuer.name(), to)) }
                    (token(&locale, to, app.issuer.is_some()))
                }
            }
        }
    };
    layout::bare(settings, &locale.text("session-sign-in"), body).into_response()
}

/// The way to the issuer.
fn elsewhere(locale: &Locale, name: &str, to: Option<&str>) -> Markup {
    let to = to.map(|to| utf8_percent_encode(to, NON_ALPHANUMERIC).to_string());
    let address = match to {
        Some(to) => format!("/login/go?to={to}"),
        None => "/login/go".to_owned(),
    };
    html! {
        a.btn.primary href=(address) { (locale.text_with("session-continue", &[("name", name.into())])) }
    }
}

/// A token that is pasted; beside an issuer it is the second way.
fn token(locale: &Locale, to: Option<&str>, is_second: bool) -> Markup {
    let form = html! {
        form method="post" action="/login" {
            @if let Some(to) = to { input type="hidden" name="to" value=(to); }
            div.field {
                label for="token" { (locale.text("session-token")) }
                textarea #token name="token" rows="4" dir="ltr" required autocomplete="off" spellcheck="false"
                    aria-describedby="token-hint" {}
                p #token-hint.hint { (locale.text("session-token-hint")) }
            }
            button.btn.primary[!is_second] type="submit" { (locale.text("session-use-token")) }
        }
    };
    html! {
        @if is_second {
            details { summary { (locale.text("session-use-token")) } (form) }
        } @else {
            (form)
        }
    }
}

/// Agents that are named to whoever chooses a seat.
const AGENTS_NAMED: usize = 1_000;

/// The agents whose seats can be taken, of the tenant with which a session begins.
async fn agents(app: &App, tenants: &[Tenant]) -> Vec<String> {
    let Some(tenant) = tenants.first() else {
        return Vec::new();
    };
    let filter = ViewFilter {
        agents: true,
        ..ViewFilter::default()
    };
    let supervisor = Supervisor::new(&app.endpoint, &tenant.name);
    let snapshot = supervisor.get_snapshot(filter).await.ok();
    let agents = snapshot
        .and_then(|answer| answer.snapshot)
        .unwrap_or_default()
        .agents;
    agents
        .into_iter()
        .map(|it| it.agent)
        .take(AGENTS_NAMED)
        .collect()
}

fn seats(locale: &Locale, to: Option<&str>, agents: &[String]) -> Markup {
    let seats = [
        ("supervisor", "session-seat-supervisor"),
        ("administrator", "session-seat-administrator"),
        ("monitor", "session-seat-monitor"),
    ];
    let to = html! { @if let Some(to) = to { input type="hidden" name="to" value=(to); } };
    html! {
        p.quiet { (locale.text("session-no-authentication")) }
        h2 { (locale.text("session-take-seat")) }
        form.seat method="post" action="/login" {
            (to)
            input type="hidden" name="seat" value="agent";
            div.field {
                label for="agent" { (locale.text("session-seat-agent-name")) }
                input #agent name="agent" required autocomplete="off" spellcheck="false" dir="ltr" list="agents";
                datalist #agents { @for agent in agents { option value=(agent) {} } }
            }
            button.btn.primary type="submit" { (locale.text("session-seat-agent")) }
        }
        div.seats {
            @for (seat, text) in seats {
                form method="post" action="/login" {
                    (to)
                    button.btn type="submit" name="seat" value=(seat) { (locale.text(text)) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{session::Visitor, texts::Language};

    #[test]
    fn a_session_that_is_over_by_our_clock_says_so_instead_of_beginning() {
        let visitor = Visitor::sample(Language::En, &[Role::Supervisor]);
        let over = Session {
            token: Some("a token that the engine has just taken".to_owned()),
            subject: "otto".to_owned(),
            roles: [Role::Supervisor].into_iter().collect(),
            tenants: Vec::new(),
            agent: None,
            expires_at_ms: 1,
            csrf: who::mark(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let (headers, text) = runtime.block_on(async {
            let none = HeaderMap::new();
            let answer = enter(visitor.app(), &none, Seats(true), Ok(over), None).await;
            let (parts, body) = answer.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await;
            (parts.headers, body.expect("a page"))
        });
        assert!(headers.get(header::SET_COOKIE).is_none());
        let text = String::from_utf8_lossy(&text);
        assert!(
            text.contains("by the console’s this token has expired"),
            "{text}"
        );
    }

    #[test]
    fn seats_are_given_at_the_consoles_own_address() {
        let mut options = Options::default();
        let gives = |options: &Options, asked: &str| Seats::at(options, Some(asked)).0;
        for ours in [
            "localhost:7402",
            "127.0.0.1:7402",
            "[::1]:7402",
            "192.0.2.1",
        ] {
            assert!(gives(&options, ours), "{ours}");
        }
        for other in [
            "evil.example",
            "localhost.evil.example:7402",
            "acd.example",
            "",
        ] {
            assert!(!gives(&options, other), "{other}");
        }
        options.public_url = Some("https://acd.example".to_owned());
        assert!(gives(&options, "acd.example") && !gives(&options, "evil.acd.example"));
        options.seats = false;
        assert!(!gives(&options, "localhost:7402"));
    }

    #[test]
    fn the_way_leads_to_a_page_of_ours_only() {
        assert_eq!(way(Some("/queues?q=x")), "/queues?q=x");
        for elsewhere in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\0",
            "/login",
        ] {
            assert_eq!(way(Some(elsewhere)), "/");
        }
        assert_eq!(way(None), "/");
    }
}

//! Pages of what cannot be had.

use axum::{
    extract::{Request, State},
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};

use crate::{
    app::App,
    layout,
    problem::Problem,
    session::{AskedTenant, Role, Session, Settings, before, cleared, unseal},
    texts::{Arg, Locale, outside},
};

/// Makes a page of an answer that carries a problem. A script that posted gets the text alone, for the place where it
/// asked.
pub(super) async fn shown(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_page =
        *request.method() == Method::GET && !request.headers().contains_key("x-requested-by");
    let asked = request.extensions().get::<AskedTenant>();
    let tenant = asked.map_or_else(String::new, |AskedTenant(name)| before(name));
    let path = request.uri().path_and_query();
    let path = path.map(|path| format!("{tenant}{path}"));
    let headers = request.headers().clone();
    let mut response = next.run(request).await;
    let ours = response.extensions_mut().remove::<Problem>();
    let Some(problem) = ours.or_else(|| Problem::of_axum(&response)) else {
        return response;
    };
    let wants_html = headers
        .get(header::ACCEPT)
        .and_then(|it| it.to_str().ok())
        .is_some_and(|it| it.contains("text/html"));
    if matches!(problem, Problem::SignedOut) && is_page && wants_html {
        let mut entrance = Redirect::to(&entrance_for(path.as_deref())).into_response();
        // The engine may have ended it: the sign-in must not send them back for it.
        for cookie in cleared(&app.options) {
            entrance.headers_mut().append(header::SET_COOKIE, cookie);
        }
        return entrance;
    }
    let status = response.status();
    let settings = Settings::of(&headers);
    let session = unseal(&app, &headers);
    if is_page || wants_html {
        let page = page(&settings, session.as_ref(), &problem);
        return (status, page).into_response();
    }
    (
        status,
        [("x-problem", "1")],
        said(&settings.locale(), &problem),
    )
        .into_response()
}

/// The sign-in, from which one comes back to where one wanted to go.
fn entrance_for(path: Option<&str>) -> String {
    match path {
        Some(path) if path != "/" => {
            let to =
                percent_encoding::utf8_percent_encode(path, percent_encoding::NON_ALPHANUMERIC);
            format!("/login?to={to}")
        }
        _ => "/login".to_owned(),
    }
}

fn page(settings: &Settings, session: Option<&Session>, problem: &Problem) -> Markup {
    let locale = settings.locale();
    let title = sentence(&locale, problem);
    let way_back = match session {
        Some(_) => html! { a.btn href="/" { (locale.text("session-way-back")) } },
        None => html! { a.btn href="/login" { (locale.text("session-sign-in")) } },
    };
    let body = html! {
        section.card.problem {
            h1 { (title) }
            @if let (Problem::NoRights { .. }, Some(session)) = (problem, session) {
                p { (who(&locale, session)) }
            }
            (details(&locale, problem))
            p { (way_back) }
        }
    };
    layout::bare(settings, &title, body)
}

fn who(locale: &Locale, session: &Session) -> String {
    let roles: Vec<_> = session
        .roles
        .iter()
        .map(|role| locale.text(role.text_id()))
        .collect();
    let roles = roles.join(", ");
    let name = session.agent.as_deref().unwrap_or(&session.subject);
    let args = [("roles", Arg::Ours(&roles)), ("name", name.into())];
    locale.text_with("session-you-are", &args)
}

/// What happened, where it was asked.
fn said(locale: &Locale, problem: &Problem) -> Markup {
    html! { (sentence(locale, problem)) (details(locale, problem)) }
}

fn sentence(locale: &Locale, problem: &Problem) -> String {
    match problem {
        Problem::SignedOut => locale.text("session-ended"),
        Problem::NoRights { needs } => locale.text(match needs {
            Role::Agent => "session-for-agents",
            Role::Supervisor => "session-for-supervisors",
            Role::Administrator => "session-for-administrators",
            Role::Monitor => "session-for-monitors",
        }),
        Problem::NoTenant(name) => {
            locale.text_with("session-no-tenant-here", &[("name", name.into())])
        }
        Problem::NotFound => locale.text("session-not-found"),
        Problem::Unknown { name } => locale.text_with("session-unknown", &[("name", name.into())]),
        Problem::Forged => locale.text("session-forged"),
        Problem::TooLarge => locale.text("session-too-large"),
        Problem::TokenTooLong => locale.text("session-token-long"),
        Problem::Lacks(text) => locale.text(text),
        Problem::Busy => locale.text("session-busy"),
        Problem::Malformed => locale.text("session-malformed"),
        Problem::Engine(acd_client::Error::Refused(_)) => locale.text("session-refused"),
        Problem::Engine(_) => locale.text("session-engine-busy"),
    }
}

/// What the engine said, in its own words.
fn details(locale: &Locale, problem: &Problem) -> Markup {
    html! {
        @if let Problem::Engine(error) = problem {
            details { summary { (locale.text("session-details")) } p dir="ltr" { (outside(&error.to_string())) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[test]
    fn the_sign_in_knows_the_way_back() {
        assert_eq!(entrance_for(Some("/")), "/login");
        assert_eq!(
            entrance_for(Some("/queues?q=a b")),
            "/login?to=%2Fqueues%3Fq%3Da%20b"
        );
    }

    #[test]
    fn statuses_of_problems() {
        let status = |problem: Problem| problem.into_response().status();
        assert_eq!(status(Problem::NotFound), StatusCode::NOT_FOUND);
        assert_eq!(status(Problem::Forged), StatusCode::FORBIDDEN);
    }
}

//! The frame around a page.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::icons::{icon, sprite};
use crate::{
    assets, clock,
    session::{Role, Settings, Visitor, before},
    texts::{self, Locale},
};

/// Which page of the navigation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Area {
    /// The agent's desk.
    Desk,
    /// The wallboard.
    Wall,
    /// Queues, live.
    Queues,
    /// Agents, live.
    Agents,
    /// Contacts, live.
    Contacts,
    /// What everybody did.
    Acts,
    /// The configuration.
    Config,
    /// Settings, and what belongs to no area.
    Other,
}

/// What stands around the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// Header with navigation, connection and the menu of the person.
    Standard,
    /// Nothing: the page has its own header, which holds [`connection`].
    Bare,
}

/// A page.
pub(crate) struct Page {
    /// Its title, which changes with what happens.
    pub(crate) title: String,
    /// Its place in the navigation.
    pub(crate) area: Area,
    /// What stands around it.
    pub(crate) frame: Frame,
    /// The address of its stream.
    pub(crate) stream: Option<String>,
    /// Style sheets and scripts besides `base.css` and `console.js`, by name.
    pub(crate) assets: &'static [&'static str],
    /// Engine time of what it shows; 0 if it shows nothing of the engine.
    pub(crate) at_ms: i64,
    /// Texts for its script: `<template id="texts">` holds each as `data-NAME`.
    pub(crate) texts: Vec<(&'static str, String)>,
    /// What it shows.
    pub(crate) body: Markup,
}

impl Connection {
    /// Of a source that has not been heard since then.
    pub(crate) fn of(away_since_ms: Option<i64>) -> Self {
        away_since_ms.map_or(Self::Live, |since_ms| Self::EngineAway { since_ms })
    }
}

impl Page {
    /// A page in the standard frame, without a stream.
    pub(crate) fn new(title: String, area: Area, body: Markup) -> Self {
        Self {
            title,
            area,
            frame: Frame::Standard,
            stream: None,
            assets: &[],
            at_ms: 0,
            texts: Vec::new(),
            body,
        }
    }
}

/// How the page's source is: what `#connection` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Connection {
    /// What is shown is what is.
    #[default]
    Live,
    /// The engine has not been heard since this instant of its time.
    EngineAway {
        /// The last that was heard.
        since_ms: i64,
    },
}

/// The mark of the connection: *Live*, or since when not. `console.js` writes into it when the browser's own connection
/// breaks.
pub(crate) fn connection(locale: &Locale, connection: Connection) -> Markup {
    match connection {
        Connection::Live => html! {
            span #connection.connection data-state="live" {
                (icon("check")) span { (locale.text("common-live")) }
            }
        },
        Connection::EngineAway { since_ms } => {
            let time = locale.time_to_the_second(since_ms);
            let args = [("time", texts::Arg::Ours(time.as_str()))];
            html! {
                span #connection.connection data-state="stale"
                    data-strip=(locale.text_with("common-engine-away", &args)) {
                    (icon("warn")) span { (locale.text_with("common-as-of", &args)) }
                }
            }
        }
    }
}

/// Something from outside: in its own direction, what is not seen made visible, long text clipped with [More].
pub(crate) fn outside(locale: &Locale, text: &str) -> Markup {
    /// Longer ones are clipped by the style sheet at three lines; these need no button for it.
    const SHORT: usize = 120;
    if text.chars().count() <= SHORT && !text.contains('\n') {
        return texts::outside(text);
    }
    html! {
        details.clipped {
            summary { (texts::outside(text)) span.toggle data-more=(locale.text("common-more")) data-less=(locale.text("common-less")) {} }
        }
    }
}

/// The page in its frame.
pub(crate) fn page(visitor: &Visitor, page: Page) -> Markup {
    let locale = &visitor.locale;
    let body = match page.frame {
        Frame::Bare => page.body,
        Frame::Standard => html! {
            (header(visitor, page.area))
            main #content tabindex="-1" { (page.body) }
        },
    };
    document(&Document {
        locale,
        settings: &visitor.settings,
        title: &page.title,
        stream: page.stream.as_deref(),
        assets: page.assets,
        at_ms: page.at_ms,
        texts: &page.texts,
        session: Some(visitor),
        class: match page.frame {
            Frame::Standard => "standard",
            Frame::Bare => "bare",
        },
        body,
    })
}

/// A page for whoever is not signed in.
pub(crate) fn bare(settings: &Settings, title: &str, body: Markup) -> Markup {
    document(&Document {
        locale: &settings.locale(),
        settings,
        title,
        stream: None,
        assets: &[],
        at_ms: 0,
        texts: &[],
        session: None,
        class: "entrance",
        body: html! { main #content tabindex="-1" { (body) } },
    })
}

struct Document<'a> {
    locale: &'a Locale,
    settings: &'a Settings,
    title: &'a str,
    stream: Option<&'a str>,
    assets: &'a [&'static str],
    at_ms: i64,
    texts: &'a [(&'static str, String)],
    session: Option<&'a Visitor>,
    class: &'static str,
    body: Markup,
}

fn document(it: &Document<'_>) -> Markup {
    let locale = it.locale;
    let (styles, scripts): (Vec<&str>, Vec<&str>) =
        it.assets.iter().partition(|name| name.ends_with(".css"));
    html! {
        (DOCTYPE)
        html lang=(locale.language.tag()) dir=(locale.dir()) data-digits=(locale.digits_tag()) data-zone=(locale.zone())
            data-theme=[it.settings.theme.tag()] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (it.title) " - " (locale.text("common-product")) }
                link rel="icon" type="image/svg+xml" href=(assets::address("icon.svg"))
                    data-ringing=(assets::address("icon-ringing.svg"));
                link rel="stylesheet" href=(assets::address("base.css"));
                @for style in &styles { link rel="stylesheet" href=(assets::address(style)); }
                @if let Some(visitor) = it.session {
                    meta name="csrf" content=(visitor.csrf);
                    meta name="tenant" content=(visitor.tenant);
                    @if visitor.expires_at_ms > 0 {
                        meta name="session-until" content=(visitor.expires_at_ms);
                    }
                }
                // The browser's own clock may be wrong.
                meta name="at" content=(if it.at_ms > 0 { it.at_ms } else { clock::wall_ms() });
                script type="module" src=(assets::address("console.js")) {}
                @for script in &scripts { script type="module" src=(assets::address(script)) {} }
            }
            body class=(it.class) data-stream=[it.stream] data-sound=(on(it.settings.sound))
                data-keys=(on(it.settings.keys)) {
                a.skip href="#content" { (locale.text("common-skip")) }
                (sprite())
                p #strip.strip hidden {}
                (it.body)
                div #alert.unseen role="alert" {}
                div #status.unseen role="status" {}
                (texts_for_scripts(locale, it.texts))
            }
        }
    }
}

fn on(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// The texts that `console.js` and the page's script say, each an attribute of one template. A figure stands as `%time`.
fn texts_for_scripts(locale: &Locale, more: &[(&'static str, String)]) -> Markup {
    let time = [("time", texts::Arg::Ours("%time"))];
    let act = [("act", texts::Arg::Ours("%act"))];
    let name = [("name", texts::Arg::Ours("%name"))];
    let ours = [
        ("as-of", locale.text_with("common-as-of", &time)),
        (
            "reconnecting",
            locale.text_with("common-reconnecting", &time),
        ),
        ("connected-again", locale.text("common-connected-again")),
        (
            "session-ends",
            locale.text_with("common-session-ends", &time),
        ),
        ("session-ended", locale.text("session-ended")),
        ("sign-in-again", locale.text("common-sign-in-again")),
        ("sending", locale.text("common-sending")),
        ("press-again", locale.text_with("common-press-again", &act)),
        ("cancel", locale.text("common-cancel")),
        ("close", locale.text("common-close")),
        ("type-name", locale.text_with("common-type-name", &name)),
        ("keys", locale.text("common-keys")),
        ("keys-intro", locale.text("common-keys-intro")),
        ("sort", locale.text("common-sort")),
        ("act-not-sent", locale.text("common-act-not-sent")),
    ];
    let mut attributes = String::new();
    let both = ours.iter().map(|(name, text)| (*name, text.as_str()));
    let both = both.chain(more.iter().map(|(name, text)| (*name, text.as_str())));
    for (name, text) in both {
        let escaped = html! { (text) };
        attributes.push_str(&format!(" data-{name}=\"{}\"", escaped.0));
    }
    PreEscaped(format!("<template id=\"texts\"{attributes}></template>"))
}

/// The header of the standard frame.
fn header(visitor: &Visitor, area: Area) -> Markup {
    let locale = &visitor.locale;
    html! {
        header.bar {
            (tenants(visitor))
            nav aria-label=(locale.text("common-nav")) {
                @for (page, path, text, roles) in PAGES {
                    @if roles.iter().any(|role| visitor.has(*role)) {
                        a href=(visitor.path(path)) aria-current=[(*page == area).then_some("page")] {
                            (locale.text(text))
                        }
                    }
                }
            }
            div.status {
                (connection(locale, Connection::Live))
                (me(visitor))
            }
        }
    }
}

/// The tenant, and the way to others where somebody has several.
fn tenants(visitor: &Visitor) -> Markup {
    if visitor.tenants.len() < 2 {
        return html! { a.product href=(visitor.home()) { bdi { (visitor.tenant) } } };
    }
    html! {
        details.me.tenants {
            summary.product aria-label=(visitor.locale.text("common-tenants")) { bdi { (visitor.tenant) } (icon("down")) }
            div.menu {
                @for tenant in &visitor.tenants {
                    a href={ (before(tenant)) "/" } aria-current=[(*tenant == visitor.tenant).then_some("true")] {
                        bdi { (tenant) }
                    }
                }
            }
        }
    }
}

/// The menu of the person: who they are, settings, sign-out.
pub(crate) fn me(visitor: &Visitor) -> Markup {
    let locale = &visitor.locale;
    let name = visitor.agent.as_deref().unwrap_or(&visitor.subject);
    html! {
        details.me {
            summary { bdi { (name) } (icon("down")) }
            div.menu {
                p.quiet { (locale.text_with("common-me", &[("name", name.into())])) }
                a href=(visitor.path("/settings")) { (locale.text("common-settings")) }
                form method="post" action="/logout" {
                    (super::form::hidden(visitor))
                    button.plain type="submit" { (locale.text("common-sign-out")) }
                }
            }
        }
    }
}

/// The pages, and who may open them.
const PAGES: &[(Area, &str, &str, &[Role])] = &[
    (Area::Desk, "/desk", "common-nav-desk", &[Role::Agent]),
    (
        Area::Queues,
        "/queues",
        "common-nav-queues",
        &[Role::Supervisor],
    ),
    (
        Area::Agents,
        "/agents",
        "common-nav-agents",
        &[Role::Supervisor],
    ),
    (
        Area::Contacts,
        "/contacts",
        "common-nav-contacts",
        &[Role::Supervisor],
    ),
    (Area::Acts, "/acts", "common-nav-acts", &[Role::Supervisor]),
    (
        Area::Wall,
        "/wall",
        "common-nav-wall",
        &[Role::Supervisor, Role::Monitor],
    ),
    (
        Area::Config,
        "/config",
        "common-nav-config",
        &[Role::Administrator],
    ),
];

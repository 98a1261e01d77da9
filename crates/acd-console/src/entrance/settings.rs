//! `/settings`: language, digits, theme, sound, keys.

use axum::{
    Form,
    extract::{Query, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use crate::{
    app::App,
    layout::{self, Area, Page},
    session::{Settings, Theme, Visitor},
    texts::{Digits, Language, Locale},
};

/// Whether they were just kept.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Kept {
    saved: Option<String>,
}

/// What is sent.
#[derive(Deserialize)]
pub(super) struct Sent {
    language: Option<String>,
    digits: Option<String>,
    theme: Option<String>,
    sound: Option<String>,
    keys: Option<String>,
}

/// `GET /settings`
pub(super) async fn show(visitor: Visitor, Query(kept): Query<Kept>) -> Markup {
    let locale = &visitor.locale;
    let body = form(&visitor, locale, &visitor.settings, kept.saved.is_some());
    let page = Page::new(locale.text("common-settings"), Area::Other, body);
    layout::page(&visitor, page)
}

/// `POST /settings`
pub(super) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Response {
    let before = Settings::of(&headers);
    let language = sent.language.as_deref().and_then(Language::of_tag);
    let is_on = |field: Option<&str>, before: bool| field.map_or(before, |it| it == "on");
    let settings = Settings {
        language: language.unwrap_or(before.language),
        digits: match sent.digits.as_deref() {
            Some("latin") => Digits::Latin,
            Some(_) => Digits::Own,
            None => before.digits,
        },
        theme: sent.theme.as_deref().map_or(before.theme, Theme::of_tag),
        sound: is_on(sent.sound.as_deref(), before.sound),
        keys: is_on(sent.keys.as_deref(), before.keys),
    };
    let mut response = Redirect::to(&visitor.path("/settings?saved=1")).into_response();
    let embedded = !app.options.embed_origins.is_empty();
    if let Some(cookie) = settings.cookie(embedded, app.options.is_secure()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn form(visitor: &Visitor, locale: &Locale, settings: &Settings, saved: bool) -> Markup {
    let text = |id| locale.text(id);
    let languages =
        Language::ALL.map(|it| (it.tag(), it.own_name().to_owned(), it == settings.language));
    let on_off = |is_on: bool, on: &str, off: &str| {
        [
            ("on", locale.text(on), is_on),
            ("off", locale.text(off), !is_on),
        ]
    };
    html! {
        form.card.settings method="post" action=(visitor.path("/settings")) {
            (layout::hidden(visitor))
            h1 { (text("common-settings")) }
            @if saved { p.note role="status" { (text("session-saved")) } }
            (choice("language", &text("session-language"), &languages))
            (choice("digits", &text("session-digits"), &[
                ("own", text("session-digits-own"), settings.digits == Digits::Own),
                ("latin", text("session-digits-latin"), settings.digits == Digits::Latin),
            ]))
            (choice("theme", &text("session-theme"), &[
                ("system", text("session-theme-system"), settings.theme == Theme::System),
                ("light", text("session-theme-light"), settings.theme == Theme::Light),
                ("dark", text("session-theme-dark"), settings.theme == Theme::Dark),
            ]))
            (choice("sound", &text("session-sound"), &on_off(settings.sound, "session-sound-on", "session-sound-off")))
            (choice("keys", &text("session-keys"), &on_off(settings.keys, "session-keys-on", "session-keys-off")))
            button.btn.primary type="submit" { (text("session-save")) }
        }
    }
}

/// One of a few: value, label, whether it is chosen.
fn choice(name: &str, legend: &str, options: &[(&str, String, bool)]) -> Markup {
    html! {
        fieldset.choice {
            legend { (legend) }
            @for (value, label, chosen) in options {
                label.opt {
                    input type="radio" name=(name) value=(value) checked[*chosen];
                    bdi { (label) }
                }
            }
        }
    }
}

//! The wallboard: what needs a hand now, read from the door.

mod live;
mod render;
mod view;

#[cfg(test)]
mod tests;

use axum::{
    Router,
    extract::Query,
    response::{IntoResponse as _, Response},
    routing::get,
};
use maud::Markup;
use serde::Deserialize;

use self::{live::WallLive, view::Choice};
use crate::{
    app::App,
    layout::{self, Area, Frame, Page},
    mirror::{Mirror, Shown},
    problem::Problem,
    session::{Role, Theme, Visitor},
};

/// The pages of the area.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/wall", get(show))
        .route("/wall/stream", get(stream))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
struct Asked {
    /// Only these queues, with commas between.
    #[serde(default)]
    queues: String,
    /// Rows of a page: 4, 6 or 9.
    rows: Option<u8>,
    /// Light or dark, whatever the settings say.
    theme: Option<String>,
}

impl Asked {
    fn choice(&self) -> Choice {
        let names = self.queues.split(',').map(str::trim);
        Choice {
            queues: names
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect(),
            rows: match self.rows {
                Some(..=4) => 4,
                None | Some(5..=7) => 6,
                Some(8..) => 9,
            },
        }
    }
}

const WHO: &[Role] = &[Role::Monitor, Role::Supervisor];

async fn mirror(visitor: &mut Visitor) -> Result<Mirror, Problem> {
    let shown = Shown {
        queues: true,
        performance: true,
        ..Shown::default()
    };
    visitor.mirror(shown).await
}

/// `GET /wall`
async fn show(mut visitor: Visitor, Query(asked): Query<Asked>) -> Result<Markup, Problem> {
    visitor.needs(WHO)?;
    if let Some(theme) = &asked.theme {
        visitor.settings.theme = Theme::of_tag(theme);
    }
    let mirror = mirror(&mut visitor).await?;
    let mut live = WallLive::new(mirror, &visitor, asked.choice());
    let view = live.view();
    let locale = &visitor.locale;
    let queues: String =
        percent_encoding::utf8_percent_encode(&asked.queues, percent_encoding::NON_ALPHANUMERIC)
            .collect();
    let page = Page {
        frame: Frame::Bare,
        stream: Some(visitor.path(&format!("/wall/stream?queues={queues}"))),
        assets: &["wall.css", "wall.js"],
        at_ms: view.at_ms,
        texts: vec![
            (
                "page",
                locale.text_with(
                    "wall-page",
                    &[
                        ("n", crate::texts::Arg::Ours("%n")),
                        ("of", crate::texts::Arg::Ours("%of")),
                    ],
                ),
            ),
            ("paused", locale.text("wall-paused")),
        ],
        ..Page::new(
            render::title(locale, &view),
            Area::Wall,
            render::wall(&visitor, &view, asked.choice().rows),
        )
    };
    Ok(layout::page(&visitor, page))
}

/// `GET /wall/stream`
async fn stream(mut visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    visitor.needs(WHO)?;
    let mirror = mirror(&mut visitor).await?;
    let live = WallLive::new(mirror, &visitor, asked.choice());
    Ok(crate::live::stream(&visitor, live).into_response())
}

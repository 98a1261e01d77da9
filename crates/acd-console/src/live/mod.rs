//! What keeps an open page up to date: a stream of server-sent events.
//!
//! - `parts`: the HTML of the elements that changed, each with its id, after `<meta name=at content=AT_MS>`
//! - `beat`: engine time, when there was nothing else for five seconds
//! - `say`: `{"role": "alert" | "status", "text": ...}`, for screen readers
//! - `act`: for the page's own script

use std::{
    collections::{HashMap, VecDeque},
    convert::Infallible,
    future::Future,
    hash::{BuildHasher as _, RandomState},
    pin::Pin,
    time::Duration,
};

use axum::response::{
    IntoResponse as _, Response,
    sse::{Event, Sse},
};
use futures_util::stream;
use maud::{Markup, html};
use serde::Serialize;
use tokio::time::{
    Instant, Interval, MissedTickBehavior, Sleep, interval, interval_at, sleep_until,
};
use tokio_util::sync::CancellationToken;

pub(crate) use crate::mirror::EngineTime;

use crate::{
    clock,
    figures::{Figures, OpenPage},
    layout::{self, Connection},
    persons::Presence,
    problem::Problem,
    session::Visitor,
    texts::Locale,
};

/// The live elements of a page: the id of each, and the whole of it.
pub(crate) type Fragments = Vec<(String, Markup)>;

/// What a page tells besides its elements.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Message {
    /// For screen readers, when there is a pause.
    Say {
        /// What is said.
        text: String,
    },
    /// For the page's own script.
    Act(serde_json::Value),
}

/// What a stream shows.
pub(crate) trait Live: Send + 'static {
    /// Waits until there is something new; false: it is over for good, and the stream ends. May be dropped while it waits.
    fn changed(&mut self) -> impl Future<Output = bool> + Send;

    /// All elements as they are now; what differs from what was sent last is sent.
    fn fragments(&mut self) -> Fragments;

    /// What is to be told besides, in order. Asked after each [`fragments`](Self::fragments).
    fn messages(&mut self) -> Vec<Message> {
        Vec::new()
    }

    /// Engine time now, as far as it is known.
    fn at_ms(&self) -> i64;

    /// How the source is.
    fn connection(&self) -> Connection {
        Connection::Live
    }

    /// Whether a place is kept for it: without it somebody cannot work.
    fn is_desk(&self) -> bool {
        false
    }

    /// The shortest time between two renderings: tables need no more than two a second, an offer is shown at once.
    fn pace(&self) -> Duration {
        Duration::ZERO
    }
}

/// A page hears something at least so often.
const BEAT: Duration = Duration::from_secs(5);

/// One part in so many of all places is kept for desks, and is what one person may have.
const SHARE: usize = 10;
/// Whatever the share is one person may have so many pages open.
const PAGES_OF_ONE: usize = 64;

/// The answer to a page that opens its stream. The first message has every element, for something may have changed since
/// the page was made.
pub(crate) fn stream(visitor: &Visitor, live: impl Live) -> Response {
    let app = visitor.app();
    let most = app.options.streams;
    let most_of_one = (most / SHARE).max(PAGES_OF_ONE);
    let most = match live.is_desk() {
        true => most,
        false => most - most / SHARE,
    };
    let Some(presence) = app.persons.open(&visitor.person, most_of_one) else {
        app.figures.refused();
        return Problem::Busy.into_response();
    };
    let Some(page) = app.figures.open(most) else {
        return Problem::Busy.into_response();
    };
    // What is shown at once is drawn where it is sent.
    let is_paced = !live.pace().is_zero();
    let state = Stream {
        figures: app.figures.clone(),
        _page: page,
        presence,
        locale: visitor.locale.clone(),
        stop: app.stop.clone(),
        sent: Sent::default(),
        due: VecDeque::new(),
        beats: beats(),
        is_new: true,
        pace: pace(live.pace()),
        end: end_of(visitor.expires_at_ms),
        live,
    };
    let events = stream::unfold(state, |mut state| async move {
        let event = state.next().await?;
        Some((Ok::<_, Infallible>(event), state))
    });
    let mut response = match is_paced {
        true => Sse::new(app.watchers.events(events)).into_response(),
        false => Sse::new(events).into_response(),
    };
    // A proxy that gathers what it passes on would keep a page in the dark.
    let headers = response.headers_mut();
    headers.insert(
        "x-accel-buffering",
        axum::http::HeaderValue::from_static("no"),
    );
    response
}

/// Sleeps until this instant of the wall clock; 0: for as long as a process runs.
fn end_of(expires_at_ms: i64) -> Pin<Box<Sleep>> {
    /// Nobody sits for longer.
    const NEVER: Duration = Duration::from_secs(365 * 24 * 3_600);
    let left = u64::try_from(expires_at_ms - clock::wall_ms()).unwrap_or(0);
    let left = match expires_at_ms {
        0 => NEVER,
        _ => Duration::from_millis(left).min(NEVER),
    };
    Box::pin(sleep_until(Instant::now() + left))
}

fn beats() -> Interval {
    let mut beats = interval_at(Instant::now() + BEAT, BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beats
}

fn pace(pace: Duration) -> Option<Interval> {
    (!pace.is_zero()).then(|| {
        let mut ticks = interval(pace);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks
    })
}

struct Stream<L> {
    figures: Figures,
    _page: OpenPage,
    presence: Presence,
    live: L,
    locale: Locale,
    stop: CancellationToken,
    sent: Sent,
    due: VecDeque<Event>,
    beats: Interval,
    is_new: bool,
    pace: Option<Interval>,
    /// The session's end; the browser comes back with another, or without.
    end: Pin<Box<Sleep>>,
}

impl<L: Live> Stream<L> {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.due.pop_front() {
                return Some(event);
            }
            if self.is_new {
                self.is_new = false;
            } else {
                tokio::select! {
                    biased;
                    () = self.stop.cancelled() => return None,
                    () = &mut self.end => return None,
                    () = self.presence.left() => return None,
                    goes_on = self.live.changed() => if !goes_on { return None },
                    _ = self.beats.tick() => {
                        return Some(Event::default().event("beat").data(self.live.at_ms().to_string()));
                    }
                }
            }
            if let Some(pace) = &mut self.pace {
                pace.tick().await;
            }
            self.render();
        }
    }

    fn render(&mut self) {
        let begun = Instant::now();
        let mut fragments = self.live.fragments();
        let connection = layout::connection(&self.locale, self.live.connection());
        fragments.push(("connection".to_owned(), connection));
        let at_ms = self.live.at_ms();
        if let Some(parts) = self.sent.differing(fragments, at_ms) {
            self.beats.reset();
            self.figures.sent(parts.0.len());
            self.due
                .push_back(Event::default().event("parts").data(parts.0));
        }
        self.figures.rendered(begun.elapsed());
        for message in self.live.messages() {
            let name = match message {
                Message::Say { .. } => "say",
                Message::Act(_) => "act",
            };
            // It is made of texts and numbers.
            if let Ok(text) = serde_json::to_string(&message) {
                self.due.push_back(Event::default().event(name).data(text));
            }
        }
    }
}

/// What a page has: a hash of each element.
#[derive(Default)]
struct Sent {
    hasher: RandomState,
    hashes: HashMap<String, u64>,
}

impl Sent {
    /// The elements that differ, as one text; none if there are none.
    fn differing(&mut self, fragments: Fragments, at_ms: i64) -> Option<Markup> {
        let mut differing = Vec::new();
        let mut fresh = HashMap::with_capacity(fragments.len());
        for (id, markup) in fragments {
            let hash = self.hasher.hash_one(&markup.0);
            if self.hashes.get(&id) != Some(&hash) {
                differing.push(markup);
            }
            fresh.insert(id, hash);
        }
        // What has left the page is forgotten, and is sent again when it comes back.
        self.hashes = fresh;
        (!differing.is_empty()).then(|| placed(at_ms, &differing))
    }
}

/// Elements as a stream, or the answer to an act, brings them.
fn placed(at_ms: i64, parts: &[Markup]) -> Markup {
    html! {
        meta name="at" content=(at_ms);
        @for part in parts { (part) }
    }
}

/// The answer to an act: elements to put in place, as the stream would bring them.
pub(crate) fn parts(at_ms: i64, fragments: &Fragments) -> Response {
    let parts: Vec<_> = fragments.iter().map(|(_, markup)| markup.clone()).collect();
    placed(at_ms, &parts).into_response()
}

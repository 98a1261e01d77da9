//! What is shown: what is known of a tenant, which page is open, and what keys do to it. It knows no terminal and asks
//! nobody; whoever does reads what it [wants](Model::wanted) and tells it what came.

pub(crate) mod agents;
pub(crate) mod contacts;
mod exposition;
pub(crate) mod health;
pub(crate) mod pages;
pub(crate) mod queues;
pub(crate) mod table;
pub(crate) mod tenants;
#[cfg(test)]
mod tests;

use std::time::Duration;

use acd_client::supervisor::{Step, TenantView, Update};
use tokio::time::Instant;

use health::Health;
use pages::{Page, Pages, Subject};

/// Silence after which what is shown is old; the engine says something every five seconds.
const STALE_AFTER: Duration = Duration::from_secs(10);
/// The longest text that a filter looks for, in characters.
const FILTER_MAX: usize = 60;

/// What keys do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Quit,
    /// Stop the process, as Ctrl-Z does.
    Suspend,
    /// Draw all of it again.
    Redraw,
    /// Open one of the lowest pages.
    Show(usize),
    /// The next of them.
    ShowNext,
    Step(isize),
    Page(isize),
    First,
    Last,
    /// Open what is under the cursor, or end typing.
    Open,
    /// Close the page, or give up typing, or take the filter away.
    Back,
    OtherTable,
    SortNext,
    SortBefore,
    Reverse,
    Freeze,
    Help,
    Tenants,
    /// Begin to type a filter.
    Filter,
    Type(char),
    Erase,
}

/// What an act asks of whoever holds the terminal and the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    None,
    Quit,
    Suspend,
    Redraw,
    /// Look at this tenant.
    Tenant(String),
}

/// Which parts of a tenant are watched besides queues and adapters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) agents: bool,
    pub(crate) contacts: bool,
}

impl Parts {
    /// Whether all of the others are among these.
    pub(crate) fn include(self, others: Self) -> bool {
        (self.agents || !others.agents) && (self.contacts || !others.contacts)
    }
}

/// What is to be asked for what is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) parts: Parts,
    /// Explain this, now and then.
    pub(crate) why: Option<Subject>,
    /// Read the figures of the engine, now and then.
    pub(crate) health: bool,
}

/// Whether the server is heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// Nothing has come yet.
    Opening,
    Live,
    /// Nothing comes, and why as far as it is known.
    Away(String),
}

/// An explanation, in sentences.
#[derive(Clone, Debug)]
pub(crate) struct Why {
    pub(crate) subject: Subject,
    /// Of when it is; none: it was not explained, and why stands in its place.
    pub(crate) at_ms: Option<i64>,
    pub(crate) sentences: Vec<String>,
}

/// What was read of the engine's figures, and the time before.
#[derive(Clone, Debug, Default)]
pub(crate) struct Readings {
    pub(crate) before: Option<Health>,
    pub(crate) now: Option<Health>,
    /// When the newest was read, and the time since the one before.
    pub(crate) read: Option<Instant>,
    pub(crate) apart: Duration,
    /// Why the last attempt failed.
    pub(crate) failure: Option<String>,
}

/// What was known at the instant at which the picture was frozen.
struct Frozen {
    view: TenantView,
    now_ms: i64,
}

/// Who looks, at what, through which server.
#[derive(Clone, Debug)]
pub(crate) struct Onlooker {
    /// The server, as it was named.
    pub(crate) server: String,
    pub(crate) tenant: String,
    /// The tenants that may be looked at.
    pub(crate) tenants: Vec<String>,
    /// Whether they may see agents and contacts: a monitor sees nobody by name.
    pub(crate) sees_names: bool,
    /// Where the engine's figures are read; none: they are not.
    pub(crate) metrics: Option<String>,
}

/// All that is shown.
pub(crate) struct Model {
    pub(crate) onlooker: Onlooker,
    pub(crate) pages: Pages,
    pub(crate) link: Link,
    /// Lines of whoever shows this, above all others.
    pub(crate) head: Vec<String>,
    /// Whether a filter is being typed.
    pub(crate) is_typing: bool,
    pub(crate) why: Option<Why>,
    pub(crate) readings: Readings,
    view: TenantView,
    /// The parts that `view` has.
    came: Parts,
    heard: Instant,
    frozen: Option<Frozen>,
}

impl Model {
    pub(crate) fn new(onlooker: Onlooker) -> Self {
        Self {
            onlooker,
            pages: Pages::default(),
            link: Link::Opening,
            head: Vec::new(),
            is_typing: false,
            why: None,
            readings: Readings::default(),
            view: TenantView::default(),
            came: Parts::default(),
            heard: Instant::now(),
            frozen: None,
        }
    }

    /// Takes over what a watch of these parts told. Says whether something came for which the page has been waiting.
    pub(crate) fn take(&mut self, step: Step, parts: Parts) -> bool {
        self.heard = Instant::now();
        let awaited = self.link != Link::Live || !self.came.include(self.wanted().parts);
        self.link = Link::Live;
        let is_whole = matches!(step.update, Update::Snapshot(_));
        self.view.take(step);
        if is_whole {
            self.came = parts;
        }
        awaited && is_whole
    }

    /// Notes how the connection is: how its last attempt failed, if it is broken.
    pub(crate) fn check(&mut self, failure: Option<String>) {
        let is_silent = self.link == Link::Live && self.heard.elapsed() > STALE_AFTER;
        match failure {
            Some(why) => self.link = Link::Away(why),
            None if is_silent => self.link = Link::Away("nothing is heard".to_owned()),
            None => {}
        }
    }

    /// How long nothing has been heard.
    pub(crate) fn silence(&self) -> Duration {
        self.heard.elapsed()
    }

    /// Looks at another tenant from now on.
    pub(crate) fn look_at(&mut self, tenant: String) {
        self.onlooker.tenant = tenant;
        self.pages = Pages::default();
        self.link = Link::Opening;
        self.view = TenantView::default();
        self.came = Parts::default();
        self.heard = Instant::now();
        self.frozen = None;
        self.why = None;
    }

    /// What is shown of the tenant.
    pub(crate) fn view(&self) -> &TenantView {
        self.frozen
            .as_ref()
            .map_or(&self.view, |frozen| &frozen.view)
    }

    /// Engine time of what is shown. It stands still while the server is not heard: nobody knows what still lasts.
    pub(crate) fn now_ms(&self) -> i64 {
        match (&self.frozen, &self.link) {
            (Some(frozen), _) => frozen.now_ms,
            (None, Link::Away(_)) => self.view.time().at(self.heard),
            (None, _) => self.view.time().now_ms(),
        }
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.frozen.is_some()
    }

    /// Whether these parts are known.
    pub(crate) fn knows(&self, parts: Parts) -> bool {
        self.came.include(parts)
    }

    /// What is to be watched and asked.
    pub(crate) fn wanted(&self) -> Wanted {
        let mut parts = Parts::default();
        for page in self.pages.open().filter(|_| self.onlooker.sees_names) {
            parts.agents |= matches!(page, Page::Agents | Page::Queue(_));
            parts.contacts |= matches!(page, Page::Contacts | Page::Queue(_));
        }
        let top = self.pages.top();
        let why = match &top.page {
            // What is frozen is asked for once.
            Page::Why(subject) if !self.is_frozen() || !self.is_explained(subject) => {
                Some(subject.clone())
            }
            _ => None,
        };
        let health = top.page == Page::Engine && !self.is_frozen();
        Wanted { parts, why, health }
    }

    fn is_explained(&self, subject: &Subject) -> bool {
        self.why.as_ref().is_some_and(|why| why.subject == *subject)
    }

    /// The figures of the engine were read, or not.
    pub(crate) fn read(&mut self, scraped: Result<String, String>) {
        let readings = &mut self.readings;
        match scraped {
            Ok(text) => {
                let now = Instant::now();
                let read = readings.read.replace(now);
                readings.apart = read.map_or(Duration::ZERO, |before| now - before);
                readings.before = readings.now.replace(Health::read(&text));
                readings.failure = None;
            }
            Err(failure) => readings.failure = Some(failure),
        }
    }

    /// What a key does.
    pub(crate) fn act(&mut self, act: Act) -> Effect {
        if self.is_typing {
            return self.typed(act);
        }
        let top = self.pages.top_mut();
        match act {
            Act::Quit => return Effect::Quit,
            Act::Suspend => return Effect::Suspend,
            Act::Redraw => return Effect::Redraw,
            Act::Show(base) => self.pages.show(base),
            Act::ShowNext => self
                .pages
                .show((self.pages.base() + 1) % self.pages.bases()),
            Act::Step(rows) => top.step(rows),
            Act::Page(pages) => top.page(pages),
            Act::First => top.first(),
            Act::Last => top.last(),
            Act::Open => return self.open(),
            Act::Back => self.back(),
            Act::OtherTable if matches!(top.page, Page::Queue(_)) => top.other_table(),
            Act::OtherTable => return self.act(Act::ShowNext),
            Act::SortNext => top.sort_next(true),
            Act::SortBefore => top.sort_next(false),
            Act::Reverse => top.reverse(),
            Act::Freeze => self.freeze(),
            Act::Help => self.pages.push(Page::Help),
            Act::Tenants => self.pages.push(Page::Tenants),
            Act::Filter => self.is_typing = top.table().is_some(),
            Act::Type(_) | Act::Erase => {}
        }
        Effect::None
    }

    /// What a key does while a filter is typed.
    fn typed(&mut self, act: Act) -> Effect {
        let Some(table) = self.pages.top_mut().table() else {
            self.is_typing = false;
            return Effect::None;
        };
        let mut filter = table.filter().to_owned();
        match act {
            Act::Quit => return Effect::Quit,
            Act::Suspend => return Effect::Suspend,
            Act::Redraw => return Effect::Redraw,
            Act::Open => self.is_typing = false,
            Act::Back => {
                self.is_typing = false;
                table.set_filter("");
            }
            Act::Type(c) if filter.chars().count() < FILTER_MAX => {
                filter.push(c);
                table.set_filter(&filter);
            }
            Act::Erase => {
                filter.pop();
                table.set_filter(&filter);
            }
            Act::Step(rows) => table.step(rows),
            Act::Page(pages) => table.page(pages),
            _ => {}
        }
        Effect::None
    }

    /// Opens what is under the cursor.
    fn open(&mut self) -> Effect {
        let top = self.pages.top_mut();
        let Some(name) = top.cursor() else {
            return Effect::None;
        };
        let page = match (&top.page, top.focus) {
            (Page::Queues, _) => Page::Queue(name),
            (Page::Agents, _) | (Page::Queue(_), 1) => Page::Why(Subject::Agent(name)),
            (Page::Contacts, _) | (Page::Queue(_), _) => Page::Why(Subject::Contact(name)),
            (Page::Tenants, _) => {
                self.pages.pop();
                return Effect::Tenant(name);
            }
            (Page::Engine | Page::Why(_) | Page::Help, _) => return Effect::None,
        };
        self.pages.push(page);
        Effect::None
    }

    fn back(&mut self) {
        let table = self.pages.top_mut().table();
        match table.filter(|table| !table.filter().is_empty()) {
            Some(table) => table.set_filter(""),
            None => {
                self.pages.pop();
            }
        }
    }

    fn freeze(&mut self) {
        self.frozen = match self.frozen.take() {
            Some(_) => None,
            None => Some(Frozen {
                view: self.view.clone(),
                now_ms: self.now_ms(),
            }),
        };
    }
}

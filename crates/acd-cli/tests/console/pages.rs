//! Every page of the console, who opens it, and how it may look.

use serde_json::json;
use tokio::task::JoinSet;

use crate::browser::{Page, Person};
use crate::centre::Centre;

/// A page.
pub(crate) struct Place {
    /// Its name in files and messages.
    pub(crate) name: &'static str,
    /// Who opens it.
    pub(crate) who: Who,
    /// Its address.
    pub(crate) path: &'static str,
    /// What is there when it is complete.
    pub(crate) holds: &'static str,
}

/// Who opens a page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Nobody,
    /// Who has work in hand.
    Agent,
    /// Who is an agent as well, and not at work.
    Colleague,
    Supervisor,
    Administrator,
}

const fn place(name: &'static str, who: Who, path: &'static str, holds: &'static str) -> Place {
    Place {
        name,
        who,
        path,
        holds,
    }
}

/// All of them.
pub(crate) const PLACES: &[Place] = &[
    place("login", Who::Nobody, "/login", "main form"),
    place("desk", Who::Agent, "/desk", ".head"),
    place("settings", Who::Colleague, "/settings", "main form"),
    place("no-rights", Who::Colleague, "/queues", "main"),
    place("wall", Who::Supervisor, "/wall", "main"),
    place("queues", Who::Supervisor, "/queues", "table tbody tr"),
    place("agents", Who::Supervisor, "/agents", "table tbody tr"),
    place("agent", Who::Supervisor, "/agents/bert", "main"),
    place("agent-talks", Who::Supervisor, "/agents/anna", "main"),
    place("contacts", Who::Supervisor, "/contacts", "table tbody tr"),
    place("contact", Who::Supervisor, "/contacts/waiting-1", "main"),
    place(
        "contact-talks",
        Who::Supervisor,
        "/contacts/talking-1",
        "main",
    ),
    place("acts", Who::Supervisor, "/acts", "table tbody tr"),
    place("config", Who::Administrator, "/config", "#document"),
    place("versions", Who::Administrator, "/config/versions", "main"),
    place("scenarios", Who::Administrator, "/config/scenarios", "main"),
];

pub(crate) const LANGUAGES: [&str; 3] = ["en", "ru", "fa"];
pub(crate) const THEMES: [&str; 2] = ["light", "dark"];

/// Somebody of each kind, each with a page.
pub(crate) struct People {
    nobody: (Person, Page),
    agent: (Person, Page),
    colleague: (Person, Page),
    supervisor: (Person, Page),
    administrator: (Person, Page),
    /// The desks of others, which nobody looks at.
    _desks: JoinSet<()>,
}

impl People {
    /// They come in, and there is something to see.
    pub(crate) async fn in_a_busy(centre: &Centre) -> Self {
        let person = centre.browser.person().await;
        let page = person.page().await;
        let people = Self {
            nobody: (person, page),
            agent: centre.agent("anna").await,
            colleague: centre.agent("bert").await,
            supervisor: centre.supervisor("/queues").await,
            administrator: centre.administrator("/config").await,
            _desks: centre.desks(&["dmitri"], &["carla"]).await,
        };
        centre.busy(people.page(Who::Agent)).await;
        people
    }

    pub(crate) fn page(&self, who: Who) -> &Page {
        match who {
            Who::Nobody => &self.nobody.1,
            Who::Agent => &self.agent.1,
            Who::Colleague => &self.colleague.1,
            Who::Supervisor => &self.supervisor.1,
            Who::Administrator => &self.administrator.1,
        }
    }

    /// Opens a place in this language and theme.
    pub(crate) async fn open(
        &self,
        centre: &Centre,
        place: &Place,
        language: &str,
        theme: &str,
    ) -> &Page {
        let page = self.page(place.who);
        likes(centre, page, language, theme).await;
        page.open(&centre.address(place.path)).await;
        page.until_seen(place.holds).await;
        page
    }
}

/// Sets how somebody likes the pages, as `/settings` does.
pub(crate) async fn likes(centre: &Centre, page: &Page, language: &str, theme: &str) {
    let cookie = json!({
        "name": "acd_settings", "value": format!("{language}.own.{theme}.sound.keys"),
        "url": centre.address("/"), "httpOnly": true, "sameSite": "Lax",
    });
    page.command("Network.setCookie", cookie).await;
}

//! The desks that this console holds: for each agent the engine's stream, which outlives a reload of the page, and the tabs
//! that show it. The newest tab rings.

mod held;
mod keeper;
mod watchdog;

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use acd_client::{AgentCommands, AgentSession, Endpoint};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::timeout,
};

use crate::texts::Language;

pub(crate) use held::{Held, Notice, Seat, Standing};
pub(crate) use watchdog::Patience;

use keeper::Keeper;

/// How long a page or an act waits for the engine's first answer.
const OPENING: Duration = Duration::from_secs(2);

/// Orders that wait for one desk.
const ORDERS_MAX: usize = 64;

/// How far the clocks of two consoles, or of one that is set, may be apart.
const CLOCKS_APART_MS: i64 = 10 * 60 * 1_000;

/// A tab: when it was opened, so that the newest is the greatest, and a number that tells two of one instant apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Tab {
    opened_ms: i64,
    number: u32,
}

impl Tab {
    /// A tab that is opened at this instant.
    pub(crate) fn opened(at_ms: i64) -> Self {
        let number = getrandom::u32().unwrap_or_default();
        Self {
            opened_ms: at_ms,
            number,
        }
    }

    /// The same as the newest there is: if the clock was set back a tab that was opened before would stay so.
    pub(crate) fn after(self, newest: Option<Self>) -> Self {
        let opened_ms = newest.map_or(self.opened_ms, |it| {
            self.opened_ms.max(it.opened_ms.saturating_add(1))
        });
        Self { opened_ms, ..self }
    }

    /// The tab of a text that [`Display`](std::fmt::Display) made. None if it is none, or was opened long after this
    /// instant: it would ring for good.
    pub(crate) fn parse(text: &str, at_ms: i64) -> Option<Self> {
        let (opened, number) = text.split_once('-')?;
        let tab = Self {
            opened_ms: opened.parse().ok()?,
            number: number.parse().ok()?,
        };
        (tab.opened_ms <= at_ms + CLOCKS_APART_MS).then_some(tab)
    }
}

impl std::fmt::Display for Tab {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.opened_ms, self.number)
    }
}

/// The desks that this console holds. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Desks(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    desks: HashMap<Whose, Desk>,
    keepers: JoinSet<Whose>,
}

/// Tenant and agent.
type Whose = (String, String);

/// One agent's desk, as pages use it.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    held: watch::Receiver<Held>,
    orders: mpsc::Sender<Order>,
}

/// What a page tells the keeper of a desk.
pub(crate) enum Order {
    /// A tab is there.
    Attach {
        tab: Tab,
        language: Language,
        endpoint: Endpoint,
    },
    /// A tab is gone.
    Detach(Tab),
    /// A tab is alive, and may have painted an offer.
    Alive {
        tab: Tab,
        painted: Option<u64>,
        endpoint: Endpoint,
    },
    /// The agent has logged in.
    Seated(Box<AgentSession>),
    /// Whether the agent asks to be not ready themselves.
    AsksNotReady(bool),
}

impl Desks {
    /// The desk of an agent. It is opened if it is not held: with the session that the browser names, if it names one.
    pub(crate) fn desk(
        &self,
        endpoint: &Endpoint,
        (tenant, agent): (&str, &str),
        language: Language,
        session_id: Option<u64>,
    ) -> Desk {
        let patience = Patience::default();
        self.desk_with(endpoint, (tenant, agent), language, session_id, patience)
    }

    fn desk_with(
        &self,
        endpoint: &Endpoint,
        (tenant, agent): (&str, &str),
        language: Language,
        session_id: Option<u64>,
        patience: Patience,
    ) -> Desk {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(ended) = inner.keepers.try_join_next() {
            if let Ok(whose) = ended
                && inner
                    .desks
                    .get(&whose)
                    .is_some_and(|desk| desk.orders.is_closed())
            {
                inner.desks.remove(&whose);
            }
        }
        let whose = (tenant.to_owned(), agent.to_owned());
        if let Some(desk) = inner
            .desks
            .get(&whose)
            .filter(|desk| !desk.orders.is_closed())
        {
            return desk.clone();
        }
        let session = session_id.map(|id| AgentSession::resume(endpoint, tenant, agent, id));
        let (orders, received) = mpsc::channel(ORDERS_MAX);
        let (keeper, held) = Keeper::new(endpoint, whose.clone(), language, session, patience);
        let desk = Desk { held, orders };
        inner.desks.insert(whose.clone(), desk.clone());
        inner.keepers.spawn(async move {
            keeper.run(received).await;
            whose
        });
        desk
    }
}

impl Desk {
    /// What is known now.
    pub(crate) fn now(&self) -> Held {
        self.held.borrow().clone()
    }

    /// What is known, as it changes.
    pub(crate) fn follow(&self) -> watch::Receiver<Held> {
        self.held.clone()
    }

    /// Waits a moment until the engine has said how the desk stands.
    pub(crate) async fn answered(&self) -> Held {
        self.until(|held| held.standing != Standing::Opening).await
    }

    /// Waits a moment until the engine has said how the desk stands, and what things are called.
    pub(crate) async fn opened(&self) -> Held {
        self.until(|held| match held.standing {
            Standing::Opening => false,
            Standing::In => held.desk.sequence != 0,
            _ => true,
        })
        .await
    }

    async fn until(&self, is_so: impl Fn(&Held) -> bool) -> Held {
        let mut held = self.held.clone();
        match timeout(OPENING, held.wait_for(|held| is_so(held))).await {
            Ok(Ok(held)) => held.clone(),
            Ok(Err(_)) | Err(_) => self.now(),
        }
    }

    /// Tells the keeper; one that is gone has nobody to tell.
    pub(crate) async fn tell(&self, order: Order) {
        _ = self.orders.send(order).await;
    }

    /// A tab is there until the answer is dropped.
    pub(crate) async fn attach(
        &self,
        tab: Tab,
        language: Language,
        endpoint: &Endpoint,
    ) -> Attached {
        let endpoint = endpoint.clone();
        self.tell(Order::Attach {
            tab,
            language,
            endpoint,
        })
        .await;
        Attached {
            tab,
            orders: self.orders.clone(),
        }
    }

    /// The agent's commands in the session that is held.
    pub(crate) fn commands(&self, endpoint: &Endpoint, tenant: &str, agent: &str) -> AgentCommands {
        let session_id = self.held.borrow().told.agent().session_id;
        AgentSession::resume(endpoint, tenant, agent, session_id)
            .commands()
            .clone()
    }
}

/// A tab that is there until this is dropped.
#[derive(Debug)]
pub(crate) struct Attached {
    tab: Tab,
    orders: mpsc::Sender<Order>,
}

impl Drop for Attached {
    fn drop(&mut self) {
        // If there is no room the tab is found silent, later.
        _ = self.orders.try_send(Order::Detach(self.tab));
    }
}

//! Who keeps a desk: a task that holds the engine's stream, hears the tabs and drops the stream when nobody is there.

use std::{
    collections::BTreeMap,
    future::{Future, pending},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use acd_client::{
    AgentCommands, AgentSession, Endpoint, Error,
    agent::{AgentView, Update},
    v1::{ErrorReason, GetDeskResponse, Offer, OfferState, Presence},
};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};

use super::{
    Held, Notice, Order, Patience, Standing, Tab, Whose,
    watchdog::{Verdict, Watchdog},
};
use crate::{live::EngineTime, texts::Language};

/// How long an offer that ended otherwise is shown.
const PASSED_IS_SHOWN: Duration = Duration::from_secs(6);
/// How often it is looked whether the engine is heard.
const LISTEN: Duration = Duration::from_secs(4);
/// After so long a silence the engine is away: two of its heartbeats and a little.
const SILENCE: Duration = Duration::from_secs(12);

/// What things are called is read no more often.
const READS_APART: Duration = Duration::from_secs(2);

/// Keeps one desk.
pub(super) struct Keeper {
    endpoint: Endpoint,
    whose: Whose,
    language: Language,
    /// The stream, while it is held.
    session: Option<AgentSession>,
    /// The session, for as long as the agent may come back to it.
    session_id: Option<u64>,
    /// The tabs, with the streams of each: the next one may come before the end of the last is noticed.
    tabs: BTreeMap<Tab, usize>,
    dog: Watchdog,
    /// When each passed offer is shown no more.
    passed_until: Vec<(u64, Instant)>,
    /// Whether the next not ready is the agent's own wish.
    asks_not_ready: bool,
    /// Since when nobody was there, in engine time.
    asleep_since_ms: Option<i64>,
    /// How many notices there were.
    notices: u64,
    /// Before when what things are called is not read again.
    reads_at: Instant,
    /// In which language it was read last.
    read_in: Option<Language>,
    held: Held,
    told: watch::Sender<Held>,
}

/// What things are called, as it is being read.
type Reading = Pin<Box<dyn Future<Output = Read> + Send>>;
type Read = (Language, Result<Labels, Error>);
type Labels = (GetDeskResponse, BTreeMap<String, String>);

impl Keeper {
    pub(super) fn new(
        endpoint: &Endpoint,
        whose: Whose,
        language: Language,
        session: Option<AgentSession>,
        patience: Patience,
    ) -> (Self, watch::Receiver<Held>) {
        let standing = match session {
            Some(_) => Standing::Opening,
            None => Standing::Out(None),
        };
        let held = Held {
            agent: whose.1.clone(),
            standing,
            ..Held::default()
        };
        let (told, read) = watch::channel(held.clone());
        let now = Instant::now();
        let keeper = Self {
            endpoint: endpoint.clone(),
            whose,
            language,
            session_id: session
                .as_ref()
                .map(|session| session.commands().session_id()),
            session,
            tabs: BTreeMap::new(),
            dog: Watchdog::new(patience, now),
            passed_until: Vec::new(),
            asks_not_ready: false,
            asleep_since_ms: None,
            notices: 0,
            reads_at: now,
            read_in: None,
            held,
            told,
        };
        (keeper, read)
    }

    /// Keeps the desk until no tab is there and the stream is dropped.
    pub(super) async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        let mut reading: Option<Reading> = None;
        let mut listen = interval(LISTEN);
        listen.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let is_stale = self.held.is_stale() || self.read_in != Some(self.language);
            let is_read = reading.is_none() && self.held.standing == Standing::In && is_stale;
            let looks_at = self.looks_at();
            let looks_at = if is_read {
                looks_at.min(self.reads_at)
            } else {
                looks_at
            };
            tokio::select! {
                biased;
                order = orders.recv() => match order {
                    Some(order) => self.order(order),
                    None => return,
                },
                update = next(&mut self.session) => self.update(update),
                (language, labels) = read(&mut reading) => {
                    reading = None;
                    self.labels(language, labels);
                }
                () = sleep_until(looks_at) => {
                    let now = Instant::now();
                    if is_read && self.reads_at <= now {
                        self.reads_at = now + READS_APART;
                        reading = self.read();
                        continue;
                    }
                    if !self.look(now) {
                        return;
                    }
                }
                _ = listen.tick() => {
                    if !self.listen() {
                        continue;
                    }
                }
            }
            self.told.send_replace(self.held.clone());
        }
    }

    fn order(&mut self, order: Order) {
        let now = Instant::now();
        match order {
            Order::Attach {
                tab,
                language,
                endpoint,
            } => {
                *self.tabs.entry(tab).or_default() += 1;
                self.endpoint = endpoint;
                if self.newest() == Some(tab) {
                    if self.language != language {
                        self.language = language;
                        // What is called in the other language is better than what has no name.
                        self.reads_at = now;
                    }
                    self.ring_at(Some(tab), now);
                    self.come_back();
                }
            }
            Order::Detach(tab) => {
                let streams = self.tabs.entry(tab).or_default();
                *streams = streams.saturating_sub(1);
                if *streams == 0 {
                    self.tabs.remove(&tab);
                    if self.held.holder == Some(tab) {
                        self.dog.detached(now);
                    }
                }
            }
            Order::Alive {
                tab,
                painted,
                endpoint,
            } => {
                // A tab of a console that was started anew is heard of before it has attached.
                if self.held.holder.is_some_and(|holder| holder != tab) {
                    return;
                }
                self.endpoint = endpoint;
                match painted {
                    Some(offer) => self.dog.painted(offer, now),
                    None => self.dog.sign(now),
                }
                self.come_back();
            }
            Order::Seated(session) => {
                self.session_id = Some(session.commands().session_id());
                self.session = Some(*session);
                self.held.standing = Standing::Opening;
                self.asleep_since_ms = None;
                self.dog.sign(now);
            }
            Order::AsksNotReady(asks) => self.asks_not_ready = asks,
        }
    }

    fn newest(&self) -> Option<Tab> {
        self.tabs.last_key_value().map(|(tab, _)| *tab)
    }

    /// The tab that rings from now on.
    fn ring_at(&mut self, tab: Option<Tab>, now: Instant) {
        if self.held.holder != tab {
            self.held.holder_since_ms = self.held.now_ms();
        }
        self.held.holder = tab;
        match tab {
            Some(_) => self.dog.attached(now),
            None => self.dog.detached(now),
        }
    }

    /// Somebody is there again: the stream is opened anew.
    fn come_back(&mut self) {
        if let (None, Standing::Dropped, Some(id)) =
            (&self.session, self.held.standing, self.session_id)
        {
            let (tenant, agent) = &self.whose;
            self.session = Some(AgentSession::resume(&self.endpoint, tenant, agent, id));
        }
    }

    fn update(&mut self, update: Result<Update, Error>) {
        let now = Instant::now();
        let (update, view) = match (update, &self.session) {
            (Ok(update), Some(session)) => (update, session.view().clone()),
            (Ok(_), None) => return,
            (Err(error), _) => return self.over(&error),
        };
        let before = std::mem::replace(&mut self.held.told, view);
        self.heard();
        self.compare(&before, &update, now);
        if let Some(from) = self.asleep_since_ms.take() {
            self.notice(Notice::Slept(from, self.held.now_ms()));
        }
        self.held.standing = Standing::In;
        let pending = self
            .held
            .told
            .offers()
            .filter(|offer| offer.state() == OfferState::Pending);
        let pending: Vec<u64> = pending.map(|offer| offer.offer_id).collect();
        self.dog.ring(pending.into_iter(), now);
        self.held.number();
    }

    /// What is told about a change, beside the state that it made.
    fn compare(&mut self, before: &AgentView, update: &Update, now: Instant) {
        let (was, is) = (before.agent(), self.held.told.agent());
        let (was_ready, is_not_ready) = (
            was.presence() == Presence::Ready,
            is.presence() == Presence::NotReady,
        );
        if was_ready && is_not_ready {
            let own = self.asks_not_ready || was.pending_presence() == Presence::NotReady;
            self.held.made_not_ready = !own;
            self.asks_not_ready = false;
        } else if !is_not_ready {
            self.held.made_not_ready = false;
        }
        match update {
            Update::Changes(changes) => {
                for offer in changes.offers.iter().filter(|offer| is_passed(offer)) {
                    self.passed_until
                        .push((offer.offer_id, now + PASSED_IS_SHOWN));
                    self.held.passed.push(offer.clone());
                }
            }
            Update::Snapshot(_) if before.sequence() != 0 => {
                let there = |id: u64| self.held.told.offers().any(|offer| offer.offer_id == id);
                let ended = before
                    .offers()
                    .filter(|offer| !there(offer.offer_id))
                    .count();
                self.notice(Notice::ConnectedAgain(ended));
            }
            Update::Snapshot(_) => {}
        }
    }

    /// The stream is over for good.
    fn over(&mut self, error: &Error) {
        self.session = None;
        let now_ms = self.held.now_ms();
        self.held.standing = match error.reason() {
            Some(ErrorReason::SessionReplaced) => Standing::Replaced(now_ms),
            // With a new token it goes on.
            Some(ErrorReason::Unauthenticated) => Standing::Dropped,
            _ => Standing::Out(self.asleep_since_ms.take().map(|from| (from, now_ms))),
        };
        if self.held.standing != Standing::Dropped {
            self.session_id = None;
        }
        self.held.told = AgentView::default();
        self.dog.ring(std::iter::empty(), Instant::now());
    }

    fn looks_at(&self) -> Instant {
        let passed = self.passed_until.iter().map(|(_, until)| *until);
        // A desk that is dropped waits for its tabs.
        let dog = (self.session.is_some() || self.tabs.is_empty()).then(|| self.dog.due());
        let later = Instant::now() + Duration::from_secs(3_600);
        passed.chain(dog).min().unwrap_or(later)
    }

    /// Looks whether somebody is there; false: nobody is, and the desk is kept no longer.
    fn look(&mut self, now: Instant) -> bool {
        let passed =
            |id: &u64, until: &[(u64, Instant)]| until.iter().any(|(offer, _)| offer == id);
        self.passed_until.retain(|(_, until)| *until > now);
        let until = std::mem::take(&mut self.passed_until);
        self.held
            .passed
            .retain(|offer| passed(&offer.offer_id, &until));
        self.passed_until = until;
        match self.dog.verdict(now) {
            None => true,
            Some(Verdict::Gone) => match self.newest() {
                // The newest is closed: the one before it rings.
                Some(tab) => {
                    self.ring_at(Some(tab), now);
                    true
                }
                None => false,
            },
            Some(verdict) => {
                if self.session.is_some() {
                    let slept = now - self.dog.last_sign();
                    let slept = i64::try_from(slept.as_millis()).unwrap_or_default();
                    tracing::info!(agent = %self.whose.1, ?verdict, "nobody at the desk: its stream is dropped");
                    self.asleep_since_ms = Some(self.held.now_ms() - slept);
                    self.session = None;
                    self.held.standing = Standing::Dropped;
                    self.dog.ring(std::iter::empty(), now);
                }
                true
            }
        }
    }

    /// Whether the engine is heard, be it by a heartbeat. True: something changed.
    fn listen(&mut self) -> bool {
        let Some(session) = &self.session else {
            return false;
        };
        let (heard_at, was_away) = (session.heard_at(), self.held.engine_away);
        if heard_at.elapsed() > SILENCE {
            let since_ms = self.held.time.map(|time| time.at(heard_at));
            self.held.engine_away = was_away.or(since_ms);
        } else if session.view().sequence() != 0 {
            if session.view().at_ms() != self.held.told.at_ms() {
                self.held.told = session.view().clone();
            }
            self.heard();
        }
        was_away != self.held.engine_away
    }

    fn heard(&mut self) {
        self.held.engine_away = None;
        let at_ms = self.held.told.at_ms();
        let time = self.held.time.get_or_insert(EngineTime::new(at_ms));
        time.hear(at_ms);
    }

    fn notice(&mut self, notice: Notice) {
        self.notices += 1;
        self.held.notice = Some((self.notices, notice));
    }

    fn read(&self) -> Option<Reading> {
        let commands = self.session.as_ref()?.commands().clone();
        let language = self.language;
        Some(Box::pin(async move {
            (language, labels(commands, language).await)
        }))
    }

    fn labels(&mut self, language: Language, labels: Result<Labels, Error>) {
        match labels {
            Ok((desk, scripts)) => {
                self.read_in = Some(language);
                self.held.desk = Arc::new(desk);
                self.held.scripts = Arc::new(scripts);
            }
            Err(error) => tracing::debug!(%error, "what things are called could not be read"),
        }
    }
}

/// Whether an offer has ended in a way the agent is to be told.
fn is_passed(offer: &Offer) -> bool {
    offer.state().is_end() && !matches!(offer.state(), OfferState::Connected | OfferState::Rejected)
}

async fn next(session: &mut Option<AgentSession>) -> Result<Update, Error> {
    match session {
        Some(session) => session.next().await,
        None => pending().await,
    }
}

async fn read(reading: &mut Option<Reading>) -> Read {
    match reading {
        Some(reading) => reading.await,
        None => pending().await,
    }
}

async fn labels(commands: AgentCommands, language: Language) -> Result<Labels, Error> {
    let desk = commands.get_desk(language.tag()).await?;
    let mut scripts = BTreeMap::new();
    for queue in desk.queues.iter().filter(|queue| queue.has_script) {
        let script = commands.get_script(&queue.queue, language.tag()).await?;
        scripts.insert(queue.queue.clone(), script.script);
    }
    Ok((desk, scripts))
}

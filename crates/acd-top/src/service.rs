//! The view while it is shown: keys, news of the tenant, time and signals, each in its turn.

use std::time::Duration;

use acd_client::{
    Endpoint, Supervisor,
    supervisor::Watch,
    v1::{Role, ViewFilter},
};
use crossterm::event::{Event, EventStream};
use futures_util::FutureExt as _;
use ratatui::buffer::Buffer;
use rustix::process::Signal as Number;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval},
};
use tokio_stream::StreamExt as _;

use crate::{
    Error, Options, Quit,
    draw::{draw, palette::Palette},
    input,
    model::{
        Effect, Model, Onlooker, Parts, Why,
        pages::{Page, Subject},
    },
    scrape::Scraper,
    terminal::{self, Screen},
};

/// How often what is explained is asked for again.
const EXPLAIN_EVERY: Duration = Duration::from_secs(2);
/// How often the engine's figures are read.
const SCRAPE_EVERY: Duration = Duration::from_secs(5);
/// How long parts of the tenant are watched after they were shown: whoever goes back does not wait.
const LINGER: Duration = Duration::from_secs(30);

/// Shows the view until whoever looks quits, or a signal ends it. Within a runtime.
///
/// # Errors
/// [`Error::NoTerminal`] and the others that concern the terminal; [`Error::Server`] if the server cannot be reached at the
/// start or refuses. Once it is shown, a server that is away is told in the view and tried again for as long as it takes.
pub async fn run(endpoint: &Endpoint, options: Options<'_>) -> Result<(), Error> {
    options.check()?;
    terminal::check()?;
    let onlooker = onlooker(endpoint, &options).await?;
    let signals = Signals::listen().map_err(Error::Terminal)?;
    let has_to_choose = options.tenant.is_none() && onlooker.tenants.len() > 1;
    let mut model = Model::new(onlooker);
    if has_to_choose {
        model.pages.push(Page::Tenants);
    }
    let supervisor = Supervisor::new(endpoint, &model.onlooker.tenant);
    let mut view = View {
        endpoint,
        watch: supervisor.watch(filter(Parts::default())),
        supervisor,
        parts: Parts::default(),
        fitted: Instant::now(),
        palette: Palette {
            color: options.color && terminal::has_color(),
        },
        scraper: options
            .metrics
            .as_ref()
            .map(|metrics| Scraper::new(metrics.0.clone())),
        asking: JoinSet::new(),
        explained: Asked::default(),
        scraped: Asked::default(),
        quits: false,
        screen: Screen::take()?,
        model,
        options,
    };
    view.run(signals).await
}

/// Who looks, and at what first.
async fn onlooker(endpoint: &Endpoint, options: &Options<'_>) -> Result<Onlooker, Error> {
    let who = endpoint.who_am_i().await.map_err(Error::Server)?;
    let sees_names = !who.authentication || who.roles().any(|role| role == Role::Supervisor);
    let tenants: Vec<_> = who
        .tenants
        .into_iter()
        .map(|visible| visible.tenant)
        .collect();
    let tenant = options.tenant.as_ref().or(tenants.first());
    Ok(Onlooker {
        server: options.server.clone(),
        tenant: tenant.ok_or(Error::NoTenant)?.clone(),
        sees_names,
        metrics: options.metrics.as_ref().map(ToString::to_string),
        tenants,
    })
}

/// What is watched of a tenant.
fn filter(parts: Parts) -> ViewFilter {
    ViewFilter {
        queues: true,
        performance: true,
        agents: parts.agents,
        contacts: parts.contacts,
        ..ViewFilter::default()
    }
}

struct View<'a> {
    endpoint: &'a Endpoint,
    options: Options<'a>,
    supervisor: Supervisor,
    watch: Watch,
    /// What it watches.
    parts: Parts,
    /// When it last watched no more than was wanted.
    fitted: Instant,
    palette: Palette,
    scraper: Option<Scraper>,
    /// Questions that are under way, one of a kind at most.
    asking: JoinSet<Answer>,
    explained: Asked<Subject>,
    scraped: Asked<()>,
    /// Whether they have said that they want to quit.
    quits: bool,
    screen: Screen,
    model: Model,
}

enum Answer {
    Explained(Why),
    Scraped(Result<String, String>),
}

/// A question that is asked again and again.
struct Asked<T> {
    /// What was asked last.
    last: Option<T>,
    is_under_way: bool,
    due: Instant,
}

impl<T> Default for Asked<T> {
    fn default() -> Self {
        Self {
            last: None,
            is_under_way: false,
            due: Instant::now(),
        }
    }
}

impl<T: PartialEq> Asked<T> {
    /// Whether it is time to ask this.
    fn is_due(&self, what: &T) -> bool {
        let is_new = self.last.as_ref() != Some(what);
        !self.is_under_way && (is_new || self.due <= Instant::now())
    }

    fn ask(&mut self, what: T) {
        self.last = Some(what);
        self.is_under_way = true;
    }

    /// It was answered; it is asked again after this time.
    fn answered(&mut self, again: Duration) {
        self.is_under_way = false;
        self.due = Instant::now() + again;
    }
}

impl View<'_> {
    async fn run(&mut self, mut signals: Signals) -> Result<(), Error> {
        let mut keys = EventStream::new();
        let mut ticks = interval(self.options.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.follow();
            self.ask();
            tokio::select! {
                step = self.watch.next() => {
                    let step = step.map_err(Error::Server)?;
                    if self.model.take(step, self.parts) {
                        self.draw()?;
                    }
                }
                event = keys.next() => {
                    let (mut event, mut picture) = (Some(event), Buffer::default());
                    // Keys that have come meanwhile find what those before have done, and are shown together.
                    while let Some(next) = event {
                        if self.happened(next)? {
                            return Ok(());
                        }
                        picture = self.picture()?;
                        event = keys.next().now_or_never();
                    }
                    self.screen.show(picture)?;
                }
                Some(answer) = self.asking.join_next() => {
                    if let Ok(answer) = answer {
                        self.answered(answer)?;
                    }
                }
                _ = ticks.tick() => {
                    self.model.check(self.watch.failure().map(ToString::to_string));
                    self.draw()?;
                }
                told = signals.next() => match told {
                    Told::End if self.quit() => return Ok(()),
                    Told::End => {}
                    Told::HangUp => {
                        self.quit();
                        return Ok(());
                    }
                    Told::Stop => self.screen.suspend()?,
                    Told::GoOn => {
                        self.screen.retake()?;
                        self.draw()?;
                    }
                },
            }
        }
    }

    fn draw(&mut self) -> Result<(), Error> {
        let picture = self.picture()?;
        self.screen.show(picture)
    }

    /// What is to be seen now. It settles where cursors are.
    fn picture(&mut self) -> Result<Buffer, Error> {
        self.model.head = (self.options.head)();
        Ok(draw(&mut self.model, self.palette, self.screen.size()?))
    }

    /// Watches what is wanted.
    fn follow(&mut self) {
        let wanted = self.model.wanted().parts;
        if self.parts == wanted {
            self.fitted = Instant::now();
        } else if !self.parts.include(wanted) {
            self.watch(Parts {
                agents: self.parts.agents || wanted.agents,
                contacts: self.parts.contacts || wanted.contacts,
            });
        } else if self.fitted.elapsed() > LINGER {
            self.watch(wanted);
        }
    }

    fn watch(&mut self, parts: Parts) {
        self.parts = parts;
        self.fitted = Instant::now();
        self.watch = self.supervisor.watch(filter(parts));
    }

    /// Asks what is wanted and due.
    fn ask(&mut self) {
        let wanted = self.model.wanted();
        if let Some(subject) = wanted.why.filter(|subject| self.explained.is_due(subject)) {
            self.explained.ask(subject.clone());
            let asking = explain(self.supervisor.clone(), subject);
            self.asking.spawn(async { Answer::Explained(asking.await) });
        }
        let scraper = self.scraper.clone().filter(|_| wanted.health);
        if let Some(scraper) = scraper.filter(|_| self.scraped.is_due(&())) {
            self.scraped.ask(());
            self.asking
                .spawn(async { Answer::Scraped(scraper.read().await) });
        }
    }

    fn answered(&mut self, answer: Answer) -> Result<(), Error> {
        match answer {
            Answer::Explained(why) => {
                self.explained.answered(EXPLAIN_EVERY);
                self.model.why = Some(why);
            }
            Answer::Scraped(scraped) => {
                self.scraped.answered(SCRAPE_EVERY);
                self.model.read(scraped);
            }
        }
        self.draw()
    }

    /// What became of the terminal; true: the view ends.
    fn happened(&mut self, event: Option<std::io::Result<Event>>) -> Result<bool, Error> {
        let gone = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        let event = event.ok_or_else(gone).and_then(|event| event);
        let key = match event.map_err(Error::Terminal)? {
            Event::Key(key) => key,
            _ => return Ok(false),
        };
        let Some(act) = input::act(key, self.model.is_typing) else {
            return Ok(false);
        };
        match self.model.act(act) {
            Effect::None => {}
            Effect::Quit => return Ok(self.quit()),
            Effect::Suspend => self.screen.suspend()?,
            Effect::Redraw => self.screen.retake()?,
            Effect::Tenant(tenant) => self.look_at(tenant),
        }
        Ok(false)
    }

    fn look_at(&mut self, tenant: String) {
        self.supervisor = Supervisor::new(self.endpoint, &tenant);
        self.model.look_at(tenant);
        self.explained.last = None;
        self.watch(Parts::default());
    }

    /// They want to quit; whether the view ends with it.
    fn quit(&mut self) -> bool {
        let stays = (self.options.on_quit)() == Quit::Stays;
        let is_first = !std::mem::replace(&mut self.quits, true);
        !(stays && is_first)
    }
}

async fn explain(supervisor: Supervisor, subject: Subject) -> Why {
    let explained = match &subject {
        Subject::Contact(id) => {
            let answer = supervisor.explain_contact(id).await;
            answer.map(|answer| (answer.at_ms, answer.sentences))
        }
        Subject::Agent(name) => {
            let answer = supervisor.explain_agent(name).await;
            answer.map(|answer| (answer.at_ms, answer.sentences))
        }
    };
    match explained {
        Ok((at_ms, sentences)) => Why {
            subject,
            at_ms: Some(at_ms),
            sentences,
        },
        Err(error) => Why {
            subject,
            at_ms: None,
            sentences: vec![error.to_string()],
        },
    }
}

/// What others want of the process.
enum Told {
    End,
    /// The terminal is gone.
    HangUp,
    Stop,
    GoOn,
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
    stop: Signal,
    go_on: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        let numbered = |number: Number| signal(SignalKind::from_raw(number.as_raw()));
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            stop: numbered(Number::TSTP)?,
            go_on: numbered(Number::CONT)?,
        })
    }

    async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.interrupt.recv() => Told::End,
            _ = self.terminate.recv() => Told::End,
            _ = self.hang_up.recv() => Told::HangUp,
            _ = self.stop.recv() => Told::Stop,
            _ = self.go_on.recv() => Told::GoOn,
        }
    }
}

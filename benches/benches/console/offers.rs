//! Offers beside fifty open pages.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use acd_benches::asked::Asked;
use acd_benches::processor::used_ms;
use acd_benches::quantiles::Quantiles;
use acd_benches::report::{Figure, Target};

use crate::load::{Load, Report};
use crate::pages::{Pages, Person};
use crate::servers::Server;
use crate::{CONSOLE, disk};

/// Pages of each kind; there are five kinds.
const OF_A_KIND: usize = 10;
/// Contacts that arrive in a second.
const RATE: u32 = 100;
/// What open pages may make of an offer.
const RATIO: f64 = 1.1;
/// How long a bare thread is busy before it rests: about as long as a page takes to be drawn.
const BUSY: Duration = Duration::from_millis(3);

/// Offers of one kind of rounds, a figure for each round.
#[derive(Default)]
struct Offers {
    p50: Vec<f64>,
    p99: Vec<f64>,
}

impl Offers {
    fn take(&mut self, report: &Report) {
        self.p50.push(report.at("offer_ms.p50"));
        self.p99.push(report.at("offer_ms.p99"));
    }

    /// The middle of the rounds' figures.
    fn middle(&self) -> [(&'static str, f64); 2] {
        let of = |rounds: &Vec<f64>| Quantiles::of(rounds.clone()).at(0.5);
        [("p50", of(&self.p50)), ("p99", of(&self.p99))]
    }
}

pub(crate) fn measure(asked: &Asked) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let agents: u32 = asked.or_quick(10_000, 2_000);
    let at_desks: Vec<String> = (0..OF_A_KIND as u32)
        .map(|nth| format!("agent-{:05}", agents - 1 - nth))
        .collect();
    let server = Server::with(&disk(), CONSOLE);
    let warm_up = Duration::from_secs(6);
    let everybody = Load {
        agents,
        queues: 10,
        rate: RATE.to_string(),
        talk: Duration::from_secs(5),
        warm_up,
        length: warm_up + Duration::from_secs(asked.or_quick(15, 4)),
        is_prepared: false,
        token: None,
    };
    // The tenant is made, and the server has done all of it once.
    everybody.play(&server);
    let load = Load {
        agents: agents - at_desks.len() as u32,
        is_prepared: true,
        ..everybody
    };
    let console = server.console.as_deref().expect("a console");
    let pages = pages(&at_desks);
    let (mut alone, mut beside, mut bare) = <(Offers, Offers, Offers)>::default();
    let (mut share, mut messages) = (Vec::new(), Vec::new());
    for _ in 0..asked.or_quick(5, 1) {
        let (report, used_alone) = played(&load, &server);
        alone.take(&report);

        let open = runtime.block_on(Pages::open(console, &pages));
        let begin = Instant::now();
        let (report, used) = played(&load, &server);
        beside.take(&report);
        messages.push(open.heard() as f64 / begin.elapsed().as_secs_f64());
        assert_eq!(
            open.silent(),
            Vec::<&str>::new(),
            "pages that were shown nothing"
        );
        drop(open);

        let more = (used - used_alone).max(0.0);
        share.push(more);
        let burner = Burner::start(more);
        bare.take(&played(&load, &server).0);
        burner.stop();
    }
    let middle = |values: Vec<f64>| Quantiles::of(values).at(0.5);
    let told = format!(
        "{} open pages, {:.0} messages/s, {:.0} % of a core",
        pages.len(),
        middle(messages),
        100.0 * middle(share)
    );
    let beside_what = [
        ("pages", told.as_str(), &beside),
        ("bare", "a bare thread that is busy for as long", &bare),
    ];
    for (key, what, offers) in beside_what {
        for ((name, value), (_, limit)) in offers.middle().into_iter().zip(alone.middle()) {
            let key = format!("console.offer_ms.{key}.{name}");
            let what =
                format!("arrival to offer, {agents} agents, {RATE}/s, beside {what}; limit: alone");
            let figure = Figure::new(&key, what, value, "ms").beside(limit);
            let is_judged = key == "console.offer_ms.pages.p99";
            let target = Target::RatioAtMost(RATIO);
            if is_judged {
                figure.target(target)
            } else {
                figure
            }
            .hand_in();
        }
    }
}

/// Plays a load. What the server and whoever reads pages took of a processor meanwhile; 1: all of one.
fn played(load: &Load, server: &Server) -> (Report, f64) {
    let used = || used_ms(server.pid()) + used_ms(std::process::id());
    let (begin, before) = (Instant::now(), used());
    let report = load.play(server);
    let ms = begin.elapsed().as_secs_f64() * 1e3;
    (report, (used() - before) / ms)
}

/// Who looks at what: walls and tables that are sorted and narrowed in several ways, and desks of agents who are at work and
/// not ready.
fn pages(at_desks: &[String]) -> Vec<(Person, &'static str)> {
    let shown = [
        [
            "/wall",
            "/wall?rows=4",
            "/wall?rows=9&theme=dark",
            "/wall",
            "/wall",
        ],
        [
            "/queues",
            "/queues?sort=-waiting",
            "/queues?sort=name",
            "/queues?q=queue-000",
            "/queues",
        ],
        [
            "/agents",
            "/agents?sort=name",
            "/agents?sort=-today",
            "/agents?f=state:talking",
            "/agents?q=agent-04",
        ],
        [
            "/contacts",
            "/contacts?sort=-waited",
            "/contacts?f=queue:queue-0001",
            "/contacts",
            "/contacts?page=2",
        ],
    ];
    let of_a_kind = |paths: [&'static str; 5]| {
        let paths = paths.into_iter().cycle().take(OF_A_KIND);
        paths.map(|path| (Person::Supervisor, path))
    };
    let supervisors = shown.into_iter().flat_map(of_a_kind);
    let desks = at_desks
        .iter()
        .map(|name| (Person::Agent(name.clone()), "/desk"));
    supervisors.chain(desks).collect()
}

/// A thread that is busy for a share of its time and touches nothing.
struct Burner {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Burner {
    fn start(share: f64) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let over = is_over.clone();
        let rest = BUSY.mul_f64((1.0 - share).max(0.0) / share.max(0.001));
        let thread = std::thread::spawn(move || {
            while !over.load(Ordering::SeqCst) {
                let begin = Instant::now();
                while begin.elapsed() < BUSY {
                    std::hint::spin_loop();
                }
                std::thread::sleep(rest);
            }
        });
        Self { is_over, thread }
    }

    fn stop(self) {
        self.is_over.store(true, Ordering::SeqCst);
        self.thread.join().expect("it ends");
    }
}

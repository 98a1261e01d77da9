//! Ten thousand agents at work and two thousand contacts that wait, on a supervisor's page in a browser.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use acd_benches::asked::Asked;
use acd_benches::processor::family_used_ms;
use acd_benches::quantiles::Quantiles;
use acd_benches::report::{Figure, Target};
use acd_client::adapter::Options;
use acd_client::{AdapterSession, Endpoint, endpoint};
use acd_testkit::{call, in_time};
use serde_json::Value;

use crate::acd::Guarded;
use crate::browser::{Browser, Page};
use crate::load::Load;
use crate::servers::Server;
use crate::{CONSOLE, disk};

/// The tenant of a load.
const TENANT: &str = "load";
/// A queue that nobody serves, and the adapter that fills it.
const NIGHT: &str = "night";
const NIGHT_ADAPTER: &str = "night";
const QUEUES: u32 = 10;
/// Contacts that arrive in a second, and how long they talk: a fifth of all agents talks.
const RATE: u32 = 100;
const TALK: Duration = Duration::from_secs(20);
/// How long a sort may take, and what a page may take of a core.
const SORT_MS: f64 = 200.0;
const SHARE_PERCENT: f64 = 30.0;
/// The heading that sorts by name.
const BY_NAME: &str = "main table thead a.sort[href*='name']";

pub(crate) fn measure(asked: &Asked) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(measured(asked));
}

async fn measured(asked: &Asked) {
    let (agents, waiting) = asked.or_quick((10_000, 2_000), (1_000, 200));
    let length = Duration::from_secs(asked.or_quick(30, 5));
    let server = Server::with(&disk(), &format!("{CONSOLE}{}", centre(agents)));
    let _night = queued(&server, waiting).await;
    let load = Load {
        agents,
        queues: QUEUES,
        rate: RATE.to_string(),
        talk: TALK,
        warm_up: Duration::ZERO,
        length: Duration::from_secs(600),
        is_prepared: true,
        token: None,
    };
    let load = Guarded(load.start(&server, &server.grpc));
    while server.streams() < f64::from(agents) + 1.0 {
        pause(Duration::from_millis(100)).await;
    }
    pause(TALK).await;

    let browser = Browser::start().await;
    let page = browser.person().await.page().await;
    let at = |path: &str| {
        let console = server.console.as_deref().expect("a console");
        format!("{console}{path}")
    };
    page.open(&at("/login?to=/agents")).await;
    page.click("button[name=seat][value=supervisor]").await;
    let whole = "document.querySelectorAll('main table tbody tr').length === 100";
    page.until(whole).await;

    let centre = format!("{agents} agents, {waiting} who wait, {RATE} contacts/s");
    let times = Quantiles::of(sorts(&page, asked.or_quick(50, 10)).await);
    for (name, share) in [("p50", 0.5), ("p95", 0.95)] {
        let what = format!("a sort of agents, from the press to the paint, {centre}");
        Figure::new(
            format!("console.sort_ms.{name}"),
            what,
            times.at(share),
            "ms",
        )
        .target(Target::ValueAtMost(SORT_MS))
        .hand_in();
    }

    // Nothing is frozen, and who is longest in their state comes first: those are the next to get a contact.
    page.open(&at("/agents")).await;
    page.until(whole).await;
    page.command("Performance.enable", Value::Null).await;
    // What is told to us is no work of a browser at somebody's desk.
    page.command("Network.disable", Value::Null).await;
    pause(Duration::from_secs(2)).await;
    let (begin, before) = (Instant::now(), family_used_ms(browser.process()));
    let tasks_before = tasks_ms(&page).await;
    pause(length).await;
    let ms = begin.elapsed().as_secs_f64() * 1e3;
    let used = family_used_ms(browser.process()) - before;
    let tasks = tasks_ms(&page).await - tasks_before;
    let what = format!("all of a browser's processes with that page open, {centre}");
    Figure::new(
        "console.browser_percent",
        what,
        used / ms * 100.0,
        "% of a core",
    )
    .target(Target::ValueAtMost(SHARE_PERCENT))
    .hand_in();
    let what = "of that the page's own thread".to_owned();
    Figure::new(
        "console.browser_percent.page",
        what,
        tasks / ms * 100.0,
        "% of a core",
    )
    .hand_in();
    assert_eq!(page.faults(), Vec::<String>::new());
    drop(load);
}

/// The centre of a load, with a queue besides that nobody serves.
fn centre(agents: u32) -> String {
    let mut text = format!(
        "[tenants.{TENANT}]\nadapters = [\"switch-00\", \"{NIGHT_ADAPTER}\"]\n[tenants.{TENANT}.queues.{NIGHT}]\n"
    );
    for queue in 0..QUEUES {
        let _ = writeln!(
            text,
            "[tenants.{TENANT}.queues.queue-{queue:04}]\nwrap_up = \"0s\""
        );
    }
    for agent in 0..agents {
        let _ = writeln!(
            text,
            "[tenants.{TENANT}.agents.agent-{agent:05}]\nqueues = [\"queue-{:04}\"]",
            agent % QUEUES
        );
    }
    text
}

/// So many contacts wait until the answer is dropped.
async fn queued(server: &Server, count: u32) -> AdapterSession {
    let endpoint = Endpoint::new(endpoint::Options::new(format!("http://{}", server.grpc)));
    let endpoint = endpoint.expect("a good address");
    let session = AdapterSession::start(&endpoint, Options::new(TENANT, NIGHT_ADAPTER));
    for nth in 0..count {
        let waits = session
            .handle()
            .send(call(&format!("night-{nth:04}"), NIGHT));
        in_time("a call", waits).await.expect("it waits");
    }
    session
}

/// The times of so many sorts by name, this way and the other way round.
async fn sorts(page: &Page, count: usize) -> Vec<f64> {
    let press = "addEventListener('click', (event) => { \
                 window.pressedAt = performance.timeOrigin + event.timeStamp; }, true)";
    page.eval::<()>(press).await;
    let mut times = Vec::with_capacity(count);
    for turn in 0..count {
        let order = ["ascending", "descending"][turn % 2];
        let sorted = format!(
            "document.querySelector('main table th[aria-sort={order}]:has(a.sort[href*=name])')"
        );
        page.click(BY_NAME).await;
        let took = format!("acdTest.painted(() => {sorted}).then((at) => at - window.pressedAt)");
        times.push(page.eval(&took).await);
    }
    times
}

/// How long the page's thread has been busy.
async fn tasks_ms(page: &Page) -> f64 {
    let metrics = page.command("Performance.getMetrics", Value::Null).await;
    let metrics = metrics["metrics"].as_array().expect("metrics");
    let found = metrics.iter().find(|it| it["name"] == "TaskDuration");
    found
        .and_then(|it| it["value"].as_f64())
        .expect("a duration")
        * 1e3
}

/// Lets the centre go on for this long.
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

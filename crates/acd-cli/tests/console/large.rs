//! Ten thousand agents and two thousand who wait: a page stays a page.

use std::fmt::Write as _;

use serde_json::Value;

use crate::browser::now_ms;
use crate::centre::{Centre, call};

const AGENTS: usize = 10_000;
const WAITING: usize = 2_000;

/// A bank of that size; one of all is a real person.
fn large() -> String {
    let mut text = "[tenants.bank]\nadapters = [\"pbx\"]\n".to_owned();
    for queue in ["cards", "service", "loans"] {
        let _ = writeln!(text, "[tenants.bank.queues.{queue}]");
    }
    for agent in 0..AGENTS {
        let queue = ["cards", "service", "loans"][agent % 3];
        let _ = writeln!(
            text,
            "[tenants.bank.agents.agent{agent:05}]\nqueues = [\"{queue}\"]"
        );
    }
    text
}

/// How much of the browser's page has been busy, in seconds.
async fn busy(page: &crate::browser::Page) -> f64 {
    let metrics = page.command("Performance.getMetrics", Value::Null).await;
    let metrics = metrics["metrics"].as_array().expect("metrics").clone();
    let of = |name: &str| {
        metrics
            .iter()
            .find(|it| it["name"] == name)
            .and_then(|it| it["value"].as_f64())
    };
    of("TaskDuration").expect("a duration")
}

#[tokio::test]
async fn ten_thousand_agents_are_sorted_by_the_server_and_rows_under_the_pointer_stay() {
    let centre = Centre::open_as("", &large()).await;
    for number in 0..WAITING {
        let queue = ["cards", "service", "loans"][number % 3];
        centre
            .submit(call(&format!("call-{number:04}"), queue))
            .await;
    }
    let (_olga, page) = centre.supervisor("/contacts").await;
    page.until("document.querySelectorAll('main table tbody tr').length === 100")
        .await;
    page.open(&centre.address("/agents?f=state:all")).await;
    page.until("document.querySelectorAll('main table tbody tr').length === 100")
        .await;
    page.command("Performance.enable", Value::Null).await;
    let mut times = Vec::new();
    for turn in 0..20 {
        // By name, this way and the other way round.
        let link = "main table thead a.sort[href*='name']";
        page.until_seen(link).await;
        let sorted = if turn % 2 == 0 {
            "ascending"
        } else {
            "descending"
        };
        let sorted = format!(
            "document.querySelector('main table th[aria-sort={sorted}]:has(a.sort[href*=name])')"
        );
        let begin = now_ms();
        page.click(link).await;
        let painted: u64 = page
            .eval_over_loads(&format!("acdTest.painted(() => {sorted})"))
            .await;
        times.push(painted.saturating_sub(begin));
    }
    times.sort_unstable();
    println!(
        "a sort of {AGENTS} agents, ms from the press to the paint: p50 {}, longest {}",
        times[10], times[19]
    );
    let before = busy(&page).await;
    let rows = "[...document.querySelectorAll('main table tbody tr')].map((it) => it.id).join()";
    page.hover("main table tbody tr:nth-child(3)").await;
    let order: String = page.eval(rows).await;
    for number in 0..WAITING / 10 {
        centre.hang_up(&format!("call-{number:04}")).await;
    }
    assert_eq!(
        page.eval::<String>(rows).await,
        order,
        "rows under the pointer stay"
    );
    println!("busy for {:.2} s meanwhile", busy(&page).await - before);
    assert_eq!(page.faults(), Vec::<String>::new());
}

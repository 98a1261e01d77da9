//! Ten thousand agents and two thousand who wait: a page stays a page.

use std::fmt::Write as _;

use crate::centre::{Centre, call};
use crate::everywhere::{FIRST_LOAD_BYTES, first_load};

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

#[tokio::test]
async fn ten_thousand_agents_are_sorted_by_the_server_and_rows_under_the_pointer_stay() {
    let centre = Centre::open_as("", &large()).await;
    for number in 0..WAITING {
        let queue = ["cards", "service", "loans"][number % 3];
        centre
            .submit(call(&format!("call-{number:04}"), queue))
            .await;
    }
    let (_olga, page) = centre.supervisor("/queues").await;
    for path in ["/contacts", "/agents?f=state:all"] {
        let weight = first_load(&page, &centre.address(path)).await;
        println!("{path}: {} kB", weight / 1_000);
        assert!(weight <= FIRST_LOAD_BYTES, "{path}: {weight} bytes");
        let rows: usize = page
            .eval("document.querySelectorAll('main table tbody tr').length")
            .await;
        assert_eq!(rows, 100, "{path}");
    }
    for (order, first) in [("ascending", "agent00000"), ("descending", "agent09999")] {
        // By name, this way and the other way round.
        page.click("main table thead a.sort[href*='name']").await;
        page.until_seen(&format!(
            "main table th[aria-sort={order}]:has(a.sort[href*=name])"
        ))
        .await;
        page.until_says("main table tbody tr:first-child", first)
            .await;
    }
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
    assert_eq!(page.faults(), Vec::<String>::new());
}

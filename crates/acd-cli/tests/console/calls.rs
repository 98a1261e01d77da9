//! A call as the people see it: it rings, is taken, given on, ended and wrapped up, all from the keyboard.

use crate::browser::{Key, Page, now_ms};
use crate::centre::{Centre, TALKS, WRAPS_UP};

/// How many offers are timed.
const TIMED: usize = 60;

#[tokio::test]
async fn a_call_rings_is_taken_by_keyboard_seen_by_the_supervisor_given_on_and_wrapped_up() {
    let centre = Centre::open().await;
    let (_anna, first) = centre.agent("anna").await;
    let (_bert, second) = centre.agent("bert").await;
    let (_olga, supervisor) = centre.supervisor("/contacts").await;
    supervisor
        .open(&centre.address("/contacts?f=place:all"))
        .await;
    centre.ready(&first).await;

    centre.call("call-1", "cards").await;
    first.until_seen("[data-rings]").await;
    first.until_says("[data-rings]", "Mariam Haddad").await;
    first.until("document.title.startsWith('Ringing')").await;
    supervisor.until_says("#contacts", "call-1").await;
    supervisor.open(&centre.address("/contacts/call-1")).await;
    first.accept().await;
    first.until_seen(TALKS).await;
    first
        .until_says(
            ".contact:not([hidden]) .script",
            "This is anna of the bank.",
        )
        .await;
    supervisor.until_says("main", "anna").await;

    centre.ready(&second).await;
    first.act(Key("t", "KeyT", 84)).await;
    first
        .until("document.activeElement.type === 'search'")
        .await;
    first.write("bert").await;
    first.until_says(".targets", "bert").await;
    first.press(Key::ENTER).await;
    second.until_seen("[data-rings]").await;
    second.accept().await;
    second.until_seen(TALKS).await;
    supervisor.until_says("main", "bert").await;

    // The end of a talk asks again, and not before somebody can have looked.
    let end = ".contact:not([hidden]) .acts .end:not([aria-disabled])";
    second.until_seen(end).await;
    for _ in 0..2 {
        second.act(Key("e", "KeyE", 69)).await;
    }
    second.until_seen(WRAPS_UP).await;
    second.act(Key("o", "KeyO", 79)).await;
    second.press(Key::SPACE).await;
    second
        .until("document.querySelector('.outcome input[value=solved]').checked")
        .await;
    second.act(Key("n", "KeyN", 78)).await;
    second.write("The card is blocked.").await;
    second.until_says(".saved", "Saved").await;
    second.act(Key("e", "KeyE", 69)).await;
    second.until_gone(WRAPS_UP).await;
    for page in [&first, &second, &supervisor] {
        assert_eq!(page.faults(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn an_offer_is_painted_soon_after_its_call_arrived() {
    let centre = Centre::open().await;
    let (_anna, desk) = centre.agent("anna").await;
    centre.ready(&desk).await;
    let mut times = Vec::new();
    for number in 0..TIMED {
        let contact = format!("call-{number}");
        desk.until("!document.querySelector('[data-rings]')").await;
        let painted = painted(&desk);
        let arrives = async {
            // The page is listening when its answer to this has come.
            desk.eval::<bool>("true").await;
            let at = now_ms();
            centre.call(&contact, "cards").await;
            at
        };
        let (painted, at) = tokio::join!(painted, arrives);
        times.push(painted.saturating_sub(at));
        centre.hang_up(&contact).await;
    }
    times.sort_unstable();
    let of = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    println!(
        "from the arrival of a call to its offer on the screen, ms: p50 {}, p95 {}, longest {} ({TIMED} offers)",
        of(50),
        of(95),
        of(100)
    );
}

/// When what rings next is on the screen.
async fn painted(desk: &Page) -> u64 {
    desk.eval("acdTest.painted(() => document.querySelector('[data-rings]'))")
        .await
}

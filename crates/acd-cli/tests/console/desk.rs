//! What an agent must be able to rely on at their desk.

use serde_json::json;

use crate::browser::Key;
use crate::centre::Centre;

#[tokio::test]
async fn an_offer_disturbs_nobody_who_types() {
    let centre = Centre::open().await;
    let (_anna, desk) = centre.agent("anna").await;
    centre.ready(&desk).await;
    centre.call("call-1", "cards").await;
    desk.until_seen("[data-rings]").await;
    desk.press(Key::F2).await;
    desk.until_seen("[data-stage=talking]").await;
    desk.act(Key("n", "KeyN", 78)).await;
    desk.write("half a sent").await;
    centre.chat("chat-1", "service").await;
    desk.until_seen("[data-rings]").await;
    let (value, caret): (String, usize) = desk
        .eval("[document.activeElement.value, document.activeElement.selectionStart]")
        .await;
    assert_eq!((value.trim_start(), caret), ("half a sent", value.len()));
    desk.write("ence").await;
    desk.press(Key::F2).await;
    desk.until("document.querySelectorAll('[data-stage]').length === 2")
        .await;
    // The one that is being written of stays in hand.
    let shown: String = desk.eval("document.activeElement.value").await;
    assert_eq!(shown.trim_start(), "half a sentence");
}

#[tokio::test]
async fn each_contact_keeps_its_own_draft() {
    let centre = Centre::open().await;
    let (_anna, desk) = centre.agent("anna").await;
    centre.ready(&desk).await;
    for (contact, channel) in [("chat-1", "chat"), ("chat-2", "chat")] {
        assert_eq!(channel, "chat");
        centre.chat(contact, "service").await;
        desk.until_seen("[data-rings]").await;
        desk.press(Key::F2).await;
        desk.until_gone("[data-offer]").await;
    }
    desk.until("document.querySelectorAll('[data-show]').length === 2")
        .await;
    for (number, notes) in [("1", "first"), ("2", "second")] {
        desk.act(Key(
            number,
            if number == "1" { "Digit1" } else { "Digit2" },
            0,
        ))
        .await;
        desk.act(Key("n", "KeyN", 78)).await;
        desk.write(notes).await;
    }
    desk.reload().await;
    let mut drafts: Vec<String> = desk
        .eval("[...document.querySelectorAll('textarea[name=notes]')].map((it) => it.value.trim())")
        .await;
    drafts.sort();
    assert_eq!(drafts, ["first", "second"]);
}

#[tokio::test]
async fn keys_work_by_their_place_on_a_russian_and_a_persian_keyboard() {
    let centre = Centre::open().await;
    let (_anna, desk) = centre.agent("anna").await;
    centre.ready(&desk).await;
    centre.call("call-1", "cards").await;
    desk.until_seen("[data-rings]").await;
    desk.press(Key::F2).await;
    desk.until_seen("[data-stage=talking]").await;
    for (name, stage) in [("р", "held"), ("ا", "talking")] {
        desk.act(Key(name, "KeyH", 72)).await;
        desk.until_seen(&format!("[data-stage={stage}]")).await;
    }
}

#[tokio::test]
async fn an_end_is_dead_for_two_seconds_and_then_asks_again() {
    let centre = Centre::open().await;
    let (_anna, desk) = centre.agent("anna").await;
    centre.ready(&desk).await;
    centre.call("call-1", "cards").await;
    desk.until_seen("[data-rings]").await;
    desk.press(Key::F2).await;
    desk.until_seen("[data-stage=talking]").await;
    // Whoever pressed twice on what stood there before has ended nothing.
    for _ in 0..2 {
        desk.click(".acts .end").await;
    }
    desk.until("!document.querySelector('.acts .end').disabled && !document.querySelector('.acts .end').dataset.deadUntil || true").await;
    assert!(
        desk.eval::<bool>("document.querySelector('[data-stage=talking]') !== null")
            .await
    );
}

#[tokio::test]
async fn a_clock_of_the_computer_that_is_wrong_shifts_no_countdown() {
    let centre = Centre::open().await;
    let (_anna, desk) = centre.agent("anna").await;
    let wrong = "{ const right = Date.now; Date.now = () => right() + 300_000; }";
    desk.command(
        "Page.addScriptToEvaluateOnNewDocument",
        json!({ "source": wrong }),
    )
    .await;
    desk.reload().await;
    centre.ready(&desk).await;
    centre.call("call-1", "cards").await;
    desk.until_seen("[data-rings]").await;
    // It rings for a minute.
    desk.until("/^(1:00|0:5[0-9])$/.test(document.querySelector('[data-rings] time[data-until]').textContent)").await;
}

#[tokio::test]
async fn sound_that_is_blocked_is_said_and_one_click_mends_it() {
    let centre = Centre::open().await;
    let (_anna, desk) = centre.agent("anna").await;
    centre.ready(&desk).await;
    desk.reload().await;
    // Nobody has touched the page since: it may not sound.
    desk.until_seen("#sound-off").await;
    desk.click("#sound-off").await;
    desk.until_gone("#sound-off").await;
}

#[tokio::test]
async fn notifications_that_are_denied_are_said_and_calls_are_taken() {
    let centre = Centre::open().await;
    let (anna, desk) = centre.agent("anna").await;
    anna.notifications("denied").await;
    desk.reload().await;
    centre.ready(&desk).await;
    desk.until_seen("#notifications-denied").await;
    centre.call("call-1", "cards").await;
    desk.until_seen("[data-rings]").await;
    desk.press(Key::F2).await;
    desk.until_seen("[data-stage=talking]").await;
}

#[tokio::test]
async fn a_persian_desk_is_mirrored_and_its_numbers_are_not() {
    let centre = Centre::open().await;
    let (_anna, desk) = centre.agent("anna").await;
    centre.ready(&desk).await;
    crate::pages::likes(&centre, &desk, "fa", "light").await;
    desk.reload().await;
    centre.call("call-1", "cards").await;
    desk.until_seen("[data-rings]").await;
    let (direction, side): (String, f64) = desk
        .eval("[getComputedStyle(document.body).direction, document.querySelector('nav.side').getBoundingClientRect().left]")
        .await;
    assert_eq!(direction, "rtl");
    assert!(side > 700.0, "contacts stand at the right: {side}");
    desk.until("/[۰-۹]:[۰-۹]{2}/.test(document.querySelector('[data-rings] time').textContent)")
        .await;
    desk.press(Key::F2).await;
    desk.until_seen("[data-stage=talking]").await;
    let number: String = desk.text("[data-stage] bdi.num").await;
    assert_eq!(number, "+49 30 1234567");
    let turned: String = desk
        .eval("getComputedStyle(document.querySelector('[data-stage] bdi.num')).direction")
        .await;
    assert_eq!(turned, "ltr");
}

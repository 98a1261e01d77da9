//! What an agent must be able to rely on at their desk.

use serde_json::json;

use crate::browser::Key;
use crate::centre::{Centre, HELD, TALKS, WRAPS_UP};

#[tokio::test]
async fn an_offer_disturbs_nobody_who_types() {
    let centre = Centre::open().await;
    let (_anna, desk) = centre.agent("anna").await;
    centre.talk(&desk, "call-1").await;
    desk.act(Key("n", "KeyN", 78)).await;
    desk.write("half a sent").await;
    centre.chat("chat-1", "service").await;
    desk.until_seen("[data-rings]").await;
    let (value, caret): (String, usize) = desk
        .eval("[document.activeElement.value, document.activeElement.selectionStart]")
        .await;
    assert_eq!((value.trim_start(), caret), ("half a sent", value.len()));
    desk.write("ence").await;
    desk.accept().await;
    desk.until("document.querySelectorAll('[data-show]').length === 2")
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
        desk.accept().await;
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
    centre.talk(&desk, "call-1").await;
    for (name, stage) in [("р", HELD), ("ا", TALKS)] {
        desk.act(Key(name, "KeyH", 72)).await;
        desk.until_seen(stage).await;
    }
}

#[tokio::test]
async fn an_end_does_nothing_for_two_seconds_and_then_asks_again() {
    let centre = Centre::open().await;
    let (_anna, desk) = centre.agent("anna").await;
    centre.talk(&desk, "call-1").await;
    // Whoever pressed twice on what stood there before has ended nothing, and is not asked whether they mean it.
    let end = ".contact:not([hidden]) .acts .end";
    desk.until_seen(&format!("{end}[aria-disabled=true]")).await;
    for _ in 0..2 {
        desk.click(end).await;
    }
    desk.until_seen(&format!("{end}:not([aria-disabled])"))
        .await;
    desk.until_seen(TALKS).await;
    assert!(
        !desk
            .eval::<bool>(&format!(
                "document.querySelector('{end}').dataset.armed !== undefined"
            ))
            .await
    );
    for _ in 0..2 {
        desk.click(end).await;
    }
    desk.until_seen(WRAPS_UP).await;
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
    desk.accept().await;
    desk.until_seen(TALKS).await;
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
    desk.accept().await;
    desk.until_seen(TALKS).await;
    let number: String = desk.text(".head bdi.num").await;
    assert_eq!(number, "+49 30 1234567");
    let turned: String = desk
        .eval("getComputedStyle(document.querySelector('.head bdi.num')).direction")
        .await;
    assert_eq!(turned, "ltr");
}

#[tokio::test]
async fn what_is_pressed_is_clicked_though_it_changes_meanwhile() {
    let centre = Centre::open().await;
    let (_anna, desk) = centre.agent("anna").await;
    centre.ready(&desk).await;
    let free = "document.querySelector('#presence .small').lastChild.textContent";
    let before: String = desk.eval(free).await;
    let hand = desk.press_down("#presence-change").await;
    // One slot less is free.
    centre.call("call-1", "cards").await;
    desk.until_seen("[data-rings]").await;
    let meanwhile: String = desk.eval(free).await;
    assert_eq!(meanwhile, before, "it waits for the hand");
    desk.let_go(hand).await;
    desk.until_seen("#presence-menu").await;
    desk.until(&format!("{free} !== {}", json!(before))).await;
}

#[tokio::test]
async fn of_two_who_accept_a_broadcast_one_has_it_and_the_other_reads_why_not() {
    let centre = Centre::open().await;
    let (_anna, first) = centre.agent("anna").await;
    let (_bert, second) = centre.agent("bert").await;
    centre.ready(&first).await;
    centre.ready(&second).await;
    centre.call("call-1", "all").await;
    tokio::join!(first.rings(), second.rings());
    tokio::join!(first.press(Key::F2), second.press(Key::F2));
    let talks = format!("acdTest.seen({})", json!(TALKS));
    for page in [&first, &second] {
        page.until(&format!("{talks} || acdTest.seen('.offer.is-past')"))
            .await;
    }
    let both: (bool, bool) = (first.eval(&talks).await, second.eval(&talks).await);
    assert_ne!(both.0, both.1, "one of them has it");
    let loser = if both.0 { &second } else { &first };
    loser
        .until_says(".offer.is-past", "Someone else took it")
        .await;
    loser.until_seen("#presence.is-ready").await;
}

#[tokio::test]
async fn an_offer_to_a_page_that_sleeps_goes_to_another_and_is_nobodys_fault() {
    let centre = Centre::open().await;
    let (_anna, asleep) = centre.agent("anna").await;
    let (_bert, awake) = centre.agent("bert").await;
    centre.ready(&asleep).await;
    centre.ready(&awake).await;
    asleep.sleep().await;
    centre.call("call-1", "cards").await;
    awake.until_seen("[data-rings]").await;
    awake.accept().await;
    awake.until_seen(TALKS).await;
    asleep.wake().await;
    asleep
        .until("!document.querySelector('[data-rings]')")
        .await;
    assert_eq!(centre.misses("anna").await, 0);
}

#[tokio::test]
async fn who_misses_a_call_and_is_made_not_ready_is_told_and_finds_the_way_back() {
    let centre = Centre::open().await;
    let (_carla, desk) = centre.agent("carla").await;
    centre.ready(&desk).await;
    centre.call("call-1", "credit").await;
    desk.until_seen("#presence.is-away").await;
    desk.until_says("#alert", "You were made not ready").await;
    desk.until_seen(".offer.is-past").await;
    desk.click("#notice form[action$='/presence']:has([name=state][value=ready]) button")
        .await;
    desk.until_seen("#presence.is-ready").await;
}

#[tokio::test]
async fn a_break_that_is_asked_for_in_a_call_waits_and_can_be_taken_back() {
    let centre = Centre::open().await;
    let (_anna, desk) = centre.agent("anna").await;
    centre.talk(&desk, "call-1").await;
    desk.act(Key("s", "KeyS", 83)).await;
    desk.click("#presence-menu form:has([name=reason][value=break]) button")
        .await;
    desk.until_seen("#presence.waits").await;
    desk.until_says("#presence", "Break").await;
    desk.act(Key("s", "KeyS", 83)).await;
    desk.until_seen("#presence.is-ready:not(.waits)").await;
}

//! What breaks and comes back: the server, a page, a second page of the same agent. Nobody has to press anything.

use serde_json::json;

use crate::browser::Key;
use crate::centre::{Centre, TALKS, WRAPS_UP, agent};

#[tokio::test]
async fn a_server_that_is_killed_in_a_call_is_missed_and_found_again_by_every_page() {
    let mut centre = Centre::open().await;
    let (_anna, desk) = centre.agent("anna").await;
    let (_bert, idle) = centre.agent("bert").await;
    let (_olga, queues) = centre.supervisor("/queues").await;
    centre.talk(&desk, "call-1").await;
    desk.act(Key("n", "KeyN", 78)).await;
    desk.write("The card was stolen").await;

    centre.server.kill();
    for page in [&desk, &idle, &queues] {
        page.until_seen("#strip").await;
    }
    // They type on meanwhile.
    desk.write(" in the tram.").await;
    centre.server.start_again();
    for page in [&desk, &idle, &queues] {
        page.until_gone("#strip").await;
        page.until_seen("#connection[data-state=live]").await;
    }
    desk.until_seen(TALKS).await;
    let notes: String = desk
        .eval("document.querySelector('textarea[name=notes]').value")
        .await;
    assert_eq!(notes.trim(), "The card was stolen in the tram.");
    let focus: String = desk.eval("document.activeElement.name").await;
    assert_eq!(focus, "notes", "what is typed in keeps the focus");
    // And it goes on: the customer hangs up, the wrap-up begins.
    centre.hang_up("call-1").await;
    desk.until_seen(WRAPS_UP).await;
    centre.ready(&idle).await;
    centre.call("call-2", "service").await;
    idle.until_seen("[data-rings]").await;
    for page in [&desk, &idle, &queues] {
        assert_eq!(page.faults(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_reload_while_it_rings_rings_on() {
    let centre = Centre::open().await;
    let (_anna, desk) = centre.agent("anna").await;
    centre.ready(&desk).await;
    centre.call("call-1", "cards").await;
    let offer = "document.querySelector('[data-rings]')?.dataset.offer";
    desk.until_seen("[data-rings]").await;
    let before: String = desk.eval(offer).await;
    desk.reload().await;
    desk.until_seen("[data-rings]").await;
    let after: String = desk.eval(offer).await;
    assert_eq!(after, before, "the same offer");
    desk.accept().await;
    desk.until_seen(TALKS).await;
}

#[tokio::test]
async fn the_newest_page_of_an_agent_rings_and_the_old_one_says_so_and_can_take_it_back() {
    let centre = Centre::open().await;
    let (anna, old) = centre.agent("anna").await;
    centre.ready(&old).await;
    let new = anna.page().await;
    new.open(&centre.address("/desk")).await;
    old.until_seen("form[action$='/take']").await;
    centre.call("call-1", "cards").await;
    new.until_seen("[data-rings]").await;
    old.until_gone("[data-rings]").await;
    old.click("form[action$='/take'] button").await;
    old.until_seen("[data-rings]").await;
    new.until_seen("form[action$='/take']").await;
    old.accept().await;
    old.until_seen(TALKS).await;
    // Another computer: another sign-in of the same agent.
    let (_anna_elsewhere, elsewhere) = centre.agent("anna").await;
    elsewhere.until_seen(TALKS).await;
    old.until_seen("form[action$='/take']").await;
}

#[tokio::test]
async fn what_is_typed_outlives_the_session() {
    let centre = Centre::open().await;
    let (_anna, desk) = centre.agent("anna").await;
    centre.talk(&desk, "call-1").await;
    // The session ends as with its token: the browser has it no longer.
    desk.command("Network.clearBrowserCookies", json!({})).await;
    desk.act(Key("n", "KeyN", 78)).await;
    desk.write("The card was stolen").await;
    desk.reload().await;
    desk.until_seen("#token").await;
    centre.sign_in(&desk, agent("anna"), "/desk").await;
    // Nobody heard of the desk for a while: the session may have gone, what was typed has not.
    centre.ready(&desk).await;
    desk.until(
        "document.querySelector('textarea[name=notes]')?.value.trim() === 'The card was stolen'",
    )
    .await;
}

#[tokio::test]
async fn who_signs_out_in_one_tab_is_told_in_the_other_and_signs_in_again() {
    let centre = Centre::open().await;
    let (olga, first) = centre.supervisor("/queues").await;
    let second = olga.page().await;
    second.open(&centre.address("/queues")).await;
    second.until_seen("#connection[data-state=live]").await;
    second.click("details.me summary").await;
    second.click("form[action$='/logout'] button").await;
    first.until_seen("#session-end a[href*='again']").await;
    first.until_gone("#strip").await;
    let olga = json!({"sub": "olga", "role": ["supervisor"]});
    centre.sign_in(&second, olga, "/queues").await;
    first.until_gone("#session-end").await;
    first.until_seen("#connection[data-state=live]").await;
}

#[tokio::test]
async fn a_wall_says_as_of_when_its_figures_are_old() {
    let mut centre = Centre::open().await;
    let (_olga, wall) = centre.supervisor("/wall").await;
    wall.until_seen("#connection[data-state=live]").await;
    centre.server.kill();
    wall.until_seen("#connection[data-state=stale]").await;
    wall.until_says("#connection", "As of").await;
    wall.until("document.body.dataset.stale !== undefined")
        .await;
    centre.server.start_again();
    wall.until_seen("#connection[data-state=live]").await;
    wall.until("document.body.dataset.stale === undefined")
        .await;
}

#[tokio::test]
async fn a_page_that_is_left_lets_its_connection_go() {
    let centre = Centre::open().await;
    let (_olga, page) = centre.supervisor("/queues").await;
    // A browser opens six connections to a server.
    for turn in 0..9 {
        page.open(&centre.address(&format!("/queues?q=cards&turn={turn}")))
            .await;
        page.until_seen("#connection[data-state=live]").await;
    }
    // What was kept for the way back is live again.
    page.eval::<()>("void history.back()").await;
    page.until("location.search === '?q=cards&turn=7'").await;
    let (_anna, desk) = centre.agent("anna").await;
    centre.ready(&desk).await;
    page.until_says("main table", "1 logged in").await;
}

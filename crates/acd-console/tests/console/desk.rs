//! An agent at their desk, from the start of the shift to the wrap-up.

use acd_client::{
    AdapterSession,
    adapter::{self, AdapterHandle},
    v1::{ContactArrived, ContactConnected, directive::Instruction},
};
use tokio::task::JoinSet;

use crate::harness::{Browser, Engine, Events, in_time};

/// A switch that connects at once whom it is told to connect; it is gone when it is dropped.
fn switch(engine: &Engine) -> (AdapterHandle, JoinSet<()>) {
    let mut session =
        AdapterSession::start(&engine.endpoint(), adapter::Options::new("bank", "pbx"));
    let (handle, told) = (session.handle().clone(), session.handle().clone());
    let mut running = JoinSet::new();
    running.spawn(async move {
        while let Ok(directive) = session.next_directive().await {
            if let Some(Instruction::Connect(connect)) = &directive.instruction {
                let connected = ContactConnected {
                    contact_id: directive.contact_id.clone(),
                    offer_id: connect.offer_id,
                };
                told.send(connected).await.expect("connected");
            }
            told.acknowledge(vec![directive.directive_id])
                .await
                .expect("acknowledged");
        }
    });
    (handle, running)
}

struct Desk {
    browser: Browser,
    csrf: String,
    events: Events,
    seen: String,
}

impl Desk {
    async fn open(mut browser: Browser) -> Self {
        let page = browser.get("/desk").await;
        let csrf = page.csrf().to_owned();
        let stream = page
            .text
            .split("data-stream=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let stream = stream.expect("a stream").replace("&amp;", "&");
        let events = browser.stream(&stream).await;
        Self {
            browser,
            csrf,
            events,
            seen: page.text,
        }
    }

    async fn act(&mut self, verb: &str, fields: &str) {
        let form = format!("csrf={}&{fields}", self.csrf);
        let page = self.browser.post(&format!("/desk/{verb}"), &form).await;
        assert_eq!(page.status, 303, "{verb}: {}", page.text);
    }

    /// What is told until this is in it.
    async fn until(&mut self, what: &str) -> String {
        loop {
            if self.seen.contains(what) {
                return self.seen.clone();
            }
            self.seen = self
                .events
                .next("parts")
                .await
                .unwrap_or_else(|| panic!("no {what}"));
        }
    }
}

fn value_of<'t>(text: &'t str, attribute: &str) -> &'t str {
    let rest = text
        .split(&format!("{attribute}=\""))
        .nth(1)
        .expect("the attribute");
    rest.split('"').next().expect("its end")
}

#[tokio::test]
async fn a_shift_begins_rings_talks_and_goes_on_at_a_console_that_was_started_anew() {
    let engine = Engine::open(&["bank"]).await;
    let (pbx, _switch) = switch(&engine);
    let mut browser = engine.console();
    browser.post("/login", "seat=agent&agent=anna").await;
    let mut desk = Desk::open(browser).await;
    desk.until("start-shift").await;

    desk.act("login", "").await;
    desk.until("presence is-away").await;
    desk.act("presence", "state=ready").await;
    desk.until("presence is-ready").await;

    let call = ContactArrived {
        contact_id: "call-1".into(),
        channel: "voice".into(),
        queue: "sales".into(),
        customer_key: Some("+49 30 1234".into()),
        ..ContactArrived::default()
    };
    in_time("an arrival", pbx.send(call))
        .await
        .expect("it joins");
    let parts = desk.until("data-rings").await;
    let offer = value_of(&parts, "data-offer").to_owned();
    desk.act("accept", &format!("offer={offer}")).await;
    let parts = desk.until("data-stage=\"talking\"").await;
    let handling = value_of(&parts, "data-contact").to_owned();

    desk.act(
        "note",
        &format!("handling={handling}&notes=half+a+sentence"),
    )
    .await;
    desk.until("half a sentence").await;
    // Pressed for the contact before: it ends nothing.
    desk.act("end", &format!("handling={handling}")).await;
    desk.act("hold", &format!("handling={handling}")).await;
    desk.until("data-stage=\"held\"").await;

    // The console is another one; the browser names the session, and nobody logs in again.
    let again = desk.browser.at(&engine.console());
    let mut again = Desk::open(again).await;
    let parts = again.until("data-stage=\"held\"").await;
    assert!(parts.contains("half a sentence"));
    // The one before is told that it was taken over.
    desk.until("/desk/take").await;
    again.act("resume", &format!("handling={handling}")).await;
    again.until("data-stage=\"talking\"").await;
}

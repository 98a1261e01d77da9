//! The desk in a frame of somebody else's page.

use acd_testkit::in_time;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::browser::{Key, Page};
use crate::centre::{BANK, Centre};

/// A site of somebody else, of one page, which keeps in `told` what it is told.
struct Site {
    origin: String,
    listener: TcpListener,
}

impl Site {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        Self { origin, listener }
    }

    /// Shows this until it is dropped.
    async fn shows(self, body: String) {
        let page = format!(
            "<!doctype html><title>Elsewhere</title><script>const told = []</script>{body}"
        );
        loop {
            let Ok((stream, _)) = self.listener.accept().await else {
                return;
            };
            // A browser that goes away is no matter.
            _ = answer(stream, &page).await;
        }
    }
}

async fn answer(mut stream: TcpStream, page: &str) -> std::io::Result<()> {
    let mut head = [0; 4_096];
    _ = stream.read(&mut head).await?;
    let length = page.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{page}"
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

/// What the page was told of contacts, without where from.
async fn told(page: &Page) -> Vec<(String, String)> {
    let all: Vec<Value> = page.eval("told").await;
    let text = |it: &Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
    let told = all.iter();
    told.map(|it| (text(it, "acd"), text(it, "contactId")))
        .collect()
}

#[tokio::test]
async fn the_page_around_a_desk_is_told_of_each_contact_once() {
    let crm = Site::open().await;
    let origin = crm.origin.clone();
    let allowed = format!("embed_origins = [\"{origin}\"]\n");
    let centre = Centre::open_as(&allowed, BANK).await;
    let (anna, desk) = centre.agent("anna").await;
    centre.ready(&desk).await;
    let mut around = JoinSet::new();
    around.spawn(crm.shows(format!(
        "<script>addEventListener('message', (event) => told.push({{ from: event.origin, ...event.data }}))</script>\
         <iframe src=\"{}\" allow=\"autoplay\" width=1200 height=800></iframe>",
        centre.address("/desk?embed")
    )));
    let page = anna.page().await;
    page.open(&origin).await;
    // The newest page of an agent rings, be it in a frame.
    desk.until_seen("form[action$='/take']").await;
    centre.call("call-1", "cards").await;
    page.until("told.length === 1").await;
    page.click("iframe").await;
    let taken = async {
        // The key does nothing where something has just begun to ring.
        while told(&page).await.len() < 2 {
            page.press(Key::F2).await;
        }
    };
    in_time("the call is taken in the frame", taken).await;
    centre.hang_up("call-1").await;
    page.until("told.length === 3").await;
    let heard = ["offer", "connected", "ended"].map(|it| (it.to_owned(), "call-1".to_owned()));
    assert_eq!(told(&page).await, heard);
    let facts: Value = page.eval("told[0]").await;
    assert_eq!(facts["queue"], "cards");
    assert_eq!(facts["attributes"]["card"], "4929 0012");
    let from: String = page.eval("told[0].from").await;
    assert!(centre.address("/").starts_with(&from), "{from}");
}

#[tokio::test]
async fn a_picture_on_another_site_silences_no_desk() {
    let elsewhere = Site::open().await;
    let origin = elsewhere.origin.clone();
    let centre = Centre::open().await;
    let (anna, desk) = centre.agent("anna").await;
    centre.ready(&desk).await;
    // The newest tab rings: this one would be newer.
    let stream: String = desk
        .eval("document.body.dataset.stream.replace(/tab=(\\d+)/, (_, opened) => `tab=${Number(opened) + 1000}`)")
        .await;
    let mut sites = JoinSet::new();
    sites.spawn(elsewhere.shows(format!(
        "<img src=\"{}\" onerror=\"told.push('refused')\">",
        centre.address(&stream)
    )));
    let page = anna.page().await;
    page.open(&origin).await;
    page.until("told.length === 1").await;
    centre.call("call-1", "cards").await;
    desk.until_seen("[data-rings]").await;
}

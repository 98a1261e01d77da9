//! A headless Chromium with people in it, each with cookies of their own, and the pages that they look at.
//!
//! Nothing here waits for time to pass: whoever waits says for what, and the page itself tells when it is so.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use acd_testkit::in_time;
use base64::Engine as _;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::acd::Guarded;
use crate::devtools::DevTools;

/// What every page is given before its own scripts run: waiting, and the times at which things were painted.
const HELPERS: &str = include_str!("helpers.js");

/// Where something is that `cargo xtask setup` installs.
pub(crate) fn installed(name: &str) -> PathBuf {
    let place = std::env::var_os(name);
    place
        .unwrap_or_else(|| panic!("{name} is not set: run `cargo xtask test`"))
        .into()
}

/// The wall clock, which the pages read as well.
#[expect(
    clippy::disallowed_methods,
    reason = "a stop-watch that no decision depends on"
)]
pub(crate) fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(now.expect("after 1970").as_millis()).expect("before the end of time")
}

/// A browser. It ends with this.
pub(crate) struct Browser {
    devtools: Arc<DevTools>,
    process: Guarded,
    _profile: TempDir,
}

impl Browser {
    pub(crate) async fn start() -> Self {
        let profile = tempfile::tempdir().expect("a folder");
        let process = Command::new(installed("ACD_CHROMIUM"))
            .args(["--headless", "--remote-debugging-port=0", "--no-first-run"])
            // Whoever runs tests as root, or in a container, has no sandbox; the only pages are ours.
            .args(["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .args([
                "--disable-sync",
                "--disable-extensions",
                "--disable-default-apps",
            ])
            .args(["--mute-audio", "--hide-scrollbars", "--lang=en-GB"])
            .arg("--disable-backgrounding-occluded-windows")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .env("HOME", profile.path())
            .env("XDG_DATA_HOME", installed("ACD_FONTS"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let mut process = Guarded(process.expect("chromium starts"));
        let stderr = process.0.stderr.take().expect("a pipe");
        let address = tokio::task::spawn_blocking(|| address(stderr));
        let address = in_time("a browser", address).await.expect("an address");
        Self {
            devtools: Arc::new(DevTools::connect(&address).await),
            process,
            _profile: profile,
        }
    }

    /// Somebody with cookies of their own.
    pub(crate) async fn person(&self) -> Person {
        let made = self.command("Target.createBrowserContext", json!({})).await;
        Person {
            devtools: self.devtools.clone(),
            context: text(&made["browserContextId"]),
        }
    }

    /// The number of its first process; pages have others, which that one starts.
    pub(crate) fn process(&self) -> u32 {
        self.process.0.id()
    }

    async fn command(&self, method: &str, parameters: Value) -> Value {
        done(&self.devtools, None, method, parameters).await
    }
}

/// Reads until the browser tells where it listens; what it tells after that is of no interest.
fn address(stderr: ChildStderr) -> String {
    let mut lines = BufReader::new(stderr).lines().map_while(Result::ok);
    let address = lines
        .by_ref()
        .find_map(|line| Some(line.strip_prefix("DevTools listening on ")?.to_owned()))
        .expect("chromium tells where it listens");
    std::thread::spawn(move || lines.for_each(drop));
    address
}

async fn done(
    devtools: &DevTools,
    session: Option<&str>,
    method: &str,
    parameters: Value,
) -> Value {
    let answer = in_time(method, devtools.command(session, method, parameters)).await;
    answer.unwrap_or_else(|error| panic!("{method}: {error}"))
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value}"))
        .to_owned()
}

/// Somebody with cookies of their own.
pub(crate) struct Person {
    devtools: Arc<DevTools>,
    context: String,
}

impl Person {
    /// A window of theirs, of a size that desks have.
    pub(crate) async fn page(&self) -> Page {
        let parameters = json!({
            "url": "about:blank", "browserContextId": self.context, "newWindow": true,
            "width": 1440, "height": 900,
        });
        let made = done(&self.devtools, None, "Target.createTarget", parameters).await;
        let target = text(&made["targetId"]);
        let attach = json!({"targetId": target, "flatten": true});
        let attached = done(&self.devtools, None, "Target.attachToTarget", attach).await;
        let page = Page {
            devtools: self.devtools.clone(),
            session: text(&attached["sessionId"]),
            target,
            told: Arc::default(),
        };
        let told = page.told.clone();
        let hear = move |method: &str, parameters: &Value| {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            told.hear(method, parameters);
        };
        self.devtools.hear(&page.session, Box::new(hear));
        for domain in ["Page", "Runtime", "Log", "Network"] {
            page.command(&format!("{domain}.enable"), json!({})).await;
        }
        let helpers = json!({ "source": HELPERS });
        page.command("Page.addScriptToEvaluateOnNewDocument", helpers)
            .await;
        // Several people look at once: each page has the focus of its own screen.
        page.command(
            "Emulation.setFocusEmulationEnabled",
            json!({"enabled": true}),
        )
        .await;
        page
    }

    /// Whether pages from there may notify; "granted", "denied" or "prompt".
    pub(crate) async fn notifications(&self, setting: &str) {
        let parameters = json!({
            "permission": {"name": "notifications"}, "setting": setting, "browserContextId": self.context,
        });
        done(&self.devtools, None, "Browser.setPermission", parameters).await;
    }
}

/// What a page has told since it was opened.
#[derive(Default)]
struct Told {
    faults: Vec<String>,
    requests: Vec<String>,
    bytes: u64,
}

impl Told {
    fn hear(&mut self, method: &str, parameters: &Value) {
        match method {
            "Runtime.exceptionThrown" => {
                let details = &parameters["exceptionDetails"];
                self.faults.push(format!(
                    "{} {}",
                    details["text"], details["exception"]["description"]
                ));
            }
            "Log.entryAdded" => {
                let entry = &parameters["entry"];
                // A server that is away is told by the page itself; a browser always tells of it, too.
                if entry["level"] == "error" && entry["source"] != "network" {
                    self.faults
                        .push(format!("{}: {}", entry["source"], entry["text"]));
                }
            }
            "Runtime.consoleAPICalled" if parameters["type"] == "error" => {
                self.faults.push(parameters["args"].to_string());
            }
            "Network.requestWillBeSent" => self.requests.push(text(&parameters["request"]["url"])),
            "Network.loadingFinished" => {
                self.bytes += parameters["encodedDataLength"].as_f64().unwrap_or_default() as u64;
            }
            // A stream is never finished.
            "Network.eventSourceMessageReceived" => {
                self.bytes += text(&parameters["data"]).len() as u64
            }
            _ => {}
        }
    }
}

/// A page in a window of its own.
pub(crate) struct Page {
    devtools: Arc<DevTools>,
    session: String,
    target: String,
    told: Arc<Mutex<Told>>,
}

/// A key: its name, its place on the keyboard, its number on Windows.
#[derive(Clone, Copy)]
pub(crate) struct Key(
    pub(crate) &'static str,
    pub(crate) &'static str,
    pub(crate) u32,
);

impl Key {
    pub(crate) const ENTER: Self = Self("Enter", "Enter", 13);
    pub(crate) const SPACE: Self = Self(" ", "Space", 32);
    pub(crate) const F2: Self = Self("F2", "F2", 113);
    pub(crate) const F8: Self = Self("F8", "F8", 119);
}

impl Page {
    pub(crate) async fn command(&self, method: &str, parameters: Value) -> Value {
        done(&self.devtools, Some(&self.session), method, parameters).await
    }

    /// Opens an address and waits until it is loaded.
    pub(crate) async fn open(&self, address: &str) {
        let opened = self
            .command("Page.navigate", json!({ "url": address }))
            .await;
        assert_eq!(opened.get("errorText"), None, "{address}: {opened}");
        self.until("document.readyState === 'complete'").await;
    }

    /// No script of it runs from now on, as on a computer that sleeps; it was on the screen, and stays there.
    pub(crate) async fn sleep(&self) {
        self.command("Debugger.enable", json!({})).await;
        self.command("Debugger.pause", json!({})).await;
    }

    /// It goes on where it was.
    pub(crate) async fn wake(&self) {
        self.command("Debugger.resume", json!({})).await;
        self.command("Debugger.disable", json!({})).await;
    }

    pub(crate) async fn reload(&self) {
        self.eval::<()>("void (window.acdBeforeReload = true)")
            .await;
        self.command("Page.reload", json!({})).await;
        self.until("!window.acdBeforeReload && document.readyState === 'complete'")
            .await;
    }

    /// The value of an expression; a promise is awaited.
    pub(crate) async fn eval<T: DeserializeOwned>(&self, expression: &str) -> T {
        let value = self.try_eval(expression).await;
        let value = value.unwrap_or_else(|error| panic!("{expression}: {error}"));
        serde_json::from_value(value).unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    async fn try_eval(&self, expression: &str) -> Result<Value, String> {
        let parameters = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": false,
        });
        let command = self
            .devtools
            .command(Some(&self.session), "Runtime.evaluate", parameters);
        let answer = command.await?;
        match answer.get("exceptionDetails") {
            Some(details) => Err(details.to_string()),
            None => Ok(answer["result"]["value"].clone()),
        }
    }

    /// Waits until an expression holds, over reloads too.
    pub(crate) async fn until(&self, expression: &str) {
        let wait = format!("acdTest.until(() => ({expression}))");
        let holds = async {
            // What is left when the page goes elsewhere has to be asked anew.
            while self.try_eval(&wait).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        if tokio::time::timeout(acd_testkit::PATIENCE, holds)
            .await
            .is_err()
        {
            let shown = self
                .try_eval("location.href + '\\n' + document.body?.innerText")
                .await;
            let file = std::env::temp_dir().join(format!("console-{}.png", self.target));
            self.screenshot(&file).await;
            panic!(
                "{expression} does not hold; {} shows what there is:\n{}\n{:?}",
                file.display(),
                shown.map_or_else(|error| error, |shown| text(&shown)),
                self.faults()
            );
        }
    }

    /// Waits until this is there to be seen.
    pub(crate) async fn until_seen(&self, selector: &str) {
        self.until(&format!("acdTest.seen({})", json!(selector)))
            .await;
    }

    /// Waits until this is gone.
    pub(crate) async fn until_gone(&self, selector: &str) {
        self.until(&format!("!acdTest.seen({})", json!(selector)))
            .await;
    }

    /// Waits until the text of this holds those words.
    pub(crate) async fn until_says(&self, selector: &str, words: &str) {
        let says = format!(
            "document.querySelector({})?.textContent.includes({})",
            json!(selector),
            json!(words)
        );
        self.until(&says).await;
    }

    /// The text that is seen of this.
    pub(crate) async fn text(&self, selector: &str) -> String {
        self.until_seen(selector).await;
        self.eval(&format!(
            "document.querySelector({}).innerText",
            json!(selector)
        ))
        .await
    }

    /// Presses the mouse on this.
    pub(crate) async fn click(&self, selector: &str) {
        let hand = self.press_down(selector).await;
        self.let_go(hand).await;
    }

    /// Presses the button of the mouse on this and holds it; says where the hand is.
    pub(crate) async fn press_down(&self, selector: &str) -> (f64, f64) {
        self.until_seen(selector).await;
        let middle = format!("acdTest.middle({})", json!(selector));
        let hand = self.eval(&middle).await;
        self.mouse("mousePressed", hand).await;
        hand
    }

    /// Lets the button go.
    pub(crate) async fn let_go(&self, hand: (f64, f64)) {
        self.mouse("mouseReleased", hand).await;
    }

    async fn mouse(&self, kind: &str, (x, y): (f64, f64)) {
        let parameters = json!({"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1});
        self.command("Input.dispatchMouseEvent", parameters).await;
    }

    /// Moves the pointer over this.
    pub(crate) async fn hover(&self, selector: &str) {
        self.until_seen(selector).await;
        let (x, y): (f64, f64) = self
            .eval(&format!("acdTest.middle({})", json!(selector)))
            .await;
        let parameters = json!({"type": "mouseMoved", "x": x, "y": y});
        self.command("Input.dispatchMouseEvent", parameters).await;
    }

    /// Presses a key and lets it go.
    pub(crate) async fn press(&self, key: Key) {
        let Key(name, code, number) = key;
        let text = match name {
            "Enter" => "\r",
            name if name.chars().count() == 1 => name,
            _ => "",
        };
        let mut parameters = json!({
            "type": "keyDown", "key": name, "code": code, "windowsVirtualKeyCode": number, "text": text,
        });
        self.command("Input.dispatchKeyEvent", parameters.clone())
            .await;
        parameters["type"] = "keyUp".into();
        parameters["text"] = "".into();
        self.command("Input.dispatchKeyEvent", parameters).await;
    }

    /// Accepts what rings by its key.
    pub(crate) async fn accept(&self) {
        self.rings().await;
        self.press(Key::F2).await;
    }

    /// Waits until something rings and the key takes it; it does nothing where something has just begun to ring.
    pub(crate) async fn rings(&self) {
        self.until("acdTest.rests('[data-offer][data-rings]', 'offer', 800)")
            .await;
    }

    /// F8, then the key that is printed on a button.
    pub(crate) async fn act(&self, key: Key) {
        self.press(Key::F8).await;
        self.press(key).await;
    }

    /// Types into what has the focus.
    pub(crate) async fn write(&self, text: &str) {
        self.command("Input.insertText", json!({ "text": text }))
            .await;
    }

    /// The size of the screen.
    pub(crate) async fn size(&self, width: u32, height: u32) {
        let parameters = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.command("Emulation.setDeviceMetricsOverride", parameters)
            .await;
    }

    /// The whole page: the screen is made as high as it. (What lies beyond the screen Chromium shifts where it is written
    /// from right to left.)
    pub(crate) async fn screenshot(&self, file: &std::path::Path) {
        let sizes = "[innerWidth, innerHeight, document.documentElement.scrollHeight]";
        let (width, height, whole): (u32, u32, u32) = self.eval(sizes).await;
        self.size(width, height.max(whole)).await;
        let taken = self
            .command("Page.captureScreenshot", json!({"format": "png"}))
            .await;
        self.size(width, height).await;
        let png = base64::engine::general_purpose::STANDARD.decode(text(&taken["data"]));
        std::fs::write(file, png.expect("base64")).expect("a file");
    }

    /// What went wrong in it: exceptions, errors that it told, what its policy forbade.
    pub(crate) fn faults(&self) -> Vec<String> {
        self.told().faults.clone()
    }

    /// The addresses of all that it asked for.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.told().requests.clone()
    }

    /// What came over the network for all that has been loaded.
    pub(crate) fn bytes(&self) -> u64 {
        self.told().bytes
    }

    fn told(&self) -> std::sync::MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Open pages of a console: what browsers have of it, without browsers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Pages that are kept up to date; they are left when this is dropped.
pub(crate) struct Pages {
    /// What each has had, by its path.
    heard: Vec<(String, Arc<AtomicU64>)>,
    _reading: JoinSet<()>,
}

impl Pages {
    /// Opens the pages at these paths, each for whoever it is for.
    pub(crate) async fn open(console: &str, pages: &[(Person, &str)]) -> Self {
        let (mut heard, mut reading) = (Vec::new(), JoinSet::new());
        for (person, path) in pages {
            let mut visit = Visit::of(console, person).await;
            let mut page = visit.get(path).await;
            if let Person::Agent(_) = person {
                visit.begin_shift(&page).await;
                page = visit.get(path).await;
            }
            let messages = Arc::new(AtomicU64::new(0));
            let stream = visit.stream(&page).await;
            reading.spawn(hear(stream, messages.clone()));
            heard.push(((*path).to_owned(), messages));
        }
        Self {
            heard,
            _reading: reading,
        }
    }

    /// The messages that all of them have had.
    pub(crate) fn heard(&self) -> u64 {
        let heard = self.heard.iter();
        heard.map(|(_, it)| it.load(Ordering::Relaxed)).sum()
    }

    /// The paths of those that have had none.
    pub(crate) fn silent(&self) -> Vec<&str> {
        let silent = self
            .heard
            .iter()
            .filter(|(_, it)| it.load(Ordering::Relaxed) == 0);
        silent.map(|(path, _)| path.as_str()).collect()
    }
}

/// Who opens a page.
#[derive(Clone, Debug)]
pub(crate) enum Person {
    Supervisor,
    /// The agent of this name.
    Agent(String),
}

/// A browser's visit to a console that asks nobody who they are.
struct Visit {
    host: String,
    cookies: Vec<String>,
}

impl Visit {
    async fn of(console: &str, person: &Person) -> Self {
        let host = console.strip_prefix("http://").expect("plain text");
        let mut visit = Self {
            host: host.to_owned(),
            cookies: Vec::new(),
        };
        let seat = match person {
            Person::Supervisor => "seat=supervisor".to_owned(),
            Person::Agent(name) => format!("seat=agent&agent={name}"),
        };
        visit.post("/login", "", &seat).await;
        visit
    }

    /// The agent is at work; nobody has asked them to be ready.
    async fn begin_shift(&mut self, page: &str) {
        let mark = between(page, "<meta name=\"csrf\" content=\"").to_owned();
        let mark = format!("x-csrf-token: {mark}\r\n");
        self.post("/desk/login", &mark, "").await;
    }

    async fn get(&self, path: &str) -> String {
        let mut answer = self.ask(&format!("GET {path}"), "", "").await;
        let mut page = String::new();
        answer.read_to_string(&mut page).await.expect("a page");
        page
    }

    /// What the page of this text is kept up to date by.
    async fn stream(&self, page: &str) -> BufReader<TcpStream> {
        let path = between(page, "data-stream=\"").replace("&amp;", "&");
        let said = "sec-fetch-site: same-origin\r\nsec-fetch-dest: empty\r\n";
        self.ask(&format!("GET {path}"), said, "").await
    }

    async fn post(&mut self, path: &str, headers: &str, form: &str) {
        let headers = format!(
            "{headers}sec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n",
            form.len()
        );
        let mut answer = self.ask(&format!("POST {path}"), &headers, form).await;
        let mut head = String::new();
        answer.read_to_string(&mut head).await.expect("an answer");
        assert!(
            head.contains(" 303 ") || head.contains(" 204 "),
            "{path}: {head}"
        );
        let cookies = head
            .lines()
            .filter_map(|line| line.strip_prefix("set-cookie: "));
        let cookies = cookies.filter_map(|cookie| cookie.split(';').next());
        let cookies =
            cookies.filter(|cookie| cookie.split_once('=').is_some_and(|it| !it.1.is_empty()));
        self.cookies.extend(cookies.map(str::to_owned));
    }

    async fn ask(&self, what: &str, headers: &str, body: &str) -> BufReader<TcpStream> {
        let stream = TcpStream::connect(&self.host).await;
        let mut stream = BufReader::new(stream.expect("the console listens"));
        // An answer of HTTP/1.0 ends with its connection and comes as it is, without lengths between its pieces.
        let request = format!(
            "{what} HTTP/1.0\r\nhost: {}\r\naccept: text/html\r\ncookie: {}\r\n{headers}\r\n{body}",
            self.host,
            self.cookies.join("; ")
        );
        let sent = stream.write_all(request.as_bytes()).await;
        sent.expect("the console reads");
        stream
    }
}

/// What stands behind this, up to the next quotation mark.
fn between<'p>(page: &'p str, begin: &str) -> &'p str {
    let (_, behind) = page
        .split_once(begin)
        .unwrap_or_else(|| panic!("no {begin} in {page}"));
    behind.split('"').next().unwrap_or_default()
}

/// Counts what a stream tells until it ends.
async fn hear(mut stream: BufReader<TcpStream>, messages: Arc<AtomicU64>) {
    let mut line = Vec::new();
    while stream
        .read_until(b'\n', &mut line)
        .await
        .is_ok_and(|read| read > 0)
    {
        if line.starts_with(b"event: parts") || line.starts_with(b"event: act") {
            messages.fetch_add(1, Ordering::Relaxed);
        }
        line.clear();
    }
}

//! The session as a cookie that only this console reads. It holds all that a session is, so that a restart of the console
//! signs nobody out, and several consoles with one key file are one.

use std::{
    fmt,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cookie::{Cookie, CookieJar, Key, SameSite, time::Duration};
use serde::{Deserialize, Serialize};

use super::Roles;
use crate::{app::App, clock, options::Options};

/// What is kept of a person who has signed in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    /// The token that the engine is shown; none where it asks for none.
    pub(crate) token: Option<String>,
    /// Who they are.
    pub(crate) subject: String,
    /// What they may, as the engine said.
    pub(crate) roles: Roles,
    /// The tenants that they may see.
    pub(crate) tenants: Vec<Tenant>,
    /// The agent that they are.
    pub(crate) agent: Option<String>,
    /// When it ends, by the wall clock; 0: not by itself.
    pub(crate) expires_at_ms: i64,
    /// What a form of theirs must carry.
    pub(crate) csrf: String,
}

impl Session {
    /// Whether its end has come, by the wall clock.
    pub(crate) fn is_over(&self) -> bool {
        self.expires_at_ms > 0 && self.expires_at_ms <= clock::wall_ms()
    }

    /// By which name the pages of one person are counted: where nobody is asked who they are each seat is one.
    pub(crate) fn person(&self) -> &str {
        match self.token {
            Some(_) => &self.subject,
            None => &self.csrf,
        }
    }
}

/// A tenant, and the zone of its days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tenant {
    pub(crate) name: String,
    pub(crate) zone: String,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("subject", &self.subject)
            .field("roles", &self.roles)
            .field("expires_at_ms", &self.expires_at_ms)
            .finish_non_exhaustive()
    }
}

/// The cookie's name; a longer session goes on in `acd_session1` and so on.
const NAME: &str = "acd_session";
/// What a cookie may hold so that every browser keeps it, its name and attributes counted.
const PIECE_BYTES: usize = 3_800;
/// The most pieces; a token that needs more is refused at sign-in. HTTP/2 takes 16 KiB of headers, and there are others.
const PIECES_MAX: usize = 3;

/// The name of one piece.
fn name(piece: usize) -> String {
    match piece {
        0 => NAME.to_owned(),
        piece => format!("{NAME}{piece}"),
    }
}

/// The cookies that hold the session, or none if it is too long.
pub(crate) fn seal(options: &Options, key: &Key, session: &Session) -> Option<Vec<HeaderValue>> {
    let plain = serde_json::to_string(session).ok()?;
    let mut jar = CookieJar::new();
    jar.private_mut(key).add(Cookie::new(NAME, plain));
    let sealed = jar.get(NAME)?.value().to_owned();
    let pieces: Vec<_> = sealed.as_bytes().chunks(PIECE_BYTES).collect();
    if pieces.len() > PIECES_MAX {
        return None;
    }
    let left = session.expires_at_ms - clock::wall_ms();
    let age = (session.expires_at_ms > 0).then_some(Duration::milliseconds(left.max(0)));
    let written = (0..PIECES_MAX).map(|place| match pieces.get(place) {
        Some(piece) => {
            let text = String::from_utf8_lossy(piece).into_owned();
            header_value(options, name(place), text, age)
        }
        None => header_value(options, name(place), String::new(), Some(Duration::ZERO)),
    });
    written.collect()
}

/// What is kept, sealed, in a browser that signs in elsewhere meanwhile; for some minutes.
const BEGUN: &str = "acd_login";
const BEGUN_LASTS: Duration = Duration::minutes(15);

/// The cookie that keeps this until the browser comes back.
pub(crate) fn keep(options: &Options, key: &Key, begun: &impl Serialize) -> Option<HeaderValue> {
    let plain = serde_json::to_string(begun).ok()?;
    let mut jar = CookieJar::new();
    jar.private_mut(key).add(Cookie::new(BEGUN, plain));
    let sealed = jar.get(BEGUN)?.value().to_owned();
    let secure = options.is_secure();
    // The browser comes back by a link of another site, with which a Lax cookie is sent.
    let cookie = Cookie::build((BEGUN, sealed))
        .path("/login")
        .http_only(true);
    let cookie = cookie
        .same_site(SameSite::Lax)
        .secure(secure)
        .max_age(BEGUN_LASTS);
    HeaderValue::from_str(&cookie.build().to_string()).ok()
}

/// The cookie that ends what was kept.
pub(crate) fn forgotten(options: &Options) -> Option<HeaderValue> {
    let cookie = Cookie::build((BEGUN, "")).path("/login").http_only(true);
    let cookie = cookie
        .same_site(SameSite::Lax)
        .secure(options.is_secure())
        .max_age(Duration::ZERO);
    HeaderValue::from_str(&cookie.build().to_string()).ok()
}

/// What was kept, and no more.
pub(crate) fn kept<T: serde::de::DeserializeOwned>(key: &Key, headers: &HeaderMap) -> Option<T> {
    let sent = sent(headers);
    let sealed = sent.iter().find(|cookie| cookie.name() == BEGUN)?;
    let mut jar = CookieJar::new();
    jar.add_original(Cookie::new(BEGUN, sealed.value().to_owned()));
    serde_json::from_str(jar.private(key).get(BEGUN)?.value()).ok()
}

/// Cookies that end the session.
pub(crate) fn cleared(options: &Options) -> Vec<HeaderValue> {
    let pieces = 0..PIECES_MAX;
    pieces
        .filter_map(|place| header_value(options, name(place), String::new(), Some(Duration::ZERO)))
        .collect()
}

/// The session of a request, if it has one of ours that has not ended, and that nobody has left.
pub(crate) fn unseal(app: &App, headers: &HeaderMap) -> Option<Session> {
    let sent = sent(headers);
    let mut sealed = String::new();
    for place in 0..PIECES_MAX {
        let name = name(place);
        match sent.iter().find(|cookie| cookie.name() == name) {
            Some(piece) if !piece.value().is_empty() => sealed.push_str(piece.value()),
            _ => break,
        }
    }
    let mut jar = CookieJar::new();
    jar.add_original(Cookie::new(NAME, sealed));
    let plain = jar.private(&app.key).get(NAME)?;
    let session: Session = serde_json::from_str(plain.value()).ok()?;
    let is_given = session.token.is_some() || app.options.seats;
    (is_given && !session.is_over() && !app.persons.has_left(&session.csrf)).then_some(session)
}

/// The cookies of a request.
pub(super) fn sent(headers: &HeaderMap) -> Vec<Cookie<'_>> {
    let headers = headers.get_all(header::COOKIE).iter();
    let texts = headers.filter_map(|value| value.to_str().ok());
    texts.flat_map(Cookie::split_parse).flatten().collect()
}

fn header_value(
    options: &Options,
    name: String,
    value: String,
    age: Option<Duration>,
) -> Option<HeaderValue> {
    let mut cookie = Cookie::build((name, value)).path("/").http_only(true);
    // In a frame of another site a Lax cookie is not sent.
    cookie = match options.embed_origins.is_empty() {
        true => cookie.same_site(SameSite::Lax).secure(options.is_secure()),
        false => cookie.same_site(SameSite::None).secure(true),
    };
    if let Some(age) = age {
        cookie = cookie.max_age(age);
    }
    HeaderValue::from_str(&cookie.build().to_string()).ok()
}

/// The key of this file, which is made if it is not there; without a file a new key.
pub(crate) fn key(file: Option<&Path>) -> io::Result<Key> {
    let Some(file) = file else {
        return Ok(Key::from(&random()?));
    };
    match std::fs::read_to_string(file) {
        Ok(text) => {
            let bytes = STANDARD.decode(text.trim()).ok();
            let key = bytes.and_then(|bytes| Key::try_from(&bytes[..]).ok());
            key.ok_or_else(|| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    "it does not hold a key; delete it, and a new one is made (everybody signs in anew)",
                )
            })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let bytes = random()?;
            let mut options = std::fs::OpenOptions::new();
            let mut made = options
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(file)?;
            writeln!(made, "{}", STANDARD.encode(bytes))?;
            made.sync_all()?;
            Ok(Key::from(&bytes))
        }
        Err(error) => Err(error),
    }
}

fn random() -> io::Result<[u8; 64]> {
    let mut bytes = [0; 64];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

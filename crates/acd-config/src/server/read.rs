//! Reads `[server]`.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use acd_core::ids::DurationMs;

use super::{
    AuthConfig, ConsoleConfig, HistoryConfig, HistoryStore, JwtAlgorithm, KeyFile, LogConfig,
    LogFormat, OidcConfig, OidcToken, ServerConfig, ServerLimits, TlsConfig, TracesConfig,
    WebConfig,
};
use crate::element::{Element, Section};
use crate::schema::{
    SERVER_AUTH, SERVER_CONSOLE, SERVER_CONSOLE_OIDC, SERVER_HISTORY, SERVER_LIMITS, SERVER_LOG,
    SERVER_TLS, SERVER_TRACES, SERVER_WEB,
};

/// The most threads that decide.
const SHARDS_MAX: u16 = 256;
/// The longest a stop may wait, and the longest a connection may be quiet.
const PATIENCE_MAX_MS: DurationMs = HOUR_MS;
const HOUR_MS: DurationMs = 3_600_000;
/// Two snapshots' worth of events of a busy centre take as much.
const KEEP_JOURNAL_MIN_BYTES: u64 = 64 * 1_024 * 1_024;
/// The most of anything that is counted in memory.
const COUNT_MAX: u32 = 10_000_000;
/// Of so many places in the mailbox one is kept, unless the file says otherwise.
const RESERVE_SHARE: u32 = 8;
/// The most spans that wait for a collector: some hundred MiB.
const BACKLOG_MAX: u32 = 1_000_000;
/// The largest message.
const MESSAGE_BYTES_MAX: u32 = 256 * 1_024 * 1_024;
/// The least that may wait for readers: some messages.
const STREAM_BYTES_MIN: u32 = 1_024 * 1_024;
/// The smallest message limit: below it not even a contact with all its attributes fits.
const MESSAGE_BYTES_MIN: u32 = 64 * 1_024;

/// The server's part of a file in `directory`, from which relative paths count.
pub(crate) fn server(section: &Section<'_>, directory: &Path) -> ServerConfig {
    let default = ServerConfig::default();
    let config = ServerConfig {
        listen: address(section, "listen", default.listen),
        metrics_listen: address(section, "metrics_listen", default.metrics_listen),
        data_dir: path(section.get("data_dir"), directory)
            .unwrap_or_else(|| directory.join(default.data_dir)),
        shards: integer(section, "shards", 1..=SHARDS_MAX, default.shards),
        snapshot_every: integer(
            section,
            "snapshot_every",
            1_000..=1_000_000_000,
            default.snapshot_every,
        ),
        keep_journal: kept(section, "keep_journal", default.keep_journal),
        keep_journal_bytes: section
            .get("keep_journal_bytes")
            .and_then(|element| element.integer(KEEP_JOURNAL_MIN_BYTES..=i64::MAX.unsigned_abs())),
        drain_timeout: patience(section, "drain_timeout", 0, default.drain_timeout),
        reload_interval: patience(section, "reload_interval", 100, default.reload_interval),
        limits: section
            .section("limits", &SERVER_LIMITS)
            .map(|limits| self::limits(&limits))
            .unwrap_or_default(),
        tls: section
            .section("tls", &SERVER_TLS)
            .and_then(|tls| self::tls(&tls, directory)),
        auth: section
            .section("auth", &SERVER_AUTH)
            .and_then(|auth| self::auth(&auth, directory)),
        web: section
            .section("web", &SERVER_WEB)
            .and_then(|web| self::web(&web)),
        console: None,
        log: section
            .section("log", &SERVER_LOG)
            .map(|log| self::log(&log))
            .unwrap_or_default(),
        traces: section
            .section("traces", &SERVER_TRACES)
            .and_then(|traces| self::traces(&traces, directory)),
        history: match section.section("history", &SERVER_HISTORY) {
            Some(history) => self::history(&history, directory),
            None => default.history,
        },
    };
    let config = ServerConfig {
        console: section
            .section("console", &SERVER_CONSOLE)
            .and_then(|console| self::console(&console, directory, &config.data_dir)),
        ..config
    };
    if config.listen == config.metrics_listen && config.listen.port() != 0 {
        let element = section
            .get("metrics_listen")
            .or_else(|| section.get("listen"));
        if let Some(element) = element {
            let message = format!("{} would serve both gRPC and metrics", config.listen);
            element.report(message, "give the two different ports");
        }
    }
    config
}

fn console(section: &Section<'_>, directory: &Path, data_dir: &Path) -> Option<ConsoleConfig> {
    let default = ConsoleConfig::new(data_dir);
    let public_url = section
        .get("public_url")
        .and_then(|element| origin(&element));
    let embed_origins = section
        .get("embed_origins")
        .and_then(|element| element.list("https://crm.example"));
    let embed_origins = embed_origins.unwrap_or_default();
    let has_oidc = section.get("oidc").is_some();
    if has_oidc && public_url.is_none() {
        section.required(
            "public_url",
            "add public_url = \"https://acd.example\": the issuer sends people back there",
        );
    }
    let oidc = section
        .section("oidc", &SERVER_CONSOLE_OIDC)
        .and_then(|oidc| self::oidc(&oidc, directory));
    Some(ConsoleConfig {
        listen: address(section, "listen", default.listen),
        metrics_listen: section
            .get("metrics_listen")
            .map(|_| address(section, "metrics_listen", ConsoleConfig::METRICS_LISTEN)),
        public_url,
        key_file: path(section.get("key_file"), directory).unwrap_or(default.key_file),
        embed_origins: embed_origins.iter().filter_map(origin).collect(),
        connections: integer(section, "connections", 1..=COUNT_MAX, default.connections),
        streams: integer(section, "streams", 1..=COUNT_MAX, default.streams),
        oidc,
    })
}

fn oidc(section: &Section<'_>, directory: &Path) -> Option<OidcConfig> {
    let required = |key, remedy| {
        let element = section.required(key, remedy)?;
        filled_text(&element, "acd-console")
    };
    let issuer = required(
        "issuer",
        "add issuer = \"https://login.example\", as it stands in the issuer's tokens",
    );
    let client_id = required(
        "client_id",
        "add client_id = \"acd-console\", the console's name at the issuer",
    );
    let scopes = section
        .get("scopes")
        .and_then(|element| element.list("acd"));
    let scopes = scopes.unwrap_or_default();
    let token = section
        .get("token")
        .and_then(|element| element.one_of(&OidcToken::ALL, OidcToken::as_str));
    Some(OidcConfig {
        name: text(section, "name", "OpenID Connect"),
        issuer: issuer?,
        client_id: client_id?,
        client_secret_file: path(section.get("client_secret_file"), directory),
        scopes: scopes
            .iter()
            .filter_map(|scope| filled_text(scope, "acd"))
            .collect(),
        token: token.unwrap_or(OidcToken::Id),
        ca: path(section.get("ca"), directory),
    })
}

fn limits(section: &Section<'_>) -> ServerLimits {
    let default = ServerLimits::default();
    let count = |key, default| integer(section, key, 1..=COUNT_MAX, default);
    let bytes = |key, default| integer(section, key, STREAM_BYTES_MIN..=u32::MAX, default);
    let mailbox = count("mailbox", default.mailbox);
    let message_bytes = integer(
        section,
        "message_bytes",
        MESSAGE_BYTES_MIN..=MESSAGE_BYTES_MAX,
        default.message_bytes,
    );
    // Who is alone may have half of them, and that must be enough for a whole message.
    let whole_messages = 2 * message_bytes;
    let limits = ServerLimits {
        mailbox,
        mailbox_reserve: integer(
            section,
            "mailbox_reserve",
            0..=COUNT_MAX,
            mailbox / RESERVE_SHARE,
        ),
        batch: count("batch", default.batch),
        message_bytes,
        request_bytes: integer(
            section,
            "request_bytes",
            whole_messages..=u32::MAX,
            default.request_bytes.max(whole_messages),
        ),
        connections: count("connections", default.connections),
        connections_per_address: count("connections_per_address", default.connections_per_address),
        handshake_timeout: patience(section, "handshake_timeout", 100, default.handshake_timeout),
        calls_per_second: count("calls_per_second", default.calls_per_second),
        calls_burst: count("calls_burst", default.calls_burst),
        streams_per_connection: count("streams_per_connection", default.streams_per_connection),
        streams_per_tenant: count("streams_per_tenant", default.streams_per_tenant),
        stream_buffer: count("stream_buffer", default.stream_buffer),
        stream_bytes: bytes("stream_bytes", default.stream_bytes),
        stream_bytes_per_tenant: bytes("stream_bytes_per_tenant", default.stream_bytes_per_tenant),
        resume_events: integer(
            section,
            "resume_events",
            0..=COUNT_MAX,
            default.resume_events,
        ),
        heartbeat: patience(section, "heartbeat", 100, default.heartbeat),
        keepalive_interval: patience(
            section,
            "keepalive_interval",
            1_000,
            default.keepalive_interval,
        ),
        keepalive_timeout: patience(
            section,
            "keepalive_timeout",
            1_000,
            default.keepalive_timeout,
        ),
    };
    if limits.mailbox_reserve >= limits.mailbox
        && let Some(element) = section.get("mailbox_reserve")
    {
        let message = format!(
            "the reserve of {} leaves no place for new contacts in a mailbox of {}",
            limits.mailbox_reserve, limits.mailbox
        );
        element.report(message, "make the mailbox larger than its reserve");
    }
    limits
}

fn tls(section: &Section<'_>, directory: &Path) -> Option<TlsConfig> {
    let cert = section.required(
        "cert",
        "add cert = \"server.pem\", the server's certificate chain",
    );
    let key = section.required(
        "key",
        "add key = \"server.key\", the certificate's private key",
    );
    let (cert, key) = (path(cert, directory), path(key, directory));
    let client_ca = path(section.get("client_ca"), directory);
    Some(TlsConfig {
        cert: cert?,
        key: key?,
        client_ca,
    })
}

fn auth(section: &Section<'_>, directory: &Path) -> Option<AuthConfig> {
    let algorithm = section
        .required(
            "algorithm",
            "add algorithm = \"EdDSA\" (or HS256, RS256, ES256), as the issuer signs its tokens",
        )
        .and_then(|element| element.one_of(&JwtAlgorithm::ALL, JwtAlgorithm::as_str));
    let key_file = section.required(
        "key_file",
        "add key_file = \"jwt.pem\", the file that verifies the tokens",
    );
    let key_file = path(key_file, directory);
    let is_set = section
        .get("key_format")
        .and_then(|element| element.one_of(&[false, true], key_format))
        .unwrap_or(false);
    let keys = key_file.map(match is_set {
        true => KeyFile::Set,
        false => KeyFile::One,
    });
    let audience = text(section, "audience", "acd");
    let issuer = section
        .get("issuer")
        .and_then(|element| filled_text(&element, "https://issuer.example"));
    let role_claim = text(section, "role_claim", "role");
    let tenant_claim = text(section, "tenant_claim", "tenant");
    let leeway = patience(section, "leeway", 0, Duration::from_secs(30));
    Some(AuthConfig {
        algorithm: algorithm?,
        keys: keys?,
        audience,
        issuer,
        role_claim,
        tenant_claim,
        leeway,
    })
}

/// What the file of keys is called that holds several, or one.
fn key_format(is_set: bool) -> &'static str {
    if is_set { "jwks" } else { "single" }
}

fn web(section: &Section<'_>) -> Option<WebConfig> {
    let origins = section.required(
        "origins",
        "add origins = [\"https://crm.example\"], where the pages come from",
    )?;
    let elements = origins.list("[\"https://crm.example\"]")?;
    if elements.is_empty() {
        let remedy = "name where the pages come from, or leave [server.web] out";
        origins.report("no page may call", remedy);
    }
    Some(WebConfig {
        origins: elements.iter().filter_map(origin).collect(),
    })
}

/// The scheme, host and port of a page, in the one form in which browsers send it.
fn origin(element: &Element<'_>) -> Option<String> {
    let text = element.text("https://crm.example")?;
    let own_ports = [("https://", ":443"), ("http://", ":80")];
    let is_origin = own_ports.iter().any(|(scheme, own_port)| {
        let host = text.strip_prefix(scheme).unwrap_or_default();
        let of_host = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b':' | b'[' | b']');
        !host.is_empty() && host.bytes().all(of_host) && !host.ends_with(own_port)
    });
    if !is_origin {
        let message = format!("{text:?} is no origin of a page");
        let remedy = "write scheme, host and port as browsers do, small and without path or the scheme's own port: \
                      \"https://crm.example\", \"http://localhost:8080\"";
        element.report(message, remedy);
        return None;
    }
    Some(text.to_owned())
}

fn log(section: &Section<'_>) -> LogConfig {
    let default = LogConfig::default();
    LogConfig {
        format: section
            .get("format")
            .and_then(|element| element.one_of(&LogFormat::ALL, LogFormat::as_str))
            .unwrap_or(default.format),
        filter: text(section, "filter", &default.filter),
    }
}

/// None: it is switched off.
fn history(section: &Section<'_>, directory: &Path) -> Option<HistoryConfig> {
    let default = HistoryConfig::default();
    let url = section.get("url").and_then(|element| postgres(&element));
    let password_file = section.get("password_file");
    if let (None, Some(element)) = (section.get("url"), &password_file) {
        element.report(
            "there is no url, so there is nobody to show it to",
            "add url = \"postgresql://acd@db.example/history?sslmode=require\", or leave the key out",
        );
    }
    let password_file = path(password_file, directory);
    let store = url.map_or(default.store, |url| HistoryStore::Postgres {
        url,
        password_file,
    });
    let history = HistoryConfig {
        store,
        keep_back: kept(section, "keep_back", default.keep_back),
    };
    section.boolean("enabled", true).then_some(history)
}

/// The URL of a PostgreSQL server, without a password: the configuration is read by many.
fn postgres(element: &Element<'_>) -> Option<String> {
    let example = "postgresql://acd@db.example/history?sslmode=require";
    let text = element.text(example)?;
    let rest = ["postgresql://", "postgres://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    let Some(rest) = rest else {
        let remedy = format!("write it as {example:?}");
        // It is not repeated: there may be a password in it.
        element.report("it is no URL of a PostgreSQL server", remedy);
        return None;
    };
    let user = rest.split_once('@').map_or("", |(user, _)| user);
    if user.contains(':') || rest.contains("password=") {
        element.report(
            "it has a password, which everybody sees who reads this file",
            "write the password into a file that only the server can read, and name that: password_file = \"history.password\"",
        );
        return None;
    }
    Some(text.to_owned())
}

fn traces(section: &Section<'_>, directory: &Path) -> Option<TracesConfig> {
    let endpoint = section.required(
        "endpoint",
        "add endpoint = \"http://127.0.0.1:4317\", where the collector takes OTLP over gRPC",
    );
    let endpoint = endpoint.and_then(|element| collector(&element));
    let is_encrypted = endpoint.is_some_and(|it| it.starts_with("https://"));
    let ca = match is_encrypted {
        true => section.required(
            "ca",
            "add ca = \"/etc/ssl/certs/ca-certificates.crt\", a PEM file with the authorities that may have signed \
             the collector's certificate",
        ),
        false => section.get("ca"),
    };
    let default = TracesConfig::new("");
    let sample = section
        .get("sample_ratio")
        .and_then(|element| element.thousandths(1_000));
    Some(TracesConfig {
        sample_thousandths: sample.unwrap_or(default.sample_thousandths),
        service_name: text(section, "service_name", &default.service_name),
        headers_file: path(section.get("headers_file"), directory),
        ca: path(ca, directory),
        timeout: patience(section, "timeout", 100, default.timeout),
        backlog: integer(section, "backlog", 1..=BACKLOG_MAX, default.backlog),
        endpoint: endpoint?.to_owned(),
    })
}

/// Where a collector listens: scheme, host and port.
fn collector<'a>(element: &Element<'a>) -> Option<&'a str> {
    let example = "http://127.0.0.1:4317";
    let text = element.text(example)?;
    let authority = ["http://", "https://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    let port = authority.and_then(|authority| authority.rsplit_once(':'));
    let is_address = port.is_some_and(|(host, port)| {
        let of_host = |byte: u8| matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b':' | b'[' | b']');
        !host.is_empty() && host.bytes().all(of_host) && port.parse::<u16>().is_ok_and(|it| it > 0)
    });
    if !is_address {
        let remedy = format!(
            "write scheme, host and port, and no path: {example:?}, \"https://collector.example:4317\""
        );
        element.report(format!("{text:?} is no address of a collector"), remedy);
        return None;
    }
    Some(text)
}

fn address(section: &Section<'_>, key: &'static str, default: SocketAddr) -> SocketAddr {
    let Some(element) = section.get(key) else {
        return default;
    };
    let Some(text) = element.text(&default.to_string()) else {
        return default;
    };
    text.parse().unwrap_or_else(|_| {
        let remedy = format!(
            "write an IP address with a port, as in \"{default}\" or \"[::1]:{}\"",
            default.port()
        );
        element.report(format!("{text:?} is no address to listen on"), remedy);
        default
    })
}

fn integer<T>(section: &Section<'_>, key: &'static str, range: RangeInclusive<T>, default: T) -> T
where
    T: TryFrom<i64> + PartialOrd + std::fmt::Display,
{
    section
        .get(key)
        .and_then(|element| element.integer(range))
        .unwrap_or(default)
}

/// How long something is kept: an hour to ten years.
fn kept(section: &Section<'_>, key: &'static str, default: Duration) -> Duration {
    let written = section
        .get(key)
        .and_then(|element| element.duration_in(HOUR_MS..=3_650 * 24 * HOUR_MS));
    written.map_or(default, |ms| Duration::from_millis(ms.unsigned_abs()))
}

/// A time-out of the server, up to an hour.
fn patience(
    section: &Section<'_>,
    key: &'static str,
    least: DurationMs,
    default: Duration,
) -> Duration {
    let written = section
        .get(key)
        .and_then(|element| element.duration_in(least..=PATIENCE_MAX_MS));
    written.map_or(default, |ms| Duration::from_millis(ms.unsigned_abs()))
}

fn text(section: &Section<'_>, key: &'static str, default: &str) -> String {
    section
        .get(key)
        .and_then(|element| filled_text(&element, default))
        .unwrap_or_else(|| default.to_owned())
}

fn filled_text(element: &Element<'_>, example: &str) -> Option<String> {
    let text = element.text(example)?;
    if text.is_empty() {
        element.report("it is empty", "give a value, or leave the key out");
        return None;
    }
    Some(text.to_owned())
}

fn path(element: Option<Element<'_>>, directory: &Path) -> Option<PathBuf> {
    filled_text(&element?, "a/file").map(|text| directory.join(text))
}

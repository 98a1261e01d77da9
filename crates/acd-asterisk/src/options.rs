//! What the adapter is told: which engine, which Asterisk servers, and how calls are treated.
//!
//! It is the file of `acd adapter asterisk --config FILE` (TOML); docs/asterisk.md explains each key.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

/// The longest file that is read, in bytes.
const TEXT_BYTES_MAX: usize = 1_024 * 1_024;
/// The most Asterisk servers of one adapter.
const SERVERS_MAX: usize = 64;

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The engine.
    pub engine: Engine,
    /// The Asterisk servers, by the name that ids of contacts begin with.
    pub servers: BTreeMap<String, Server>,
    /// How calls are treated.
    #[serde(default)]
    pub calls: Calls,
    /// What callers hear.
    #[serde(default)]
    pub prompts: Prompts,
    /// What keys do.
    #[serde(default)]
    pub keys: Keys,
    /// Recordings.
    #[serde(default)]
    pub recording: Recording,
    /// Agents' lines and lamps.
    #[serde(default)]
    pub agents: Agents,
    /// Where `/metrics` and `/healthz` are; none: nowhere.
    #[serde(default)]
    pub metrics_listen: Option<SocketAddr>,
}

/// How the engine is reached.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engine {
    /// Its gRPC services, `http://127.0.0.1:7400`.
    pub url: String,
    /// The tenant.
    pub tenant: String,
    /// The adapter's name in the tenant's configuration.
    #[serde(default = "adapter")]
    pub adapter: String,
    /// File with the bearer token.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// PEM file with the authority of the server's certificate.
    #[serde(default)]
    pub ca: Option<PathBuf>,
    /// PEM file with our own certificate, for mutual TLS.
    #[serde(default)]
    pub cert: Option<PathBuf>,
    /// PEM file with its private key.
    #[serde(default)]
    pub key: Option<PathBuf>,
    /// Callers who come while the engine has been away for so many seconds go on in the dialplan at once; who waits
    /// already keeps waiting.
    #[serde(default = "fallback_after_s")]
    pub fallback_after_s: u32,
}

fn adapter() -> String {
    "asterisk".to_owned()
}

fn fallback_after_s() -> u32 {
    10
}

/// One Asterisk.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Its HTTP server, `http://127.0.0.1:8088`.
    pub url: String,
    /// The user of ari.conf.
    pub user: String,
    /// File with their password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Their password, for a try on one machine.
    #[serde(default)]
    pub password: Option<Secret>,
    /// The name that the dialplan gives `Stasis()`.
    #[serde(default = "app")]
    pub app: String,
    /// PEM file with the authority of its certificate, for https.
    #[serde(default)]
    pub ca: Option<PathBuf>,
    /// How an agent's address becomes an endpoint, if it names none itself; `{}` is the address.
    #[serde(default = "agent_endpoint")]
    pub agent_endpoint: String,
    /// How a number outside becomes an endpoint, `PJSIP/{}@trunk`; none: nobody outside can be called.
    #[serde(default)]
    pub outside_endpoint: Option<String>,
    /// How a phone at another server is reached from here, by that server's name; `{}` is the address.
    #[serde(default)]
    pub trunks: BTreeMap<String, String>,
    /// The context in which the destination of a routed call is an extension.
    #[serde(default = "route_context")]
    pub route_context: String,
    /// Requests under way at the same time. Asterisk's own limit (`sessionlimit` of http.conf) is 100.
    #[serde(default = "connections")]
    pub connections: usize,
}

fn app() -> String {
    "acd".to_owned()
}

fn agent_endpoint() -> String {
    "PJSIP/{}".to_owned()
}

fn route_context() -> String {
    "acd-route".to_owned()
}

fn connections() -> usize {
    16
}

/// A password: not shown in logs.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// When a call is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// As it arrives: it waits with music and announcements.
    #[default]
    Arrival,
    /// When an agent has it: it hears that it rings until then, and costs the caller nothing.
    Agent,
}

/// How calls are treated.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Calls {
    /// When a call is answered; `answer=` in `Stasis()` says otherwise for one.
    pub answer: Answer,
    /// Whom an agent's phone shows: `{number}` and `{queue}` are filled in.
    pub shown_to_agents: String,
    /// Whom a customer who is called sees, as a number of the centre; empty: nobody.
    pub shown_to_customers: String,
    /// Attributes whose values only the agent may see.
    pub sensitive: Vec<String>,
    /// The longest voice message, in seconds.
    pub voicemail_max_s: u32,
    /// A phone that does not begin to ring within so many seconds is not there.
    pub ring_within_s: u32,
}

impl Default for Calls {
    fn default() -> Self {
        Self {
            answer: Answer::Arrival,
            shown_to_agents: "\"{queue}\" <{number}>".to_owned(),
            shown_to_customers: String::new(),
            sensitive: Vec::new(),
            voicemail_max_s: 180,
            ring_within_s: 4,
        }
    }
}

/// What callers hear, as media of Asterisk: `sound:`, `number:`, `tone:`. A prompt that the engine's configuration names
/// without a scheme is a sound.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Prompts {
    /// Whoever is first in the queue.
    pub first: Vec<String>,
    /// The others; `{position}` is filled in.
    pub position: Vec<String>,
    /// How long they will wait; `{minutes}` is filled in, at least 1.
    pub estimated_wait: Vec<String>,
    /// Before a voice message.
    pub voicemail: Vec<String>,
}

impl Default for Prompts {
    fn default() -> Self {
        let media = |media: &[&str]| media.iter().map(|one| (*one).to_owned()).collect();
        Self {
            first: media(&["sound:queue-youarenext"]),
            position: media(&[
                "sound:queue-thereare",
                "number:{position}",
                "sound:queue-callswaiting",
            ]),
            estimated_wait: media(&[
                "sound:queue-holdtime",
                "number:{minutes}",
                "sound:queue-minutes",
            ]),
            voicemail: media(&["sound:vm-intro"]),
        }
    }
}

/// What keys do.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// The keys with which a waiting caller chooses a way out; what each means the queue's `exits` say.
    pub exits: String,
    /// The key with which a waiting caller asks to be called back; empty: none.
    pub callback: String,
    /// What an agent presses to pause the recording of the conversation; empty: nothing.
    pub pause_recording: String,
    /// What an agent presses to let it go on.
    pub resume_recording: String,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            exits: "0123456789*#".to_owned(),
            callback: String::new(),
            pause_recording: "*7".to_owned(),
            resume_recording: "*8".to_owned(),
        }
    }
}

/// Recordings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recording {
    /// Their format.
    pub format: String,
    /// Where people find them; `{server}`, `{name}` and `{format}` are filled in.
    pub location: String,
}

impl Default for Recording {
    fn default() -> Self {
        Self {
            format: "wav".to_owned(),
            location: "asterisk:{server}/recording/{name}.{format}".to_owned(),
        }
    }
}

/// Agents' lines and lamps.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Agents {
    /// Whether the adapter watches agents and queues (its token needs the role supervisor or monitor): it then knows
    /// their phones before they ring, notices when they are busy outside, and sets lamps.
    pub watch: bool,
    /// Agents of these teams keep one call open while they are logged in, so that connecting costs no ring.
    pub line_for_teams: Vec<String>,
    /// What such an agent hears before a caller whom they did not accept at a desk.
    pub line_tone: String,
    /// The beginning of the names of lamps.
    pub lamps: String,
}

impl Default for Agents {
    fn default() -> Self {
        Self {
            watch: false,
            line_for_teams: Vec::new(),
            line_tone: "sound:beep".to_owned(),
            lamps: "Custom:acd-".to_owned(),
        }
    }
}

/// What is wrong with the file.
#[derive(Debug, thiserror::Error)]
pub enum OptionsError {
    /// It is no TOML, or has a key that does not exist or cannot be read.
    #[error("{0}")]
    Text(#[from] toml::de::Error),
    /// A value cannot be used.
    #[error("{field}: {problem}; {remedy}")]
    Value {
        /// The key.
        field: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },
}

impl Options {
    /// Reads a file's text.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, OptionsError> {
        if text.len() > TEXT_BYTES_MAX {
            let problem = format!("the file has {} bytes", text.len());
            return Err(wrong("(file)", problem, "a file has at most 1 MiB"));
        }
        let options: Self = toml::from_str(text)?;
        options.check()?;
        Ok(options)
    }

    fn check(&self) -> Result<(), OptionsError> {
        if self.servers.is_empty() || self.servers.len() > SERVERS_MAX {
            let problem = format!("there are {} servers", self.servers.len());
            return Err(wrong(
                "servers",
                problem,
                "write 1 to 64 tables [servers.NAME]",
            ));
        }
        let plain = |text: &str| {
            (1..=32).contains(&text.len())
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        for (name, server) in &self.servers {
            let at = |key: &str| format!("servers.{name}.{key}");
            if !plain(name) {
                let problem = format!("{name:?} cannot be part of an id");
                return Err(wrong(
                    "servers",
                    problem,
                    "use 1 to 32 letters, digits, - and _",
                ));
            }
            if !plain(&server.app) {
                let problem = format!("{:?} is no name of an application", server.app);
                return Err(wrong(
                    &at("app"),
                    problem,
                    "use 1 to 32 letters, digits, - and _",
                ));
            }
            if !server.url.starts_with("http://") && !server.url.starts_with("https://") {
                let problem = format!("{:?} is no HTTP address", server.url);
                return Err(wrong(
                    &at("url"),
                    problem,
                    "write http://HOST:8088 or https://HOST:8089",
                ));
            }
            if server.url.starts_with("https://") && server.ca.is_none() {
                let problem = "https needs an authority to trust".to_owned();
                return Err(wrong(
                    &at("ca"),
                    problem,
                    "name the PEM file with the authority of its certificate",
                ));
            }
            if server.password.is_some() == server.password_file.is_some() {
                let problem = "the password is missing, or said twice".to_owned();
                return Err(wrong(
                    &at("password_file"),
                    problem,
                    "give password_file or password",
                ));
            }
            if !(1..=90).contains(&server.connections) {
                let problem = format!("{} is out of range", server.connections);
                return Err(wrong(&at("connections"), problem, "write 1 to 90"));
            }
            for other in server.trunks.keys() {
                if !self.servers.contains_key(other) || other == name {
                    let problem = format!("there is no other server {other:?}");
                    return Err(wrong(&at("trunks"), problem, "name a server of this file"));
                }
            }
        }
        Ok(())
    }
}

fn wrong(field: &str, problem: String, remedy: &'static str) -> OptionsError {
    OptionsError::Value {
        field: field.to_owned(),
        problem,
        remedy,
    }
}

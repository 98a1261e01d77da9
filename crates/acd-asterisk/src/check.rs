//! What an Asterisk lacks for the adapter, and what to do about it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::ari::request::{BridgeKind, escaped};
use crate::ari::socket::Socket;
use crate::ari::{Client, Failure, Request};
use crate::options::{Options, Server};

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where, `pbx: module res_stasis_snoop.so`.
    pub what: String,
    /// What is wrong; none: nothing.
    pub problem: Option<Problem>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is missing.
    pub missing: String,
    /// What to do.
    pub remedy: String,
    /// Whether calls work without it.
    pub is_optional: bool,
}

/// Modules, what each is for, and whether calls work without it.
const MODULES: [(&str, &str, bool); 20] = [
    ("res_stasis.so", "calls are handed to the adapter", false),
    ("app_stasis.so", "the dialplan can say Stasis()", false),
    ("res_stasis_answer.so", "callers are answered", false),
    ("res_stasis_playback.so", "announcements are played", false),
    (
        "res_ari_events.so",
        "the adapter is told what happens",
        false,
    ),
    ("res_ari_channels.so", "phones are called", false),
    (
        "res_ari_bridges.so",
        "callers and agents are connected",
        false,
    ),
    ("res_ari_applications.so", "events are asked for", false),
    (
        "res_ari_playbacks.so",
        "announcements can be stopped",
        false,
    ),
    ("bridge_holding.so", "callers wait with music", false),
    (
        "bridge_simple.so",
        "caller and agent hear each other",
        false,
    ),
    ("res_musiconhold.so", "callers hear music", false),
    ("func_channel.so", "queues have music of their own", true),
    (
        "bridge_softmix.so",
        "more than two take part in a conversation",
        true,
    ),
    (
        "res_stasis_recording.so",
        "conversations and messages are recorded",
        true,
    ),
    (
        "res_ari_recordings.so",
        "recordings are paused and ended",
        true,
    ),
    ("chan_bridge_media.so", "conversations are recorded", true),
    ("res_stasis_snoop.so", "supervisors listen", true),
    (
        "res_stasis_device_state.so",
        "agents who are busy outside are noticed",
        true,
    ),
    ("func_devstate.so", "lamps are set", true),
];

#[derive(Deserialize)]
struct Module {
    name: String,
    status: String,
}

#[derive(Deserialize)]
struct Info {
    system: Option<System>,
}

#[derive(Deserialize)]
struct System {
    version: String,
}

/// Looks at every server of the options. It takes no events away from an adapter that runs.
pub async fn check(options: &Options) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, server) in &options.servers {
        let mut of = Findings {
            server: name,
            findings: &mut findings,
        };
        if let Err(failure) = look(server, options, &mut of).await {
            let remedy = "see http.conf (enabled, bindaddr, bindport) and ari.conf (enabled, the user and the password)";
            of.bad("connection", failure.to_string(), remedy, false);
        }
    }
    findings
}

struct Findings<'a> {
    server: &'a str,
    findings: &'a mut Vec<Finding>,
}

impl Findings<'_> {
    fn good(&mut self, what: &str) {
        self.findings.push(Finding {
            what: format!("{}: {what}", self.server),
            problem: None,
        });
    }

    fn bad(
        &mut self,
        what: &str,
        missing: impl Into<String>,
        remedy: impl Into<String>,
        is_optional: bool,
    ) {
        self.findings.push(Finding {
            what: format!("{}: {what}", self.server),
            problem: Some(Problem {
                missing: missing.into(),
                remedy: remedy.into(),
                is_optional,
            }),
        });
    }
}

async fn look(server: &Server, options: &Options, of: &mut Findings<'_>) -> Result<(), Failure> {
    let client = Client::new(server)?;
    let info: Info = client.read("/asterisk/info").await?;
    let version = info
        .system
        .map_or_else(String::new, |system| system.version);
    of.good(&format!("Asterisk {version} answers"));
    let modules: Vec<Module> = client.read("/asterisk/modules").await?;
    let modules: BTreeMap<String, String> = modules
        .into_iter()
        .map(|module| (module.name, module.status))
        .collect();
    for (module, use_of_it, is_optional) in MODULES {
        let what = format!("module {module}");
        match modules.get(module).map(String::as_str) {
            Some("Running") => of.good(&what),
            _ => of.bad(
                &what,
                format!("it does not run; without it nothing of this: {use_of_it}"),
                format!("load = {module} in modules.conf, or autoload = yes"),
                is_optional,
            ),
        }
    }
    can_write(server, &client, of).await;
    recordings(&client, of).await;
    sounds(options, &client, of).await;
    registered(server, &client, of).await;
    Ok(())
}

/// Whether the user may do more than read.
async fn can_write(server: &Server, client: &Client, of: &mut Findings<'_>) {
    let bridge = format!("{}-check", server.app);
    let kind = BridgeKind::Holding;
    let make = Request::CreateBridge {
        bridge: bridge.clone(),
        kind,
    };
    match client.ask(&make).await {
        Ok(()) => {
            of.good("the user may write");
            // It was made a moment ago, and is nobody's.
            let _ = client.ask(&Request::DestroyBridge { bridge }).await;
        }
        Err(failure) => {
            let remedy = "read_only = no for the user in ari.conf";
            of.bad("the user may write", failure.to_string(), remedy, false);
        }
    }
}

/// Whether recordings have a place. Asterisk does not make the folder, and Debian's package neither.
async fn recordings(client: &Client, of: &mut Findings<'_>) {
    let what = "folder of recordings";
    match client.read::<serde_json::Value>("/recordings/stored").await {
        Ok(_) => of.good(what),
        Err(failure) => {
            let remedy = "install -d -o asterisk -g asterisk /var/spool/asterisk/recording";
            of.bad(what, failure.to_string(), remedy, true);
        }
    }
}

/// Whether the prompts of the options are there.
async fn sounds(options: &Options, client: &Client, of: &mut Findings<'_>) {
    let prompts = &options.prompts;
    let all = [
        &prompts.first,
        &prompts.position,
        &prompts.estimated_wait,
        &prompts.voicemail,
    ];
    for media in all.into_iter().flatten() {
        let Some(sound) = media.strip_prefix("sound:") else {
            continue;
        };
        let what = format!("sound {sound}");
        match client.read::<serde_json::Value>(&format!("/sounds/{}", escaped(sound))).await {
            Ok(_) => of.good(&what),
            Err(failure) => of.bad(
                &what,
                failure.to_string(),
                "install it (package asterisk-core-sounds-en-gsm), load res_ari_sounds.so, or name another in [prompts]",
                true,
            ),
        }
    }
}

/// Whether events come: under the application's name if nobody has it, so that a running adapter keeps them.
async fn registered(server: &Server, client: &Client, of: &mut Findings<'_>) {
    let path = format!("/applications/{}", escaped(&server.app));
    match client.read::<serde_json::Value>(&path).await {
        Ok(_) => of.good(&format!(
            "application {} is connected: an adapter runs",
            server.app
        )),
        Err(failure) if failure.is_not_found() => match Socket::connect(server).await {
            Ok(_) => of.good("events can be had"),
            Err(failure) => {
                let remedy = "load res_http_websocket.so and res_ari_events.so";
                of.bad("events can be had", failure.to_string(), remedy, false);
            }
        },
        Err(failure) => of.bad(
            "events can be had",
            failure.to_string(),
            "load res_ari_applications.so",
            false,
        ),
    }
}

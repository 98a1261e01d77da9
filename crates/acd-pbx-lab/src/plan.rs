//! What an exchange is to be: its endpoints, its dialplan, its files.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::Ipv4Addr;

use crate::Error;
use crate::network::{Network, PHONES, TRUNK};

/// The endpoint by which customers are dialled: `PJSIP/NUMBER@trunk`.
const TRUNK_NAME: &str = "trunk";

/// The files of `etc`, with what is filled in at the start: `{exchange}`, `{callers}`, `{trunk}`, `{folder}`, `{modules}`,
/// `{more}`, `{endpoints}`, `{user}`, `{password}`.
const FILES: &[(&str, &str)] = &[
    ("acl.conf", include_str!("../conf/acl.conf")),
    ("ari.conf", include_str!("../conf/ari.conf")),
    ("asterisk.conf", include_str!("../conf/asterisk.conf")),
    ("ccss.conf", include_str!("../conf/ccss.conf")),
    ("cdr.conf", include_str!("../conf/cdr.conf")),
    ("cel.conf", include_str!("../conf/cel.conf")),
    (
        "cli_permissions.conf",
        include_str!("../conf/cli_permissions.conf"),
    ),
    ("extensions.conf", include_str!("../conf/extensions.conf")),
    ("features.conf", include_str!("../conf/features.conf")),
    ("http.conf", include_str!("../conf/http.conf")),
    ("indications.conf", include_str!("../conf/indications.conf")),
    ("logger.conf", include_str!("../conf/logger.conf")),
    ("manager.conf", include_str!("../conf/manager.conf")),
    ("modules.conf", include_str!("../conf/modules.conf")),
    ("musiconhold.conf", include_str!("../conf/musiconhold.conf")),
    ("pjproject.conf", include_str!("../conf/pjproject.conf")),
    ("pjsip.conf", include_str!("../conf/pjsip.conf")),
    ("queuerules.conf", include_str!("../conf/queuerules.conf")),
    ("queues.conf", include_str!("../conf/queues.conf")),
    ("rtp.conf", include_str!("../conf/rtp.conf")),
    ("stasis.conf", include_str!("../conf/stasis.conf")),
    ("udptl.conf", include_str!("../conf/udptl.conf")),
    (
        "websocket_client.conf",
        include_str!("../conf/websocket_client.conf"),
    ),
];

/// A configuration of an Asterisk.
///
/// The default has no phones and hands every call from outside to the Stasis application `acd`, with the dialled extension
/// as the queue. ARI lets in the user `lab` with the password `lab`. There is always an endpoint `trunk` by which the
/// exchange dials customers.
#[derive(Debug, Clone)]
pub struct Plan {
    endpoints: Vec<Endpoint>,
    files: BTreeMap<String, String>,
    modules: Vec<String>,
    user: String,
    password: String,
}

impl Default for Plan {
    fn default() -> Self {
        let owned = |(name, text): &(&str, &str)| (name.to_string(), text.to_string());
        Self {
            endpoints: Vec::new(),
            files: FILES.iter().map(owned).collect(),
            modules: Vec::new(),
            user: "lab".to_owned(),
            password: "lab".to_owned(),
        }
    }
}

impl Plan {
    /// Adds endpoints, each with a phone of its own.
    pub fn phones<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Self {
        names
            .into_iter()
            .fold(self, |plan, name| plan.endpoint(Endpoint::new(name)))
    }

    /// Adds endpoints that one SIPp serves: for load, since each SIPp takes a fiftieth of a processor by waiting. The phone is
    /// known by each of the names.
    pub fn shared_phone<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Self {
        let mut first = None;
        names.into_iter().fold(self, |plan, name| {
            let endpoint = Endpoint::new(name);
            let endpoint = match &first {
                Some(first) => endpoint.on_the_phone_of(first),
                None => {
                    first = Some(endpoint.name.clone());
                    endpoint
                }
            };
            plan.endpoint(endpoint)
        })
    }

    /// Adds an endpoint.
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoints.push(endpoint);
        self
    }

    /// Replaces the dialplan. Callers arrive in the context `from-callers`, endpoints that dial in `from-phones`.
    ///
    /// Write `Answer(,i)`: without `i` it waits half a second for the caller's first sound, and SIPp sends none.
    pub fn dialplan(self, extensions: impl Into<String>) -> Self {
        self.file("extensions.conf", extensions)
    }

    /// Replaces or adds a file of the configuration's folder.
    pub fn file(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.files.insert(name.into(), text.into());
        self
    }

    /// Adds lines to a file of the configuration's folder.
    pub fn more_in(mut self, name: impl Into<String>, text: &str) -> Self {
        let file = self.files.entry(name.into()).or_default();
        file.push('\n');
        file.push_str(text);
        self
    }

    /// Loads one more module, for example `app_confbridge.so`.
    pub fn module(mut self, name: impl Into<String>) -> Self {
        self.modules.push(name.into());
        self
    }

    /// Whom ARI lets in.
    pub fn ari_user(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        (self.user, self.password) = (user.into(), password.into());
        self
    }

    pub(crate) fn user(&self) -> (&str, &str) {
        (&self.user, &self.password)
    }

    /// Where the phones of the endpoints are.
    pub(crate) fn addresses(&self, network: &Network) -> Result<BTreeMap<String, Ipv4Addr>, Error> {
        let mut hosts = PHONES;
        let trunk = (TRUNK_NAME.to_owned(), network.phone(TRUNK));
        let mut addresses = BTreeMap::from([trunk]);
        for endpoint in &self.endpoints {
            let address = match &endpoint.phone {
                On::Own => network.phone(hosts.next().ok_or(Error::TooManyPhones)?),
                On::PhoneOf(other) => *addresses
                    .get(other)
                    .ok_or_else(|| Error::NoSuchPhone(other.clone()))?,
                On::None => continue,
            };
            addresses.insert(endpoint.name.clone(), address);
        }
        Ok(addresses)
    }

    /// The files of the configuration's folder.
    pub(crate) fn files(
        &self,
        network: &Network,
        phones: &BTreeMap<String, Ipv4Addr>,
        folder: &str,
        modules: &str,
    ) -> BTreeMap<&str, String> {
        let more = self.modules.iter().map(|name| format!("load = {name}\n"));
        let endpoints = self.endpoints.iter();
        let filled = [
            ("exchange", network.exchange().to_string()),
            ("callers", network.callers().to_string()),
            ("trunk", network.phone(TRUNK).to_string()),
            ("folder", folder.to_owned()),
            ("modules", modules.to_owned()),
            ("more", more.collect()),
            (
                "endpoints",
                endpoints
                    .map(|endpoint| endpoint.configuration(phones.get(&endpoint.name)))
                    .collect(),
            ),
            ("user", self.user.clone()),
            ("password", self.password.clone()),
        ];
        let files = self.files.iter();
        files
            .map(|(name, text)| (name.as_str(), fill(text, &filled)))
            .collect()
    }
}

/// One who can be dialled: `PJSIP/NAME`.
#[derive(Debug, Clone)]
pub struct Endpoint {
    name: String,
    phone: On,
    options: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
enum On {
    Own,
    PhoneOf(String),
    None,
}

impl Endpoint {
    /// An endpoint with a phone of its own.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            phone: On::Own,
            options: Vec::new(),
        }
    }

    /// An endpoint that no phone has registered for.
    pub fn without_phone(mut self) -> Self {
        self.phone = On::None;
        self
    }

    /// An endpoint on the phone of another, which was added before.
    pub fn on_the_phone_of(mut self, other: impl Into<String>) -> Self {
        self.phone = On::PhoneOf(other.into());
        self
    }

    /// Sets an option of the endpoint in `pjsip.conf`, for example `device_state_busy_at`.
    pub fn option(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.push((key.into(), value.into()));
        self
    }

    fn configuration(&self, phone: Option<&Ipv4Addr>) -> String {
        let name = &self.name;
        let mut text = format!("[{name}](phone)\naors = {name}\n");
        for (key, value) in &self.options {
            let _ = writeln!(text, "{key} = {value}");
        }
        let _ = writeln!(text, "[{name}](phone-aor)");
        if let Some(phone) = phone {
            let _ = writeln!(text, "contact = sip:{name}@{phone}:5060");
        }
        text.push('\n');
        text
    }
}

/// The text with `{name}` replaced by the value of that name.
pub(crate) fn fill<V: AsRef<str>>(text: &str, values: &[(&str, V)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value.as_ref())
    })
}

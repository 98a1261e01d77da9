//! Which keys each table of the file may have, where they do not follow from what each key says (`tenant::keys`). The
//! readers can read no other key, and tests hold every one of them against docs/configuration.md and
//! deploy/examples/full.toml.

/// A table of the file with a fixed set of keys.
pub(crate) struct Schema {
    /// The table as docs/configuration.md names it.
    pub(crate) path: &'static str,
    /// Its keys.
    pub(crate) keys: &'static [&'static str],
}

impl Schema {
    /// The most keys that are told one by one.
    const TOLD_MAX: usize = 16;

    /// Which keys there are, or where to find them.
    pub(crate) fn told(&self) -> String {
        if self.keys.len() > Self::TOLD_MAX {
            return format!("docs/configuration.md has the keys of {}", self.path);
        }
        format!("the keys here are {}", self.keys.join(", "))
    }
}

/// Defines the tables, and for the tests the list of them.
macro_rules! schemas {
    ($($(#[$doc:meta])* $name:ident = $path:literal [$($key:literal),* $(,)?];)*) => {
        $($(#[$doc])* pub(crate) static $name: Schema = Schema { path: $path, keys: &[$($key),*] };)*

        #[cfg(test)]
        static ALL: &[&Schema] = &[$(&$name),*];
    };
}

schemas! {
    /// The whole file.
    FILE = "acd.toml" ["server", "tenants"];

    /// How the server runs.
    SERVER = "server" [
        "listen", "metrics_listen", "data_dir", "shards", "snapshot_every", "keep_journal", "keep_journal_bytes",
        "drain_timeout", "reload_interval", "limits", "tls", "auth", "web", "console", "log",
        "traces", "history",
    ];

    /// How much of everything one process may use.
    SERVER_LIMITS = "server.limits" [
        "mailbox", "mailbox_reserve", "batch", "message_bytes", "request_bytes", "connections",
        "connections_per_address", "handshake_timeout", "calls_per_second", "calls_burst",
        "streams_per_connection", "streams_per_tenant", "stream_buffer", "stream_bytes", "stream_bytes_per_tenant",
        "resume_events",
        "heartbeat", "keepalive_interval", "keepalive_timeout",
    ];

    /// Encryption.
    SERVER_TLS = "server.tls" ["cert", "key", "client_ca"];

    /// Bearer tokens.
    SERVER_AUTH = "server.auth" [
        "algorithm", "key_file", "key_format", "audience", "issuer", "role_claim", "tenant_claim", "leeway",
    ];

    /// Pages that call from a browser.
    SERVER_WEB = "server.web" ["origins"];

    /// The web console.
    SERVER_CONSOLE = "server.console" [
        "listen", "metrics_listen", "public_url", "key_file", "embed_origins", "connections", "streams", "oidc",
    ];

    /// Signing in at an issuer.
    SERVER_CONSOLE_OIDC = "server.console.oidc" [
        "name", "issuer", "client_id", "client_secret_file", "scopes", "token", "ca",
    ];

    /// The log.
    SERVER_LOG = "server.log" ["format", "filter"];

    /// Traces of contacts.
    SERVER_TRACES = "server.traces" [
        "endpoint", "sample_ratio", "service_name", "headers_file", "ca", "timeout", "backlog",
    ];

    /// The history.
    SERVER_HISTORY = "server.history" ["enabled", "url", "password_file", "keep_back"];

    /// One tenant. In a document of its own these are the keys of the whole text.
    TENANT = "tenants.NAME" [
        "settings", "limits", "skills", "adapters", "calendars", "teams", "reasons", "dispositions", "attributes",
        "profiles", "plans", "rules", "targets", "tariffs", "review_forms", "queues", "agents",
    ];

    /// The table form of the priority mode.
    PRIORITY_MODE = "tenants.NAME.settings.priority_mode" ["aging"];

    /// Which channels a channel may interrupt; a test holds the keys against the channels.
    MAY_INTERRUPT = "tenants.NAME.settings.may_interrupt" [
        "voice", "chat", "email", "sms", "social", "video", "fax", "callback", "task",
    ];

    /// One calendar.
    CALENDAR = "tenants.NAME.calendars.NAME" ["zone", "hours", "holidays"];

    /// One team.
    TEAM = "tenants.NAME.teams.NAME" ["head"];

    /// One routing profile.
    PROFILE = "tenants.NAME.profiles.NAME" ["queues"];

    /// The table form of a queue of a profile.
    PROFILE_QUEUE = "tenants.NAME.profiles.NAME.queues" ["queue", "rank", "delay"];

    /// One named routing plan.
    PLAN = "tenants.NAME.plans.NAME" ["steps"];

    /// One customer class rule.
    RULE = "tenants.NAME.rules.NAME" [
        "when", "queue", "priority", "head_start", "requirement", "plan", "preferred", "dedicated",
    ];

    /// A condition of a rule.
    RULE_CONDITION = "tenants.NAME.rules.NAME.when" ["attribute", "is", "queue", "channel"];

    /// The table form of an entry of a list of preferred agents.
    PREFERRED = "tenants.NAME.rules.NAME.preferred" [
        "agent", "attribute", "team", "head", "same_team", "head_of_team", "for",
    ];

    /// One step of a plan, of a queue or with a name.
    STEP = "tenants.NAME.queues.NAME.plan" [
        "requirement", "drop", "agents", "teams", "tiers", "for", "skip_if", "end_on_miss",
    ];

    /// Which tiers a step is open to.
    STEP_TIERS = "tenants.NAME.queues.NAME.plan.tiers" ["min", "max", "raise"];

    /// The window of the agent a customer last talked to.
    LAST_AGENT = "tenants.NAME.queues.NAME.last_agent" ["within", "for"];

    /// The ring times of some channels; a test holds the keys against the channels.
    RING_BY_CHANNEL = "tenants.NAME.queues.NAME.ring_by_channel" [
        "voice", "chat", "email", "sms", "social", "video", "fax", "callback", "task",
    ];

    /// What becomes of an agent who misses offers.
    AFTER_FAILURE = "tenants.NAME.queues.NAME.after_failure" ["not_ready_after", "scope", "return"];

    /// The table form of an overflow entry.
    OVERFLOW = "tenants.NAME.queues.NAME.overflow" [
        "queue", "agent", "external", "voicemail", "announcement", "callback", "end", "for", "if",
    ];

    /// What must hold for an overflow entry.
    CONDITION = "tenants.NAME.queues.NAME.overflow.if" [
        "open_below", "logged_in_at_least", "free_at_least", "predicted_wait_below",
        "waited_below", "attribute", "is",
    ];

    /// The table form of a target of an exit choice.
    EXIT = "tenants.NAME.queues.NAME.exits.NAME" [
        "queue", "agent", "external", "voicemail", "announcement",
    ];

    /// The table form of wrap-up.
    WRAP_UP = "tenants.NAME.queues.NAME.wrap_up" ["mode", "time", "ceiling", "blocks"];

    /// The table form of a queue that an agent serves.
    MEMBERSHIP = "tenants.NAME.agents.NAME.queues" ["queue", "tier", "position", "share", "reserve"];

    /// An agent's slots; a test holds the keys against the channels.
    CAPACITY = "tenants.NAME.agents.NAME.capacity" [
        "voice", "chat", "email", "sms", "social", "video", "fax", "callback", "task",
    ];
}

#[cfg(test)]
mod tests;

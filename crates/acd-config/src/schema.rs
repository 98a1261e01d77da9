//! Which keys each table of the file may have. The readers can read no other key, and tests hold every one of them
//! against docs/configuration.md and deploy/examples/full.toml.

/// A table of the file with a fixed set of keys.
pub(crate) struct Schema {
    /// The table as docs/configuration.md names it.
    pub(crate) path: &'static str,
    /// Its keys.
    pub(crate) keys: &'static [&'static str],
}

/// Defines the tables, and for the tests the list of all of them.
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
        "listen", "metrics_listen", "data_dir", "shards", "snapshot_every", "drain_timeout",
        "limits", "tls", "auth", "log",
    ];

    /// How much of everything one process may use.
    SERVER_LIMITS = "server.limits" [
        "mailbox", "mailbox_reserve", "batch", "message_bytes", "connections",
        "streams_per_connection", "streams_per_tenant", "stream_buffer", "resume_events",
        "heartbeat", "keepalive_interval", "keepalive_timeout",
    ];

    /// Encryption.
    SERVER_TLS = "server.tls" ["cert", "key", "client_ca"];

    /// Bearer tokens.
    SERVER_AUTH = "server.auth" [
        "algorithm", "key_file", "audience", "issuer", "role_claim", "tenant_claim", "leeway",
    ];

    /// The log.
    SERVER_LOG = "server.log" ["format", "filter"];

    /// One tenant. In a document of its own these are the keys of the whole text.
    TENANT = "tenants.NAME" ["settings", "limits", "skills", "adapters", "queues", "agents"];

    /// What holds for the whole tenant.
    SETTINGS = "tenants.NAME.settings" [
        "priority_mode", "connect", "back_off", "session_grace", "adapter_grace",
        "request_window", "ended_contact_window",
    ];

    /// The table form of the priority mode.
    PRIORITY_MODE = "tenants.NAME.settings.priority_mode" ["aging"];

    /// Back-off after a failed offer.
    BACK_OFF = "tenants.NAME.settings.back_off" ["rejected", "no_answer", "busy", "unreachable"];

    /// How much of everything one tenant may use.
    LIMITS = "tenants.NAME.limits" [
        "open_contacts", "attributes", "attribute_bytes", "note_bytes", "remembered_requests",
        "unacknowledged_directives", "ended_records", "queue_hops",
    ];

    /// One queue.
    QUEUE = "tenants.NAME.queues.NAME" [
        "rank", "requirement", "ring", "max_wait", "max_length", "overflow", "wrap_up",
        "service_level", "short_abandon",
    ];

    /// The table form of an overflow target.
    TARGET = "tenants.NAME.queues.NAME.overflow" ["queue", "external"];

    /// One agent.
    AGENT = "tenants.NAME.agents.NAME" ["address", "queues", "skills", "capacity", "wrap_up"];

    /// An agent's slots; a test holds the keys against the channels.
    CAPACITY = "tenants.NAME.agents.NAME.capacity" [
        "voice", "chat", "email", "sms", "social", "video", "fax", "callback", "task",
    ];
}

#[cfg(test)]
mod tests;

//! Which keys each table of the file may have. The readers can read no other key, and a test holds every one of them
//! against docs/configuration.md.

/// A table of the file with a fixed set of keys.
pub(crate) struct Schema {
    /// The table as docs/configuration.md names it.
    pub(crate) path: &'static str,
    /// Its keys.
    pub(crate) keys: &'static [&'static str],
}

/// The whole file.
pub(crate) static FILE: Schema = Schema {
    path: "",
    keys: &["server", "tenants"],
};

/// How the server runs.
pub(crate) static SERVER: Schema = Schema {
    path: "server",
    keys: &[
        "listen",
        "metrics_listen",
        "data_dir",
        "shards",
        "snapshot_every",
        "drain_timeout",
        "limits",
        "tls",
        "auth",
        "log",
    ],
};

/// How much of everything one process may use.
pub(crate) static SERVER_LIMITS: Schema = Schema {
    path: "server.limits",
    keys: &[
        "mailbox",
        "mailbox_reserve",
        "batch",
        "message_bytes",
        "connections",
        "streams_per_connection",
        "streams_per_tenant",
        "stream_buffer",
        "resume_events",
        "heartbeat",
        "keepalive_interval",
        "keepalive_timeout",
    ],
};

/// Encryption.
pub(crate) static SERVER_TLS: Schema = Schema {
    path: "server.tls",
    keys: &["cert", "key", "client_ca"],
};

/// Bearer tokens.
pub(crate) static SERVER_AUTH: Schema = Schema {
    path: "server.auth",
    keys: &[
        "algorithm",
        "key_file",
        "audience",
        "issuer",
        "role_claim",
        "tenant_claim",
        "leeway",
    ],
};

/// The log.
pub(crate) static SERVER_LOG: Schema = Schema {
    path: "server.log",
    keys: &["format", "filter"],
};

/// One tenant. In a document of its own these are the keys of the whole text.
pub(crate) static TENANT: Schema = Schema {
    path: "tenants.NAME",
    keys: &[
        "settings", "limits", "skills", "adapters", "queues", "agents",
    ],
};

/// What holds for the whole tenant.
pub(crate) static SETTINGS: Schema = Schema {
    path: "tenants.NAME.settings",
    keys: &[
        "priority_mode",
        "connect",
        "back_off",
        "session_grace",
        "adapter_grace",
        "request_window",
        "ended_contact_window",
    ],
};

/// The table form of the priority mode.
pub(crate) static PRIORITY_MODE: Schema = Schema {
    path: "tenants.NAME.settings.priority_mode",
    keys: &["aging"],
};

/// Back-off after a failed offer.
pub(crate) static BACK_OFF: Schema = Schema {
    path: "tenants.NAME.settings.back_off",
    keys: &["rejected", "no_answer", "busy", "unreachable"],
};

/// How much of everything one tenant may use.
pub(crate) static LIMITS: Schema = Schema {
    path: "tenants.NAME.limits",
    keys: &[
        "open_contacts",
        "attributes",
        "attribute_bytes",
        "note_bytes",
        "remembered_requests",
        "unacknowledged_directives",
        "ended_records",
        "queue_hops",
    ],
};

/// One queue.
pub(crate) static QUEUE: Schema = Schema {
    path: "tenants.NAME.queues.NAME",
    keys: &[
        "rank",
        "requirement",
        "ring",
        "max_wait",
        "max_length",
        "overflow",
        "wrap_up",
        "service_level",
        "short_abandon",
    ],
};

/// The table form of an overflow target.
pub(crate) static TARGET: Schema = Schema {
    path: "tenants.NAME.queues.NAME.overflow",
    keys: &["queue", "external"],
};

/// One agent.
pub(crate) static AGENT: Schema = Schema {
    path: "tenants.NAME.agents.NAME",
    keys: &["address", "queues", "skills", "capacity", "wrap_up"],
};

/// An agent's slots; a test holds the keys against the channels.
pub(crate) static CAPACITY: Schema = Schema {
    path: "tenants.NAME.agents.NAME.capacity",
    keys: &[
        "voice", "chat", "email", "sms", "social", "video", "fax", "callback", "task",
    ],
};

//! Who looks.

use acd_client::{Configurator, Endpoint, Supervisor};
use axum::{extract::FromRequestParts, http::request::Parts};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::{Role, Roles, Session, Settings, cookies::unseal};
use crate::{
    app::App,
    mirror::{Mirror, Rights, Shown},
    problem::Problem,
    texts::Locale,
};

/// Who looks: signed in, with rights, language, theme. Handlers take it as an extractor; who is not signed in is sent to
/// the sign-in.
#[derive(Clone)]
pub(crate) struct Visitor {
    /// The tenant of the address, or their only one.
    pub(crate) tenant: String,
    /// All that they may see.
    pub(crate) tenants: Vec<String>,
    /// Who they are.
    pub(crate) subject: String,
    /// What they may.
    pub(crate) roles: Roles,
    /// The agent that they are.
    pub(crate) agent: Option<String>,
    /// Their language, in the tenant's zone.
    pub(crate) locale: Locale,
    /// How else they like the pages.
    pub(crate) settings: Settings,
    /// When their session ends, by the wall clock; 0: not by itself.
    pub(crate) expires_at_ms: i64,
    /// What their forms carry.
    pub(crate) csrf: String,
    /// `/t/NAME` where they have several tenants.
    prefix: String,
    /// The connections to the engine, with their token.
    endpoint: Endpoint,
    app: App,
}

/// The tenant that an address begins with: `/t/NAME/...`. The service takes it off before routes are looked for.
#[derive(Clone, Debug)]
pub(crate) struct AskedTenant(pub(crate) String);

/// What may not stand in a part of a path as it is.
const IN_A_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\');

/// What an address of this tenant begins with.
pub(crate) fn before(tenant: &str) -> String {
    format!("/t/{}", utf8_percent_encode(tenant, IN_A_PATH))
}

impl Visitor {
    /// Their eyes on the tenant.
    pub(crate) fn supervisor(&self) -> Supervisor {
        Supervisor::new(&self.endpoint, &self.tenant)
    }

    /// Their hand in its configuration.
    pub(crate) fn configurator(&self) -> Configurator {
        Configurator::new(&self.endpoint)
    }

    /// What all pages share.
    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    /// What they may see of the tenant, shared with all pages of the same rights.
    ///
    /// # Errors
    /// What the engine says if it refuses, or that it cannot be reached.
    pub(crate) async fn mirror(&self, shown: Shown) -> Result<Mirror, Problem> {
        let roles: Vec<_> = self.roles.iter().map(|role| format!("{role:?}")).collect();
        let rights = Rights {
            tenant: self.tenant.clone(),
            roles: roles.join(" "),
        };
        Ok(self
            .app
            .mirrors
            .of(rights, shown, self.supervisor())
            .await?)
    }

    /// The connections to the engine, with their token: for `AgentSession::login`.
    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The address of a page of this tenant: `/queues`, or `/t/bank/queues` where they have several tenants.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("{}{rest}", self.prefix)
    }

    /// Whether they have this role.
    pub(crate) fn has(&self, role: Role) -> bool {
        self.roles.has(role)
    }

    /// The address of the page they begin with.
    pub(crate) fn home(&self) -> String {
        let page = match () {
            () if self.has(Role::Agent) && self.agent.is_some() => "/desk",
            () if self.has(Role::Supervisor) => "/queues",
            () if self.has(Role::Administrator) => "/config",
            () if self.has(Role::Monitor) => "/wall",
            () => "/settings",
        };
        self.path(page)
    }

    /// Lets who has one of these roles pass; the first is named to the others.
    pub(crate) fn needs(&self, roles: &[Role]) -> Result<(), Problem> {
        match roles.first() {
            Some(first) if !roles.iter().any(|role| self.has(*role)) => {
                Err(Problem::NoRights { needs: *first })
            }
            _ => Ok(()),
        }
    }

    /// Whoever the session says, in the tenant that was asked for.
    fn new(
        app: &App,
        session: Session,
        settings: Settings,
        asked: Option<&str>,
    ) -> Result<Self, Problem> {
        let tenant = match asked {
            Some(asked) => {
                let found = session.tenants.iter().find(|it| it.name == asked);
                found.ok_or_else(|| Problem::NoTenant(asked.to_owned()))?
            }
            None => session.tenants.first().ok_or(Problem::SignedOut)?,
        };
        let prefix = match session.tenants.len() {
            1 => String::new(),
            _ => before(&tenant.name),
        };
        let endpoint = match &session.token {
            Some(token) => app
                .endpoint
                .with_token(acd_client::endpoint::BearerToken::new(token.as_str()))?,
            None => app.endpoint.clone(),
        };
        Ok(Self {
            tenants: session.tenants.iter().map(|it| it.name.clone()).collect(),
            tenant: tenant.name.clone(),
            locale: settings.locale().in_zone(&tenant.zone),
            subject: session.subject,
            roles: session.roles,
            agent: session.agent,
            settings,
            expires_at_ms: session.expires_at_ms,
            csrf: session.csrf,
            prefix,
            endpoint,
            app: app.clone(),
        })
    }
}

#[cfg(test)]
impl Visitor {
    /// Somebody of the tenant `bank` in these roles, for tests of what is shown to them. Their engine is never there.
    pub(crate) fn sample(language: crate::texts::Language, roles: &[Role]) -> Self {
        use acd_client::endpoint::Options;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        // Connections are made when they are needed, which is never.
        let _entered = runtime.enter();
        let endpoint = Endpoint::new(Options::new("http://127.0.0.1:1"));
        let app = App::new(crate::app::Shared {
            options: crate::Options::default(),
            endpoint: endpoint.expect("an endpoint"),
            issuer: None,
            key: cookie::Key::from(&[7; 64]),
            mirrors: crate::mirror::Mirrors::default(),
            watchers: crate::watchers::Watchers::new().expect("threads"),
            figures: crate::figures::Figures::default(),
            stop: tokio_util::sync::CancellationToken::new(),
        });
        let session = Session {
            token: None,
            subject: "otto".to_owned(),
            roles: roles.iter().copied().collect(),
            tenants: vec![super::Tenant {
                name: "bank".to_owned(),
                zone: "Asia/Tehran".to_owned(),
            }],
            agent: None,
            expires_at_ms: 0,
            csrf: "mark".to_owned(),
        };
        let settings = Settings {
            language,
            digits: crate::texts::Digits::Own,
            theme: super::Theme::System,
            sound: true,
            keys: true,
        };
        Self::new(&app, session, settings, None).expect("a visitor")
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let session = unseal(&app.key, &parts.headers).ok_or(Problem::SignedOut)?;
        let settings = Settings::of(&parts.headers);
        let asked = parts.extensions.get::<AskedTenant>();
        let asked = asked.map(|AskedTenant(name)| name.as_str());
        Self::new(app, session, settings, asked)
    }
}

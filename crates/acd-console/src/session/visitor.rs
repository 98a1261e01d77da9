//! Who looks.

use std::time::Duration;

use acd_client::{
    Configurator, Endpoint, Supervisor,
    v1::{ErrorReason, WhoAmIResponse},
};
use axum::{extract::FromRequestParts, http::request::Parts};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use tokio::time::timeout;

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
    /// By which name their open pages are counted.
    pub(crate) person: String,
    /// `/t/NAME` where they have several tenants.
    prefix: String,
    /// Whether they showed a token, and took no seat.
    has_token: bool,
    /// The connections to the engine, with their token.
    endpoint: Endpoint,
    app: App,
}

/// The tenant that an address begins with: `/t/NAME/...`. The service takes it off before routes are looked for.
#[derive(Clone, Debug)]
pub(crate) struct AskedTenant(pub(crate) String);

/// How long the engine may take to say who somebody is, until it counts as away.
const WORD: Duration = Duration::from_secs(2);

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

    /// Asks the engine whether they are still who their cookie says: it was true when they signed in. What the console
    /// holds for several people is shown to nobody else. While the engine is away what it said to a token counts.
    ///
    /// # Errors
    /// [`Problem::SignedOut`] if they are not; for a seat also what the engine says if it cannot be reached.
    pub(crate) async fn is_let_in(&self) -> Result<(), Problem> {
        let away = || acd_client::Error::Unreachable("the engine does not answer".to_owned());
        let answer = timeout(WORD, self.endpoint.who_am_i()).await;
        match answer.unwrap_or_else(|_| Err(away())) {
            Ok(answer) if self.is_as(&answer) => Ok(()),
            Ok(_) => Err(Problem::SignedOut),
            Err(error) if error.reason() == Some(ErrorReason::Unauthenticated) => {
                Err(Problem::SignedOut)
            }
            Err(_) if self.has_token => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the engine says the same of them as their cookie.
    fn is_as(&self, answer: &WhoAmIResponse) -> bool {
        let is_same =
            !answer.authentication || (self.has_token && Roles::told(answer) == self.roles);
        is_same && answer.tenants.iter().any(|it| it.tenant == self.tenant)
    }

    /// What they may see of the tenant, shared with all pages of the same rights. From now on things are called as the
    /// tenant calls them.
    ///
    /// # Errors
    /// What the engine says if it refuses, or that it cannot be reached.
    pub(crate) async fn mirror(&mut self, shown: Shown) -> Result<Mirror, Problem> {
        self.is_let_in().await?;
        let roles: Vec<_> = self.roles.iter().map(|role| format!("{role:?}")).collect();
        let rights = Rights {
            tenant: self.tenant.clone(),
            roles: roles.join(" "),
        };
        let mirrors = &self.app.mirrors;
        let mirror = mirrors.of(rights, shown, self.supervisor()).await?;
        self.locale = self.locale.clone().with_labels(mirror.labels());
        Ok(mirror)
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
            person: session.person().to_owned(),
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
            has_token: session.token.is_some(),
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
            persons: crate::persons::Persons::default(),
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
        let session = unseal(app, &parts.headers).ok_or(Problem::SignedOut)?;
        let settings = Settings::of(&parts.headers);
        let asked = parts.extensions.get::<AskedTenant>();
        let asked = asked.map(|AskedTenant(name)| name.as_str());
        Self::new(app, session, settings, asked)
    }
}

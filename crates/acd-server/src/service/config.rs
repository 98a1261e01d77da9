//! The service for administrators.

use std::collections::BTreeMap;
use std::sync::Arc;

use acd_config::{Change, ChangeKind, Problem, Problems};
use acd_core::command::{
    ApplyConfig, Command, ConfigSource, DeleteTenant, Origin, Reply, SetAgentSkills,
};
use acd_core::config::TenantConfig;
use acd_core::{DryRun, Engine};

use acd_core::event::{AgentSkillsSet, ConfigApplied, Event};
use acd_core::ids::{AgentName, AgentNo, SkillName, TenantName};
use acd_core::requirement::LEVEL_MAX;
use acd_core::state::{State, VersionRecord};
use acd_proto::v1::config_service_server::ConfigService;
use acd_proto::v1::{self, ErrorReason};
use tonic::{Request, Response, Status};

use super::Services;
use super::caller::Caller;
use super::scenarios::Scenarios;
use super::{fields, page};
use crate::error::{ApiError, Violation};
use acd_shard::document_hash::of_document;
use acd_shard::{CallError, Shards};
use acd_view as view;

/// What problems call the document.
const DOCUMENT: &str = "document";
/// The longest comment on a change, in bytes.
const COMMENT_BYTES_MAX: usize = 1_024;

/// See `acd.v1.ConfigService`.
pub(super) struct Configurations {
    shards: Shards,
    scenarios: Scenarios,
}

/// What is in force.
struct InForce {
    version: u64,
    sequence: u64,
    same: bool,
}

impl Configurations {
    pub(super) fn new(services: &Services) -> Self {
        Self {
            shards: services.shards.clone(),
            scenarios: Scenarios::new(),
        }
    }

    async fn in_force(
        &self,
        tenant: &TenantName,
        config: &Arc<TenantConfig>,
    ) -> Result<InForce, ApiError> {
        let config = config.clone();
        let read = self.shards.read(tenant, move |state| {
            let facts = state.facts();
            let same = !facts.deleted && facts.config() == *config;
            InForce {
                version: facts.config_version,
                sequence: facts.seq,
                same,
            }
        });
        Ok(read.await?)
    }

    /// Applies a configuration, or creates the tenant with it.
    async fn apply_config(
        &self,
        caller: &Caller,
        tenant: &TenantName,
        origin: Origin,
        apply: ApplyConfig,
        create: bool,
    ) -> Result<(u64, u64), ApiError> {
        let (reply, sequence) = if create {
            let answered = self
                .shards
                .create_tenant(tenant, origin, apply, caller.called())
                .await?;
            (answered.answer?, answered.sequence)
        } else {
            caller
                .ask(&self.shards, tenant, origin, Command::ApplyConfig(apply))
                .await?
        };
        Ok((applied(reply)?, sequence))
    }

    /// What applying a configuration now would change. The shard only copies what it knows of the tenant; the trial
    /// itself is made elsewhere, so that nobody waits for it.
    async fn tried(
        &self,
        caller: &Caller,
        tenant: &TenantName,
        config: &TenantConfig,
    ) -> Result<Tried, ApiError> {
        let facts = self.shards.facts(tenant).await?;
        let (before, compared_version) = (facts.config(), facts.config_version);
        let apply = ApplyConfig {
            civil: self.shards.civil_time(config),
            config: config.clone().into(),
            source: ConfigSource::Api,
            author: caller.name(),
            comment: "".into(),
            expected_version: None,
            document: None,
        };
        let (name, now) = (tenant.clone(), self.shards.clock().now());
        let trial = move || {
            let engine: Engine = Engine::restore(name, facts);
            engine.dry_run(now, apply)
        };
        let run = self.shards.background().run(trial).await.map_err(|_| {
            let detail = "a defect in trying the configuration; nothing was changed";
            ApiError::new(ErrorReason::Internal, "", detail)
        })??;
        Ok(Tried {
            before,
            compared_version,
            run,
        })
    }

    /// The configuration of one version: the last one that was applied whole, with the skills set since.
    async fn config_of(
        &self,
        tenant: &TenantName,
        version: u64,
    ) -> Result<(VersionRecord, TenantConfig), ApiError> {
        let read = self
            .shards
            .read(tenant, move |state| known_versions(state, version));
        let known = read.await?;
        let newest = known
            .versions
            .last()
            .cloned()
            .ok_or_else(|| unknown_version(version))?;
        if let Some(config) = known.current {
            return Ok((newest, config));
        }
        let mut skills: Vec<(AgentNo, BTreeMap<SkillName, u8>)> = Vec::new();
        for record in known.versions.iter().rev() {
            let event = self
                .shards
                .event(tenant, record.seq)
                .await?
                .map(|recorded| recorded.event);
            match event {
                Some(Event::ConfigApplied(ConfigApplied { config, .. })) => {
                    let mut config = (*config).clone();
                    for (agent, levels) in skills.into_iter().rev() {
                        set_skills(&mut config, known.agents.get(agent.index()), levels);
                    }
                    return Ok((newest, config));
                }
                Some(Event::AgentSkillsSet(AgentSkillsSet {
                    agent,
                    skills: levels,
                    ..
                })) => skills.push((agent, levels)),
                _ => break,
            }
        }
        Err(unknown_version(version))
    }
}

/// A configuration that was tried, and what it was tried on.
#[derive(Default)]
struct Tried {
    before: TenantConfig,
    compared_version: u64,
    run: DryRun,
}

/// The versions up to the one that was asked for, as far as they are remembered.
struct KnownVersions {
    versions: Vec<VersionRecord>,
    /// The configuration, if it is the one in force.
    current: Option<TenantConfig>,
    /// The agents by their numbers.
    agents: Vec<AgentName>,
}

fn known_versions(state: &State, asked: u64) -> KnownVersions {
    let facts = state.facts();
    let version = if asked == 0 {
        facts.config_version
    } else {
        asked
    };
    let mut versions: Vec<VersionRecord> = facts
        .versions
        .iter()
        .filter(|record| record.version <= version)
        .cloned()
        .collect();
    if versions
        .last()
        .is_none_or(|newest| newest.version != version)
    {
        versions.clear();
    }
    KnownVersions {
        versions,
        current: (version == facts.config_version).then(|| facts.config()),
        agents: facts
            .agents
            .iter()
            .map(|agent| agent.config.name.clone())
            .collect(),
    }
}

fn set_skills(
    config: &mut TenantConfig,
    agent: Option<&AgentName>,
    levels: BTreeMap<SkillName, u8>,
) {
    if let Some(agent) = config
        .agents
        .iter_mut()
        .find(|known| Some(&known.name) == agent)
    {
        agent.skills = levels;
    }
}

fn unknown_version(version: u64) -> ApiError {
    let detail = format!("version {version} is not known, or no longer");
    ApiError::new(ErrorReason::UnknownConfigVersion, "version", detail)
}

fn applied(reply: Reply) -> Result<u64, ApiError> {
    match reply {
        Reply::Applied { version } => Ok(version),
        _ => Err(ApiError::new(
            ErrorReason::Internal,
            "",
            "a configuration without a version",
        )),
    }
}

fn change(change: Change) -> v1::ConfigChange {
    use v1::ConfigChangeKind as Kind;
    let (kind, before, after) = match change.kind {
        ChangeKind::Added(value) => (Kind::Added, None, value),
        ChangeKind::Removed(value) => (Kind::Removed, value, None),
        ChangeKind::Changed(values) => {
            let (before, after) = values.unzip();
            (Kind::Changed, before, after)
        }
        ChangeKind::Reordered => (Kind::Reordered, None, None),
    };
    v1::ConfigChange {
        path: change.path,
        sentence: change.sentence,
        kind: kind.into(),
        before: before.unwrap_or_default(),
        after: after.unwrap_or_default(),
    }
}

fn told(problems: &Problems) -> Vec<v1::ConfigProblem> {
    let problems = problems.iter();
    problems
        .map(|problem| told_as(v1::Severity::Error, problem))
        .collect()
}

/// What looks like a slip in a document that can be applied.
fn warnings(document: &str) -> Vec<v1::ConfigProblem> {
    let warnings = acd_config::tenant_warnings(document, DOCUMENT);
    let warnings = warnings.iter();
    warnings
        .map(|problem| told_as(v1::Severity::Warning, problem))
        .collect()
}

fn told_as(severity: v1::Severity, problem: &Problem) -> v1::ConfigProblem {
    v1::ConfigProblem {
        severity: severity.into(),
        path: problem.path.clone(),
        line: problem.line(),
        column: problem.column(),
        message: problem.message.clone(),
        remedy: problem.remedy.clone(),
    }
}

fn invalid(problems: &Problems) -> ApiError {
    let count = problems.iter().count() + problems.untold();
    let mut error = ApiError::new(
        ErrorReason::ConfigInvalid,
        DOCUMENT,
        format!("the document has {count} problems"),
    );
    let violations = problems.iter().map(|problem| Violation {
        field: format!("{DOCUMENT}:{}: {}", problem.line(), problem.path),
        description: format!("{}; {}", problem.message, problem.remedy),
    });
    error.violations = violations.collect();
    error
}

fn version(record: &VersionRecord) -> v1::ConfigVersion {
    v1::ConfigVersion {
        version: record.version,
        sequence: record.seq,
        applied_at_ms: record.at_ms,
        source: view::config_source(record.source).into(),
        author: record.author.to_string(),
        comment: record.comment.to_string(),
    }
}

fn skills(messages: &[v1::SkillLevel]) -> Result<BTreeMap<SkillName, u8>, ApiError> {
    fields::count("skills", messages.len(), acd_core::config::SKILLS_MAX)?;
    let mut skills = BTreeMap::new();
    for (at, message) in messages.iter().enumerate() {
        let field = format!("skills[{at}]");
        let name: SkillName = fields::name(&format!("{field}.skill"), &message.skill)?;
        let level = u8::try_from(message.level)
            .ok()
            .filter(|level| (1..=LEVEL_MAX).contains(level));
        let level = level.ok_or_else(|| {
            let detail = format!("level {} is out of range", message.level);
            ApiError::invalid(
                format!("{field}.level"),
                detail,
                format!("give 1..={LEVEL_MAX}"),
            )
        })?;
        if skills.insert(name, level).is_some() {
            let detail = format!("{:?} stands here a second time", message.skill);
            return Err(ApiError::invalid(
                format!("{field}.skill"),
                detail,
                "give each skill once",
            ));
        }
    }
    Ok(skills)
}

#[tonic::async_trait]
impl ConfigService for Configurations {
    async fn validate(
        &self,
        request: Request<v1::ValidateRequest>,
    ) -> Result<Response<v1::ValidateResponse>, Status> {
        Caller::of(&request)?;
        let document = &request.get_ref().document;
        let problems = match acd_config::parse_tenant(document, DOCUMENT) {
            Ok(_) => warnings(document),
            Err(problems) => told(&problems),
        };
        Ok(Response::new(v1::ValidateResponse { problems }))
    }

    async fn dry_run(
        &self,
        request: Request<v1::DryRunRequest>,
    ) -> Result<Response<v1::DryRunResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let exists = self.shards.exists(&tenant);
        if message.create && exists {
            return Err(ApiError::from(CallError::TenantExists(tenant)).into());
        }
        if !message.create && !exists {
            return Err(ApiError::from(CallError::UnknownTenant(tenant)).into());
        }
        let config = match acd_config::parse_tenant(&message.document, DOCUMENT) {
            Ok(config) => config,
            Err(problems) => {
                return Ok(Response::new(v1::DryRunResponse {
                    problems: told(&problems),
                    ..Default::default()
                }));
            }
        };
        let Tried {
            before,
            compared_version,
            run,
        } = match exists {
            true => self.tried(&caller, &tenant, &config).await?,
            false => Tried::default(),
        };
        let changes = acd_config::diff(&before, &config).into_iter().map(change);
        Ok(Response::new(v1::DryRunResponse {
            problems: warnings(&message.document),
            changes: changes.collect(),
            effects: view::effects(&run),
            compared_version,
            contacts: view::contact_effects(&run),
            contacts_affected: u32::try_from(run.contacts.len()).unwrap_or(u32::MAX),
        }))
    }

    async fn run_scenarios(
        &self,
        request: Request<v1::RunScenariosRequest>,
    ) -> Result<Response<v1::RunScenariosResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let parsed = acd_config::parse_tenant(&message.document, DOCUMENT);
        parsed.map_err(|problems| invalid(&problems))?;
        let ran = self
            .scenarios
            .run(&self.shards, message, caller.called().deadline)
            .await?;
        Ok(Response::new(v1::RunScenariosResponse { results: ran }))
    }

    async fn apply(
        &self,
        request: Request<v1::ApplyRequest>,
    ) -> Result<Response<v1::ApplyResponse>, Status> {
        let (caller, mut message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let origin = caller.origin(&mut message)?;
        fields::length("comment", &message.comment, COMMENT_BYTES_MAX)?;
        let parsed = acd_config::parse_tenant(&message.document, DOCUMENT);
        let config = Arc::new(parsed.map_err(|problems| invalid(&problems))?);
        let problems = warnings(&message.document);
        let expected_version = Some(message.expected_version).filter(|version| *version != 0);
        if !message.create {
            let InForce {
                version,
                sequence,
                same,
            } = self.in_force(&tenant, &config).await?;
            if same && expected_version.is_none_or(|expected| expected == version) {
                return Ok(Response::new(v1::ApplyResponse {
                    version,
                    sequence,
                    problems,
                }));
            }
        }
        let apply = ApplyConfig {
            civil: self.shards.civil_time(&config),
            document: Some(of_document(&config)),
            config,
            source: ConfigSource::Api,
            author: caller.name(),
            comment: message.comment.into(),
            expected_version,
        };
        let (version, sequence) = self
            .apply_config(&caller, &tenant, origin, apply, message.create)
            .await?;
        tracing::info!(%tenant, version, author = %caller.name(), "configuration applied");
        Ok(Response::new(v1::ApplyResponse {
            version,
            sequence,
            problems,
        }))
    }

    async fn rollback(
        &self,
        request: Request<v1::RollbackRequest>,
    ) -> Result<Response<v1::RollbackResponse>, Status> {
        let (caller, mut message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let origin = caller.origin(&mut message)?;
        fields::length("comment", &message.comment, COMMENT_BYTES_MAX)?;
        let earlier = fields::id("version", message.version)?;
        let (_, config) = self.config_of(&tenant, earlier).await?;
        let comment = match message.comment.as_str() {
            "" => format!("rollback to version {earlier}"),
            said => said.to_owned(),
        };
        let apply = ApplyConfig {
            civil: self.shards.civil_time(&config),
            config: config.into(),
            source: ConfigSource::Api,
            author: caller.name(),
            comment: comment.into(),
            expected_version: Some(message.expected_version).filter(|version| *version != 0),
            document: None,
        };
        let (version, sequence) = self
            .apply_config(&caller, &tenant, origin, apply, false)
            .await?;
        tracing::info!(%tenant, version, earlier, author = %caller.name(), "configuration rolled back");
        Ok(Response::new(v1::RollbackResponse { version, sequence }))
    }

    async fn get(
        &self,
        request: Request<v1::GetRequest>,
    ) -> Result<Response<v1::GetResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let (record, config) = self.config_of(&tenant, message.version).await?;
        let document = acd_config::render(&config);
        Ok(Response::new(v1::GetResponse {
            version: Some(version(&record)),
            document,
        }))
    }

    async fn history(
        &self,
        request: Request<v1::HistoryRequest>,
    ) -> Result<Response<v1::HistoryResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let size = page::size(message.page_size)?;
        let below = page::begin(&message.page_token)?.unwrap_or(u64::MAX);
        let read = self.shards.read(&tenant, move |state| {
            let versions = state
                .facts()
                .versions
                .iter()
                .rev()
                .filter(|record| record.version < below);
            versions
                .take(size + 1)
                .cloned()
                .collect::<Vec<VersionRecord>>()
        });
        let mut records = read.await.map_err(ApiError::from)?;
        let more = records.len() > size;
        records.truncate(size);
        let last = records.last().filter(|_| more);
        let next_page_token = last
            .map(|record| record.version.to_string())
            .unwrap_or_default();
        Ok(Response::new(v1::HistoryResponse {
            versions: records.iter().map(version).collect(),
            next_page_token,
        }))
    }

    async fn list_tenants(
        &self,
        request: Request<v1::ListTenantsRequest>,
    ) -> Result<Response<v1::ListTenantsResponse>, Status> {
        let caller = Caller::of(&request)?;
        let mut tenants = Vec::new();
        for tenant in self.shards.tenants() {
            if !caller.sees(&tenant) {
                continue;
            }
            let version = self
                .shards
                .read(&tenant, |state| state.facts().config_version)
                .await;
            match version {
                Ok(config_version) => tenants.push(v1::TenantInfo {
                    tenant: tenant.to_string(),
                    config_version,
                }),
                // Deleted between the two looks.
                Err(CallError::UnknownTenant(_)) => {}
                Err(error) => return Err(ApiError::from(error).into()),
            }
        }
        Ok(Response::new(v1::ListTenantsResponse { tenants }))
    }

    async fn delete_tenant(
        &self,
        request: Request<v1::DeleteTenantRequest>,
    ) -> Result<Response<v1::DeleteTenantResponse>, Status> {
        let (caller, mut message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let origin = caller.origin(&mut message)?;
        let command = Command::DeleteTenant(DeleteTenant {
            author: caller.name(),
        });
        let (_, sequence) = caller.ask(&self.shards, &tenant, origin, command).await?;
        tracing::info!(%tenant, author = %caller.name(), "tenant deleted");
        Ok(Response::new(v1::DeleteTenantResponse { sequence }))
    }

    async fn set_agent_skills(
        &self,
        request: Request<v1::SetAgentSkillsRequest>,
    ) -> Result<Response<v1::SetAgentSkillsResponse>, Status> {
        let (caller, mut message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let origin = caller.origin(&mut message)?;
        let set = SetAgentSkills {
            agent: fields::name("agent", &message.agent)?,
            skills: skills(&message.skills)?,
            author: caller.name(),
        };
        let (reply, sequence) = caller
            .ask(&self.shards, &tenant, origin, Command::SetAgentSkills(set))
            .await?;
        Ok(Response::new(v1::SetAgentSkillsResponse {
            version: applied(reply)?,
            sequence,
        }))
    }
}

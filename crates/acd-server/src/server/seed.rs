//! Bringing the configuration file into force. The journal holds the routing configuration; the file seeds it, and an
//! edited file is a new version as long as nobody has changed the configuration otherwise since.

use std::fmt;

use acd_config::{Change, diff};
use acd_core::Engine;
use acd_core::command::{ApplyConfig, Command, ConfigSource, Origin, Request};
use acd_core::config::TenantConfig;
use acd_core::ids::TenantName;
use acd_core::refusal::Refusal;
use tracing::{info, warn};

use super::Options;
use crate::shard::{CallError, Shards};

/// Who applies what the file says, in the list of versions.
const AUTHOR: &str = "configuration file";

/// What holds where file and journal differ although the configuration was changed otherwise than by the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precedence {
    /// Neither: do not start, say what differs.
    #[default]
    Refuse,
    /// The file: what was changed otherwise is replaced.
    File,
    /// The journal: the file is not applied.
    Journal,
}

/// A tenant whose configuration was changed otherwise since the file was applied, and differs from the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The tenant.
    pub tenant: TenantName,
    /// The version in force.
    pub version: u64,
    /// What the file would change; empty: the tenant was deleted.
    pub changes: Vec<Change>,
}

/// Why the file could not be brought into force.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// File and journal differ, and both were changed.
    #[error(
        "{file}: the configuration was changed through the API since this file was applied, and differs:\n{}\n\
         Start with --prefer file to apply the file, or with --prefer journal to keep what is in force",
        Listed(conflicts)
    )]
    Conflicts {
        /// The file.
        file: String,
        /// Each tenant that differs.
        conflicts: Vec<Conflict>,
    },
    /// A shard did not take it.
    #[error("{file}: tenant {tenant}: {source}")]
    Call {
        /// The file.
        file: String,
        /// The tenant.
        tenant: TenantName,
        /// Why.
        source: CallError,
    },
    /// The engine refused it.
    #[error("{file}: tenant {tenant}: {refusal}")]
    Refused {
        /// The file.
        file: String,
        /// The tenant.
        tenant: TenantName,
        /// Why.
        refusal: Refusal,
    },
}

/// What is to be done about one tenant of the file.
#[derive(Debug, PartialEq, Eq)]
enum Plan {
    Create,
    Apply { version: u64 },
    Keep,
    Conflict(Conflict),
}

/// Judges all tenants of the file, and only then applies each.
pub(super) async fn seed(shards: &Shards, options: &Options) -> Result<(), SeedError> {
    let mut plans = Vec::with_capacity(options.config.tenants.len());
    for (tenant, config) in &options.config.tenants {
        let plan = judge(shards, tenant, config)
            .await
            .map_err(|source| failed(options, tenant, source))?;
        plans.push((tenant, config, plan));
    }
    if options.precedence == Precedence::Refuse {
        refuse_conflicts(options, &plans)?;
    }
    for (tenant, config, plan) in plans {
        carry_out(shards, options, tenant, config, plan).await?;
    }
    Ok(())
}

fn refuse_conflicts(
    options: &Options,
    plans: &[(&TenantName, &TenantConfig, Plan)],
) -> Result<(), SeedError> {
    let conflicts: Vec<Conflict> = plans
        .iter()
        .filter_map(|(_, _, plan)| match plan {
            Plan::Conflict(conflict) => Some(conflict.clone()),
            Plan::Create | Plan::Apply { .. } | Plan::Keep => None,
        })
        .collect();
    if conflicts.is_empty() {
        return Ok(());
    }
    let file = options.config_file.clone();
    Err(SeedError::Conflicts { file, conflicts })
}

async fn judge(
    shards: &Shards,
    tenant: &TenantName,
    config: &TenantConfig,
) -> Result<Plan, CallError> {
    let wanted = config.clone();
    match shards
        .read(tenant, move |engine| compare(engine, &wanted))
        .await
    {
        Err(CallError::UnknownTenant(_)) => Ok(Plan::Create),
        judged => judged,
    }
}

/// What the file means for a tenant that the journal knows.
fn compare(engine: &Engine, wanted: &TenantConfig) -> Plan {
    let facts = engine.state().facts();
    let version = facts.config_version;
    let conflict = |changes| {
        Plan::Conflict(Conflict {
            tenant: engine.tenant().clone(),
            version,
            changes,
        })
    };
    if facts.deleted {
        return conflict(Vec::new());
    }
    let changes = diff(&facts.config(), wanted);
    let source = facts.versions.back().map(|last| last.source);
    match source {
        _ if changes.is_empty() => Plan::Keep,
        Some(ConfigSource::File) => Plan::Apply { version },
        Some(ConfigSource::Api) | None => conflict(changes),
    }
}

async fn carry_out(
    shards: &Shards,
    options: &Options,
    tenant: &TenantName,
    config: &TenantConfig,
    plan: Plan,
) -> Result<(), SeedError> {
    let (creates, expected_version) = match plan {
        Plan::Keep => return Ok(()),
        Plan::Create => (true, None),
        Plan::Apply { version } => (false, Some(version)),
        Plan::Conflict(conflict) if options.precedence == Precedence::Journal => {
            warn!(%tenant, version = conflict.version, "the journal's configuration stays in force, the file differs");
            return Ok(());
        }
        Plan::Conflict(conflict) => (conflict.changes.is_empty(), Some(conflict.version)),
    };
    for warning in config.warnings() {
        warn!(%tenant, path = warning.path, "{}; {}", warning.message, warning.remedy);
    }
    let apply = ApplyConfig {
        civil: shards.civil_time(config),
        config: config.clone().into(),
        source: ConfigSource::File,
        author: AUTHOR.into(),
        comment: options.config_file.as_str().into(),
        expected_version,
    };
    let answered = if creates {
        shards
            .create_tenant(tenant, Origin::Internal, apply, None)
            .await
    } else {
        let request = Request::internal(Command::ApplyConfig(apply));
        shards.request(tenant, request, None).await
    };
    let answered = answered.map_err(|source| failed(options, tenant, source))?;
    match answered.answer {
        Ok(_) => {
            info!(%tenant, creates, "configuration applied from the file");
            Ok(())
        }
        Err(refusal) => Err(SeedError::Refused {
            file: options.config_file.clone(),
            tenant: tenant.clone(),
            refusal,
        }),
    }
}

fn failed(options: &Options, tenant: &TenantName, source: CallError) -> SeedError {
    SeedError::Call {
        file: options.config_file.clone(),
        tenant: tenant.clone(),
        source,
    }
}

/// Conflicts, a line for each difference.
struct Listed<'a>(&'a [Conflict]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, conflict) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            let Conflict {
                tenant, version, ..
            } = conflict;
            write!(f, "  tenant {tenant}, version {version}:")?;
            if conflict.changes.is_empty() {
                write!(f, " deleted")?;
            }
            for change in &conflict.changes {
                write!(f, "\n    {}", change.sentence)?;
            }
        }
        Ok(())
    }
}

//! Bringing the configuration file into force. The journal holds the routing configuration, and the hash of the file
//! that was read last. The file seeds the journal, and an edited file is a new version as long as nobody has changed the
//! configuration otherwise since. A file that has not changed leaves what is in force alone.

use std::fmt;

use acd_config::{Change, diff};
use acd_core::command::{ApplyConfig, Command, ConfigSource, NoteConfigFile, Origin, Request};
use acd_core::config::TenantConfig;
use acd_core::ids::TenantName;
use acd_core::refusal::Refusal;
use acd_core::state::{Facts, State};
use tracing::{info, warn};

use super::Options;
use acd_shard::document_hash::of_document;
use acd_shard::{Answered, CallError, Shards};

/// Who applies what the file says, in the list of versions.
const AUTHOR: &str = "configuration file";

/// What holds where file and journal differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precedence {
    /// Whichever was changed; if both were, do not start and say what differs.
    #[default]
    Refuse,
    /// The file: what was changed otherwise is replaced.
    File,
    /// The journal: the file is not applied.
    Journal,
}

/// A tenant whose configuration is not what the file says.
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
        "{file}: the file was edited and the configuration was changed through the API since the two were in accord. \
         To apply the file would mean:\n{}\n\
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
    /// The journal does not know it.
    Create,
    /// Only the file was changed.
    Apply { version: u64 },
    /// The file says what is in force.
    Agree,
    /// Only the journal was changed.
    Keep(Conflict),
    /// Both were changed.
    Refuse(Conflict),
}

/// One tenant of the file, with the hash of what the file says of it.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    tenant: &'a TenantName,
    config: &'a TenantConfig,
    document: u64,
}

/// Brings the file of these options into force: judges all of its tenants, and only then applies each.
///
/// # Errors
/// Why it could not be brought into force; tenants before the one that failed were.
pub async fn seed(shards: &Shards, options: &Options) -> Result<(), SeedError> {
    let mut plans = Vec::with_capacity(options.config.tenants.len());
    for (tenant, config) in &options.config.tenants {
        let wanted = Wanted {
            tenant,
            config,
            document: of_document(config),
        };
        let plan = judge(shards, wanted)
            .await
            .map_err(|source| failed(options, tenant, source))?;
        plans.push((wanted, plan));
    }
    if options.precedence == Precedence::Refuse {
        refuse_conflicts(options, &plans)?;
    }
    for (wanted, plan) in plans {
        carry_out(shards, options, wanted, plan).await?;
    }
    Ok(())
}

fn refuse_conflicts(options: &Options, plans: &[(Wanted<'_>, Plan)]) -> Result<(), SeedError> {
    let conflicts: Vec<Conflict> = plans
        .iter()
        .filter_map(|(_, plan)| match plan {
            Plan::Refuse(conflict) => Some(conflict.clone()),
            Plan::Create | Plan::Apply { .. } | Plan::Agree | Plan::Keep(_) => None,
        })
        .collect();
    if conflicts.is_empty() {
        return Ok(());
    }
    let file = options.config_file.clone();
    Err(SeedError::Conflicts { file, conflicts })
}

async fn judge(shards: &Shards, wanted: Wanted<'_>) -> Result<Plan, CallError> {
    let (config, document) = (wanted.config.clone(), wanted.document);
    let tenant = wanted.tenant.clone();
    match shards
        .read(wanted.tenant, move |state| {
            compare(&tenant, state, &config, document)
        })
        .await
    {
        Err(CallError::UnknownTenant(_)) => {
            let known = shards.last_file_of_deleted(wanted.tenant).await?;
            Ok(known.map_or(Plan::Create, |known| deleted(wanted, known)))
        }
        judged => judged,
    }
}

/// What the file means for a tenant that was deleted when this document was the last one read.
fn deleted(wanted: Wanted<'_>, known: u64) -> Plan {
    let conflict = Conflict {
        tenant: wanted.tenant.clone(),
        version: 0,
        changes: Vec::new(),
    };
    match known == wanted.document {
        true => Plan::Keep(conflict),
        false => Plan::Refuse(conflict),
    }
}

/// What the file means for a tenant that the journal knows.
fn compare(tenant: &TenantName, state: &State, wanted: &TenantConfig, document: u64) -> Plan {
    let facts = state.facts();
    let version = facts.config_version;
    let changes = diff(&facts.config(), wanted);
    if changes.is_empty() {
        return Plan::Agree;
    }
    let conflict = Conflict {
        tenant: tenant.clone(),
        version,
        changes,
    };
    if is_known(facts, document) {
        Plan::Keep(conflict)
    } else if is_the_files(facts) {
        Plan::Apply { version }
    } else {
        Plan::Refuse(conflict)
    }
}

/// Whether the file is as it was read last, or was applied through the API since.
fn is_known(facts: &Facts, document: u64) -> bool {
    let read_last = facts.config_file.map(|file| file.document);
    let read_at = facts.config_file.map_or(0, |file| file.version);
    let mut applied_since = facts.versions.iter().filter(|it| it.version > read_at);
    read_last == Some(document) || applied_since.any(|it| it.document == Some(document))
}

/// Whether what is in force is what the file said as it was read last.
fn is_the_files(facts: &Facts) -> bool {
    let file = facts.config_file.filter(|file| file.in_force);
    file.is_some_and(|file| file.version == facts.config_version)
}

async fn carry_out(
    shards: &Shards,
    options: &Options,
    wanted: Wanted<'_>,
    plan: Plan,
) -> Result<(), SeedError> {
    let tenant = wanted.tenant;
    let prefers_file = options.precedence == Precedence::File;
    match plan {
        Plan::Create => apply(shards, options, wanted, None).await,
        Plan::Apply { version } => apply(shards, options, wanted, Some(version)).await,
        Plan::Agree => note(shards, options, wanted, true).await,
        Plan::Keep(conflict) | Plan::Refuse(conflict) if prefers_file => {
            let version = Some(conflict.version).filter(|_| !conflict.changes.is_empty());
            apply(shards, options, wanted, version).await
        }
        Plan::Keep(conflict) => {
            info!(%tenant, version = conflict.version, "changed through the API since the file was read; that stays in force");
            note(shards, options, wanted, false).await
        }
        Plan::Refuse(conflict) => {
            warn!(%tenant, version = conflict.version, "the journal's configuration stays in force, the file differs");
            note(shards, options, wanted, false).await
        }
    }
}

/// Applies what the file says to a tenant at this version; none: creates the tenant.
async fn apply(
    shards: &Shards,
    options: &Options,
    wanted: Wanted<'_>,
    expected_version: Option<u64>,
) -> Result<(), SeedError> {
    let Wanted { tenant, config, .. } = wanted;
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
        document: Some(wanted.document),
    };
    let creates = expected_version.is_none();
    let answered = if creates {
        shards
            .create_tenant(tenant, Origin::Internal, apply, None)
            .await
    } else {
        let request = Request::internal(Command::ApplyConfig(apply));
        shards.request(tenant, request, None).await
    };
    accept(options, tenant, answered)?;
    info!(%tenant, creates, "configuration applied from the file");
    Ok(())
}

/// Has the journal remember what the file says.
async fn note(
    shards: &Shards,
    options: &Options,
    wanted: Wanted<'_>,
    in_force: bool,
) -> Result<(), SeedError> {
    let command = Command::NoteConfigFile(NoteConfigFile {
        document: wanted.document,
        in_force,
    });
    let request = Request::internal(command);
    let answered = shards.request(wanted.tenant, request, None).await;
    accept(options, wanted.tenant, answered)
}

fn accept(
    options: &Options,
    tenant: &TenantName,
    answered: Result<Answered, CallError>,
) -> Result<(), SeedError> {
    let answered = answered.map_err(|source| failed(options, tenant, source))?;
    answered
        .answer
        .map(drop)
        .map_err(|refusal| SeedError::Refused {
            file: options.config_file.clone(),
            tenant: tenant.clone(),
            refusal,
        })
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
                write!(f, " the deleted tenant comes back")?;
            }
            for change in &conflict.changes {
                write!(f, "\n    {}", change.sentence)?;
            }
        }
        Ok(())
    }
}

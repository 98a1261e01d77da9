//! The tenant a script is played in.

use acd_client::v1::GetFiguresResponse;
use acd_client::{Configurator, Endpoint, Supervisor, configurator};
use acd_core::config::TenantConfig;
use acd_replay::play::live;
use anyhow::{Context as _, bail};

/// A tenant that is ready for a play.
pub(crate) struct Tenant {
    pub(crate) name: String,
    /// What had been counted in it before.
    pub(crate) before: GetFiguresResponse,
    /// Put behind the ids of calls: an id of an earlier play in the same tenant would be refused as ended.
    pub(crate) contact_suffix: String,
}

/// Creates the tenant with this configuration, or with `reuse` puts it in force in the one that exists.
pub(crate) async fn prepare(
    endpoint: &Endpoint,
    name: &str,
    config: &TenantConfig,
    reuse: bool,
) -> anyhow::Result<Tenant> {
    let configurator = Configurator::new(endpoint);
    let exists = configurator
        .tenants()
        .await?
        .iter()
        .any(|tenant| tenant.tenant == name);
    if exists && !reuse {
        bail!(
            "the server has a tenant `{name}` already; choose a new name with --tenant, or replace the configuration of \
             this one with --reuse-tenant"
        );
    }
    if exists {
        check_idle(endpoint, name).await?;
    }
    let change = configurator::Change {
        document: acd_config::render(config),
        create: !exists,
        comment: "for a replay".to_owned(),
        ..configurator::Change::default()
    };
    configurator
        .apply(name, change)
        .await
        .with_context(|| format!("cannot configure the tenant `{name}`"))?;
    let before = Supervisor::new(endpoint, name).get_figures().await?;
    let contact_suffix = if exists {
        format!("@{}", before.sequence)
    } else {
        String::new()
    };
    Ok(Tenant {
        name: name.to_owned(),
        before,
        contact_suffix,
    })
}

/// Calls of others would be served by our agents, and counted as ours.
async fn check_idle(endpoint: &Endpoint, name: &str) -> anyhow::Result<()> {
    let waiting = live::in_queue(&Supervisor::new(endpoint, name).get_figures().await?);
    if waiting > 0 {
        bail!(
            "{waiting} contacts wait in the tenant `{name}`; let them end, or choose another tenant with --tenant"
        );
    }
    Ok(())
}

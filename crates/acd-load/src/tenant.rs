//! The configuration a load needs, and putting it in force.

use std::fmt::Write as _;

use acd_client::{Configurator, Endpoint, Error, configurator::Change};

use crate::plan::Plan;

/// Where a load finds its tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setup {
    /// It is made; there must be none of its name.
    Create,
    /// It is made, or its configuration replaced.
    Replace,
    /// It has the configuration already: the callers need no right to configure.
    Prepared,
}

/// Why the tenant is not ready.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// There is one of this name.
    #[error(
        "--tenant: the server has a tenant `{0}` already; choose a new name, replace its configuration with \
         --reuse-tenant, or use it as it is with --prepared"
    )]
    Exists(String),
    /// The server did not do as asked.
    #[error(transparent)]
    Server(#[from] Error),
}

/// Puts the configuration of `plan` in force.
///
/// # Errors
/// A tenant of this name, or what the server refused.
pub async fn prepare(
    endpoint: &Endpoint,
    tenant: &str,
    plan: &Plan,
    setup: Setup,
) -> Result<(), SetupError> {
    if setup == Setup::Prepared {
        return Ok(());
    }
    let configurator = Configurator::new(endpoint);
    let tenants = configurator.tenants().await?;
    let exists = tenants.iter().any(|known| known.tenant == tenant);
    if exists && setup == Setup::Create {
        return Err(SetupError::Exists(tenant.to_owned()));
    }
    let change = Change {
        document: document(plan),
        create: !exists,
        comment: "for a load".to_owned(),
        ..Change::default()
    };
    configurator.apply(tenant, change).await?;
    Ok(())
}

/// The tenant's document: queues, skills, agents and adapters of `plan`.
#[must_use]
pub fn document(plan: &Plan) -> String {
    let mut text = String::new();
    // Writing to a text does not fail.
    let _ = write_document(&mut text, plan);
    text
}

fn write_document(text: &mut String, plan: &Plan) -> std::fmt::Result {
    let quoted = |names: Vec<String>| {
        let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        names.join(", ")
    };
    let skills = (0..plan.skills).map(skill).collect();
    writeln!(text, "skills = [{}]", quoted(skills))?;
    let adapters = (0..plan.adapters).map(adapter).collect();
    writeln!(text, "adapters = [{}]", quoted(adapters))?;
    for number in 0..plan.queues {
        writeln!(text, "\n[queues.{}]", queue(number))?;
        if let Some(of) = plan.skill_of(number) {
            writeln!(text, "requirement = \"{} >= 1\"", skill(of))?;
        }
        writeln!(text, "wrap_up = \"{}ms\"", plan.wrap_up.as_millis())?;
    }
    for number in 0..plan.agents {
        let queues: Vec<u32> = plan.queues_of(number).collect();
        let mut skills: Vec<u32> = queues.iter().filter_map(|of| plan.skill_of(*of)).collect();
        skills.sort_unstable();
        skills.dedup();
        // Levels differ, as they do among people.
        let levels = skills
            .iter()
            .map(|of| format!("{} = {}", skill(*of), 1 + (number + of) % 10));
        let levels: Vec<String> = levels.collect();
        writeln!(text, "\n[agents.{}]", agent(number))?;
        writeln!(
            text,
            "queues = [{}]",
            quoted(queues.into_iter().map(queue).collect())
        )?;
        writeln!(text, "skills = {{ {} }}", levels.join(", "))?;
    }
    Ok(())
}

pub(crate) fn agent(number: u32) -> String {
    format!("agent-{number:05}")
}

pub(crate) fn queue(number: u32) -> String {
    format!("queue-{number:04}")
}

pub(crate) fn adapter(number: u32) -> String {
    format!("switch-{number:02}")
}

fn skill(number: u32) -> String {
    format!("skill-{number:03}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_document_has_all_that_the_plan_asks_for() {
        let plan = Plan {
            agents: 2,
            queues: 2,
            queues_per_agent: 1,
            skills: 1,
            wrap_up: Duration::from_millis(1_500),
            ..Plan::default()
        };
        let expected = r#"skills = ["skill-000"]
adapters = ["switch-00"]

[queues.queue-0000]
requirement = "skill-000 >= 1"
wrap_up = "1500ms"

[queues.queue-0001]
requirement = "skill-000 >= 1"
wrap_up = "1500ms"

[agents.agent-00000]
queues = ["queue-0000"]
skills = { skill-000 = 1 }

[agents.agent-00001]
queues = ["queue-0001"]
skills = { skill-000 = 2 }
"#;
        assert_eq!(document(&plan), expected);
    }
}

//! Tenants that come and go: an administrator makes one, somebody works in it, and it is deleted, often too early.

use std::time::Duration;

use acd_client::configurator::{Change, Configurator};
use acd_client::{AgentSession, Error};
use tokio::time::timeout;

use super::{World, note_error, pause};
use crate::centre::{self, VISITING, agent};
use crate::chance::Chance;
use crate::network::ClientNo;

/// How many agents such a tenant has.
const AGENTS: usize = 2;

/// Comes and goes until all is calm.
pub(crate) async fn come_and_go(world: World, client: ClientNo) {
    let mut chance = Chance::of(world.seed, "visitors", 0);
    loop {
        pause(chance.up_to(Duration::from_secs(60))).await;
        if world.told.is_calm() {
            return;
        }
        if let Err(error) = visit(&world, client, &mut chance).await {
            note_error(&world, "refusal", &error);
        }
    }
}

async fn visit(world: &World, client: ClientNo, chance: &mut Chance) -> Result<(), Error> {
    let endpoint = world.endpoint(client, chance);
    let configurator = Configurator::new(&endpoint);
    let change = Change {
        document: centre::document(AGENTS, chance),
        create: true,
        ..Change::default()
    };
    if let Err(error) = configurator.apply(VISITING, change).await {
        // One of a visit before, whose end was never heard of.
        note_error(world, "refusal", &error);
    }
    let mut session = AgentSession::login(&endpoint, VISITING, &agent(0)).await?;
    let stays = chance.up_to(Duration::from_secs(20));
    if let Ok(Err(error)) = timeout(stays, session.next()).await {
        note_error(world, "stream end", &error);
    }
    if let Err(error) = configurator.delete_tenant(VISITING).await {
        note_error(world, "refusal", &error);
    }
    session.commands().logout().await?;
    pause(chance.up_to(Duration::from_secs(10))).await;
    configurator.delete_tenant(VISITING).await?;
    if let Err(error) = session.commands().ready().await {
        note_error(world, "refusal", &error);
    }
    Ok(())
}

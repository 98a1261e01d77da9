//! A supervisor who watches: whatever their screen shows at a sequence is what the events up to it make of the tenant.

use acd_client::Supervisor;
use acd_client::supervisor::TenantView;
use acd_core::state::State;
use acd_proto::v1::ViewFilter;
use acd_view::tenant_snapshot;

use super::{World, note_error, pause};
use crate::centre::TENANT;
use crate::chance::Chance;
use crate::network::ClientNo;

/// One screen in so many is compared while things go wrong; in the calm each is.
const SCREENS_COMPARED: u32 = 40;

/// A stream tells the place of so many of a queue whenever it changes, and of others when they change otherwise.
const POSITIONS_TOLD: u32 = 200;

/// A supervisor with the SDK's watch.
pub(crate) struct Watcher {
    world: World,
    client: ClientNo,
    chance: Chance,
    filter: ViewFilter,
}

impl Watcher {
    pub(crate) fn new(world: World, client: ClientNo, number: usize) -> Self {
        let mut chance = Chance::of(world.seed, "watcher", number);
        let filter = ViewFilter {
            queues: true,
            agents: true,
            contacts: number == 0 || chance.once_in(2),
            acts: chance.once_in(2),
            performance: chance.once_in(2),
            ..ViewFilter::default()
        };
        Self {
            world,
            client,
            chance,
            filter,
        }
    }

    /// Watches for ever.
    pub(crate) async fn run(mut self) {
        loop {
            let endpoint = self.world.endpoint(self.client, &mut self.chance);
            let mut watch = Supervisor::new(&endpoint, TENANT).watch(self.filter.clone());
            let mut screen = TenantView::default();
            let error = loop {
                match watch.next().await {
                    Ok(step) => {
                        self.world.history.told(TENANT, step.sequence);
                        screen.take(step);
                        self.compare(&screen);
                    }
                    Err(error) => break error,
                }
            };
            note_error(&self.world, "stream end", &error);
            let length = self.world.told.rest(&mut self.chance);
            pause(length).await;
        }
    }

    /// What is shown is what the events make of it.
    fn compare(&mut self, screen: &TenantView) {
        let is_calm = self.world.told.is_calm();
        if !is_calm && !self.chance.once_in(SCREENS_COMPARED) {
            return;
        }
        let history = &self.world.history;
        let compared = history.look(TENANT, |state| {
            let is_same_instant = state.facts().seq == screen.sequence;
            is_same_instant.then(|| difference(&self.filter, screen, state))
        });
        match compared.flatten() {
            None => {}
            Some(None) => self
                .world
                .told
                .screen_is_right(self.client, screen.sequence),
            Some(Some(seen)) => history.violated(
                "what is shown is what the events make of it",
                format!("a watch at {}: {seen}", screen.sequence),
            ),
        }
    }
}

/// What a screen shows otherwise than it is.
fn difference(filter: &ViewFilter, screen: &TenantView, state: &State) -> Option<String> {
    let filter = acd_view::view_filter(state, Some(filter)).expect("it names nobody");
    // How queues have done depends on when it is asked.
    let mut right = tenant_snapshot(state, &filter, 0, usize::MAX).expect("there is room");
    let mut contacts = screen.contacts.clone();
    for contact in &mut right.contacts {
        if contact.position > POSITIONS_TOLD
            && let Some(shown) = contacts.get_mut(&contact.contact_id)
        {
            (shown.position, shown.predicted) = (contact.position, contact.predicted);
        }
    }
    let parts = [
        differs("queues", screen.queues.values(), &right.queues, |it| {
            &it.queue
        }),
        differs("agents", screen.agents.values(), &right.agents, |it| {
            &it.agent
        }),
        differs("contacts", contacts.values(), &right.contacts, |it| {
            &it.contact_id
        }),
        differs(
            "adapters",
            screen.adapters.values(),
            &right.adapters,
            |it| &it.adapter,
        ),
        differs(
            "all",
            [&(
                Some(screen.agent_counts),
                screen.emergency,
                screen.config_version,
            )],
            &[(right.agent_counts, right.emergency, right.config_version)],
            |_| "",
        ),
    ];
    parts.into_iter().flatten().next()
}

/// What of a part is shown otherwise; both are told.
fn differs<'a, T: PartialEq + std::fmt::Debug + 'a, K: Ord + ?Sized>(
    part: &str,
    shown: impl IntoIterator<Item = &'a T>,
    right: &'a [T],
    name: impl Fn(&T) -> &K,
) -> Option<String> {
    let mut shown: Vec<&T> = shown.into_iter().collect();
    let mut right: Vec<&T> = right.iter().collect();
    if shown == right {
        return None;
    }
    shown.sort_by(|a, b| name(a).cmp(name(b)));
    right.sort_by(|a, b| name(a).cmp(name(b)));
    if shown == right {
        return None;
    }
    let only = |these: &[&T], others: &[&T]| -> Vec<String> {
        let own = these.iter().filter(|it| !others.contains(it));
        own.map(|it| format!("{it:?}")).collect()
    };
    Some(format!(
        "{part} are shown as {:?} and are {:?}",
        only(&shown, &right),
        only(&right, &shown)
    ))
}

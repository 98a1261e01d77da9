//! An adapter.

use acd_core::ids::AdapterNo;
use acd_core::state::State;
use acd_proto::v1;

/// The adapters of the configuration in force that `wanted` holds for. Counts open contacts in one pass, however many
/// adapters are asked for.
pub fn adapter_states(state: &State, wanted: impl Fn(AdapterNo) -> bool) -> Vec<v1::AdapterState> {
    let facts = state.facts();
    let mut open = vec![0_u32; facts.adapters.len()];
    for contact in facts.contacts.values() {
        open[contact.adapter.index()] += 1;
    }
    let known = (0..).map(AdapterNo).zip(&facts.adapters).zip(open);
    known
        .filter(|((no, adapter), _)| adapter.in_config && wanted(*no))
        .map(|((_, adapter), open_contacts)| v1::AdapterState {
            adapter: adapter.name.to_string(),
            present: adapter.is_present(),
            since_at_ms: adapter.since,
            open_contacts,
            unacknowledged_directives: u32::try_from(adapter.directives.len()).unwrap_or(u32::MAX),
            unconfirmed_refusals: u32::try_from(adapter.refused.len()).unwrap_or(u32::MAX),
        })
        .collect()
}

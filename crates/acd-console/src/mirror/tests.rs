use super::*;

#[test]
fn a_view_serves_whoever_asks_for_less() {
    let all = Shown {
        queues: true,
        agents: true,
        contacts: true,
        acts: true,
        performance: true,
    };
    let queues = Shown {
        queues: true,
        ..Shown::default()
    };
    assert!(all.includes(queues) && queues.includes(queues));
    assert!(!queues.includes(all));
}

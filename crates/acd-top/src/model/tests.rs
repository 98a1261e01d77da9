//! Keys, pages and what they want, without a terminal.

use acd_client::{
    supervisor::{Step, Update},
    v1::{AgentState, ContactState, QueueState, TenantSnapshot},
};
use tokio::time::advance;

use super::{agents::AgentRow, queues::QueueRow, *};

fn onlooker() -> Onlooker {
    Onlooker {
        server: "127.0.0.1:7400".to_owned(),
        tenant: "bank".to_owned(),
        tenants: vec!["bank".to_owned(), "shop".to_owned()],
        sees_names: true,
        metrics: None,
    }
}

fn snapshot() -> TenantSnapshot {
    let queue = |name: &str, waiting| QueueState {
        queue: name.to_owned(),
        waiting,
        agents_logged_in: 1,
        ..QueueState::default()
    };
    let agent = |name: &str| AgentState {
        agent: name.to_owned(),
        queues: vec!["support".to_owned()],
        ..AgentState::default()
    };
    TenantSnapshot {
        queues: vec![queue("sales", 0), queue("support", 2)],
        agents: vec![agent("anna"), agent("bert")],
        contacts: vec![ContactState {
            contact_id: "call-1".to_owned(),
            queue: "support".to_owned(),
            ..ContactState::default()
        }],
        ..TenantSnapshot::default()
    }
}

const ALL: Parts = Parts {
    agents: true,
    contacts: true,
};

fn told(snapshot: TenantSnapshot) -> Step {
    Step {
        sequence: 1,
        now_ms: 1_000_000,
        update: Update::Snapshot(snapshot),
    }
}

fn model() -> Model {
    let mut model = Model::new(onlooker());
    model.take(told(snapshot()), ALL);
    model
}

/// Looks at the topmost page, as a picture of it would.
fn look(model: &mut Model) {
    let now_ms = model.now_ms();
    let mut opened = model.pages.top().clone();
    match &opened.page {
        Page::Queues => {
            opened.tables[0].arrange(QueueRow::all(model.view(), now_ms), 10);
        }
        Page::Queue(name) => {
            let contacts = contacts::ContactRow::of_queue(model.view(), name, now_ms);
            opened.tables[0].arrange(contacts, 10);
            let agents = AgentRow::of_queue(model.view(), name, now_ms);
            opened.tables[1].arrange(agents, 10);
        }
        Page::Agents => {
            opened.tables[0].arrange(AgentRow::all(model.view(), now_ms), 10);
        }
        Page::Tenants => {
            let rows = model
                .onlooker
                .tenants
                .iter()
                .map(|name| tenants::TenantRow {
                    name,
                    is_shown: false,
                });
            opened.tables[0].arrange(rows, 10);
        }
        _ => {}
    }
    *model.pages.top_mut() = opened;
}

fn press(model: &mut Model, acts: &[Act]) -> Effect {
    let mut effect = Effect::None;
    for act in acts {
        look(model);
        effect = model.act(*act);
    }
    look(model);
    effect
}

fn page(model: &Model) -> &Page {
    &model.pages.top().page
}

#[test]
fn enter_goes_down_to_why_and_escape_up_again() {
    let mut model = model();
    press(&mut model, &[Act::Last, Act::Open]);
    assert_eq!(*page(&model), Page::Queue("support".to_owned()));
    press(&mut model, &[Act::Open]);
    let call = Subject::Contact("call-1".to_owned());
    assert_eq!(*page(&model), Page::Why(call.clone()));
    assert_eq!(model.wanted().why, Some(call));
    press(
        &mut model,
        &[Act::Back, Act::OtherTable, Act::Step(1), Act::Open],
    );
    assert_eq!(model.wanted().why, Some(Subject::Agent("bert".to_owned())));
    press(&mut model, &[Act::Back, Act::Back, Act::Back, Act::Back]);
    assert_eq!(*page(&model), Page::Queues);
    assert_eq!(model.wanted().why, None);
}

#[test]
fn only_what_open_pages_show_is_wanted() {
    let mut model = model();
    assert_eq!(model.wanted().parts, Parts::default());
    press(&mut model, &[Act::Show(1)]);
    let agents = Parts {
        agents: true,
        contacts: false,
    };
    assert_eq!(model.wanted().parts, agents);
    // Below the answer to why lies the table to which one goes back.
    press(&mut model, &[Act::Open]);
    assert_eq!(model.wanted().parts, agents);
    press(&mut model, &[Act::Show(3)]);
    assert!(model.wanted().health && model.wanted().parts == Parts::default());
    press(&mut model, &[Act::Show(0), Act::Open]);
    assert_eq!(model.wanted().parts, ALL);
    model.onlooker.sees_names = false;
    assert_eq!(
        model.wanted().parts,
        Parts::default(),
        "a monitor sees nobody by name"
    );
}

#[test]
fn a_filter_is_typed_kept_and_taken_away() {
    let mut model = model();
    let filter = |model: &mut Model| {
        model
            .pages
            .top_mut()
            .table()
            .expect("one")
            .filter()
            .to_owned()
    };
    press(
        &mut model,
        &[Act::Filter, Act::Type('q'), Act::Type('u'), Act::Erase],
    );
    assert!(model.is_typing);
    assert_eq!(filter(&mut model), "q");
    // What acts elsewhere is nothing here.
    assert_eq!(
        press(&mut model, &[Act::Freeze, Act::Show(2)]),
        Effect::None
    );
    assert!(!model.is_frozen() && *page(&model) == Page::Queues);
    press(&mut model, &[Act::Open]);
    assert!(!model.is_typing);
    assert_eq!(filter(&mut model), "q");
    assert_eq!(
        press(&mut model, &[Act::Open]),
        Effect::None,
        "nothing matches"
    );
    // It stays with its page.
    press(&mut model, &[Act::Show(1), Act::Show(0)]);
    assert_eq!(filter(&mut model), "q");
    press(&mut model, &[Act::Back]);
    assert_eq!(filter(&mut model), "");
    press(&mut model, &[Act::Filter, Act::Type('s'), Act::Back]);
    assert!(!model.is_typing);
    assert_eq!(filter(&mut model), "");
    let many = [Act::Type('x'); 2 * FILTER_MAX];
    press(&mut model, &[Act::Filter]);
    press(&mut model, &many);
    assert_eq!(filter(&mut model).len(), FILTER_MAX);
    assert_eq!(press(&mut model, &[Act::Quit]), Effect::Quit);
}

#[test]
fn another_tenant_is_looked_at_from_the_beginning() {
    let mut model = model();
    press(&mut model, &[Act::Show(1), Act::Freeze]);
    let effect = press(&mut model, &[Act::Tenants, Act::Last, Act::Open]);
    assert_eq!(effect, Effect::Tenant("shop".to_owned()));
    model.look_at("shop".to_owned());
    assert_eq!(*page(&model), Page::Queues);
    assert_eq!(model.link, Link::Opening);
    assert!(!model.is_frozen() && model.view().queues.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_frozen_stays_and_time_with_it() {
    let mut model = model();
    press(&mut model, &[Act::Freeze]);
    advance(Duration::from_secs(3)).await;
    model.take(told(TenantSnapshot::default()), ALL);
    assert_eq!(model.view().queues.len(), 2);
    assert_eq!(model.now_ms(), 1_000_000);
    // Why is asked once.
    press(&mut model, &[Act::Last, Act::Open, Act::Open]);
    let subject = model.wanted().why.expect("it is asked");
    model.why = Some(Why {
        subject,
        at_ms: Some(1),
        sentences: Vec::new(),
    });
    assert_eq!(model.wanted().why, None);
    press(&mut model, &[Act::Freeze]);
    assert!(model.wanted().why.is_some());
    assert!(model.view().queues.is_empty());
    assert_eq!(model.now_ms(), 1_003_000);
}

#[tokio::test(start_paused = true)]
async fn silence_is_told_and_time_stands_still() {
    let mut model = model();
    advance(Duration::from_secs(10)).await;
    model.check(None);
    assert_eq!((&model.link, model.now_ms()), (&Link::Live, 1_010_000));
    advance(Duration::from_secs(1)).await;
    model.check(None);
    assert!(matches!(model.link, Link::Away(_)));
    assert_eq!(model.now_ms(), 1_000_000, "when it was last heard");
    assert_eq!(model.silence(), Duration::from_secs(11));
    let beat = Step {
        sequence: 1,
        now_ms: 1_000_000,
        update: Update::Heartbeat,
    };
    model.take(beat, ALL);
    assert_eq!((&model.link, model.now_ms()), (&Link::Live, 1_011_000));
    // A broken connection is told at once.
    model.check(Some("refused".to_owned()));
    assert_eq!(model.link, Link::Away("refused".to_owned()));
}

#[test]
fn parts_are_known_once_a_watch_of_them_has_told_all() {
    let mut model = Model::new(onlooker());
    let beat = || Step {
        sequence: 1,
        now_ms: 1,
        update: Update::Heartbeat,
    };
    assert!(
        model.take(told(snapshot()), Parts::default()),
        "the page has waited for it"
    );
    assert!(!model.take(told(snapshot()), Parts::default()));
    assert!(!model.knows(ALL));
    press(&mut model, &[Act::Show(1)]);
    assert!(
        !model.take(beat(), ALL),
        "the new watch has told nothing yet"
    );
    assert!(!model.knows(ALL));
    assert!(model.take(told(snapshot()), ALL));
    assert!(model.knows(ALL));
}

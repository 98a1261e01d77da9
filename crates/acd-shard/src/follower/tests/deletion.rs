//! A tenant that is deleted under the eyes of its watchers is over: nothing of it is due any more.

use acd_core::command::{ApplyConfig, Command, ConfigSource, DeleteTenant};
use acd_core::config::{QueueConfig, TenantConfig};

use super::house::House;
use super::reader::{Memory, stopped_clock, views};
use crate::stream::{Feed, Interest};

#[test]
fn a_tenant_deleted_under_a_watch_ends_it_and_is_due_no_more() {
    let runtime = stopped_clock();
    let _guard = runtime.enter();
    let mut house = House::new("bank", 10);
    let config = TenantConfig {
        queues: vec![QueueConfig::named("sales")],
        ..TenantConfig::default()
    };
    let apply = ApplyConfig::of(config, ConfigSource::Api, "test");
    house.handle(Command::ApplyConfig(apply));
    // How its queues have done is to be told again and again.
    let [everything, _] = views("sales", "nora");
    let feed = Feed::View(everything.clone());
    let mut reader = house.begin(Interest::View(everything), feed, Memory::default());
    house.gather();
    // What is due afterwards is done, or this does not return.
    house.handle(Command::DeleteTenant(DeleteTenant {
        author: "admin".into(),
    }));
    reader.read();
    assert!(reader.is_over);
}

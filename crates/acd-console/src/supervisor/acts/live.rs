//! The list of acts, which grows at its top.

use std::time::Duration;

use acd_client::v1::ActFilter;

use super::{
    render::{self, Listed},
    view,
};
use crate::{
    layout::Connection,
    live::{Fragments, Live},
    mirror::Mirror,
    session::Visitor,
    supervisor::table::Query,
};

/// The first page of acts.
pub(crate) struct LiveActs {
    pub(crate) visitor: Visitor,
    pub(crate) query: Query,
    pub(crate) filter: ActFilter,
    pub(crate) mirror: Mirror,
    pub(crate) listed: Listed,
}

impl Live for LiveActs {
    async fn changed(&mut self) -> bool {
        self.mirror.changed().await
    }

    fn fragments(&mut self) -> Fragments {
        let (acts, filter) = (&mut self.listed.acts, &self.filter);
        self.mirror.read(|tenant| {
            for act in &tenant.acts {
                view::add(acts, act, filter);
            }
        });
        render::fragments(&self.visitor, &self.query, &self.listed)
    }

    fn at_ms(&self) -> i64 {
        self.mirror.at_ms()
    }

    fn connection(&self) -> Connection {
        Connection::of(self.mirror.away_since_ms())
    }

    fn pace(&self) -> Duration {
        Duration::from_millis(500)
    }
}

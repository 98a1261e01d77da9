//! What keeps a wallboard up to date.

use std::time::Duration;

use super::{
    render,
    view::{self, Choice, Wall},
};
use crate::{
    layout::Connection,
    live::{Fragments, Live, Message},
    mirror::{Mirror, Standing},
    session::Visitor,
    texts::Locale,
};

pub(super) struct WallLive {
    mirror: Mirror,
    locale: Locale,
    choice: Choice,
    /// The late queues that were announced last.
    announced: Option<Vec<String>>,
    due: Vec<Message>,
}

impl WallLive {
    pub(super) fn new(mirror: Mirror, visitor: &Visitor, choice: Choice) -> Self {
        Self {
            mirror,
            locale: visitor.locale.clone(),
            choice,
            announced: None,
            due: Vec::new(),
        }
    }

    /// The wall now.
    pub(super) fn view(&mut self) -> Wall {
        let choice = &self.choice;
        self.mirror
            .read(|tenant| view::wall(tenant, choice, tenant.time().now_ms()))
    }

    /// Says which queues are late, when that changes; not when the page opens, which shows it.
    fn announce(&mut self, wall: &Wall) {
        let late = wall
            .rows
            .iter()
            .filter(|row| row.standing == Standing::Late);
        let mut names: Vec<String> = late.map(|row| row.queue.clone()).collect();
        names.sort_unstable();
        if let Some(before) = self.announced.replace(names.clone())
            && before != names
        {
            self.due.push(Message::Say {
                text: render::announcement(&self.locale, wall),
            });
        }
    }
}

impl Live for WallLive {
    async fn changed(&mut self) -> bool {
        self.mirror.changed().await
    }

    fn fragments(&mut self) -> Fragments {
        let wall = self.view();
        self.announce(&wall);
        render::parts(&self.locale, &wall)
    }

    fn messages(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.due)
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

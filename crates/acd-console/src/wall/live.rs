//! What keeps a wallboard up to date.

use std::{collections::HashMap, time::Duration};

use super::{
    render,
    view::{self, Choice, Standing, Wall},
};
use crate::{
    layout::Connection,
    live::{Fragments, Live, Message},
    mirror::Mirror,
    session::Visitor,
    texts::Locale,
};

/// So long after a queue was late or at risk it is shown so: nobody can follow what changes every second.
const STAYS_MS: i64 = 60_000;

pub(super) struct WallLive {
    mirror: Mirror,
    locale: Locale,
    choice: Choice,
    /// How queues stood worse than now, and until when that is shown.
    worse: HashMap<String, (Standing, i64)>,
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
            worse: HashMap::new(),
            announced: None,
            due: Vec::new(),
        }
    }

    /// The wall now.
    pub(super) fn view(&mut self) -> Wall {
        let choice = &self.choice;
        let mut wall = self
            .mirror
            .read(|tenant| view::wall(tenant, choice, tenant.time().now_ms()));
        steady(&mut wall, &mut self.worse);
        wall
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

/// In at once, out after a while: a queue stands as it stood at its worst of late.
pub(super) fn steady(wall: &mut Wall, worse: &mut HashMap<String, (Standing, i64)>) {
    let at_ms = wall.at_ms;
    worse.retain(|_, (_, until_ms)| *until_ms > at_ms);
    for row in &mut wall.rows {
        if row.standing == Standing::Closed {
            continue;
        }
        match worse.get(&row.queue) {
            Some((standing, _)) if *standing < row.standing => row.standing = *standing,
            _ if row.standing < Standing::Fine => {
                worse.insert(row.queue.clone(), (row.standing, at_ms + STAYS_MS));
            }
            _ => {}
        }
    }
    wall.rows.sort_by_key(|row| row.standing);
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

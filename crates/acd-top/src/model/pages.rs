//! Which page is open, what lies below it, and how each is looked at.

use super::{
    agents::AgentRow,
    contacts::ContactRow,
    queues::QueueRow,
    table::{Row, Table},
    tenants::TenantRow,
};

/// Who is asked about: why does it wait, why do they get none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Contact(String),
    Agent(String),
}

impl Subject {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Contact(name) | Self::Agent(name) => name,
        }
    }
}

/// What a page is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    Queues,
    Agents,
    Contacts,
    Engine,
    /// One queue: its contacts, and its agents.
    Queue(String),
    Why(Subject),
    Tenants,
    Help,
}

/// How far a text is scrolled.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scroll {
    above: usize,
    lines: usize,
    seen: usize,
}

impl Scroll {
    /// How many of so many lines are above the `seen` ones.
    pub(crate) fn settle(&mut self, lines: usize, seen: usize) -> usize {
        (self.lines, self.seen) = (lines, seen);
        self.above = self.above.min(lines.saturating_sub(seen));
        self.above
    }

    fn step(&mut self, lines: isize) {
        let most = self.lines.saturating_sub(self.seen);
        self.above = self.above.saturating_add_signed(lines).min(most);
    }
}

/// A page as it is looked at.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) page: Page,
    /// Its tables; most pages have one, or none.
    pub(crate) tables: [Table; 2],
    /// Which of them has the cursor.
    pub(crate) focus: usize,
    pub(crate) scroll: Scroll,
}

impl Opened {
    pub(crate) fn new(page: Page) -> Self {
        Self {
            page,
            tables: Default::default(),
            focus: 0,
            scroll: Scroll::default(),
        }
    }

    /// How many columns the table with the cursor has; none: there is no table.
    fn columns(&self) -> Option<usize> {
        match (&self.page, self.focus) {
            (Page::Queues, _) => Some(QueueRow::COLUMNS.len()),
            (Page::Agents, _) | (Page::Queue(_), 1) => Some(AgentRow::COLUMNS.len()),
            (Page::Contacts, _) | (Page::Queue(_), _) => Some(ContactRow::COLUMNS.len()),
            (Page::Tenants, _) => Some(TenantRow::COLUMNS.len()),
            (Page::Engine | Page::Why(_) | Page::Help, _) => None,
        }
    }

    /// The table with the cursor.
    pub(crate) fn table(&mut self) -> Option<&mut Table> {
        self.columns()?;
        self.tables.get_mut(self.focus)
    }

    /// The row under the cursor.
    pub(crate) fn cursor(&mut self) -> Option<String> {
        self.table()?.cursor().map(str::to_owned)
    }

    pub(crate) fn step(&mut self, rows: isize) {
        match self.table() {
            Some(table) => table.step(rows),
            None => self.scroll.step(rows),
        }
    }

    pub(crate) fn page(&mut self, pages: isize) {
        match self.table() {
            Some(table) => table.page(pages),
            None => {
                let seen = isize::try_from(self.scroll.seen).unwrap_or(isize::MAX);
                self.scroll.step(pages.saturating_mul(seen));
            }
        }
    }

    pub(crate) fn first(&mut self) {
        match self.table() {
            Some(table) => table.first(),
            None => self.scroll.step(isize::MIN),
        }
    }

    pub(crate) fn last(&mut self) {
        match self.table() {
            Some(table) => table.last(),
            None => self.scroll.step(isize::MAX),
        }
    }

    pub(crate) fn sort_next(&mut self, forward: bool) {
        if let Some(columns) = self.columns() {
            self.tables[self.focus].sort_next(columns, forward);
        }
    }

    pub(crate) fn reverse(&mut self) {
        if let Some(table) = self.table() {
            table.reverse();
        }
    }

    /// The cursor goes to the other table.
    pub(crate) fn other_table(&mut self) {
        if matches!(self.page, Page::Queue(_)) {
            self.focus = 1 - self.focus;
        }
    }
}

/// The pages that are open, one on top of the other.
#[derive(Clone, Debug)]
pub(crate) struct Pages {
    /// Those that the digits open. They keep how they were looked at.
    bases: [Opened; 4],
    base: usize,
    above: Vec<Opened>,
}

/// The most pages that lie above another: a page opens none of its own kind.
const ABOVE_MAX: usize = 4;

impl Default for Pages {
    fn default() -> Self {
        Self {
            bases: [Page::Queues, Page::Agents, Page::Contacts, Page::Engine].map(Opened::new),
            base: 0,
            above: Vec::new(),
        }
    }
}

impl Pages {
    pub(crate) fn top(&self) -> &Opened {
        self.above.last().unwrap_or(&self.bases[self.base])
    }

    pub(crate) fn top_mut(&mut self) -> &mut Opened {
        self.above.last_mut().unwrap_or(&mut self.bases[self.base])
    }

    /// All that are open, from the lowest.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Page> {
        let base = std::iter::once(&self.bases[self.base]);
        base.chain(&self.above).map(|opened| &opened.page)
    }

    /// Which of the lowest pages is open.
    pub(crate) fn base(&self) -> usize {
        self.base
    }

    /// How many lowest pages there are.
    pub(crate) fn bases(&self) -> usize {
        self.bases.len()
    }

    /// Opens one of the lowest pages.
    pub(crate) fn show(&mut self, base: usize) {
        self.base = base.min(self.bases.len() - 1);
        self.above.clear();
    }

    /// Opens a page above the others, unless it is open.
    pub(crate) fn push(&mut self, page: Page) {
        if self.above.len() < ABOVE_MAX && self.top().page != page {
            self.above.push(Opened::new(page));
        }
    }

    /// Closes the topmost; false: it is the lowest.
    pub(crate) fn pop(&mut self) -> bool {
        self.above.pop().is_some()
    }
}

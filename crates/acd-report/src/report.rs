//! From the figures of tenants to the rows of a report, with totals, what was before, targets and places.

use std::collections::BTreeMap;
use std::ops::Range;

use acd_core::figures::Figures;
use acd_core::ids::TimeMs;
use jiff::civil::Weekday;

use crate::civil::{Period, PeriodError, Step};
use crate::columns::{self, Column};
use crate::input::{AgentWork, Basis, QueueFigures, Tenant};
use crate::kind::{KeyColumn, Kind};
use crate::money::Usage;
use crate::sums::{Callbacks, Sums, add_figures, add_offers};
use crate::target::{self, Judged, Kpi, Scope, Target, Whose};
use crate::value::{Change, Value};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Of when, and in which buckets.
    pub period: Period,
    /// Where a visit counts that lies in two buckets. Costs count what happened when it happened, whatever is asked.
    pub basis: Basis,
    /// What is aimed at. Rows are ranked by the first one that concerns them.
    pub targets: Vec<Target>,
    /// Whether files have columns for the period before.
    pub compare: bool,
}

/// What a row is about, in one column of keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Which bucket of the period, from 0.
    Bucket(usize),
    /// A name as it is configured.
    Name(String),
    /// Which day of the week, from 0 for the one on which weeks begin.
    Weekday(i8),
    /// An hour of the clock, 0 to 23.
    Hour(i8),
    /// Which outcome, in the order in which they are told.
    Outcome(usize),
}

/// A row.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is about, one for each column of keys; a total has none where it is over all.
    pub keys: Vec<Option<Key>>,
    /// Its figures, one for each column; none where there is no denominator.
    pub values: Vec<Option<Value>>,
    /// How each changed from the period before; none where one of both is none.
    pub changes: Vec<Option<Change>>,
    /// Its figures against targets, one for each that the report has; none where this row has none.
    pub judged: Vec<Option<Judged>>,
    /// Its place among those of its bucket, 1 for the best; those who are equal share one.
    pub rank: Option<usize>,
}

/// A report.
#[derive(Clone, Debug)]
pub struct Report {
    /// What it is about.
    pub kind: Kind,
    /// Of when.
    pub period: Period,
    /// On which basis.
    pub basis: Basis,
    /// Whether files have columns for the period before.
    pub compare: bool,
    /// What tells its rows apart.
    pub keys: &'static [KeyColumn],
    /// Its figures.
    pub columns: Vec<Column>,
    /// The figures that have targets.
    pub kpis: Vec<Kpi>,
    /// Its rows: by place where there is one bucket, else in the order of their keys.
    pub rows: Vec<Row>,
    /// What they come to: one row, or one for each outcome or currency.
    pub totals: Vec<Row>,
}

impl Report {
    /// The day that a key of the column `weekday` is.
    pub fn weekday(&self, place: i8) -> Weekday {
        self.period.civil().week_begins().wrapping_add(place)
    }

    /// Where a column stands.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

/// An outcome, or a reason to refuse an arrival.
pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    of: fn(&Figures) -> u64,
    /// Arrivals that never joined are no share of the visits.
    is_visit: bool,
}

macro_rules! outcomes {
    ($($name:literal, $is_visit:literal, $of:expr;)*) => {
        /// Every way in which a visit ends, and every reason for which an arrival never joins.
        pub(crate) const OUTCOMES: &[Outcome] =
            &[$(Outcome { name: $name, of: $of, is_visit: $is_visit }),*];
    };
}

outcomes! {
    "answered", true, |it| it.answered;
    "abandoned_customer", true, |it| it.abandoned_customer;
    "abandoned_system", true, |it| it.abandoned_system;
    "timed_out", true, |it| it.flow_out_timed_out;
    "transferred", true, |it| it.flow_out_transferred;
    "overflowed_closed", true, |it| it.flow_out_closed;
    "overflowed_limit", true, |it| it.flow_out_limit;
    "exit_choice", true, |it| it.flow_out_exit_choice;
    "callback", true, |it| it.flow_out_callback;
    "no_staff", true, |it| it.flow_out_no_staff;
    "withdrawn", true, Figures::taken_out;
    "withdrawn_deferred", true, |it| it.withdrawn_deferred;
    "withdrawn_served", true, |it| it.withdrawn_served;
    "refused_closed", false, |it| it.refused_closed;
    "refused_no_staff", false, |it| it.refused_no_staff;
    "refused_full", false, |it| it.refused_full;
    "refused_diverted", false, |it| it.refused_diverted;
    "refused_predicted_wait", false, |it| it.refused_predicted_wait;
}

/// Sums of a row now and in the period before.
#[derive(Clone, Default)]
pub(crate) struct Both {
    pub(crate) now: Sums,
    pub(crate) before: Sums,
}

impl Both {
    pub(crate) fn add(&mut self, other: &Self) {
        self.now.add(&other.now);
        self.before.add(&other.before);
    }
}

type Gathered = BTreeMap<Vec<Key>, Both>;

/// The report of this kind.
///
/// # Errors
/// Hours and months that the calendar does not reach.
pub fn report(kind: Kind, question: &Question, tenants: &[Tenant]) -> Result<Report, PeriodError> {
    let gathered = gather(kind, question, tenants)?;
    let mut columns = columns::of(kind);
    if matches!(kind, Kind::Agents | Kind::Hotlines) {
        let mut reasons: Vec<&String> = gathered
            .values()
            .flat_map(|both| both.now.time.not_ready_ms.keys())
            .collect();
        reasons.sort_unstable();
        reasons.dedup();
        columns.extend(reasons.into_iter().map(|reason| Column::not_ready(reason)));
    }
    let mut kpis: Vec<Kpi> = Vec::new();
    for target in &question.targets {
        let is_here = columns.iter().any(|it| it.name == target.kpi.name());
        if is_here && concerns(kind, &target.scope) && !kpis.contains(&target.kpi) {
            kpis.push(target.kpi);
        }
    }
    let row = |keys: Vec<Option<Key>>, both: &Both, whose: Option<Whose<'_>>| {
        let values: Vec<_> = columns.iter().map(|it| it.value(&both.now)).collect();
        let before = columns.iter().map(|it| it.value(&both.before));
        let changes = values.iter().zip(before);
        let judged = kpis.iter().map(|kpi| {
            let goal = target::goal(&question.targets, *kpi, whose?)?;
            Some(Judged::of(*kpi, goal, &both.now, &both.before))
        });
        Row {
            changes: changes
                .map(|(now, before)| Change::of(*now, before))
                .collect(),
            judged: judged.collect(),
            keys,
            values,
            rank: None,
        }
    };
    let totals_at = kind
        .totals_by()
        .and_then(|by| kind.keys().iter().position(|it| *it == by));
    let mut totals: BTreeMap<Option<Key>, Both> = BTreeMap::new();
    if totals_at.is_none() {
        totals.insert(None, Both::default());
    }
    for (keys, both) in &gathered {
        let by = totals_at.map(|at| keys[at].clone());
        totals.entry(by).or_default().add(both);
    }
    // A queue has few of the outcomes, and a period not every hour that the one before it had.
    let is_shown = |both: &Both| match kind {
        Kind::Outcomes => both.now.visits > 0,
        Kind::Hours => both.now.hours > 0,
        _ => true,
    };
    let totals = totals
        .iter()
        .filter(|(by, both)| by.is_none() || is_shown(both));
    let totals = totals.map(|(by, both)| {
        let key = |at| by.clone().filter(|_| totals_at == Some(at));
        let keys = (0..kind.keys().len()).map(key).collect();
        row(keys, both, Some(Whose::Centre))
    });
    let totals: Vec<Row> = totals.collect();
    let rows = gathered
        .iter()
        .filter(|(_, both)| is_shown(both))
        .map(|(keys, both)| {
            let whose = whose(kind, keys);
            row(keys.iter().cloned().map(Some).collect(), both, whose)
        });
    let mut rows: Vec<Row> = rows.collect();
    let by = columns
        .iter()
        .position(|it| it.name == columns::ranked_by(kind));
    rank(&mut rows, by, kind);
    if question.period.step().is_none() && kind != Kind::Hours {
        rows.sort_by_key(|row| row.rank.unwrap_or(usize::MAX));
    }
    Ok(Report {
        kind,
        period: question.period.clone(),
        basis: question.basis,
        compare: question.compare,
        keys: kind.keys(),
        columns,
        kpis,
        rows,
        totals,
    })
}

/// Whether rows of this kind are about those for whom a target is.
fn concerns(kind: Kind, scope: &Scope) -> bool {
    match scope {
        Scope::Centre => kind == Kind::Hotlines,
        Scope::Queues | Scope::Queue(_) => kind == Kind::Queues,
        Scope::Agents | Scope::Agent(_) => kind == Kind::Agents,
    }
}

fn whose(kind: Kind, keys: &[Key]) -> Option<Whose<'_>> {
    let name = match keys.get(2) {
        Some(Key::Name(name)) => name.as_str(),
        _ => "",
    };
    match kind {
        Kind::Queues => Some(Whose::Queue(name)),
        Kind::Agents => Some(Whose::Agent(name)),
        Kind::Hotlines => Some(Whose::Centre),
        _ => None,
    }
}

/// Gives each row its place in its bucket.
fn rank(rows: &mut [Row], by: Option<usize>, kind: Kind) {
    let merit = |row: &Row| {
        let judged = row.judged.iter().flatten().next();
        match judged {
            Some(judged) => Some(judged.goal.merit(judged.reached?.number())),
            None => Some(row.values[by?]?.number()),
        }
    };
    // Of different currencies none is more.
    let among = |row: &Row| {
        let currency = row.keys.last().filter(|_| kind == Kind::Costs).cloned();
        let bucket = row
            .keys
            .first()
            .filter(|it| matches!(it, Some(Key::Bucket(_))));
        (bucket.cloned(), currency)
    };
    let mut peers: BTreeMap<_, Vec<f64>> = BTreeMap::new();
    for row in rows.iter() {
        peers.entry(among(row)).or_default().extend(merit(row));
    }
    for merits in peers.values_mut() {
        merits.sort_by(|a, b| b.total_cmp(a));
    }
    for row in rows {
        row.rank = merit(row).map(|merit| {
            let peers = &peers[&among(row)];
            peers.partition_point(|it| *it > merit) + 1
        });
    }
}

pub(crate) fn gather(
    kind: Kind,
    question: &Question,
    tenants: &[Tenant],
) -> Result<Gathered, PeriodError> {
    let mut gathered = Gathered::new();
    let period = &question.period;
    let mut add = |at: TimeMs, names: &[&str], fill: &mut dyn FnMut(&mut Sums)| {
        if let Some(place) = period.place(at) {
            let names = names.iter().map(|name| Key::Name((*name).to_owned()));
            let keys = std::iter::once(Key::Bucket(place.bucket)).chain(names);
            let both = gathered.entry(keys.collect()).or_default();
            fill(side(both, place.is_before));
        }
    };
    for tenant in tenants {
        let name = tenant.name.as_str();
        let queues = tenant.queues.iter().filter(|it| it.basis == question.basis);
        match kind {
            // What is known of no queue counts for the tenant.
            Kind::Queues => queues.filter(|it| !it.queue.is_empty()).for_each(|it| {
                let names = [name, &it.queue, &it.channel];
                add(it.began_at, &names, &mut |sums| add_queue(sums, it));
            }),
            Kind::Agents => {
                for it in &tenant.agent_time {
                    let fill = &mut |sums: &mut Sums| sums.time.add(&it.time);
                    add(it.began_at, &[name, &it.agent], fill);
                }
                for it in &tenant.agent_work {
                    let fill = &mut |sums: &mut Sums| add_work(sums, it);
                    add(it.began_at, &[name, &it.agent], fill);
                }
            }
            Kind::AgentsByQueue => {
                let work = tenant.agent_work.iter();
                for it in work.filter(|it| !it.queue.is_empty()) {
                    let names = [name, &it.agent, &it.queue, &it.channel];
                    add(it.began_at, &names, &mut |sums| add_work(sums, it));
                }
            }
            Kind::Hotlines => {
                queues.for_each(|it| {
                    add(it.began_at, &[name], &mut |sums| add_queue(sums, it));
                });
                for it in &tenant.agent_time {
                    let fill = &mut |sums: &mut Sums| sums.time.add(&it.time);
                    add(it.began_at, &[name], fill);
                }
            }
            Kind::Callbacks => {
                for it in &tenant.callbacks {
                    let sums = Sums {
                        callbacks: Callbacks::of(it),
                        ..Sums::default()
                    };
                    add(it.asked_at, &[name, &it.queue], &mut |row| row.add(&sums));
                }
            }
            Kind::Costs | Kind::Hours | Kind::Outcomes => {}
        }
    }
    match kind {
        Kind::Hours => hours(question, tenants),
        Kind::Outcomes => Ok(outcomes(question, tenants)),
        Kind::Costs => costs(period, tenants),
        _ => Ok(gathered),
    }
}

fn side(both: &mut Both, is_before: bool) -> &mut Sums {
    if is_before {
        &mut both.before
    } else {
        &mut both.now
    }
}

/// Adds a row of a queue, of which a year has many.
fn add_queue(sums: &mut Sums, row: &QueueFigures) {
    add_figures(&mut sums.figures, &row.figures);
    sums.connected.add(&row.connected);
    sums.resolution.add(&row.resolution);
    sums.satisfaction.add(&row.satisfaction);
}

/// The same of an agent.
fn add_work(sums: &mut Sums, row: &AgentWork) {
    let figures = &mut sums.figures;
    add_offers(&mut figures.offers, &row.offers);
    figures.handled += row.handled;
    figures.talk_ms += row.talk_ms;
    figures.hold_ms += row.hold_ms;
    figures.wrap_up_ms += row.wrap_up_ms;
    sums.resolution.add(&row.resolution);
    sums.satisfaction.add(&row.satisfaction);
    sums.quality.add(&row.quality);
}

/// What each tenant is charged in each bucket, by currency.
fn costs(period: &Period, tenants: &[Tenant]) -> Result<Gathered, PeriodError> {
    let mut whole = Gathered::new();
    for tenant in tenants {
        for (number, tariff) in tenant.tariffs.iter().enumerate() {
            for (bucket, mut both) in usage(tenant, number, period)? {
                for sums in [&mut both.now, &mut both.before] {
                    sums.charges = tariff.charges(&sums.usage);
                    sums.decimals = tariff.currency.decimals;
                }
                let names = [&tenant.name, &tariff.currency.code];
                let names = names.map(|name| Key::Name(name.clone()));
                let keys = std::iter::once(Key::Bucket(bucket)).chain(names).collect();
                let sum = whole.entry(keys).or_default();
                // A month of two tariffs is one month.
                for (sum, sums) in [(&sum.now, &mut both.now), (&sum.before, &mut both.before)] {
                    if sum.usage.months > 0 {
                        sums.usage.months = 0;
                    }
                }
                sum.add(&both);
            }
        }
    }
    Ok(whole)
}

/// What a tenant used of one of its tariffs in each bucket.
fn usage(
    tenant: &Tenant,
    number: usize,
    period: &Period,
) -> Result<BTreeMap<usize, Both>, PeriodError> {
    let mut used: BTreeMap<usize, Both> = BTreeMap::new();
    let mut add = |at: TimeMs, fill: &mut dyn FnMut(&mut Usage)| {
        if let Some(place) = period.place(at) {
            let both = used.entry(place.bucket).or_default();
            fill(&mut side(both, place.is_before).usage);
        }
    };
    let tariff = &tenant.tariffs[number];
    for it in &tenant.queues {
        if it.basis == Basis::EventTime && tenant.tariff_of(&it.queue) == Some(number) {
            add(it.began_at, &mut |usage| {
                usage.contacts += it.figures.answered;
                let charged = it.charged_ms;
                usage.charged_ms += charged.unwrap_or_else(|| tariff.charged_ms(&it.connected.0));
            });
        }
    }
    let time = tenant
        .agent_time
        .iter()
        .filter(|_| tariff.queues.is_empty());
    for it in time {
        add(it.began_at, &mut |usage| {
            usage.logged_in_ms += it.time.logged_in_ms;
        });
    }
    for range in [period.range(), period.before()] {
        for month in months(period, range)? {
            add(month, &mut |usage| usage.months += 1);
        }
    }
    Ok(used)
}

/// The instants of a range at which months begin.
fn months(period: &Period, range: Range<TimeMs>) -> Result<Vec<TimeMs>, PeriodError> {
    if range.is_empty() {
        return Ok(Vec::new());
    }
    // The first edge is where the range begins, wherever that is: one millisecond earlier shows whether a month does.
    let edges = period
        .civil()
        .edges(Step::Month, &(range.start - 1..range.end))?;
    Ok(edges[1..edges.len() - 1].to_vec())
}

/// The hours of the week: all that the period has, also those in which nothing happened.
fn hours(question: &Question, tenants: &[Tenant]) -> Result<Gathered, PeriodError> {
    let mut gathered = Gathered::new();
    let (period, civil) = (&question.period, question.period.civil());
    let key = |at| {
        let shown = civil.shown(at)?;
        let place = shown.weekday().since(civil.week_begins());
        Some(vec![Key::Weekday(place), Key::Hour(shown.hour())])
    };
    for (range, is_before) in [(period.range(), false), (period.before(), true)] {
        if range.is_empty() {
            continue;
        }
        let edges = civil.edges(Step::Hour, &range)?;
        for key in edges[..edges.len() - 1].iter().filter_map(|at| key(*at)) {
            let both = gathered.entry(key).or_default();
            side(both, is_before).hours += 1;
        }
    }
    let queues = tenants.iter().flat_map(|it| &it.queues);
    for it in queues.filter(|it| it.basis == question.basis) {
        if let (Some(place), Some(key)) = (period.place(it.began_at), key(it.began_at)) {
            let both = gathered.entry(key).or_default();
            add_queue(side(both, place.is_before), it);
        }
    }
    Ok(gathered)
}

fn outcomes(question: &Question, tenants: &[Tenant]) -> Gathered {
    let mut gathered = Gathered::new();
    for tenant in tenants {
        let queues = tenant.queues.iter();
        let queues = queues.filter(|it| it.basis == question.basis && !it.queue.is_empty());
        for it in queues {
            let Some(place) = question.period.place(it.began_at) else {
                continue;
            };
            let figures = &it.figures;
            let ended = figures.answered + figures.abandoned() + figures.flow_out();
            for (at, outcome) in OUTCOMES.iter().enumerate() {
                let keys = vec![
                    Key::Bucket(place.bucket),
                    Key::Name(tenant.name.clone()),
                    Key::Name(it.queue.clone()),
                    Key::Outcome(at),
                ];
                let sums = side(gathered.entry(keys).or_default(), place.is_before);
                sums.visits += (outcome.of)(figures);
                sums.ended += if outcome.is_visit { ended } else { 0 };
            }
        }
    }
    gathered
}

#[cfg(test)]
mod tests;

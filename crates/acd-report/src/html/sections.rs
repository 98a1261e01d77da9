//! What the page shows, one chart after another.

use std::collections::BTreeMap;

use acd_core::figures::WaitHistogram;
use acd_core::service_level::Variant;
use maud::{Markup, html as markup};

use super::Drawn;
use super::chart::{Frame, Tick, along, bar, folded, line, some_of, ticks, up};
use crate::civil::{PeriodError, Step};
use crate::input::{Doing, Stretch};
use crate::kind::Kind;
use crate::report::{self, Key, Question, Report, Row};
use crate::sums::{Sums, share};
use crate::target::{Goal, Judged, Kpi, Scope, Whose, goal};
use crate::texts::outside;
use crate::value::{Change, Value};
use crate::write::{change_text, meaning};

/// The most words on an axis.
const WORDS_MAX: usize = 8;
/// The most agents, or clients, that get a bar or a strip.
const BARS_MAX: usize = 40;
/// Edges between lengths of conversations, in milliseconds.
const TALK_EDGES: [i64; 11] = [
    30_000, 60_000, 120_000, 180_000, 240_000, 300_000, 420_000, 600_000, 900_000, 1_200_000,
    1_800_000,
];

impl Drawn<'_> {
    /// The figures that everybody asks for first.
    pub(super) fn headline(&self) -> Option<Markup> {
        let level = self
            .page
            .question
            .targets
            .iter()
            .find_map(|target| match target.kpi {
                Kpi::ServiceLevel(variant) if target.scope == Scope::Centre => Some(variant),
                _ => None,
            });
        let level = level.unwrap_or(Variant::AbandonsNegative);
        type Figure = fn(&Sums) -> Option<Value>;
        let figures: [(&str, Figure, Option<Kpi>); 8] = [
            (
                "offered",
                |sums| Some(Value::count(sums.figures.offered)),
                None,
            ),
            (
                Kpi::ServiceLevel(level).name(),
                |_| None,
                Some(Kpi::ServiceLevel(level)),
            ),
            ("handled", |_| None, Some(Kpi::Contacts)),
            ("asa_ms", Sums::asa, None),
            ("abandonment", Sums::abandonment, Some(Kpi::Abandonment)),
            ("aht_ms", Sums::aht, Some(Kpi::Aht)),
            ("occupancy", Sums::occupancy, Some(Kpi::Occupancy)),
            (
                "first_contact_resolution",
                Sums::first_contact_resolution,
                Some(Kpi::FirstContactResolution),
            ),
        ];
        let cards = figures.into_iter().map(|(name, of, kpi)| {
            let value = |sums: &Sums| kpi.map_or_else(|| of(sums), |kpi| kpi.of(sums));
            let (now, before) = (value(&self.whole.now), value(&self.whole.before));
            let change = Change::of(now, before);
            let judged = kpi.and_then(|kpi| {
                let goal = goal(&self.page.question.targets, kpi, Whose::Centre)?;
                Some(Judged::of(kpi, goal, &self.whole.now, &self.whole.before))
            });
            let values: Vec<_> = self.buckets.iter().map(|it| value(&it.now).map(Value::number)).collect();
            let greatest = values.iter().flatten().copied().fold(0.0, f64::max);
            let last = (values.len() - 1).max(1) as f64;
            let points = values.iter().enumerate().map(|(at, value)| {
                (at as f64 / last, value.filter(|_| greatest > 0.0).map(|it| it / greatest))
            });
            let path = line(points);
            markup! {
                div.figure {
                    dt { (self.locale.named("figure", name)) }
                    dd {
                        b { bdi { (self.locale.shown(now)) } }
                        @if let Some(change) = change.and_then(|it| change_text(self.locale, &it)) {
                            span.quiet.small { (change) }
                        }
                        svg.spark viewBox="0 -60 1000 1120" preserveAspectRatio="none" aria-hidden="true" { path d=(path) {} }
                        @if let Some(judged) = &judged { (self.judged(judged)) }
                    }
                }
            }
        });
        Some(markup! {
            section aria-labelledby="headline" {
                h2.unseen id="headline" { (self.locale.text("headline")) }
                dl.headline { @for card in cards { (card) } }
            }
        })
    }

    /// Arrivals by hour and day of the week.
    pub(super) fn arrivals(&self) -> Result<Option<Markup>, PeriodError> {
        let hours = report::report(Kind::Hours, self.page.question, self.page.tenants)?;
        let Some(offered) = hours.column("offered_per_hour") else {
            return Ok(None);
        };
        let mut cells: BTreeMap<(i8, i8), f64> = BTreeMap::new();
        for row in &hours.rows {
            if let [Some(Key::Weekday(day)), Some(Key::Hour(hour))] = row.keys.as_slice()
                && let Some(value) = row.values[offered]
            {
                cells.insert((*hour, *day), value.number());
            }
        }
        let busy = cells.iter().filter(|(_, value)| **value > 0.0);
        let busy: Vec<i8> = busy.map(|((hour, _), _)| *hour).collect();
        let (Some(first), Some(last)) = (busy.iter().min(), busy.iter().max()) else {
            return Ok(None);
        };
        let greatest = cells.values().copied().fold(0.0, f64::max);
        let places = usize::from(greatest < 10.0);
        let (locale, days) = (self.locale, 0..7_i8);
        // Words stay readable on the darkest ground.
        let heat = |value: f64| format!("--heat:{:.0}%", value / greatest * 45.0);
        let steps = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| share * greatest);
        Ok(Some(markup! {
            section.card aria-labelledby="arrivals" {
                h2 id="arrivals" { (locale.text("arrivals")) }
                p.quiet.small { (locale.text("arrivals-about")) }
                div.table-scroll tabindex="0" {
                    table.heat {
                        thead { tr {
                            th scope="col" { (locale.named("key", "hour")) }
                            @for day in days.clone() {
                                @let day = hours.weekday(day);
                                th scope="col" {
                                    span.long { (locale.weekday(day)) }
                                    span.short aria-hidden="true" { (locale.named("weekday-short", crate::texts::weekday_name(day))) }
                                }
                            }
                        } }
                        tbody {
                            @for hour in *first..=*last {
                                tr {
                                    th scope="row" { bdi.num { (locale.clock(hour, 0)) } }
                                    @for day in days.clone() {
                                        @match cells.get(&(hour, day)) {
                                            Some(value) => td style=(heat(*value)) { bdi { (locale.number(*value, places)) } },
                                            None => td { "–" },
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                ul.legend aria-hidden="true" {
                    li { (locale.text("per-hour")) }
                    @for value in steps { li.swatch style=(heat(value)) { (locale.number(value, places)) } }
                }
            }
        }))
    }

    /// The service level over time in its variants.
    pub(super) fn service_level(&self) -> Option<Markup> {
        let locale = self.locale;
        let level = |sums: &Sums, variant| sums.service_level(variant).map(Value::number);
        let goal = self
            .page
            .question
            .targets
            .iter()
            .find_map(|target| match target.kpi {
                Kpi::ServiceLevel(_) if target.scope == Scope::Centre => Some(target.goal.number()),
                _ => None,
            });
        let count = self.buckets.len();
        let lines = Variant::ALL.map(|variant| {
            let points = self.buckets.iter().enumerate();
            line(points.map(|(at, both)| (middle(at, count), level(&both.now, variant))))
        });
        let shapes = markup! {
            @if let Some(goal) = goal { path.goal d=(format!("M0 {0}H1000", up(goal))) {} }
            @for (at, path) in lines.iter().enumerate() { path class=(format!("line v{}", at + 1)) d=(path) {} }
        };
        let legend = markup! {
            ul.legend {
                @for variant in Variant::ALL {
                    li {
                        (sample(&format!("line v{}", variant.number())))
                        (locale.named("figure", Kpi::ServiceLevel(variant).name())) ": "
                        b { bdi { (locale.shown(self.whole.now.service_level(variant))) } }
                        " " span.quiet { (meaning(locale, variant)) }
                    }
                }
                @if let Some(goal) = goal {
                    li { (sample("goal")) (locale.text_with("goal", &[("n", &locale.percent(goal * 100.0))])) }
                }
            }
        };
        let head = std::iter::once(locale.text("time"));
        let head: Vec<_> = head
            .chain(Variant::ALL.map(|it| locale.named("figure", Kpi::ServiceLevel(it).name())))
            .collect();
        let rows = self
            .buckets
            .iter()
            .zip(self.period.buckets())
            .map(|(both, bucket)| {
                let levels = Variant::ALL.map(|it| locale.shown(both.now.service_level(it)));
                let when = locale.bucket(self.period.step(), &bucket);
                std::iter::once(when).chain(levels).collect()
            });
        let frame = Frame {
            id: "service-level",
            title: locale.text("service-level"),
            about: locale.text("service-level-about"),
            y_title: locale.text("share-axis"),
            y: self.shares(1.0),
            x_title: self.time_title(),
            x: self.times(),
            legend,
        };
        Some(frame.with(&shapes, &self.plain(&head, rows), &locale.text("as-table")))
    }

    fn time_title(&self) -> String {
        let zone = self.period.civil().zone();
        self.locale.text_with("time-axis", &[("zone", zone)])
    }

    /// Words for the buckets on an axis.
    fn times(&self) -> Vec<Tick> {
        let buckets: Vec<_> = self.period.buckets().collect();
        let is_of_a_day = (buckets.len() <= 25)
            && matches!(self.period.step(), Some(Step::Hour | Step::Interval));
        let word = |at: usize| {
            let begin = buckets[at].start;
            let word = if is_of_a_day {
                self.locale.time(begin)
            } else {
                self.locale.day(begin)
            };
            (middle(at, buckets.len()), word)
        };
        some_of(buckets.len(), WORDS_MAX).map(word).collect()
    }

    /// Marks from nothing to this share.
    fn shares(&self, top: f64) -> Vec<Tick> {
        let (marks, top) = ticks(top * 100.0);
        let places = usize::from(top < 4.0);
        let word = |mark: f64| {
            let number = self.locale.number(mark, places);
            (
                mark / top,
                self.locale.text_with("percent", &[("n", &number)]),
            )
        };
        marks.into_iter().map(word).collect()
    }

    fn counts(&self, greatest: u64) -> (Vec<Tick>, f64) {
        let (marks, top) = ticks(greatest.max(4) as f64);
        let word = |mark: f64| (mark / top, self.locale.number(mark, 0));
        (marks.into_iter().map(word).collect(), top)
    }

    /// How long customers waited.
    pub(super) fn waits(&self) -> Option<Markup> {
        let (locale, figures) = (self.locale, &self.whole.now.figures);
        let edges = common_edges(&figures.answered_wait, &figures.abandoned_wait)?;
        let answered = between(&figures.answered_wait, &edges);
        let abandoned = between(&figures.abandoned_wait, &edges);
        let both: Vec<u64> = answered
            .iter()
            .zip(&abandoned)
            .map(|(a, b)| a + b)
            .collect();
        let (y, top) = self.counts(both.iter().copied().max().unwrap_or(0));
        let count = both.len();
        let shapes = markup! {
            @for at in 0..count {
                (column("answered", (at, count), 0, answered[at], top))
                (column("abandoned", (at, count), answered[at], abandoned[at], top))
            }
        };
        let legend = markup! {
            ul.legend {
                li { (sample("line answered")) (locale.text("waits-answered")) }
                li { (sample("line abandoned")) (locale.text("waits-abandoned")) }
            }
        };
        let head = [
            locale.text("wait"),
            locale.named("figure", "answered"),
            locale.named("figure", "abandoned"),
        ];
        let rows = (0..count).map(|at| {
            let numbers = [answered[at], abandoned[at]];
            let numbers = numbers.map(|it| locale.value(Value::count(it)));
            std::iter::once(self.between(&edges, at))
                .chain(numbers)
                .collect()
        });
        let frame = Frame {
            id: "waits",
            title: locale.text("waits"),
            about: locale.text("waits-about"),
            y_title: locale.text("visits-axis"),
            y,
            x_title: locale.text("wait-axis"),
            x: self.edge_words(&edges),
            legend,
        };
        Some(frame.with(&shapes, &self.plain(&head, rows), &locale.text("as-table")))
    }

    /// From one edge to the next in words.
    fn between(&self, edges: &[i64], at: usize) -> String {
        let locale = self.locale;
        let edge = |at: usize| locale.edge(edges[at]);
        match at {
            0 => locale.text_with("up-to", &[("n", &edge(0))]),
            at if at == edges.len() => locale.text_with("over", &[("n", &edge(at - 1))]),
            at => locale.text_with("range", &[("from", &edge(at - 1)), ("to", &edge(at))]),
        }
    }

    /// Edges stand between the columns.
    fn edge_words(&self, edges: &[i64]) -> Vec<Tick> {
        let count = edges.len() + 1;
        let word = |at: usize| ((at + 1) as f64 / count as f64, self.locale.edge(edges[at]));
        some_of(edges.len(), WORDS_MAX + 1).map(word).collect()
    }

    /// How long conversations were.
    pub(super) fn talk(&self) -> Option<Markup> {
        let (locale, lengths) = (self.locale, &self.whole.now.connected.0);
        if lengths.is_empty() {
            return None;
        }
        let mut counts = vec![0; TALK_EDGES.len() + 1];
        for (length, many) in lengths {
            let at = TALK_EDGES.partition_point(|edge| edge.unsigned_abs() < *length);
            counts[at] += many;
        }
        let (y, top) = self.counts(counts.iter().copied().max().unwrap_or(0));
        let shapes = markup! {
            @for (at, many) in counts.iter().enumerate() { (column("talk", (at, counts.len()), 0, *many, top)) }
        };
        let head = [locale.text("length"), locale.text("conversations")];
        let rows = counts.iter().enumerate().map(|(at, many)| {
            vec![
                self.between(&TALK_EDGES, at),
                locale.value(Value::count(*many)),
            ]
        });
        let frame = Frame {
            id: "talk",
            title: locale.text("talk"),
            about: locale.text("talk-about"),
            y_title: locale.text("conversations-axis"),
            y,
            x_title: locale.text("talk-axis"),
            x: self.edge_words(&TALK_EDGES),
            legend: markup! {},
        };
        Some(frame.with(&shapes, &self.plain(&head, rows), &locale.text("as-table")))
    }

    /// How many had given up by which wait.
    pub(super) fn abandonment(&self) -> Option<Markup> {
        let (locale, figures) = (self.locale, &self.whole.now.figures);
        let edges = common_edges(&figures.answered_wait, &figures.abandoned_wait)?;
        let answered = between(&figures.answered_wait, &edges);
        let abandoned = between(&figures.abandoned_wait, &edges);
        let all: u64 = answered.iter().chain(&abandoned).sum();
        let mut waiting = all;
        let mut gone = 0;
        let steps: Vec<_> = answered
            .iter()
            .zip(&abandoned)
            .map(|(answered, abandoned)| {
                gone += abandoned;
                let step = (waiting, *abandoned, share(gone, all));
                waiting -= answered + abandoned;
                step
            })
            .collect();
        let last = steps.last().and_then(|it| it.2).map_or(0.0, Value::number);
        let y = self.shares(last);
        let top = ticks(last * 100.0).1 / 100.0;
        let count = steps.len();
        let begin = std::iter::once((0.0, Some(0.0)));
        let points = steps.iter().enumerate().map(|(at, (.., gone))| {
            let share = gone.map(|it| it.number() / top);
            ((at + 1) as f64 / count as f64, share)
        });
        let shapes = markup! { path.line.abandoned d=(line(begin.chain(points))) {} };
        let head = [
            "wait",
            "still-waiting",
            "gave-up",
            "gave-up-share",
            "gone-share",
        ];
        let rows = steps
            .iter()
            .enumerate()
            .map(|(at, (waiting, abandoned, gone))| {
                vec![
                    self.between(&edges, at),
                    locale.value(Value::count(*waiting)),
                    locale.value(Value::count(*abandoned)),
                    locale.shown(share(*abandoned, *waiting)),
                    locale.shown(*gone),
                ]
            });
        let frame = Frame {
            id: "abandonment",
            title: locale.text("abandonment"),
            about: locale.text("abandonment-about"),
            y_title: locale.text("gone-share"),
            y,
            x_title: locale.text("wait-axis"),
            x: self.edge_words(&edges),
            legend: markup! {},
        };
        let table = self.plain(&head.map(|it| locale.text(it)), rows);
        Some(frame.with(&shapes, &table, &locale.text("as-table")))
    }

    /// How much of their time agents were busy.
    pub(super) fn occupancy(&self) -> Result<Option<Markup>, PeriodError> {
        let agents = self.in_one(Kind::Agents)?;
        let (Some(occupancy), Some(logged_in)) =
            (agents.column("occupancy"), agents.column("logged_in_ms"))
        else {
            return Ok(None);
        };
        let mut rows: Vec<&Row> = agents
            .rows
            .iter()
            .filter(|row| row.values[occupancy].is_some())
            .collect();
        if rows.is_empty() {
            return Ok(None);
        }
        let number = |row: &Row| row.values[occupancy].map_or(0.0, Value::number);
        rows.sort_by(|a, b| number(b).total_cmp(&number(a)));
        let locale = self.locale;
        let names = [
            "logged_in_ms",
            "busy_ms",
            "idle_ms",
            "not_ready_ms",
            "occupancy",
            "handled",
            "aht_ms",
        ];
        let columns: Vec<_> = names
            .iter()
            .filter_map(|name| agents.column(name))
            .collect();
        let head: Vec<_> = std::iter::once(locale.named("key", "agent"))
            .chain(names.iter().map(|name| locale.named("figure", name)))
            .collect();
        let table = rows.iter().map(|row| {
            let cells = columns.iter().map(|at| locale.shown(row.values[*at]));
            std::iter::once(name_of(row, 2)).chain(cells).collect()
        });
        let target = |row: &Row| {
            goal(
                &self.page.question.targets,
                Kpi::Occupancy,
                Whose::Agent(&name_of(row, 2)),
            )
            .map(Goal::number)
        };
        let has_target = rows.iter().any(|row| target(row).is_some());
        Ok(Some(markup! {
            section.card aria-labelledby="occupancy" {
                h2 id="occupancy" { (locale.text("occupancy")) }
                p.quiet.small { (locale.text("occupancy-about")) }
                @if has_target { ul.legend { li { (sample("goal")) (locale.text("goal-of-agent")) } } }
                ul.bars {
                    @for row in rows.iter().take(BARS_MAX) {
                        li {
                            span { bdi { (name_of(row, 2)) } }
                            (bar(number(row), target(row), "busy"))
                            span.n { (locale.shown(row.values[occupancy])) " " small { bdi.num { (locale.shown(row.values[logged_in])) } } }
                        }
                    }
                }
                @if rows.len() > BARS_MAX { p.quiet.small { (locale.text("more-in-table")) } }
                (folded(&self.plain(&head, table), &locale.text("as-table")))
            }
        }))
    }

    /// What agents were and did over one day.
    pub(super) fn day(&self) -> Option<Markup> {
        let locale = self.locale;
        let stretches = || self.page.tenants.iter().flat_map(|it| &it.stretches);
        let (from, to) = (
            stretches().map(|it| it.from).min()?,
            stretches().map(|it| it.to).max()?,
        );
        let hours = self.period.civil().edges(Step::Hour, &(from..to)).ok()?;
        let place = |at: i64| (at - from) as f64 / (to - from) as f64;
        let whole = |at: &&i64| {
            self.period
                .civil()
                .edges(Step::Hour, &(**at - 1..**at + 1))
                .is_ok_and(|it| it.len() == 3)
        };
        let hours: Vec<i64> = hours.iter().filter(whole).copied().collect();
        let words: Vec<Tick> = some_of(hours.len(), WORDS_MAX)
            .map(|at| (place(hours[at]), locale.time(hours[at])))
            .collect();
        let mut agents: BTreeMap<(&str, &str), Vec<&Stretch>> = BTreeMap::new();
        for tenant in self.page.tenants {
            for stretch in &tenant.stretches {
                let of = agents.entry((&tenant.name, &stretch.agent)).or_default();
                of.push(stretch);
            }
        }
        // Handlings lie over presences.
        agents
            .values_mut()
            .for_each(|of| of.sort_by_key(|it| (it.doing, it.from)));
        let shape = |it: &Stretch| {
            let (x, width) = (along(place(it.from)), along(place(it.to) - place(it.from)));
            let (y, height) = height(it.doing);
            markup! { rect class=(class(it.doing)) x=(x) y=(y) width=(width) height=(height) {} }
        };
        let all = [
            Doing::Ready,
            Doing::NotReady,
            Doing::Ringing,
            Doing::Talking,
            Doing::Held,
            Doing::WrapUp,
        ];
        let head: Vec<_> = std::iter::once(locale.named("key", "agent"))
            .chain(all.iter().map(|it| locale.named("doing", class(*it))))
            .collect();
        let rows = agents.iter().map(|((_, agent), of)| {
            let spent = all.iter().map(|doing| {
                let of = of.iter().filter(|it| it.doing == *doing);
                locale.duration(of.map(|it| it.to - it.from).sum())
            });
            std::iter::once(outside(agent)).chain(spent).collect()
        });
        let table = self.plain(&head, rows);
        Some(markup! {
            section.card aria-labelledby="day" {
                h2 id="day" { (locale.text("day-of-agents")) }
                p.quiet.small { (locale.text_with("day-of-agents-about", &[("date", &locale.date(from))])) }
                ul.legend {
                    @for doing in all {
                        @let (y, height) = height(doing);
                        li {
                            svg.swatch viewBox="0 0 20 10" preserveAspectRatio="none" aria-hidden="true" {
                                rect class=(class(doing)) x="0" y=(y) width="20" height=(height) {}
                            }
                            (locale.named("doing", class(doing)))
                        }
                    }
                }
                div.gantt aria-hidden="true" {
                    @for ((_, agent), of) in agents.iter().take(BARS_MAX) {
                        span { bdi { (outside(agent)) } }
                        div dir="ltr" {
                            svg.shift viewBox="0 0 1000 10" preserveAspectRatio="none" {
                                @for (at, _) in &words { path.grid d=(format!("M{} 0V10", along(*at))) {} }
                                @for stretch in of { (shape(stretch)) }
                            }
                        }
                    }
                    span {}
                    div.x dir="ltr" { @for (at, says) in &words { span style=(format!("inset-inline-start:{:.1}%", at * 100.0)) { bdi { (says) } } } }
                }
                p.axis.label.across { (self.time_title()) }
                @if agents.len() > BARS_MAX { p.quiet.small { (locale.text("more-in-table")) } }
                (folded(&table, &locale.text("as-table")))
            }
        })
    }

    /// What each client is charged.
    pub(super) fn costs(&self) -> Result<Option<Markup>, PeriodError> {
        let costs = self.in_one(Kind::Costs)?;
        let Some(cost) = costs.column("cost").filter(|_| !costs.rows.is_empty()) else {
            return Ok(None);
        };
        let locale = self.locale;
        let names = [
            "cost_contacts",
            "cost_minutes",
            "cost_agent_hours",
            "cost_monthly",
            "cost",
            "contacts",
            "cost_per_contact",
        ];
        let columns: Vec<_> = names.iter().filter_map(|name| costs.column(name)).collect();
        let head: Vec<_> = ["tenant", "currency"]
            .map(|it| locale.named("key", it))
            .into_iter()
            .chain(names.iter().map(|name| locale.named("figure", name)))
            .collect();
        let all = costs.rows.iter().chain(&costs.totals);
        let table = all.map(|row| {
            let tenant = row.keys[1]
                .as_ref()
                .map_or_else(|| locale.text("total"), |_| name_of(row, 1));
            let cells = columns.iter().map(|at| locale.shown(row.values[*at]));
            [tenant, name_of(row, 2)].into_iter().chain(cells).collect()
        });
        let number = |row: &Row| row.values[cost].map_or(0.0, Value::number);
        // Amounts of different currencies are not drawn to one scale.
        let greatest = |row: &Row| {
            let same = costs.rows.iter().filter(|it| it.keys[2] == row.keys[2]);
            same.map(number).fold(f64::MIN_POSITIVE, f64::max)
        };
        let each = costs.column("cost_per_contact");
        Ok(Some(markup! {
            section.card aria-labelledby="costs" {
                h2 id="costs" { (locale.text("costs")) }
                p.quiet.small { (locale.text("costs-about")) }
                ul.bars {
                    @for row in costs.rows.iter().take(BARS_MAX) {
                        li {
                            span { bdi { (name_of(row, 1)) } }
                            (bar(number(row) / greatest(row), None, "cost"))
                            span.n {
                                bdi { (locale.text_with("amount", &[("n", &locale.shown(row.values[cost])), ("currency", &name_of(row, 2))])) } " "
                                @if let Some(each) = each {
                                    small { bdi { (locale.text_with("per-contact", &[("n", &locale.shown(row.values[each]))])) } }
                                }
                            }
                        }
                    }
                }
                (folded(&self.plain(&head, table), &locale.text("as-table")))
            }
        }))
    }

    /// A report of the period as one bucket.
    fn in_one(&self, kind: Kind) -> Result<Report, PeriodError> {
        let question = Question {
            period: self.page.question.period.in_steps(None)?,
            ..self.page.question.clone()
        };
        report::report(kind, &question, self.page.tenants)
    }
}

/// The middle of one of so many buckets.
fn middle(at: usize, count: usize) -> f64 {
    (at as f64 + 0.5) / count as f64
}

fn name_of(row: &Row, at: usize) -> String {
    match row.keys.get(at) {
        Some(Some(Key::Name(name))) => outside(name),
        _ => String::new(),
    }
}

/// A column that stands on another, with a gap between two neighbours.
fn column(class: &str, (at, count): (usize, usize), on: u64, many: u64, top: f64) -> Markup {
    let width = 1_000.0 / count as f64;
    let x = (at as f64 * width + width * 0.08) * 10.0;
    let (y, foot) = (up((on + many) as f64 / top), up(on as f64 / top));
    markup! {
        @if many > 0 {
            rect class=(class) x=(x.round() / 10.0) y=(y) width=((width * 8.4).round() / 10.0) height=(format!("{:.1}", foot - y)) {}
        }
    }
}

/// How a line or an area looks, in a legend.
fn sample(class: &str) -> Markup {
    markup! { svg.swatch viewBox="0 0 34 10" aria-hidden="true" { path class=(class) d="M1 5H33" {} } }
}

/// The edges that both have, as far as anything was counted.
fn common_edges(a: &WaitHistogram, b: &WaitHistogram) -> Option<Vec<i64>> {
    let edges = |it: &WaitHistogram| (it.count() > 0).then(|| it.edges_ms.clone());
    let common = match (edges(a), edges(b)) {
        (Some(a), Some(b)) => a.into_iter().filter(|edge| b.contains(edge)).collect(),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => return None,
    };
    Some(common).filter(|it: &Vec<i64>| !it.is_empty())
}

/// What was counted between these edges.
fn between(waits: &WaitHistogram, edges: &[i64]) -> Vec<u64> {
    if waits.count() == 0 {
        return vec![0; edges.len() + 1];
    }
    crate::sums::counts_between(waits, edges)
}

/// Its colour and its name.
const fn class(doing: Doing) -> &'static str {
    match doing {
        Doing::Ready => "ready",
        Doing::NotReady => "not-ready",
        Doing::Ringing => "ringing",
        Doing::Talking => "talking",
        Doing::Held => "held",
        Doing::WrapUp => "wrap-up",
    }
}

/// Where it begins and how high it is in a strip of ten: states differ by height, not by colour alone.
const fn height(doing: Doing) -> (u8, u8) {
    match doing {
        Doing::Ready => (8, 2),
        Doing::NotReady => (4, 2),
        Doing::Ringing => (6, 4),
        Doing::Talking => (0, 10),
        Doing::Held => (0, 4),
        Doing::WrapUp => (3, 7),
    }
}

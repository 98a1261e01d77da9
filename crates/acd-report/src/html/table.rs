//! Tables of the page.

use maud::{Markup, html as markup};

use super::Drawn;
use crate::report::{Key, Report, Row};
use crate::target::Judged;
use crate::write::{
    change_text, column_text, judged_text, key_text, meaning, shown_keys, trend_text,
};
use crate::{Kpi, Variant};

/// The most rows of a table on the page; files have all.
const ROWS_MAX: usize = 400;

impl Drawn<'_> {
    /// A report as a section with its main columns.
    pub(super) fn report(&self, report: &Report) -> Markup {
        let locale = self.locale;
        let keys = shown_keys(report);
        let main: Vec<_> = (0..report.columns.len())
            .filter(|at| report.columns[*at].is_main)
            .collect();
        let row = |row: &Row, is_total| {
            markup! {
                tr.total[is_total] {
                    @for (place, at) in keys.iter().enumerate() {
                        @let text = key_text(report, locale, row, *at);
                        @let isolated = matches!(row.keys[*at], Some(Key::Name(_)));
                        @if place == 0 { th scope="row" { @if isolated { bdi { (text) } } @else { (text) } } }
                        @else { td { @if isolated { bdi { (text) } } @else { (text) } } }
                    }
                    td.n { @if let Some(rank) = row.rank { (locale.in_digits(&rank.to_string())) } }
                    @for judged in &row.judged { td { @if let Some(judged) = judged { (self.judged(judged)) } } }
                    @for at in &main {
                        td.n {
                            bdi { (locale.shown(row.values[*at])) }
                            @if let Some(change) = row.changes[*at].and_then(|it| change_text(locale, &it)) {
                                small { (change) }
                            }
                        }
                    }
                }
            }
        };
        let title = format!("table-{}", report.kind.name());
        markup! {
            section.card aria-labelledby=(title) {
                h2 id=(title) { (locale.named("kind", report.kind.name())) }
                p.quiet.small { (locale.named("about", report.kind.name())) }
                div.table-scroll tabindex="0" {
                    table {
                        thead { tr {
                            @for at in &keys { th scope="col" { (locale.named("key", report.keys[*at].name())) } }
                            th.n scope="col" { (locale.text("rank")) }
                            @for kpi in &report.kpis {
                                @let figure = locale.named("figure", kpi.name());
                                th scope="col" { (locale.text_with("target-of", &[("figure", &figure)])) }
                            }
                            @for at in &main { th.n scope="col" { (column_text(report, locale, *at)) } }
                        } }
                        tbody {
                            @for one in report.rows.iter().take(ROWS_MAX) { (row(one, false)) }
                            @for total in &report.totals { (row(total, true)) }
                        }
                    }
                }
                @if report.rows.is_empty() { p.quiet { (locale.text("no-rows")) } }
                (self.left_out(report.rows.len()))
            }
        }
    }

    /// A figure against its target: a shape, a word and a colour.
    pub(super) fn judged(&self, judged: &Judged) -> Markup {
        let (class, sign) = match judged.is_met {
            Some(true) => ("met", "✓"),
            Some(false) => ("missed", "△"),
            None => ("unknown", "–"),
        };
        markup! {
            span.judged.(class) {
                span aria-hidden="true" { (sign) } " " (judged_text(self.locale, judged))
                @if let Some(trend) = trend_text(self.locale, judged) { small { (trend) } }
            }
        }
    }

    /// A plain table: a head, and rows whose first cell names them.
    pub(super) fn plain(&self, head: &[String], rows: impl Iterator<Item = Vec<String>>) -> Markup {
        let rows: Vec<_> = rows.collect();
        markup! {
            table {
                thead { tr { @for (at, cell) in head.iter().enumerate() { th.n[at > 0] scope="col" { (cell) } } } }
                tbody {
                    @for row in rows.iter().take(ROWS_MAX) {
                        tr {
                            @for (at, cell) in row.iter().enumerate() {
                                @if at == 0 { th scope="row" { bdi { (cell) } } } @else { td.n { bdi { (cell) } } }
                            }
                        }
                    }
                }
            }
            (self.left_out(rows.len()))
        }
    }

    /// Says how many rows a table of the page left out.
    fn left_out(&self, rows: usize) -> Markup {
        let left = rows.saturating_sub(ROWS_MAX);
        let left_text = self.locale.number(left as f64, 0);
        markup! { @if left > 0 { p.quiet.small { (self.locale.text_with("more-rows", &[("n", &left_text)])) } } }
    }

    /// What the words mean.
    pub(super) fn words(&self) -> Markup {
        let locale = self.locale;
        markup! {
            section.card aria-labelledby="words" {
                h2 id="words" { (locale.text("words")) }
                dl.words {
                    @for variant in Variant::ALL {
                        dt { (locale.named("figure", Kpi::ServiceLevel(variant).name())) }
                        dd { (meaning(locale, variant)) }
                    }
                    @for name in ["asa_ms", "abandonment", "aht_ms", "occupancy", "non_response", "first_contact_resolution", "satisfaction", "quality"] {
                        dt { (locale.named("figure", name)) }
                        dd { (locale.named("word", name)) }
                    }
                }
            }
        }
    }
}

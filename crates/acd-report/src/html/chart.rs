//! Charts: shapes in a field of 1,000 by 1,000 that stretches, and the words around it.

use std::fmt::Write as _;

use maud::{Markup, html as markup};

/// A mark on an axis: where, as a share of it, and what it says.
pub(super) type Tick = (f64, String);

/// What stands around the shapes of a chart.
pub(super) struct Frame {
    /// Unique in the page.
    pub(super) id: &'static str,
    pub(super) title: String,
    /// What the chart says, in a sentence or two.
    pub(super) about: String,
    /// The quantity upwards, with its unit.
    pub(super) y_title: String,
    pub(super) y: Vec<Tick>,
    /// The quantity sideways, with its unit.
    pub(super) x_title: String,
    pub(super) x: Vec<Tick>,
    pub(super) legend: Markup,
}

impl Frame {
    /// The chart of these shapes, and a table of the same.
    pub(super) fn with(&self, shapes: &Markup, table: &Markup, summary: &str) -> Markup {
        markup! {
            figure.chart.card aria-labelledby=(self.id) {
                figcaption { h2 id=(self.id) { (self.title) } p.quiet.small { (self.about) } }
                (self.legend)
                div.plot aria-hidden="true" {
                    p.axis.label { (self.y_title) }
                    div.frame dir="ltr" {
                        div.y { @for (at, says) in &self.y { span style=(format!("inset-block-end:{}", percent(*at))) { bdi { (says) } } } }
                        svg.area viewBox="0 0 1000 1000" preserveAspectRatio="none" {
                            @for (at, _) in &self.y { path.grid d=(format!("M0 {0}H1000", up(*at))) {} }
                            (shapes)
                        }
                        div.x { @for (at, says) in &self.x { span style=(format!("inset-inline-start:{}", percent(*at))) { bdi { (says) } } } }
                    }
                    p.axis.label.across { (self.x_title) }
                }
                (folded(table, summary))
            }
        }
    }
}

/// A table that is opened by whoever wants it.
pub(super) fn folded(table: &Markup, summary: &str) -> Markup {
    markup! { details { summary { (summary) } div.table-scroll tabindex="0" { (table) } } }
}

fn percent(share: f64) -> String {
    format!("{}%", round(share * 100.0))
}

/// Shapes have a thousand places each way.
fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// The place of a share of the height, from the top.
pub(super) fn up(share: f64) -> f64 {
    round(1_000.0 - share * 1_000.0)
}

/// The place of a share of the width.
pub(super) fn along(share: f64) -> f64 {
    round(share * 1_000.0)
}

/// A line through points, each a share of width and height; where one is none it is broken, and a point alone is a dot.
pub(super) fn line(points: impl Iterator<Item = (f64, Option<f64>)>) -> String {
    let mut path = String::new();
    let mut is_drawing = false;
    for (x, y) in points {
        let Some(y) = y else {
            is_drawing = false;
            continue;
        };
        let (x, y) = (along(x), up(y));
        // A line to where it begins is seen as a dot, for ends are round.
        let _ = if is_drawing {
            write!(path, "L{x} {y}")
        } else {
            write!(path, "M{x} {y}l0 0")
        };
        is_drawing = true;
    }
    path
}

/// Marks from 0 to a round number that is not below the greatest value, and that number.
pub(super) fn ticks(greatest: f64) -> (Vec<f64>, f64) {
    let greatest = if greatest > 0.0 { greatest } else { 1.0 };
    let rough = greatest / 4.0;
    let power = 10_f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|it| it * power);
    let step = steps
        .into_iter()
        .find(|it| *it >= rough)
        .unwrap_or(greatest);
    let count = (greatest / step - 1e-9).ceil().max(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most eight"
    )]
    let marks = (0..=count as u32).map(|at| f64::from(at) * step);
    (marks.collect(), count * step)
}

/// Which of so many things get a word on the axis, so that there are at most so many words.
pub(super) fn some_of(count: usize, most: usize) -> impl Iterator<Item = usize> {
    (0..count).step_by(count.div_ceil(most.max(1)).max(1))
}

/// A horizontal bar, and a mark where the target is, as shares of the width.
pub(super) fn bar(share: f64, target: Option<f64>, class: &str) -> Markup {
    markup! {
        svg.bar-of.flip viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
            rect.ground x="0" y="0" width="1000" height="10" {}
            rect class=(class) x="0" y="0" width=(along(share.clamp(0.0, 1.0))) height="10" {}
            @if let Some(target) = target { path.goal d=(format!("M{0} -4V14", along(target.clamp(0.0, 1.0)))) {} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_reach_over_the_greatest() {
        assert_eq!(ticks(100.0), (vec![0.0, 25.0, 50.0, 75.0, 100.0], 100.0));
        assert_eq!(ticks(7.0).1, 8.0);
        assert_eq!(ticks(0.0).1, 1.0);
        for greatest in [0.013, 1.0, 3.3, 42.0, 999.0, 1_001.0, 123_456.0] {
            let (marks, top) = ticks(greatest);
            assert!(
                top >= greatest && top <= greatest * 1.7,
                "{greatest}: {top}"
            );
            assert!((2..=6).contains(&marks.len()), "{marks:?}");
        }
    }

    #[test]
    fn gaps_stay_gaps_and_a_point_alone_is_seen() {
        let points = [(0.0, Some(0.0)), (0.5, None), (1.0, Some(1.0))];
        assert_eq!(line(points.into_iter()), "M0 1000l0 0M1000 0l0 0");
    }

    #[test]
    fn words_on_an_axis_are_bounded() {
        assert_eq!(some_of(31, 8).count(), 8);
        assert_eq!(some_of(3, 8).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(some_of(0, 8).count(), 0);
    }
}

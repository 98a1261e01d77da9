//! Lines drawn as SVG.

use std::fmt::Write as _;

/// A picture of lines over one axis.
pub(super) struct Picture<'a> {
    /// What the horizontal axis is.
    pub(super) x: &'a str,
    /// What the vertical axis is.
    pub(super) y: &'a str,
    /// Marks of the horizontal axis: where, and what is written there.
    pub(super) marks: Vec<(f64, String)>,
    /// Name and points of each line.
    pub(super) lines: Vec<(&'a str, Vec<(f64, f64)>)>,
}

const WIDTH: f64 = 820.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 44.0;
/// Told apart also by who sees no red or green.
const COLOURS: [&str; 4] = ["#0072b2", "#e69f00", "#d55e00", "#009e73"];

impl Picture<'_> {
    pub(super) fn svg(&self) -> String {
        let points = || self.lines.iter().flat_map(|(_, points)| points);
        let marks = self.marks.iter().map(|(at, _)| *at);
        let xs = || points().map(|(x, _)| *x).chain(marks.clone());
        let (low, high) = (xs().fold(f64::MAX, f64::min), xs().fold(f64::MIN, f64::max));
        let top = rounded_up(points().map(|(_, y)| *y).fold(0.0, f64::max));
        let across = |x: f64| LEFT + (x - low) / (high - low).max(1e-9) * (WIDTH - LEFT - RIGHT);
        let down = |y: f64| HEIGHT - BOTTOM - y / top * (HEIGHT - TOP - BOTTOM);
        let mut svg = String::new();
        // Writing to a text does not fail.
        let _ = write!(
            svg,
            r#"<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{} over {}">"#,
            self.y, self.x
        );
        for step in 0..=4 {
            let value = top * f64::from(step) / 4.0;
            let y = down(value);
            let _ = write!(
                svg,
                r##"<line x1="{LEFT}" x2="{}" y1="{y:.1}" y2="{y:.1}" stroke="#ddd"/><text x="{}" y="{:.1}" text-anchor="end">{}</text>"##,
                WIDTH - RIGHT,
                LEFT - 6.0,
                y + 4.0,
                number(value)
            );
        }
        for (at, text) in &self.marks {
            let x = across(*at);
            let _ = write!(
                svg,
                r#"<text x="{x:.1}" y="{}" text-anchor="middle">{text}</text>"#,
                HEIGHT - BOTTOM + 18.0
            );
        }
        for (number, (name, points)) in self.lines.iter().enumerate() {
            let colour = COLOURS[number % COLOURS.len()];
            let mut path = String::new();
            for (x, y) in points {
                let _ = write!(path, "{:.1},{:.1} ", across(*x), down(*y));
            }
            let _ = write!(
                svg,
                r#"<polyline fill="none" stroke="{colour}" stroke-width="1.8" points="{}"/><text x="{}" y="16" fill="{colour}">{name}</text>"#,
                path.trim_end(),
                LEFT + 130.0 * number as f64
            );
        }
        let _ = write!(
            svg,
            r#"<text x="{}" y="{}" text-anchor="middle">{}</text><text x="14" y="{}" text-anchor="middle" transform="rotate(-90 14 {})">{}</text></svg>"#,
            (LEFT + WIDTH - RIGHT) / 2.0,
            HEIGHT - 6.0,
            self.x,
            HEIGHT / 2.0,
            HEIGHT / 2.0,
            self.y
        );
        svg
    }
}

/// The next of 1, 2, 2.5, 5 times a power of ten.
fn rounded_up(value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|step| step * power);
    steps
        .into_iter()
        .find(|step| *step >= value)
        .unwrap_or(value)
}

fn number(value: f64) -> String {
    match value {
        value if value >= 100.0 || value == 0.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_a_round_number() {
        let ends = [0.0, 0.7, 1.0, 1.1, 23.0, 400.0].map(rounded_up);
        assert_eq!(ends, [1.0, 1.0, 1.0, 2.0, 25.0, 500.0]);
    }

    #[test]
    fn a_line_runs_from_edge_to_edge() {
        let picture = Picture {
            x: "s",
            y: "contacts/s",
            marks: Vec::new(),
            lines: vec![("arrived", vec![(0.0, 0.0), (10.0, 5.0)])],
        };
        let svg = picture.svg();
        assert!(svg.contains(r#"points="64.0,256.0 804.0,28.0""#), "{svg}");
    }
}

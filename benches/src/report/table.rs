//! A figure as a line of the table.

use super::{Figure, Target};

/// The names of the columns.
pub(super) fn heading() -> String {
    row([
        "key", "what", "value", "unit", "limit", "ratio", "target", "met",
    ])
}

/// A figure.
pub(super) fn line(figure: &Figure) -> String {
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), short);
    let value = figure.value.map_or_else(|| "no end".to_owned(), short);
    let target = figure
        .target
        .map_or_else(String::new, |target| match target {
            Target::ValueAtMost(value) => format!("<= {}", short(value)),
            Target::ValueAtLeast(value) => format!(">= {}", short(value)),
            Target::RatioAtMost(value) => format!("<= {} x", short(value)),
            Target::RatioAtLeast(value) => format!(">= {} x", short(value)),
        });
    let met = match figure.is_met() {
        Some(true) => "yes",
        Some(false) => "NO",
        None => "",
    };
    row([
        &figure.key,
        &figure.what,
        &value,
        &figure.unit,
        &number(figure.limit),
        &number(figure.ratio()),
        &target,
        met,
    ])
}

fn row([key, what, value, unit, limit, ratio, target, met]: [&str; 8]) -> String {
    let row = format!(
        "{key:<38} {what:<58} {value:>10} {unit:<12} {limit:>10} {ratio:>8} {target:>12} {met}"
    );
    row.trim_end().to_owned()
}

/// Three digits that count, or all of a whole number's.
fn short(value: f64) -> String {
    let size = value.abs();
    match size {
        0.0 => "0".to_owned(),
        100.0.. => {
            let whole = format!("{:.0}", size);
            let digits = whole.len();
            let mut text = String::from(if value < 0.0 { "-" } else { "" });
            for (at, digit) in whole.chars().enumerate() {
                if at > 0 && (digits - at).is_multiple_of(3) {
                    text.push(',');
                }
                text.push(digit);
            }
            text
        }
        10.0.. => format!("{value:.1}"),
        1.0.. => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let texts = [0.0, 0.1234, 2.0, 31.25, 1_234.5, 1_234_567.0].map(short);
        assert_eq!(texts, ["0", "0.123", "2.00", "31.2", "1,234", "1,234,567"]);
    }
}

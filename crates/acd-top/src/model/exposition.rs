//! Samples of the Prometheus text format, as far as a scrape of the engine has them.

/// One sample: `name{label="value",...} number`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample<'a> {
    pub(crate) name: &'a str,
    labels: &'a str,
    pub(crate) value: f64,
}

/// The samples of a text. A line that is none is left out.
pub(crate) fn samples(text: &str) -> impl Iterator<Item = Sample<'_>> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(sample)
}

fn sample(line: &str) -> Option<Sample<'_>> {
    let name_ends = line.find(['{', ' '])?;
    let (name, rest) = line.split_at(name_ends);
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => rest.split_at(labels_end(rest)?),
        None => ("", rest),
    };
    // A time stamp may follow.
    let value = rest.trim_start_matches('}').split_whitespace().next()?;
    Some(Sample {
        name,
        labels,
        value: value.parse().ok()?,
    })
}

/// Where the labels end: at the first brace that is in no value.
fn labels_end(text: &str) -> Option<usize> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (place, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '}' if !is_quoted => return Some(place),
            _ => {}
        }
    }
    None
}

impl<'a> Sample<'a> {
    /// The value of a label, as it is written; `\` and `"` stay escaped.
    pub(crate) fn label(&self, name: &str) -> Option<&'a str> {
        let mut rest = self.labels;
        loop {
            let (key, after) = rest.split_once("=\"")?;
            let mut is_escaped = false;
            let end = after.find(|c| {
                let ends = c == '"' && !is_escaped;
                is_escaped = c == '\\' && !is_escaped;
                ends
            })?;
            if key.trim_start_matches([',', ' ']) == name {
                return Some(&after[..end]);
            }
            rest = &after[end + 1..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_have_names_labels_and_values() {
        let text = "# HELP a b\n# TYPE a gauge\nup 1\n\
                    a_bucket{shard=\"0\",le=\"+Inf\"} 12 1700000000\n\
                    b{queue=\"a \\\"}\\\\\",tenant=\"t\"} +Inf\nnonsense\nc{x=\"1\n";
        let found: Vec<_> = samples(text).collect();
        let names: Vec<_> = found.iter().map(|it| (it.name, it.value)).collect();
        assert_eq!(
            names,
            [("up", 1.0), ("a_bucket", 12.0), ("b", f64::INFINITY)]
        );
        assert_eq!(found[0].label("shard"), None);
        assert_eq!(found[1].label("le"), Some("+Inf"));
        assert_eq!(found[2].label("queue"), Some("a \\\"}\\\\"));
        assert_eq!(found[2].label("tenant"), Some("t"));
    }
}

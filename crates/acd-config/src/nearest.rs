//! What somebody who mistyped a name probably meant.

/// The known name nearest to `name`, if one is near enough to be meant: at most a third of its characters (and at least
/// one) are wrong, missing, too many or swapped. Upper and lower case are the same here.
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let typed = name.to_lowercase();
    let allowed = (typed.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| {
            (
                strsim::osa_distance(&typed, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, candidate)| {
            *distance <= allowed && *distance < candidate.chars().count()
        })
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_name_and_a_different_word_finds_none() {
        let known = ["ring", "rank", "max_wait", "support"];
        for (typed, meant) in [
            ("rnig", Some("ring")),
            ("Ring", Some("ring")),
            ("max_wait_ms", Some("max_wait")),
            ("suport", Some("support")),
            ("timeout", None),
            ("x", None),
        ] {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
    }
}

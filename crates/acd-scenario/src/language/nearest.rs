//! The word that a mistyped one may have meant.

/// The known word nearest to a mistyped one: at most a third of its letters (and at least one) are wrong.
pub(crate) fn nearest<'k>(
    typed: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    let allowed = (typed.chars().count() / 3).max(1);
    let near = known
        .into_iter()
        .map(|word| (strsim::osa_distance(typed, word), word));
    near.filter(|(distance, word)| *distance <= allowed && *distance < word.chars().count())
        .min()
        .map(|(_, word)| word)
}

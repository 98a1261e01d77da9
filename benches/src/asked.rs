//! What a benchmark program was asked to do: `[--quick] [KEY-PREFIX...]`.

/// The words behind the program's name.
#[derive(Clone, Debug)]
pub struct Asked {
    prefixes: Vec<String>,
    /// Smaller, for trying: the figures are not for comparing.
    pub quick: bool,
}

impl Asked {
    /// As the command line says. Cargo's own `--bench` is passed over.
    pub fn of_command_line() -> Self {
        Self::of(std::env::args().skip(1))
    }

    fn of(words: impl Iterator<Item = String>) -> Self {
        let (options, prefixes): (Vec<_>, Vec<_>) = words.partition(|word| word.starts_with("--"));
        Self {
            prefixes,
            quick: options.iter().any(|option| option == "--quick"),
        }
    }

    /// Whether the figure of this key, or some of those whose keys begin so, are asked for.
    pub fn for_key(&self, key: &str) -> bool {
        let suits = |prefix: &String| key.starts_with(prefix.as_str()) || prefix.starts_with(key);
        self.prefixes.is_empty() || self.prefixes.iter().any(suits)
    }

    /// The first, or when it is to be quick the second.
    pub fn or_quick<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_asks_for_the_keys_that_begin_with_it() {
        let words = ["--bench", "--quick", "core.step", "journal"].map(str::to_owned);
        let asked = Asked::of(words.into_iter());
        assert!(asked.quick);
        assert!(asked.for_key("core.step_ns.1k"));
        assert!(asked.for_key("core."));
        assert!(!asked.for_key("core.flatness"));
        assert!(asked.for_key("journal.commit_ratio"));
        assert!(Asked::of(std::iter::empty()).for_key("core.flatness"));
    }
}

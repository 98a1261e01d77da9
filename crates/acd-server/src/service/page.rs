//! Pages of long lists.

use acd_history::Token;

use crate::error::ApiError;

/// The most entries of one page.
pub(super) const PAGE_MAX: u32 = 1_000;
/// How many entries a page has if the caller does not say.
const PAGE_DEFAULT: u32 = 100;

/// How many entries a page has.
pub(super) fn size(asked: u32) -> Result<usize, ApiError> {
    match asked {
        0 => Ok(PAGE_DEFAULT as usize),
        1..=PAGE_MAX => Ok(asked as usize),
        _ => {
            let remedy = format!("give 1..={PAGE_MAX}, or 0 for {PAGE_DEFAULT}");
            Err(ApiError::invalid(
                "page_size",
                format!("{asked} entries on one page"),
                remedy,
            ))
        }
    }
}

/// Where a page begins; none: at the begin of the list.
pub(super) fn begin<K: Token>(token: &str) -> Result<Option<K>, ApiError> {
    if token.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        ApiError::invalid(
            "page_token",
            "it is no token of this list",
            "send next_page_token as it was answered",
        )
    };
    K::of_token(token).map(Some).ok_or_else(wrong)
}

/// Where the next page begins, as text; empty: there is none.
pub(super) fn token<K: Token>(next: Option<&K>) -> String {
    next.map_or_else(String::new, Token::token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_a_default_and_a_limit() {
        assert_eq!(size(0).unwrap(), 100);
        assert_eq!(size(1_000).unwrap(), 1_000);
        assert_eq!(&*size(1_001).unwrap_err().field, "page_size");
    }

    #[test]
    fn a_foreign_token_is_refused() {
        assert_eq!(begin::<u64>("").unwrap(), None);
        assert_eq!(begin::<u64>("17").unwrap(), Some(17));
        assert_eq!(&*begin::<u64>("x").unwrap_err().field, "page_token");
    }
}

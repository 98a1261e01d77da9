use super::*;

#[test]
fn numbers_are_written_as_the_language_does() {
    let of = |language| Locale::new(language, Digits::Own);
    assert_eq!(of(Language::En).number(4_096), "4,096");
    assert_eq!(of(Language::Ru).number(4_096), "4\u{a0}096");
    assert_eq!(of(Language::Fa).number(4_096), "۴٬۰۹۶");
    assert_eq!(
        Locale::new(Language::Fa, Digits::Latin).number(4_096),
        "4,096"
    );
}

#[test]
fn shares_and_lengths_of_time() {
    let of = |language| Locale::new(language, Digits::Own);
    assert_eq!(of(Language::En).percent(0.8), "80\u{a0}%");
    assert_eq!(of(Language::Fa).percent(0.8), "\u{61c}۸۰٪");
    assert_eq!(of(Language::En).duration(42_999), "0:42");
    assert_eq!(of(Language::En).duration(852_000), "14:12");
    assert_eq!(of(Language::En).duration(3_922_000), "1:05:22");
    assert_eq!(of(Language::En).duration(-5), "0:00");
    assert_eq!(of(Language::Fa).duration(852_000), "۱۴:۱۲");
}

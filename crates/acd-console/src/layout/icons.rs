//! Icons: drawn once in a page, used by name.

use maud::{Markup, PreEscaped, html};

/// The icon of this name: a symbol of [`sprite`]. It is decoration: a word stands beside it, or the button has a label.
pub(crate) fn icon(name: &str) -> Markup {
    let flips = matches!(name, "give" | "back" | "next");
    html! {
        svg.icon.flip[flips] aria-hidden="true" { use href={ "#i-" (name) } {} }
    }
}

/// All symbols; stands once in each page.
pub(crate) fn sprite() -> Markup {
    html! {
        svg.sprite aria-hidden="true" width="0" height="0" {
            @for (name, size, drawing) in SYMBOLS {
                symbol id={ "i-" (name) } viewBox={ "0 0 " (size) " " (size) } { (PreEscaped(drawing)) }
            }
        }
    }
}

/// Name, size of the field, drawing.
const SYMBOLS: &[(&str, u8, &str)] = &[
    (
        "phone",
        20,
        r#"<path d="M6.2 3.2 4 4.1c-.7.3-1.1 1-1 1.8.7 5.7 5.4 10.4 11.1 11.1.8.1 1.5-.3 1.8-1l.9-2.2-3.6-2.3-1.7 1.7c-2.2-1-3.9-2.7-4.9-4.9l1.8-1.7z"/>"#,
    ),
    (
        "chat",
        20,
        r#"<path d="M4 4h12a1.5 1.5 0 0 1 1.5 1.5v7A1.5 1.5 0 0 1 16 14H9l-4 3v-3H4a1.5 1.5 0 0 1-1.5-1.5v-7A1.5 1.5 0 0 1 4 4z"/>"#,
    ),
    (
        "mail",
        20,
        r#"<rect x="2.5" y="4.5" width="15" height="11" rx="1.5"/><path d="m3 6 7 5.5L17 6"/>"#,
    ),
    (
        "task",
        20,
        r#"<rect x="3.5" y="3.5" width="13" height="13" rx="1.5"/><path d="m7 10.2 2.2 2.2L13.2 8"/>"#,
    ),
    (
        "callback",
        20,
        r#"<path d="M4 8.5C4 5.5 6.5 3.5 9.5 3.5M4 8.500 2.200 6.500M4 8.500 6 6.700M8 8.200l1 2.600 2.400 2.400 2.600 1 2-1.600M16 12.600l1 2.400c.2.800-.4 1.500-1.200 1.500C11 16.200 7.500 13 6.500 10"/>"#,
    ),
    (
        "video",
        20,
        r#"<rect x="2.5" y="5" width="10.500" height="10" rx="1.5"/><path d="m13 9 4.500-2.500v7L13 11"/>"#,
    ),
    ("check", 20, r#"<path d="m4.5 10.5 3.7 3.7 7.3-8"/>"#),
    (
        "sound",
        20,
        r#"<path d="M3.5 8v4h3l4 3.2V4.8L6.5 8zM13.5 7.5a3.5 3.5 0 0 1 0 5M15.8 5a7 7 0 0 1 0 10"/>"#,
    ),
    (
        "muted",
        20,
        r#"<path d="M3.5 8v4h3l4 3.2V4.8L6.5 8zM13.500 8l4 4M17.500 8l-4 4"/>"#,
    ),
    (
        "bell",
        20,
        r#"<path d="M5 14V9a5 5 0 0 1 10 0v5l1.5 1.5h-13zM8.5 17.5h3"/>"#,
    ),
    ("pause", 20, r#"<path d="M7.5 5v10M12.5 5v10"/>"#),
    ("play", 20, r#"<path d="M6.500 4.500v11l9-5.500z"/>"#),
    ("give", 20, r#"<path d="M3 10h12M11 5.5l4.5 4.5-4.5 4.5"/>"#),
    (
        "back",
        20,
        r#"<path d="M17 10H5M9 5.500 4.500 10 9 14.500"/>"#,
    ),
    ("next", 20, r#"<path d="m8 5 5 5-5 5"/>"#),
    (
        "ask",
        20,
        r#"<circle cx="7" cy="7" r="3"/><path d="M2 16.5c.5-3 2.5-4.5 5-4.5s4.5 1.5 5 4.5M14.5 8.5v5M12 11h5"/>"#,
    ),
    (
        "people",
        20,
        r#"<circle cx="7" cy="7" r="3"/><path d="M2 16.500c.5-3 2.500-4.500 5-4.500s4.500 1.500 5 4.500M13 4.300a3 3 0 0 1 0 5.400M14.500 12.300c1.900.5 3.100 1.900 3.500 4.200"/>"#,
    ),
    (
        "aside",
        20,
        r#"<path d="M3.5 12v3.5h13V12M10 3.5v8M6.5 8.5l3.5 3.5 3.5-3.5"/>"#,
    ),
    (
        "more",
        20,
        r#"<circle class="solid" cx="5" cy="10" r="1.5"/><circle class="solid" cx="10" cy="10" r="1.5"/><circle class="solid" cx="15" cy="10" r="1.5"/>"#,
    ),
    (
        "hangup",
        20,
        r#"<path d="M2.5 12.5c4.5-4 10.5-4 15 0l-1.7 2.3-3.3-1.3v-2.2a8 8 0 0 0-5 0v2.2l-3.3 1.3z"/>"#,
    ),
    (
        "pen",
        20,
        r#"<path d="M4 16l.8-3.2L13.5 4 16 6.5l-8.8 8.7zM11.5 6l2.5 2.5"/>"#,
    ),
    (
        "lock",
        20,
        r#"<rect x="4.5" y="9" width="11" height="7.5" rx="1.5"/><path d="M7 9V6.5a3 3 0 0 1 6 0V9"/>"#,
    ),
    (
        "warn",
        20,
        r#"<path d="M10 3 18 16.5H2zM10 8v4M10 14.3v.1"/>"#,
    ),
    ("down", 20, r#"<path d="m5 8 5 5 5-5"/>"#),
    ("up", 20, r#"<path d="m5 12 5-5 5 5"/>"#),
    (
        "search",
        20,
        r#"<circle cx="9" cy="9" r="5"/><path d="m13 13 4 4"/>"#,
    ),
    ("close", 20, r#"<path d="M5 5l10 10M15 5 5 15"/>"#),
    (
        "ready",
        24,
        r#"<circle cx="12" cy="12" r="9"/><path d="m7.5 12.3 3 3 6-6.6"/>"#,
    ),
    (
        "late",
        24,
        r#"<path d="M8 2.5h8l5.5 5.5v8L16 21.5H8L2.5 16V8zM12 7.5v5.5M12 16.5v.1"/>"#,
    ),
    (
        "risk",
        24,
        r#"<path d="M12 3.5 22 20.5H2zM12 10v5M12 17.7v.1"/>"#,
    ),
    ("ok", 24, r#"<path d="m5 12.5 4.8 4.8L19 7.5"/>"#),
    (
        "closed",
        24,
        r#"<path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z"/>"#,
    ),
    (
        "idle",
        24,
        r#"<circle cx="12" cy="12" r="8.5"/><path d="m8 12.3 3 3 5.5-6"/>"#,
    ),
    (
        "ringing",
        24,
        r#"<path d="M6 17v-6a6 6 0 0 1 12 0v6l2 2H4zM10 21.5h4"/>"#,
    ),
    (
        "talk",
        24,
        r#"<path d="M5 4h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-8l-5 4v-4H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z"/>"#,
    ),
    ("wrapup", 24, r#"<path d="m4 20 1-4L16 5l3 3L8 19z"/>"#),
    (
        "outside",
        24,
        r#"<path d="M9 5H5v14h14v-4M13 4h7v7M20 4l-9 9"/>"#,
    ),
    (
        "away",
        24,
        r#"<circle cx="12" cy="12" r="8.5"/><path d="M9.5 9v6M14.5 9v6"/>"#,
    ),
    (
        "lost",
        24,
        r#"<path d="M4 4l16 16M9 5.5A11 11 0 0 1 21 9M3 9c1-.9 2.2-1.7 3.5-2.3M7 13.5c.8-.7 1.8-1.2 2.8-1.5M12 18v.1"/>"#,
    ),
    ("offline", 24, r#"<circle cx="12" cy="12" r="8.5"/>"#),
];

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::*;
use crate::Locale;
use crate::fixture::question;
use crate::sample::sample;
use crate::texts::Language;

fn drawn(language: Language, question: &Question, tenants: &[Tenant], title: &str) -> String {
    let locale = Locale::new(language, question.period.civil().clone());
    let page = Page {
        title,
        question,
        tenants,
        tables: &Kind::ALL,
        locale: &locale,
        made_at: question.period.range().end,
    };
    let mut file = Vec::new();
    html(&mut file, &page).expect("a file");
    String::from_utf8(file).expect("text")
}

/// All pages that tests look at, each with what it is.
static PAGES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let mut pages = Vec::new();
    for step in [None, Some(Step::Day)] {
        let sample = sample(7, step).expect("a centre");
        for language in Language::ALL {
            let page = drawn(language, &sample.question, &sample.tenants, "Centre");
            pages.push((format!("{language:?} {step:?}"), page));
        }
    }
    for language in Language::ALL {
        let page = drawn(language, &question(None), &[], "Centre");
        pages.push((format!("{language:?} of nothing"), page));
    }
    pages
});

/// What begins without ending in HTML.
const VOID: [&str; 2] = ["meta", "br"];

/// Follows the tags of a page and tells what is wrong.
fn ill_formed(page: &str) -> Option<String> {
    let body = page.strip_prefix("<!DOCTYPE html>")?;
    let mut open: Vec<&str> = Vec::new();
    let mut ids = BTreeSet::new();
    for piece in body.split('<').skip(1) {
        let Some((tag, text)) = piece.split_once('>') else {
            return Some(format!("<{piece} does not end"));
        };
        if let Some(name) = tag.strip_prefix('/') {
            let opened = open.pop();
            if opened != Some(name) {
                return Some(format!("</{name}> ends {opened:?}"));
            }
        } else {
            let name = tag.split(' ').next().unwrap_or_default();
            if tag.matches('"').count() % 2 != 0 {
                return Some(format!("<{tag}>"));
            }
            if let Some(id) = tag
                .split(" id=\"")
                .nth(1)
                .and_then(|it| it.split('"').next())
                && !ids.insert(id)
            {
                return Some(format!("{id} stands twice"));
            }
            if !VOID.contains(&name) {
                open.push(name);
            }
        }
        if open.last() != Some(&"style") && text.contains('>') {
            return Some(format!("a bare > in {text}"));
        }
    }
    open.pop().map(|name| format!("<{name}> stays open"))
}

#[test]
fn pages_are_well_formed() {
    for (what, page) in &*PAGES {
        assert_eq!(ill_formed(page), None, "{what}");
    }
    assert!(ill_formed("<!DOCTYPE html><p><b></p></b>").is_some());
    assert!(ill_formed("<!DOCTYPE html><p id=\"a\"><b id=\"a\"></b></p>").is_some());
}

#[test]
fn a_page_needs_nothing_else_and_runs_nothing() {
    for (what, page) in &*PAGES {
        for needed in [
            "<script",
            "<link",
            "<iframe",
            "<img",
            "src=",
            "href=",
            "url(",
            "@import",
            "http:",
            "https:",
            "javascript:",
            "onload",
            "onclick",
        ] {
            assert!(!page.contains(needed), "{what}: {needed}");
        }
    }
}

#[test]
fn every_text_is_there_and_every_figure_is_a_number() {
    for (what, page) in &*PAGES {
        let body = page.split("</style>").nth(1).expect("a body");
        for wrong in ["NaN", "inf", "{ $"] {
            assert!(!body.contains(wrong), "{what}: {wrong}");
        }
        // A text that is missing is seen as its id.
        let words = body.split('<').filter_map(|it| it.split_once('>'));
        let words: BTreeSet<&str> = words.flat_map(|it| it.1.split([' ', ':'])).collect();
        let ids: BTreeSet<&str> = messages_ids().collect();
        let seen: Vec<_> = words.intersection(&ids).collect();
        assert!(seen.is_empty(), "{what}: {seen:?}");
    }
}

fn messages_ids() -> impl Iterator<Item = &'static str> {
    let lines = Language::En
        .file()
        .lines()
        .filter(|it| !it.starts_with('#'));
    let ids = lines.filter_map(|it| it.split_once(" = ")).map(|it| it.0);
    // Some are words of their own.
    ids.filter(|id| id.contains('-'))
}

#[test]
fn a_page_is_in_its_language() {
    for (language, says, dir) in [
        (
            Language::En,
            "Service level over time",
            "lang=\"en\" dir=\"ltr\"",
        ),
        (
            Language::Ru,
            "Уровень сервиса во времени",
            "lang=\"ru\" dir=\"ltr\"",
        ),
        (
            Language::Fa,
            "سطح خدمت در گذر زمان",
            "lang=\"fa\" dir=\"rtl\"",
        ),
    ] {
        let name = format!("{language:?} None");
        let (_, page) = PAGES.iter().find(|it| it.0 == name).expect("a page");
        assert!(page.contains(says) && page.contains(dir), "{language:?}");
        let body = page.split("</style>").nth(1).expect("a body");
        let words = body
            .split('<')
            .filter_map(|it| it.split_once('>'))
            .map(|it| it.1);
        let latin = words.filter(|it| it.chars().any(|letter| letter.is_ascii_digit()));
        // Ours are in the language's digits; the figures of Persian have none of 0 to 9.
        if language == Language::Fa {
            assert_eq!(latin.collect::<Vec<_>>(), Vec::<&str>::new());
        }
    }
}

#[test]
fn every_chart_has_a_title_axes_and_a_table() {
    let page = &PAGES[0].1;
    for id in [
        "headline",
        "arrivals",
        "service-level",
        "waits",
        "talk",
        "abandonment",
        "occupancy",
        "day",
        "costs",
    ] {
        assert!(page.contains(&format!("aria-labelledby=\"{id}\"")), "{id}");
        assert!(page.contains(&format!(" id=\"{id}\"")), "{id}");
    }
    let figures = page.split("<figure").skip(1);
    for figure in figures {
        let figure = figure.split("</figure>").next().expect("a figure");
        assert_eq!(figure.matches("class=\"axis label").count(), 2, "{figure}");
        assert!(figure.contains("<details>") && figure.contains("<table>"));
    }
    assert_eq!(
        page.matches("<details>").count(),
        7,
        "each chart but the headline and the heat map"
    );
}

#[test]
fn names_from_outside_do_no_harm() {
    let hostile = "<script>alert(1)</script>\u{202e}\"'&\u{0}";
    let mut sample = sample(7, None).expect("a centre");
    for tenant in &mut sample.tenants {
        hostile.clone_into(&mut tenant.name);
        for row in &mut tenant.queues {
            hostile.clone_into(&mut row.queue);
        }
        for row in &mut tenant.agent_time {
            hostile.clone_into(&mut row.agent);
            row.time.not_ready_ms = [(hostile.to_owned(), 5)].into();
        }
        for stretch in &mut tenant.stretches {
            hostile.clone_into(&mut stretch.agent);
        }
        for tariff in &mut tenant.tariffs {
            hostile.clone_into(&mut tariff.currency.code);
        }
    }
    for language in Language::ALL {
        let page = drawn(language, &sample.question, &sample.tenants, hostile);
        assert_eq!(ill_formed(&page), None);
        assert!(!page.contains("<script") && !page.contains('\u{202e}') && !page.contains('\u{0}'));
        assert!(page.contains("&lt;script&gt;"));
    }
}

#[test]
fn a_page_of_many_rows_stays_small_and_says_what_it_left_out() {
    let mut sample = sample(7, Some(Step::Interval)).expect("a centre");
    let all = sample.tenants[0].agent_time.clone();
    for number in 0..1_000 {
        let mut row = all[number % all.len()].clone();
        row.agent = format!("agent-{number}");
        row.began_at = sample.question.period.range().start;
        sample.tenants[0].agent_time.push(row);
    }
    let page = drawn(Language::En, &sample.question, &sample.tenants, "Centre");
    assert_eq!(ill_formed(&page), None);
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
    assert!(
        page.contains("More rows, in CSV, JSON and Parquet: 623"),
        "of 1,023 agents"
    );
}

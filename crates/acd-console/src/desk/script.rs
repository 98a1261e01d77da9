//! What the agent is to say: Markdown of the tenant's configuration, with what is known of the contact put in.
//!
//! The script is trusted to say what is to be said, not to be a page: HTML in it is shown as text, and a link as its words.
//! What is put in comes from outside: it is text, whatever it holds.

use std::collections::BTreeMap;

use maud::{Markup, PreEscaped, Render as _, html};
use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::texts::shown;

/// What stands in a script as `{{name}}`, by name.
pub(crate) type Facts<'f> = BTreeMap<&'f str, &'f str>;

/// The longest text that is put in; the rest stands among the customer's facts.
const LONGEST: usize = 200;

/// Private-use characters that stand for the places `{{...}}` while the Markdown is read: to Markdown they are letters.
const MARKS: std::ops::Range<u32> = 0xE000..0xF8FF;

/// The script as HTML.
pub(crate) fn script(markdown: &str, facts: &Facts<'_>) -> Markup {
    let (marked, names) = marked(markdown);
    let mut page = Page {
        out: String::with_capacity(marked.len() * 2),
        names,
        facts,
    };
    for event in Parser::new_ext(&marked, Options::ENABLE_GFM) {
        page.event(event);
    }
    PreEscaped(page.out)
}

/// The Markdown with a mark in place of each `{{name}}`, and the names in the order of the marks.
fn marked(markdown: &str) -> (String, Vec<&str>) {
    let mut text = String::with_capacity(markdown.len());
    let mut names = Vec::new();
    let mut rest = markdown;
    while let Some((before, place)) = rest.split_once("{{") {
        let mark = MARKS.clone().nth(names.len()).and_then(char::from_u32);
        let Some(((name, after), mark)) = place.split_once("}}").zip(mark) else {
            break;
        };
        text.extend(before.chars().filter(is_no_mark));
        text.push(mark);
        names.push(name.trim());
        rest = after;
    }
    text.extend(rest.chars().filter(is_no_mark));
    (text, names)
}

fn is_no_mark(letter: &char) -> bool {
    !MARKS.contains(&u32::from(*letter))
}

struct Page<'p> {
    out: String,
    names: Vec<&'p str>,
    facts: &'p Facts<'p>,
}

impl Page<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.out.push_str(end(tag)),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::Code(text) => {
                self.out.push_str("<code>");
                self.text(&text);
                self.out.push_str("</code>");
            }
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out.push_str("<br>"),
            Event::Rule => self.out.push_str("<hr>"),
            // Only with options that are not on.
            Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        let start = match tag {
            Tag::Paragraph => "<p>",
            Tag::Heading { .. } => "<h3>",
            Tag::BlockQuote(None) => "<div class=\"say\">",
            Tag::BlockQuote(Some(kind)) => match kind {
                BlockQuoteKind::Note | BlockQuoteKind::Tip => "<div class=\"note\">",
                BlockQuoteKind::Important | BlockQuoteKind::Warning | BlockQuoteKind::Caution => {
                    "<div class=\"note warns\">"
                }
            },
            Tag::CodeBlock(CodeBlockKind::Indented | CodeBlockKind::Fenced(_)) => "<pre>",
            Tag::List(None) => "<ul>",
            Tag::List(Some(1)) => "<ol>",
            Tag::List(Some(first)) => {
                html! { (PreEscaped(format!("<ol start=\"{first}\">"))) }.render_to(&mut self.out);
                return;
            }
            Tag::Item => "<li><div>",
            Tag::Emphasis => "<em>",
            Tag::Strong => "<strong>",
            _ => return,
        };
        self.out.push_str(start);
    }

    fn text(&mut self, text: &str) {
        for piece in text.split_inclusive(|letter| !is_no_mark(&letter)) {
            let last = piece.chars().next_back().filter(|last| !is_no_mark(last));
            let own = &piece[..piece.len() - last.map_or(0, char::len_utf8)];
            own.render_to(&mut self.out);
            if let Some(mark) = last {
                self.put_in(mark);
            }
        }
    }

    fn put_in(&mut self, mark: char) {
        let place = u32::from(mark) - MARKS.start;
        let name = usize::try_from(place)
            .ok()
            .and_then(|at| self.names.get(at));
        let Some(name) = name else { return };
        let fact = self.facts.get(name).copied().filter(|it| !it.is_empty());
        let filled = html! {
            @match fact {
                Some(fact) => { bdi.fact { (clipped(fact)) } }
                // What is not known is to be seen as a gap, not to be read over.
                None => { bdi.gap { "{" (shown(name)) "}" } }
            }
        };
        filled.render_to(&mut self.out);
    }
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => shown(&text[..at]) + "…",
        None => shown(text),
    }
}

fn end(tag: TagEnd) -> &'static str {
    match tag {
        TagEnd::Paragraph => "</p>",
        TagEnd::Heading(_) => "</h3>",
        TagEnd::BlockQuote(_) => "</div>",
        TagEnd::CodeBlock => "</pre>",
        TagEnd::List(true) => "</ol>",
        TagEnd::List(false) => "</ul>",
        TagEnd::Item => "</div></li>",
        TagEnd::Emphasis => "</em>",
        TagEnd::Strong => "</strong>",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html_of(markdown: &str, facts: &[(&str, &str)]) -> String {
        script(markdown, &facts.iter().copied().collect()).0
    }

    #[test]
    fn a_script_is_what_is_said_steps_and_warnings() {
        let markdown = "> \"Good afternoon, {{name}}.\"\n\n1. Block the card that ends in **{{card}}**.\n2. Offer a new one.\n\n\
                        ## If money is needed\n\n3. Up to 300.\n\n> [!WARNING]\n> Never ask for the PIN.\n";
        let html = html_of(markdown, &[("name", "Mr Oliveira"), ("card", "4417")]);
        assert!(html.contains("<div class=\"say\"><p>&quot;Good afternoon, <bdi class=\"fact\">Mr Oliveira</bdi>.&quot;"));
        assert!(html.contains("<strong><bdi class=\"fact\">4417</bdi></strong>"));
        assert!(html.contains("<h3>If money is needed</h3>"));
        assert!(html.contains("<ol start=\"3\"><li><div>"));
        assert!(html.contains("<div class=\"note warns\"><p>Never ask for the PIN.</p>"));
    }

    #[test]
    fn neither_html_nor_links_nor_pictures_are_made() {
        let html = html_of(
            "<script>alert(1)</script>\n\n<b onclick=x>b</b> [words](https://elsewhere.example) ![picture](x.png) <https://a.example>",
            &[],
        );
        for made in ["<script", "<b ", "<a", "<img", "href", "src"] {
            assert!(!html.contains(made), "{made} in {html}");
        }
        assert!(html.contains("words") && html.contains("picture"));
    }

    #[test]
    fn what_is_put_in_is_text_whatever_it_holds() {
        let hostile = "<script>alert(1)</script> **bold** [l](https://x.example) \u{202E}evil {{card}} \u{E000}";
        let html = html_of(
            "# {{name}}\n\n{{name}} and `{{name}}`",
            &[("name", hostile), ("card", "SECRET")],
        );
        assert!(!html.contains("<script") && !html.contains("<strong") && !html.contains("<a"));
        assert!(!html.contains('\u{202E}') && !html.contains("SECRET"));
        assert_eq!(html.matches("{{card}}").count(), 3);
    }

    #[test]
    fn what_is_not_known_is_seen_as_a_gap_and_what_is_long_is_cut() {
        let html = html_of(
            "Dear {{ name }}, {{long}}. {{open",
            &[("long", &"ж".repeat(10_000))],
        );
        assert!(html.contains("<bdi class=\"gap\">{name}</bdi>"));
        assert!(html.contains(&("ж".repeat(LONGEST) + "…")) && html.contains("{{open"));
        assert!(!html.contains(&"ж".repeat(LONGEST + 1)));
    }
}

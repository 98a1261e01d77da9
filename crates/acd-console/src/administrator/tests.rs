//! The pages in every language, with a document, contacts and files that nobody would wish for.

use acd_client::v1::{
    ConfigChange, ConfigChangeKind, ConfigEffect, ConfigEffectKind, ConfigProblem, ConfigSource,
    ConfigVersion, ContactEffect, DryRunResponse, ScenarioFile, ScenarioOutcome, ScenarioResult,
    Severity, VisitOutcome,
};
use maud::{Markup, html};

use super::{
    Looker,
    difference::Difference,
    document::{self, Editor},
    scenarios::{self, Results, Sent},
    trial::{self, Trial},
    versions::{self, Versions},
};
use crate::{
    layout::outside_fields,
    texts::{Digits, Language, Locale},
};

/// Markup, a script, an end of the element it stands in, an override of direction, and a zero byte.
const HOSTILE: &str =
    "</textarea><script>alert(1)</script><img src=x onerror=alert(2)>\u{202E}gnol\u{0}\"'&";

fn in_every_language(check: impl Fn(&Looker<'_>)) {
    for language in Language::ALL {
        let locale = Locale::new(language, Digits::Own);
        check(&Looker {
            locale: &locale,
            tenant: "bank",
            subject: HOSTILE,
            prefix: "/t/bank".to_owned(),
            hidden: html! { input type="hidden" name="csrf" value="mark"; },
        });
    }
}

/// Nothing from outside is markup, turns text around, or is a text that lacks.
fn is_harmless(markup: &Markup) {
    // In a field the document is as it is: it is to be changed.
    let html = &outside_fields(&markup.0);
    for bad in ["<script", "<img", "\u{202E}", "\u{0}"] {
        assert!(!html.contains(bad), "{bad:?} in {html}");
    }
    assert_eq!(
        html.matches("<textarea").count(),
        html.matches("</textarea>").count()
    );
    let lacks = html
        .split(['>', '"'])
        .find(|it| it.starts_with("administrator-"));
    assert_eq!(lacks, None, "a text that lacks");
}

fn version(no: u64) -> ConfigVersion {
    ConfigVersion {
        version: no,
        sequence: 7,
        applied_at_ms: 1_796_000_000_000,
        source: ConfigSource::File.into(),
        author: HOSTILE.to_owned(),
        comment: HOSTILE.to_owned(),
    }
}

fn problem(severity: Severity) -> ConfigProblem {
    ConfigProblem {
        severity: severity.into(),
        path: format!("queues.{HOSTILE}"),
        line: 4_096,
        column: 3,
        message: HOSTILE.to_owned(),
        remedy: HOSTILE.to_owned(),
    }
}

#[test]
fn the_document_is_text_whatever_it_holds() {
    in_every_language(|it| {
        let editor = Editor {
            in_force: version(14),
            document: format!("# {HOSTILE}\n\nring = 1\n"),
            applied: Some(14),
        };
        let page = document::render(it, &editor);
        is_harmless(&page);
        assert!(page.0.contains("&lt;/textarea&gt;&lt;script&gt;"));
        assert!(page.0.contains(">1\n2\n3\n4</pre>"), "{}", page.0);
        assert!(page.0.contains("action=\"/t/bank/config/dry-run\""));
        let problems = [problem(Severity::Error), problem(Severity::Warning)];
        let part = document::problems_part(it, Some(&problems));
        is_harmless(&part);
        // A mark by shape and word, and the line to go to in figures that a link understands.
        assert!(part.0.contains("#i-late") && part.0.contains("#i-risk"));
        assert!(part.0.contains("href=\"#line-4096\""));
        is_harmless(&document::problems_part(it, Some(&[])));
    });
}

/// All that a change may mean, and one of a later version of the engine.
const EFFECTS: [ConfigEffectKind; 8] = [
    ConfigEffectKind::QueueDrains,
    ConfigEffectKind::AgentLeaves,
    ConfigEffectKind::ContactsLeave,
    ConfigEffectKind::ContactsOffered,
    ConfigEffectKind::ContactsLost,
    ConfigEffectKind::ContactsFound,
    ConfigEffectKind::ContactsMoved,
    ConfigEffectKind::Unspecified,
];

fn effect(kind: ConfigEffectKind) -> ConfigEffect {
    ConfigEffect {
        sentence: HOSTILE.to_owned(),
        kind: kind.into(),
        queue: HOSTILE.to_owned(),
        agent: HOSTILE.to_owned(),
        count: 2,
    }
}

fn run() -> DryRunResponse {
    DryRunResponse {
        problems: vec![problem(Severity::Warning)],
        changes: vec![
            ConfigChange {
                path: format!("queues.{HOSTILE}.ring"),
                sentence: HOSTILE.to_owned(),
                kind: ConfigChangeKind::Changed.into(),
                before: HOSTILE.to_owned(),
                after: HOSTILE.to_owned(),
            };
            300
        ],
        effects: EFFECTS.map(effect).into(),
        compared_version: 14,
        contacts: vec![ContactEffect {
            contact_id: HOSTILE.to_owned(),
            queue: HOSTILE.to_owned(),
            matching_agents_before: 3,
            matching_agents_after: 1,
            position_before: 2,
            position_after: 0,
            offered_to: String::new(),
            outcome: VisitOutcome::NoStaff.into(),
        }],
        contacts_affected: 1,
    }
}

fn tried(run: DryRunResponse) -> Trial {
    Trial {
        document: format!("# {HOSTILE}\n"),
        from: 14,
        run,
        other: None,
    }
}

#[test]
fn a_trial_says_what_changes_and_for_whom_and_applies_the_very_text() {
    in_every_language(|it| {
        let shown = trial::render(it, &tried(run()));
        is_harmless(&shown);
        assert_eq!(
            shown.0.matches("<li>").count(),
            200 + EFFECTS.len(),
            "200 changes, and every effect"
        );
        assert!(shown.0.contains("data-confirm=\"3\""));
        let applied = "name=\"document\" hidden readonly>\n# &lt;/textarea&gt;";
        assert!(shown.0.contains(applied), "{}", shown.0);
        assert!(shown.0.contains("name=\"from\" value=\"14\""));
    });
}

#[test]
fn what_cannot_be_applied_is_not_offered_to_be() {
    in_every_language(|it| {
        let mut broken = run();
        broken.problems.push(problem(Severity::Error));
        let same = DryRunResponse::default();
        for nothing_to_apply in [tried(broken), tried(same)] {
            let shown = trial::render(it, &nothing_to_apply);
            is_harmless(&shown);
            assert!(!shown.0.contains("data-confirm"), "{}", shown.0);
        }
        let mut late = tried(run());
        late.from = 13;
        late.other = Some((version(14), Difference::of("ring = 1\n", HOSTILE)));
        let shown = trial::render(it, &late);
        is_harmless(&shown);
        assert!(!shown.0.contains("data-confirm"), "{}", shown.0);
        assert!(
            shown.0.contains("name=\"from\" value=\"14\""),
            "go on from it"
        );
    });
}

#[test]
fn versions_say_who_when_why_and_lead_back() {
    in_every_language(|it| {
        let shown = Versions {
            versions: vec![version(14), version(13), version(1)],
            in_force: 14,
            next_page: "1".to_owned(),
            difference: Some((13, 14, Difference::of(HOSTILE, "ring = 2\n"))),
            applied: Some(14),
        };
        let page = versions::render(it, &shown);
        is_harmless(&page);
        assert_eq!(page.0.matches("/config/versions/rollback").count(), 2);
        assert!(page.0.contains("?from=12&amp;to=13"), "{}", page.0);
        assert!(!page.0.contains("?from=0"), "nothing was before the first");
    });
}

fn result(name: &str, outcome: ScenarioOutcome) -> ScenarioResult {
    ScenarioResult {
        name: name.to_owned(),
        title: HOSTILE.to_owned(),
        outcome: outcome.into(),
        lines_run: 3,
        line: 2,
        expected: HOSTILE.to_owned(),
        seen: HOSTILE.to_owned(),
        timeline: format!("> 1s  {HOSTILE}\n  2s {HOSTILE}"),
        problems: match outcome {
            ScenarioOutcome::Invalid => vec![problem(Severity::Error)],
            _ => Vec::new(),
        },
    }
}

#[test]
fn results_show_the_first_difference_and_what_failed_comes_first() {
    in_every_language(|it| {
        is_harmless(&scenarios::render(it, &version(14)));
        let files = [ScenarioFile {
            name: "b.acd".to_owned(),
            text: format!("timeline:\n  1s expect {HOSTILE}\n"),
        }];
        let ran = [
            result("a.acd", ScenarioOutcome::Passed),
            result("b.acd", ScenarioOutcome::Failed),
            result("c.acd", ScenarioOutcome::Invalid),
            result("d.acd", ScenarioOutcome::GivenUp),
        ];
        let part = scenarios::results_part(
            it,
            &Results {
                problems: &[],
                files: &files,
                ran: &ran,
            },
        );
        is_harmless(&part);
        let at = |name: &str| part.0.find(name).unwrap();
        assert!(at("b.acd") < at("a.acd") && at("c.acd") < at("a.acd"));
        assert!(part.0.contains("1s expect &lt;/textarea&gt;"), "{}", part.0);
        let broken = [problem(Severity::Error)];
        let part = scenarios::results_part(
            it,
            &Results {
                problems: &broken,
                files: &files,
                ran: &[],
            },
        );
        is_harmless(&part);
    });
}

#[test]
fn a_form_of_scenarios_is_read_as_it_is_sent() {
    let form = "csrf=x&against=draft&document=ring+%3D+1%0D%0A&name=a.acd&text=t%3A%0D%0A&name=a.acd&text=u&name=&text=+";
    let sent = Sent::read(form.as_bytes());
    assert_eq!(sent.document.as_deref(), Some("ring = 1\n"));
    let files: Vec<(&str, &str)> = sent
        .files
        .iter()
        .map(|file| (&*file.name, &*file.text))
        .collect();
    assert_eq!(files, [("a.acd", "t:\n"), ("2-a.acd", "u")]);
    let against_force = Sent::read(form.replace("draft", "force").as_bytes());
    assert_eq!(against_force.document, None);
}

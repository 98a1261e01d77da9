//! The file of a report in a browser: everybody can use it, it asks nobody for anything, and it is as wide as the screen.

use acd_report::html::html;
use acd_report::sample::sample;
use acd_report::{Kind, Language, Locale};
use serde_json::json;
use tempfile::TempDir;

use crate::browser::{Browser, Page, installed};
use crate::everywhere::findings;
use crate::pages::THEMES;

/// A report of a month in each language, as files.
pub(crate) struct Reports(TempDir);

impl Reports {
    /// Of the centre that is made up by this seed.
    pub(crate) fn made() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let sample = sample(7, None).expect("a centre");
        let question = &sample.question;
        for language in Language::ALL {
            let page = acd_report::html::Page {
                title: "Harbour Contact Centre",
                question,
                tenants: &sample.tenants,
                tables: &[
                    Kind::Queues,
                    Kind::Agents,
                    Kind::Hotlines,
                    Kind::Outcomes,
                    Kind::Callbacks,
                    Kind::Costs,
                ],
                locale: &Locale::new(language, question.period.civil().clone()),
                made_at: question.period.range().end,
            };
            let mut file = Vec::new();
            html(&mut file, &page).expect("a report");
            let name = folder.path().join(format!("{}.html", language.tag()));
            std::fs::write(name, file).expect("a file");
        }
        Self(folder)
    }

    /// Where a browser finds it.
    pub(crate) fn address(&self, language: Language) -> String {
        format!("file://{}/{}.html", self.0.path().display(), language.tag())
    }
}

/// On a screen or on paper, and which colours the reader likes.
pub(crate) async fn looks(page: &Page, media: &str, theme: &str) {
    let features = json!([{ "name": "prefers-color-scheme", "value": theme }]);
    let parameters = json!({ "media": media, "features": features });
    page.command("Emulation.setEmulatedMedia", parameters).await;
}

#[tokio::test]
async fn everybody_can_read_a_report_on_every_screen() {
    let axe = installed("ACD_NODE_PACKAGES").join("node_modules/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(axe).expect("axe-core");
    let (browser, reports) = (Browser::start().await, Reports::made());
    let person = browser.person().await;
    let mut found = Vec::new();
    for language in Language::ALL {
        for theme in THEMES {
            for width in [1_280, 390] {
                let page = person.page().await;
                page.size(width, 900).await;
                looks(&page, "screen", theme).await;
                let address = reports.address(language);
                page.open(&address).await;
                let what = format!("{} {theme} {width}", language.tag());
                let wide: u32 = page.eval("document.documentElement.scrollWidth").await;
                assert!(wide <= width, "{what} is {wide} wide");
                assert_eq!(page.requests(), [address], "{what}");
                assert_eq!(page.faults(), Vec::<String>::new(), "{what}");
                let all = findings(&page, &axe).await.into_iter();
                found.extend(all.map(|finding| format!("{what}: {finding}")));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

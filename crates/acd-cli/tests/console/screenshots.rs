//! Pictures of every page, for people to look at: `cargo xtask screenshots`.

use std::path::PathBuf;

use serde_json::json;

use crate::centre::Centre;
use crate::pages::{LANGUAGES, PLACES, People, THEMES};

/// Desktop, tablet, phone.
const SCREENS: [(&str, u32, u32); 3] = [
    ("desktop", 1_440, 900),
    ("tablet", 820, 1_180),
    ("phone", 390, 844),
];

#[tokio::test]
#[ignore = "it makes pictures and checks nothing: cargo xtask screenshots"]
async fn of_every_page() {
    let folder: PathBuf = std::env::var_os("ACD_SCREENSHOTS")
        .expect("run `cargo xtask screenshots`")
        .into();
    let wanted = std::env::var("ACD_SCREENSHOTS_OF").unwrap_or_default();
    let wanted: Vec<&str> = wanted.split_whitespace().collect();
    std::fs::create_dir_all(&folder).expect("a folder");
    let centre = Centre::open().await;
    let people = People::in_a_busy(&centre).await;
    for place in PLACES {
        if !wanted.is_empty() && !wanted.iter().any(|name| place.name.starts_with(name)) {
            continue;
        }
        // Whoever sees no colours.
        people.page(place.who).size(1_440, 900).await;
        let page = people.open(&centre, place, "en", "light").await;
        let grey = |kind| {
            page.command(
                "Emulation.setEmulatedVisionDeficiency",
                json!({ "type": kind }),
            )
        };
        grey("achromatopsia").await;
        page.screenshot(&folder.join(format!("{}-desktop-en-grey.png", place.name)))
            .await;
        grey("none").await;
        for (screen, width, height) in SCREENS {
            people.page(place.who).size(width, height).await;
            for language in LANGUAGES {
                for theme in THEMES {
                    let page = people.open(&centre, place, language, theme).await;
                    let file = format!("{}-{screen}-{language}-{theme}.png", place.name);
                    page.screenshot(&folder.join(&file)).await;
                    println!("{file}");
                }
            }
        }
    }
}

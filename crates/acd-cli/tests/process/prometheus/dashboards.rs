//! The dashboards of `deploy/grafana`: what each panel asks for is there, and it says what it shows.

use std::collections::BTreeSet;

use serde_json::Value;

use super::rules::{self, RECORDING, values};
use super::{names, watched};
use crate::checkout::root;

/// A dashboard as its file says it.
pub(super) struct Dashboard {
    pub(super) file: String,
    json: Value,
}

/// What a panel asks of Prometheus.
pub(super) struct Question {
    pub(super) panel: String,
    pub(super) expression: String,
}

impl Dashboard {
    /// All of them.
    pub(super) fn all() -> Vec<Self> {
        let folder = root().join("deploy/grafana/dashboards");
        let files = std::fs::read_dir(folder).expect("the folder of dashboards");
        let mut all: Vec<Self> = files
            .map(|entry| {
                let path = entry.expect("an entry").path();
                let text = std::fs::read_to_string(&path).expect("a file");
                Self {
                    json: serde_json::from_str(&text).expect("JSON"),
                    file: path.file_name().expect("a name").display().to_string(),
                }
            })
            .collect();
        all.sort_by(|one, other| one.file.cmp(&other.file));
        all
    }

    /// The panels that show something, without the rows between them.
    fn panels(&self) -> impl Iterator<Item = &Value> {
        let panels = self.json["panels"].as_array().expect("panels").iter();
        panels.filter(|panel| panel["type"] != "row")
    }

    pub(super) fn questions(&self) -> Vec<Question> {
        let of_panel = |panel: &Value| {
            let title = text(&panel["title"]).to_owned();
            let targets = panel["targets"].as_array().expect("targets").clone();
            targets.into_iter().map(move |target| Question {
                panel: title.clone(),
                expression: text(&target["expr"]).to_owned(),
            })
        };
        self.panels().flat_map(of_panel).collect()
    }

    fn variables(&self) -> BTreeSet<&str> {
        let list = &self.json["templating"]["list"];
        let variables = list.as_array().expect("variables").iter();
        variables.map(|it| text(&it["name"])).collect()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn panels_ask_only_for_what_is_exposed_or_recorded() {
    let recording = rules::file(RECORDING);
    let recorded = values(&recording, "record");
    for dashboard in Dashboard::all() {
        let mut asked = dashboard.questions();
        let variables = dashboard.json["templating"].to_string();
        asked.push(Question {
            panel: "variables".to_owned(),
            expression: variables,
        });
        for Question { panel, expression } in asked {
            let faults = names::faults(&expression, &recorded);
            assert!(faults.is_empty(), "{}: {panel}: {faults:?}", dashboard.file);
        }
    }
}

#[test]
fn each_panel_has_a_title_a_description_a_unit_and_a_place_of_its_own() {
    let mut of_all = BTreeSet::new();
    for dashboard in Dashboard::all() {
        let file = &dashboard.file;
        assert!(
            of_all.insert(text(&dashboard.json["uid"]).to_owned()),
            "{file}: uid"
        );
        let mut taken = BTreeSet::new();
        let mut ids = BTreeSet::new();
        for panel in dashboard.panels() {
            let title = text(&panel["title"]);
            assert!(
                !title.is_empty() && !text(&panel["description"]).is_empty(),
                "{file}: {title}"
            );
            assert!(ids.insert(panel["id"].as_u64()), "{file}: {title}: id");
            let unit = match text(&panel["type"]) {
                "heatmap" => &panel["options"]["yAxis"]["unit"],
                _ => &panel["fieldConfig"]["defaults"]["unit"],
            };
            assert!(!text(unit).is_empty(), "{file}: {title}: unit");
            let place = |key: &str| panel["gridPos"][key].as_u64().expect("a number");
            for x in place("x")..place("x") + place("w") {
                assert!(x < 24, "{file}: {title} is wider than the page");
                for y in place("y")..place("y") + place("h") {
                    assert!(taken.insert((x, y)), "{file}: {title} covers another");
                }
            }
        }
    }
}

#[test]
fn panels_use_only_variables_that_the_reader_can_choose() {
    for dashboard in Dashboard::all() {
        let variables = dashboard.variables();
        assert!(variables.contains("datasource"), "{}", dashboard.file);
        for Question { panel, expression } in dashboard.questions() {
            for used in expression.split('$').skip(1) {
                let end = used.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                let used = &used[..end.unwrap_or(used.len())];
                let is_known = variables.contains(used) || used == watched::INTERVAL_VARIABLE;
                assert!(is_known, "{}: {panel}: ${used}", dashboard.file);
            }
        }
    }
}

use ::parquet::file::reader::{FileReader as _, SerializedFileReader};
use ::parquet::record::Field;
use bytes::Bytes;

use super::flat::{Cell, Plain, cells, columns};
use super::*;
use crate::fixture::{question, tenants};
use crate::kind::Kind;
use crate::report::{Report, report};
use crate::sample::sample;
use crate::texts::{Language, Locale};
use crate::{Step, input::Tenant};

/// Every report of the sample and of the small centre.
fn reports() -> Vec<Report> {
    let sample = sample(7, Some(Step::Day)).expect("a centre");
    let of = |kind| {
        [
            report(kind, &sample.question, &sample.tenants).expect("a report"),
            report(kind, &question(None), &tenants()).expect("a report"),
            report(kind, &question(None), &[]).expect("a report"),
        ]
    };
    Kind::ALL.into_iter().flat_map(of).collect()
}

fn table(report: &Report) -> Vec<Vec<Cell>> {
    report.rows.iter().map(|row| cells(report, row)).collect()
}

#[test]
fn csv_read_back_is_the_table() {
    for report in reports() {
        let mut file = Vec::new();
        csv(&mut file, &report).expect("CSV");
        let mut reader = ::csv::Reader::from_reader(&*file);
        let names: Vec<_> = columns(&report).into_iter().map(|it| it.name).collect();
        assert_eq!(
            reader.headers().expect("names"),
            &::csv::StringRecord::from(names)
        );
        let rows: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
        let table = table(&report);
        assert_eq!(rows.len(), table.len());
        for (read, written) in rows.iter().zip(&table) {
            for (text, cell) in read.iter().zip(written) {
                match cell {
                    None => assert_eq!(text, ""),
                    Some(Plain::Text(it)) => assert_eq!(text, it),
                    Some(Plain::Integer(it)) => assert_eq!(text.parse(), Ok(*it)),
                    Some(Plain::Real(it)) => assert_eq!(text.parse(), Ok(*it)),
                    Some(Plain::Decimal(it)) => assert_eq!(text.parse(), Ok(*it)),
                    Some(Plain::Boolean(it)) => assert_eq!(text.parse(), Ok(*it)),
                    Some(Plain::Instant(it)) => {
                        let at: jiff::Timestamp = text.parse().expect("an instant");
                        assert_eq!(at.as_millisecond(), *it);
                    }
                }
            }
        }
    }
}

#[test]
fn parquet_read_back_is_the_table() {
    for report in reports() {
        let mut file = Vec::new();
        parquet(&mut file, &report).expect("Parquet");
        let reader = SerializedFileReader::new(Bytes::from(file)).expect("Parquet");
        let names: Vec<_> = columns(&report).into_iter().map(|it| it.name).collect();
        let table = table(&report);
        let rows: Vec<_> = reader.get_row_iter(None).expect("rows").collect();
        assert_eq!(rows.len(), table.len());
        for (read, written) in rows.into_iter().zip(table) {
            let read = read.expect("a row");
            let fields: Vec<_> = read.get_column_iter().collect();
            assert_eq!(fields.len(), written.len());
            for (((name, field), cell), of) in fields.into_iter().zip(written).zip(&names) {
                assert_eq!(name, of);
                assert_eq!(plain(field), cell, "{name}");
            }
        }
    }
}

fn plain(field: &Field) -> Cell {
    Some(match field {
        Field::Null => return None,
        Field::Str(text) => Plain::Text(text.clone()),
        Field::Long(number) => Plain::Integer(*number),
        Field::Double(number) => Plain::Real(*number),
        Field::Bool(is) => Plain::Boolean(*is),
        Field::TimestampMillis(at) => Plain::Instant(*at),
        Field::Decimal(decimal) => {
            let digits: [u8; 8] = decimal.data().try_into().expect("eight bytes");
            let scale = u32::try_from(decimal.scale()).expect("a scale");
            assert_eq!(scale, super::parquet::SCALE);
            let amount = i64::from_be_bytes(digits);
            Plain::Decimal(rust_decimal::Decimal::new(amount, scale))
        }
        other => panic!("{other:?}"),
    })
}

#[test]
fn json_stays_as_others_read_it() {
    let mut told = Vec::new();
    for kind in [Kind::Queues, Kind::Costs] {
        let report = report(kind, &question(Some(Step::Day)), &tenants()).expect("a report");
        json(&mut told, &report).expect("JSON");
    }
    let told = String::from_utf8(told).expect("text");
    let kept = include_str!("kept.json");
    if told != kept {
        let file = std::env::temp_dir().join("acd-report-kept.json");
        std::fs::write(&file, &told).expect("a file");
        panic!(
            "it is another: if that is meant, src/write/kept.json is to be {}",
            file.display()
        );
    }
}

#[test]
fn json_has_all_that_the_table_has() {
    for report in reports() {
        let mut file = Vec::new();
        json(&mut file, &report).expect("JSON");
        let read: serde_json::Value = serde_json::from_slice(&file).expect("JSON");
        let rows = read["rows"].as_array().expect("rows");
        assert_eq!(rows.len(), report.rows.len());
        assert_eq!(
            read["totals"].as_array().expect("totals").len(),
            report.totals.len()
        );
        let names = columns(&report);
        for (row, cells) in rows.iter().zip(table(&report)) {
            for (column, cell) in names.iter().zip(cells) {
                assert_eq!(
                    row[&column.name].is_null(),
                    cell.is_none(),
                    "{}",
                    column.name
                );
            }
        }
    }
}

fn on_terminal(report: &Report, language: Language, width: usize) -> String {
    let locale = Locale::new(language, report.period.civil().clone());
    let mut out = Vec::new();
    terminal(&mut out, report, &locale, width).expect("a table");
    String::from_utf8(out).expect("text")
}

#[test]
fn a_terminal_shows_the_main_figures_as_wide_as_it_is() {
    let report = report(Kind::Queues, &question(None), &tenants()).expect("a report");
    let wide = on_terminal(&report, Language::En, 400);
    assert!(
        wide.starts_with("Queues\n1 October 2026 – 2 October 2026 (Europe/Berlin)\n"),
        "{wide}"
    );
    let line = |name: &str| {
        wide.lines()
            .find(|it| it.starts_with(name))
            .expect("a line")
            .to_owned()
    };
    assert!(line("cards").contains("200 ▲ 300.0"), "{wide}");
    assert!(
        line("cards").contains("met: at least 70.0\u{a0}%, better than before"),
        "{wide}"
    );
    assert!(line("Total").contains("250"), "{wide}");
    let narrow = on_terminal(&report, Language::En, 60);
    let table: Vec<_> = narrow
        .lines()
        .skip_while(|it| !it.is_empty())
        .skip(1)
        .collect();
    let table = table.split(|it| it.is_empty()).next().expect("a table");
    use unicode_width::UnicodeWidthStr as _;
    assert!(table.iter().all(|line| line.width() <= 60), "{narrow}");
    assert!(narrow.contains("More columns"), "{narrow}");
    for language in Language::ALL {
        let none: &[Tenant] = &[];
        let empty = crate::report::report(Kind::Agents, &question(None), none).expect("a report");
        assert!(on_terminal(&empty, language, 80).lines().count() > 4);
    }
}

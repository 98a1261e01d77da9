//! A report as one JSON object.

use std::io::Write;

use acd_core::service_level::Variant;
use serde_json::{Map, Value, json};

use super::WriteError;
use super::flat::{FlatColumn, Instants, Plain, cells, columns};
use crate::report::{Report, Row};
use crate::target::Kpi;

/// Writes the report as JSON: what it is about, its columns with their units, its rows and totals as objects by the names
/// of the columns. Amounts are texts, for they are exact; instants are texts in RFC 3339.
///
/// # Errors
/// What takes it failed.
pub fn json(mut out: impl Write, report: &Report) -> Result<(), WriteError> {
    let instants = Instants::of(report);
    let columns = columns(report);
    let rows = |rows: &[Row]| -> Vec<Value> {
        let rows = rows
            .iter()
            .map(|row| object(&columns, cells(report, row), &instants));
        rows.collect()
    };
    let (range, before) = (report.period.range(), report.period.before());
    let mut whole = json!({
        "report": report.kind.name(),
        "basis": report.basis.name(),
        "zone": report.period.civil().zone(),
        "step": report.period.step().map(crate::Step::name),
        "from": instants.text(range.start),
        "to": instants.text(range.end),
        "columns": columns.iter().map(described).collect::<Vec<_>>(),
        "rows": rows(&report.rows),
        "totals": rows(&report.totals),
    });
    if report.compare {
        whole["before"] =
            json!({ "from": instants.text(before.start), "to": instants.text(before.end) });
    }
    serde_json::to_writer_pretty(&mut out, &whole).map_err(std::io::Error::from)?;
    Ok(writeln!(out)?)
}

fn described(column: &FlatColumn) -> Value {
    let mut described = json!({ "name": column.name, "type": column.kind.name() });
    if let Some(unit) = column.unit {
        described["unit"] = unit.into();
    }
    let is_it = |variant: &Variant| Kpi::ServiceLevel(*variant).name() == column.name;
    if let Some(variant) = Variant::ALL.into_iter().find(is_it) {
        described["meaning"] = variant.meaning().into();
    }
    described
}

fn object(columns: &[FlatColumn], cells: Vec<Option<Plain>>, instants: &Instants) -> Value {
    let cells = columns.iter().zip(cells).map(|(column, cell)| {
        let value = match cell {
            None => Value::Null,
            Some(Plain::Text(text)) => text.into(),
            Some(Plain::Integer(number)) => number.into(),
            Some(Plain::Real(number)) => number.into(),
            Some(Plain::Decimal(amount)) => amount.to_string().into(),
            Some(Plain::Boolean(is)) => is.into(),
            Some(Plain::Instant(at)) => instants.text(at).into(),
        };
        (column.name.clone(), value)
    });
    Value::Object(cells.collect::<Map<_, _>>())
}

//! Rows as Parquet, for BI tools.

use std::io::Write;
use std::sync::Arc;

use ::parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use ::parquet::schema::types::{Type as Schema, TypePtr};
use rust_decimal::Decimal;

use super::WriteError;
use super::flat::{Cell, FlatColumn, Plain, Type, cells, columns};
use crate::report::Report;

/// Digits after the point of amounts, and digits in all.
pub(super) const SCALE: u32 = 4;
const PRECISION: i32 = 18;

/// How many rows make a group.
const GROUP: usize = 100_000;

/// Writes the rows as Parquet, uncompressed: texts, 64-bit integers and doubles, amounts as decimals of 18 digits with four
/// after the point, instants as milliseconds of UTC. Every column may be null.
///
/// # Errors
/// What takes it failed, or an amount is too large.
pub fn parquet(out: impl Write + Send, report: &Report) -> Result<(), WriteError> {
    let columns = columns(report);
    let fields = columns.iter().map(field).collect::<Result<_, _>>()?;
    let schema = Schema::group_type_builder("report")
        .with_fields(fields)
        .build()?;
    let properties = WriterProperties::builder()
        .set_created_by("acd".to_owned())
        .build();
    let mut writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
    for rows in report.rows.chunks(GROUP) {
        let rows: Vec<_> = rows.iter().map(|row| cells(report, row)).collect();
        let mut group = writer.next_row_group()?;
        for (at, column) in columns.iter().enumerate() {
            let Some(mut writer) = group.next_column()? else {
                break;
            };
            let cells: Vec<&Cell> = rows.iter().map(|row| &row[at]).collect();
            write(&mut writer, column.kind, &cells)?;
            writer.close()?;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(())
}

fn field(column: &FlatColumn) -> Result<TypePtr, ParquetError> {
    let (physical, logical) = match column.kind {
        Type::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Type::Integer => (Physical::INT64, None),
        Type::Real => (Physical::DOUBLE, None),
        Type::Decimal => (
            Physical::INT64,
            Some(LogicalType::decimal(SCALE as i32, PRECISION)),
        ),
        Type::Boolean => (Physical::BOOLEAN, None),
        Type::Instant => (
            Physical::INT64,
            Some(LogicalType::timestamp(true, TimeUnit::MILLIS)),
        ),
    };
    let mut field = Schema::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical);
    if column.kind == Type::Decimal {
        field = field.with_precision(PRECISION).with_scale(SCALE as i32);
    }
    Ok(Arc::new(field.build()?))
}

fn write(
    writer: &mut SerializedColumnWriter<'_>,
    kind: Type,
    cells: &[&Cell],
) -> Result<(), ParquetError> {
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let plain = cells.iter().filter_map(|cell| cell.as_ref());
    match kind {
        Type::Text => {
            let texts = plain.filter_map(|it| match it {
                Plain::Text(text) => Some(ByteArray::from(text.as_str())),
                _ => None,
            });
            let texts: Vec<_> = texts.collect();
            writer
                .typed::<ByteArrayType>()
                .write_batch(&texts, Some(&levels), None)?;
        }
        Type::Integer | Type::Instant | Type::Decimal => {
            let numbers = plain.filter_map(|it| match it {
                Plain::Integer(number) | Plain::Instant(number) => Some(Ok(*number)),
                Plain::Decimal(amount) => Some(scaled(*amount)),
                _ => None,
            });
            let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
            writer
                .typed::<Int64Type>()
                .write_batch(&numbers, Some(&levels), None)?;
        }
        Type::Real => {
            let numbers = plain.filter_map(|it| match it {
                Plain::Real(number) => Some(*number),
                _ => None,
            });
            let numbers: Vec<_> = numbers.collect();
            writer
                .typed::<DoubleType>()
                .write_batch(&numbers, Some(&levels), None)?;
        }
        Type::Boolean => {
            let truths = plain.filter_map(|it| match it {
                Plain::Boolean(is) => Some(*is),
                _ => None,
            });
            let truths: Vec<_> = truths.collect();
            writer
                .typed::<BoolType>()
                .write_batch(&truths, Some(&levels), None)?;
        }
    }
    Ok(())
}

fn scaled(amount: Decimal) -> Result<i64, ParquetError> {
    let mut scaled = amount;
    scaled.rescale(SCALE);
    let digits = i64::try_from(scaled.mantissa());
    digits.map_err(|_| ParquetError::General(format!("{amount} has more than {PRECISION} digits")))
}

//! Reports: figures that the history's rows add up to, in the form that was asked for.

mod asked;
mod configured;
mod figures;

use std::io::{self, Write};

use acd_core::ids::{TenantName, TimeMs};
use acd_core::state::State;
use acd_history::figures::{FiguresError, Reading};
use acd_history::{Ask, ReadError};
use acd_proto::v1::{self, ErrorReason};
use acd_report::html::{HtmlError, Page, html};
use acd_report::write::{self, WriteError};
use acd_report::{Locale, PeriodError, Question};
use acd_shard::clock::Deadline;
use acd_shard::{CallError, Shards};
use tonic::Status;

use self::asked::{Asked, Form};
use self::configured::Configured;
use super::{HistoryReaders, told};
use crate::error::ApiError;

/// The most rows of figures of one kind that are read for a report.
const ROWS_MAX: usize = 250_000;
/// The most bytes of a report.
const BYTES_MAX: usize = 32 << 20;
/// How many of them are sent at once.
const PART_BYTES: usize = 64 << 10;

/// A report that was made, part by part: one at least.
pub(crate) struct Parts {
    bytes: Vec<u8>,
    /// How many bytes were taken.
    taken: usize,
    /// In the first part.
    position: Option<v1::HistoryPosition>,
}

impl Iterator for Parts {
    type Item = Result<v1::ReportResponse, Status>;

    fn next(&mut self) -> Option<Self::Item> {
        let position = self.position.take();
        if position.is_none() && self.taken == self.bytes.len() {
            return None;
        }
        let end = self.bytes.len().min(self.taken + PART_BYTES);
        let part = self.bytes[self.taken..end].to_vec();
        self.taken = end;
        Some(Ok(v1::ReportResponse { position, part }))
    }
}

/// Makes a report: reads the figures and writes it in a thread that gives way to all others.
pub(super) async fn report(
    shards: &Shards,
    readers: &HistoryReaders,
    tenant: &TenantName,
    request: v1::ReportRequest,
    deadline: Option<Deadline>,
) -> Result<Parts, ApiError> {
    if !shards.exists(tenant) {
        return Err(CallError::UnknownTenant(tenant.clone()).into());
    }
    let read = |state: &State| Configured::of(state.facts());
    let configured = shards.read(tenant, read).await?;
    let now = shards.clock().now();
    let asked = Asked::of(request, &configured, now)?;
    let (name, journal_id) = (
        tenant.as_str().to_owned(),
        shards.journal_id(tenant).to_string(),
    );
    let question =
        move |ask: &mut Ask<'_>| match made(ask, &name, &journal_id, &asked, &configured, now) {
            Ok(made) => Ok(Ok(made)),
            Err(Unmade::Read(error)) => Err(error),
            Err(unmade) => Ok(Err(refusal(&unmade))),
        };
    readers.ask(shards.clock(), deadline, question).await?
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
enum Unmade {
    #[error(transparent)]
    Read(ReadError),
    #[error("there would be more than {0} rows of figures")]
    Rows(usize),
    #[error("it would have more than {BYTES_MAX} bytes")]
    Bytes,
    #[error(transparent)]
    Period(#[from] PeriodError),
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<FiguresError> for Unmade {
    fn from(error: FiguresError) -> Self {
        match error {
            FiguresError::Read(error) => Self::Read(error),
            FiguresError::TooMany { rows } => Self::Rows(rows),
        }
    }
}

fn made(
    ask: &mut Ask<'_>,
    name: &str,
    journal_id: &str,
    asked: &Asked,
    configured: &Configured,
    now: TimeMs,
) -> Result<Parts, Unmade> {
    let known = ask.tenant(name, journal_id).map_err(Unmade::Read)?;
    let mut tenant = acd_report::input::Tenant {
        name: name.to_owned(),
        ..Default::default()
    };
    if let Some(known) = &known {
        let mut reading = Reading::of(ask, known, ROWS_MAX);
        figures::fill(&mut tenant, &mut reading, asked, configured)?;
    }
    let mut out = Bounded::default();
    let written = written(&mut out, asked, configured, &[tenant], now);
    if out.is_full {
        return Err(Unmade::Bytes);
    }
    written?;
    Ok(Parts {
        bytes: out.bytes,
        taken: 0,
        position: Some(known.as_ref().map(told::position).unwrap_or_default()),
    })
}

fn written(
    out: &mut Bounded,
    asked: &Asked,
    configured: &Configured,
    tenants: &[acd_report::input::Tenant],
    now: TimeMs,
) -> Result<(), Unmade> {
    let question = Question {
        period: asked.period.clone(),
        basis: asked.basis,
        targets: configured.targets.clone(),
        compare: asked.compare,
    };
    let locale = Locale::new(asked.language, asked.period.civil().clone());
    let one = || {
        let kind = asked.kinds.first().copied();
        acd_report::report(kind.unwrap_or(acd_report::Kind::Queues), &question, tenants)
    };
    match asked.form {
        Form::Table { width } => write::terminal(out, &one()?, &locale, width)?,
        Form::Csv => write::csv(out, &one()?)?,
        Form::Json => write::json(out, &one()?)?,
        Form::Parquet => write::parquet(out, &one()?)?,
        Form::Html => {
            let page = Page {
                title: tenants.first().map_or("", |tenant| &tenant.name),
                question: &question,
                tenants,
                tables: &asked.kinds,
                locale: &locale,
                made_at: now,
            };
            html(out, &page).map_err(|error| match error {
                HtmlError::Period(error) => Unmade::Period(error),
                HtmlError::Write(error) => Unmade::Write(error),
            })?;
        }
    }
    Ok(())
}

fn refusal(unmade: &Unmade) -> ApiError {
    let too_much = |limit| {
        ApiError::new(ErrorReason::LimitReached, "", unmade.to_string())
            .with_remedy("ask for a shorter period, longer steps, or fewer queues or agents")
            .with("limit", limit)
    };
    match unmade {
        Unmade::Rows(_) => too_much("report_rows"),
        Unmade::Bytes => too_much("report_bytes"),
        Unmade::Period(error) => {
            ApiError::invalid("period", error.to_string(), "give another period or step")
        }
        Unmade::Read(_) | Unmade::Write(_) => {
            ApiError::new(ErrorReason::Internal, "", unmade.to_string())
        }
    }
}

/// Bytes up to a limit.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
    is_full: bool,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > BYTES_MAX {
            self.is_full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

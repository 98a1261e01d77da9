//! Reports: figures that the history's rows add up to, in the form that was asked for.

mod asked;
mod configured;
mod figures;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use acd_core::config::TenantConfig;
use acd_core::ids::{TenantName, TimeMs};
use acd_core::state::State;
use acd_history::figures::{FiguresError, Reading, tenants};
use acd_history::{Ask, Patience, ReadError, Reader};
use acd_proto::v1::{self, ErrorReason};
use acd_report::html::{HtmlError, Page, html};
use acd_report::write::{self, WriteError};
use acd_report::{Locale, PeriodError, Question};
use acd_shard::clock::Deadline;
use acd_shard::{CallError, Shards};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::Status;

use self::asked::{Asked, Form};
use self::configured::Configured;
use super::{HistoryReaders, told};
use crate::error::ApiError;
use crate::service::outlet::Sink;

/// The most rows of figures of one kind that are read for a report.
const ROWS_MAX: usize = 250_000;
/// The most bytes of a report.
const BYTES_MAX: usize = 32 << 20;
/// How many of them are sent at once.
const PART_BYTES: usize = 64 << 10;
/// How many reports may be made or sent at the same time.
pub(super) const PLACES: usize = 4;
/// After how long it is worth asking again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A place for a report: its memory is taken from when it is made until it is sent.
pub(super) fn place(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, ApiError> {
    places.clone().try_acquire_owned().map_err(|_| {
        let detail = format!("{PLACES} reports are being made or sent already");
        ApiError::new(ErrorReason::Busy, "", detail)
            .with_remedy("ask again after the delay given")
            .with("limit", "history_reports")
            .retry_after(RETRY_AFTER)
    })
}

/// A report that was made.
pub(super) struct Made {
    position: v1::HistoryPosition,
    bytes: Vec<u8>,
}

impl Made {
    /// Sends it, part by part. Why it could not: none, if whoever asked is gone or has it.
    pub(super) async fn send(self, sink: &impl Sink<v1::ReportResponse>) -> Option<ApiError> {
        let mut position = Some(self.position);
        let mut parts = self.bytes.chunks(PART_BYTES);
        // An empty one has a position, too.
        let mut next = Some(parts.next().unwrap_or_default());
        while let Some(part) = next {
            let message = v1::ReportResponse {
                position: position.take(),
                part: part.to_vec(),
            };
            if let Err(unsent) = sink.send(message).await {
                return unsent.into();
            }
            next = parts.next();
        }
        None
    }
}

/// Makes a report: reads the figures and writes it in a thread that gives way to all others.
pub(super) async fn report(
    shards: &Shards,
    readers: &HistoryReaders,
    tenant: &TenantName,
    request: v1::ReportRequest,
    deadline: Option<Deadline>,
) -> Result<Made, ApiError> {
    if !shards.exists(tenant) {
        return Err(CallError::UnknownTenant(tenant.clone()).into());
    }
    let read = |state: &State| {
        let facts = state.facts();
        Configured::of(&facts.settings, &facts.targets, &facts.tariffs)
    };
    let configured = shards.read(tenant, read).await?;
    let now = shards.clock().now();
    let asked = Asked::of(request, &configured, now)?;
    let whose = Whose {
        name: tenant.to_string(),
        journal_id: shards.journal_id(tenant).to_string(),
    };
    let question = move |ask: &mut Ask<'_>| match made(ask, &whose, &asked, &configured, now) {
        Ok(made) => Ok(Ok(made)),
        Err(Unmade::Read(error)) => Err(error),
        Err(unmade) => Ok(Err(refusal(&unmade))),
    };
    readers.ask(shards.clock(), deadline, question).await?
}

/// Makes a report of rows beside whoever serves and writes them, with what this configuration says of zone, targets and
/// tariffs. A request that names no tenant means the only one.
///
/// # Errors
/// Those of `HistoryService.Report`, but for those of a server that is busy.
pub fn report_of_rows(
    reader: &mut Reader,
    config: &TenantConfig,
    request: v1::ReportRequest,
    now: TimeMs,
) -> Result<(v1::HistoryPosition, Vec<u8>), Status> {
    let configured = Configured::of(&config.settings, &config.targets, &config.tariffs);
    let wanted = request.tenant.clone();
    let asked = Asked::of(request, &configured, now)?;
    let question = |ask: &mut Ask<'_>| {
        let known = tenants(ask)?;
        let whose = match whose(&known, &wanted) {
            Ok(whose) => whose,
            Err(refused) => return Ok(Err(refused)),
        };
        match made(ask, &whose, &asked, &configured, now) {
            Ok(made) => Ok(Ok(made)),
            Err(Unmade::Read(error)) => Err(error),
            Err(unmade) => Ok(Err(refusal(&unmade))),
        }
    };
    let answer = reader.ask(&Patience::endless(), question);
    let answer = answer.map_err(|error| {
        let detail = format!("the history cannot be read: {error}");
        ApiError::new(ErrorReason::Storage, "", detail).with_remedy("look whether it is there")
    })?;
    let made = answer?;
    Ok((made.position, made.bytes))
}

/// The tenant that is meant, among those by name with their journals.
fn whose(known: &BTreeMap<String, String>, wanted: &str) -> Result<Whose, ApiError> {
    let found = match wanted {
        "" if known.len() == 1 => known.first_key_value(),
        name => known.get_key_value(name),
    };
    let Some((name, journal_id)) = found else {
        let names: Vec<&str> = known.keys().map(String::as_str).collect();
        let detail = format!("the rows tell of these tenants: {}", names.join(", "));
        return Err(ApiError::new(ErrorReason::UnknownTenant, "tenant", detail));
    };
    Ok(Whose {
        name: name.clone(),
        journal_id: journal_id.clone(),
    })
}

/// A tenant as the rows name it.
struct Whose {
    name: String,
    journal_id: String,
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
    whose: &Whose,
    asked: &Asked,
    configured: &Configured,
    now: TimeMs,
) -> Result<Made, Unmade> {
    let question = Question {
        period: asked.period()?,
        basis: asked.basis,
        targets: configured.targets.clone(),
        compare: asked.compare,
    };
    let known = ask.tenant(&whose.name, &whose.journal_id);
    let known = known.map_err(Unmade::Read)?;
    let mut tenant = acd_report::input::Tenant {
        name: whose.name.clone(),
        ..Default::default()
    };
    if let Some(known) = &known {
        let mut reading = Reading::of(ask, known, ROWS_MAX, asked.only.clone());
        figures::fill(
            &mut tenant,
            &mut reading,
            asked,
            &question.period,
            configured,
        )?;
    }
    let mut out = Bounded::default();
    let written = written(&mut out, asked, &question, &[tenant], now);
    if out.is_full {
        return Err(Unmade::Bytes);
    }
    written?;
    Ok(Made {
        position: known.as_ref().map(told::position).unwrap_or_default(),
        bytes: out.bytes,
    })
}

fn written(
    out: &mut Bounded,
    asked: &Asked,
    question: &Question,
    tenants: &[acd_report::input::Tenant],
    now: TimeMs,
) -> Result<(), Unmade> {
    let locale = Locale::new(asked.language, asked.civil.clone());
    let one = || {
        let kind = asked.kinds.first().copied();
        acd_report::report(kind.unwrap_or(acd_report::Kind::Queues), question, tenants)
    };
    match asked.form {
        Form::Table { width } => write::terminal(out, &one()?, &locale, width)?,
        Form::Csv => write::csv(out, &one()?)?,
        Form::Json => write::json(out, &one()?)?,
        Form::Parquet => write::parquet(out, &one()?)?,
        Form::Html => {
            let page = Page {
                title: tenants.first().map_or("", |tenant| &tenant.name),
                question,
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
        Unmade::Period(PeriodError::TooLong) => {
            let remedy = "take longer steps, or a shorter period";
            ApiError::invalid("step", unmade.to_string(), remedy)
        }
        Unmade::Period(_) => ApiError::invalid("period", unmade.to_string(), "give another period"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_few_reports_take_memory_at_a_time() {
        let places = Arc::new(Semaphore::new(PLACES));
        let mut taken: Vec<_> = (0..PLACES).map(|_| place(&places)).collect();
        assert!(taken.iter().all(Result::is_ok));
        let refused = place(&places).expect_err("no place is left");
        assert_eq!(refused.reason, ErrorReason::Busy);
        taken.pop();
        assert!(place(&places).is_ok());
    }

    #[test]
    fn a_report_that_is_too_large_is_not_held() {
        let mut out = Bounded::default();
        let part = vec![0; BYTES_MAX / 2];
        assert!(out.write_all(&part).is_ok() && out.write_all(&part).is_ok());
        assert!(!out.is_full);
        assert!(out.write_all(&[0]).is_err() && out.is_full);
        assert_eq!(out.bytes.len(), BYTES_MAX);
    }
}

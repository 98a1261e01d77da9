//! What a request for a report says, checked.

use std::ops::Range;

use acd_core::ids::TimeMs;
use acd_history::figures::Only;
use acd_proto::v1;
use acd_report::input::Basis;
use acd_report::{Civil, Kind, Language, Period, PeriodError, Step};

use super::configured::Configured;
use crate::error::ApiError;
use crate::service::fields;

/// The most names of queues, or of agents.
const NAMES_MAX: usize = 10_000;
/// The longest name of a zone.
const ZONE_BYTES_MAX: usize = 64;
/// How wide a terminal is that does not say so, and may be.
const WIDTH: u32 = 100;
const WIDTH_MIN: u32 = 20;
const WIDTH_MAX: u32 = 1_000;
/// The reports of visits by when they joined.
const OF_COHORTS: [Kind; 3] = [Kind::Queues, Kind::Hotlines, Kind::Hours];

/// What is asked.
pub(super) struct Asked {
    /// The reports: one, and of a page any number.
    pub(super) kinds: Vec<Kind>,
    pub(super) civil: Civil,
    /// Of when, and into which pieces it is cut.
    pub(super) range: Range<TimeMs>,
    pub(super) step: Option<Step>,
    pub(super) basis: Basis,
    pub(super) compare: bool,
    pub(super) only: Only,
    pub(super) form: Form,
    pub(super) language: Language,
    /// Whether it is looked for who came back, target or not.
    pub(super) resolution: bool,
}

/// In which form it is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Table { width: usize },
    Csv,
    Json,
    Parquet,
    Html,
}

impl Asked {
    pub(super) fn of(
        request: v1::ReportRequest,
        configured: &Configured,
        now: TimeMs,
    ) -> Result<Self, ApiError> {
        let form = form(&request)?;
        let basis = basis(request.basis)?;
        fields::count("queues", request.queues.len(), NAMES_MAX)?;
        fields::count("agents", request.agents.len(), NAMES_MAX)?;
        let civil = civil(&request, configured)?;
        let range = civil.range(&request.period, now).map_err(|error| {
            let remedy = "write it as 2026-11, 2026-11-01/2026-11-14 or 7d";
            ApiError::invalid("period", error.to_string(), remedy)
        })?;
        Ok(Self {
            kinds: kinds(&request, form, basis)?,
            civil,
            range,
            step: step(request.step)?,
            basis,
            compare: request.compare,
            only: Only {
                queues: request.queues.into_iter().collect(),
                agents: request.agents.into_iter().collect(),
            },
            form,
            language: language(&request.language)?,
            resolution: request.resolution,
        })
    }

    /// Its pieces. There may be many: that is nothing for a thread that others wait for.
    pub(super) fn period(&self) -> Result<Period, PeriodError> {
        Period::new(self.civil.clone(), self.range.clone(), self.step)
    }
}

fn kinds(request: &v1::ReportRequest, form: Form, basis: Basis) -> Result<Vec<Kind>, ApiError> {
    let all: &[Kind] = match basis {
        Basis::EventTime => &Kind::ALL,
        Basis::EnqueueCohort => &OF_COHORTS,
    };
    fields::count("kinds", request.kinds.len(), Kind::ALL.len())?;
    let mut kinds = Vec::with_capacity(request.kinds.len());
    for (at, asked) in request.kinds.iter().enumerate() {
        let kind = kind(*asked).ok_or_else(|| {
            let remedy = "give one of the reports of the API";
            ApiError::invalid(format!("kinds[{at}]"), "there is no such report", remedy)
        })?;
        if !all.contains(&kind) {
            let detail = format!("{} are not counted on this basis", kind.name());
            let remedy = "ask for it by event time";
            return Err(ApiError::invalid("basis", detail, remedy));
        }
        kinds.push(kind);
    }
    match (form, kinds.as_slice()) {
        (Form::Html, []) => Ok(all.to_vec()),
        (Form::Html, _) | (_, [_]) => Ok(kinds),
        _ => {
            let detail = format!("{} reports are named", kinds.len());
            let remedy = "name one; a page of HTML may have several";
            Err(ApiError::invalid("kinds", detail, remedy))
        }
    }
}

fn kind(asked: i32) -> Option<Kind> {
    Some(match v1::ReportKind::try_from(asked).ok()? {
        v1::ReportKind::Unspecified => return None,
        v1::ReportKind::Queues => Kind::Queues,
        v1::ReportKind::Agents => Kind::Agents,
        v1::ReportKind::AgentsByQueue => Kind::AgentsByQueue,
        v1::ReportKind::Hotlines => Kind::Hotlines,
        v1::ReportKind::Hours => Kind::Hours,
        v1::ReportKind::Outcomes => Kind::Outcomes,
        v1::ReportKind::Callbacks => Kind::Callbacks,
        v1::ReportKind::Costs => Kind::Costs,
    })
}

fn civil(request: &v1::ReportRequest, configured: &Configured) -> Result<Civil, ApiError> {
    fields::length("zone", &request.zone, ZONE_BYTES_MAX)?;
    let zone = match request.zone.as_str() {
        "" => &configured.zone,
        zone => zone,
    };
    Civil::new(zone, configured.week_begins).map_err(|error| {
        let remedy = "name one of the IANA database, as in Europe/Berlin";
        ApiError::invalid("zone", error.to_string(), remedy)
    })
}

fn step(asked: i32) -> Result<Option<Step>, ApiError> {
    let unknown = |_| {
        let remedy = "give interval, hour, day, week or month, or leave it out";
        ApiError::invalid("step", "there is no such step", remedy)
    };
    Ok(match v1::ReportStep::try_from(asked).map_err(unknown)? {
        v1::ReportStep::Unspecified => None,
        v1::ReportStep::Interval => Some(Step::Interval),
        v1::ReportStep::Hour => Some(Step::Hour),
        v1::ReportStep::Day => Some(Step::Day),
        v1::ReportStep::Week => Some(Step::Week),
        v1::ReportStep::Month => Some(Step::Month),
    })
}

fn basis(asked: i32) -> Result<Basis, ApiError> {
    let unknown = |_| {
        let remedy = "give event time or enqueue cohort, or leave it out";
        ApiError::invalid("basis", "there is no such basis", remedy)
    };
    Ok(match v1::ReportBasis::try_from(asked).map_err(unknown)? {
        v1::ReportBasis::Unspecified | v1::ReportBasis::EventTime => Basis::EventTime,
        v1::ReportBasis::EnqueueCohort => Basis::EnqueueCohort,
    })
}

fn form(request: &v1::ReportRequest) -> Result<Form, ApiError> {
    let unknown = |_| {
        let remedy = "give table, CSV, JSON, Parquet or HTML, or leave it out";
        ApiError::invalid("format", "there is no such format", remedy)
    };
    let width = match request.width {
        0 => WIDTH,
        width @ WIDTH_MIN..=WIDTH_MAX => width,
        width => {
            let remedy = format!("give {WIDTH_MIN}..={WIDTH_MAX}, or leave it out");
            return Err(ApiError::invalid(
                "width",
                format!("{width} is out of range"),
                remedy,
            ));
        }
    };
    Ok(
        match v1::ReportFormat::try_from(request.format).map_err(unknown)? {
            v1::ReportFormat::Unspecified | v1::ReportFormat::Table => Form::Table {
                width: usize::try_from(width).unwrap_or(usize::MAX),
            },
            v1::ReportFormat::Csv => Form::Csv,
            v1::ReportFormat::Json => Form::Json,
            v1::ReportFormat::Parquet => Form::Parquet,
            v1::ReportFormat::Html => Form::Html,
        },
    )
}

fn language(tag: &str) -> Result<Language, ApiError> {
    if tag.is_empty() {
        return Ok(Language::default());
    }
    let known = Language::ALL.into_iter().find(|it| it.tag() == tag);
    known.ok_or_else(|| {
        let tags = Language::ALL.map(Language::tag).join(", ");
        let detail = "there are no texts in this language";
        ApiError::invalid("language", detail, format!("give one of {tags}"))
    })
}

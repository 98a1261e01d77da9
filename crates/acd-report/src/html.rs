//! A report as one HTML file that needs nothing else: no script, no font, no picture from elsewhere.
//!
//! Charts are SVG shapes that stretch with the page, and HTML words around them that do not; a table of the same figures
//! lies under each, for whoever sees no shapes. It is light or dark as the reader's screen is, and light on paper. In
//! Persian the page runs from right to left, and so do bars and the days of the week; time and quantities on axes run
//! from left to right, as on the console.

mod chart;
mod sections;
mod table;

#[cfg(test)]
mod tests;

use std::io::Write;

use acd_core::ids::TimeMs;
use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

use crate::civil::{Period, PeriodError, Step};
use crate::input::Tenant;
use crate::kind::Kind;
use crate::report::{self, Both, Key, Question};
use crate::texts::{Locale, outside};
use crate::write::WriteError;

/// The console's own colours, letters and tables, so that both look like one product.
const BASE: &str = include_str!("../../acd-console/assets/base.css");
const OWN: &str = include_str!("../assets/report.css");

/// What the file shows.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// What the centre is called.
    pub title: &'a str,
    /// What is asked.
    pub question: &'a Question,
    /// What happened at each hotline.
    pub tenants: &'a [Tenant],
    /// The reports whose tables follow the charts.
    pub tables: &'a [Kind],
    /// The language.
    pub locale: &'a Locale,
    /// When the figures were read.
    pub made_at: TimeMs,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum HtmlError {
    /// The period has no buckets.
    #[error(transparent)]
    Period(#[from] PeriodError),
    /// What takes it failed.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Writes the file.
///
/// # Errors
/// The calendar does not reach the period, or what takes the file failed.
pub fn html(mut out: impl Write, page: &Page<'_>) -> Result<(), HtmlError> {
    let text = Drawn::of(page)?.page()?.into_string();
    out.write_all(text.as_bytes()).map_err(WriteError::from)?;
    Ok(())
}

/// A page with the sums of its charts.
struct Drawn<'a> {
    page: &'a Page<'a>,
    locale: &'a Locale,
    /// The buckets of what is drawn over time.
    period: Period,
    /// What they come to, queues and agents of all tenants together.
    buckets: Vec<Both>,
    /// What all come to.
    whole: Both,
}

impl<'a> Drawn<'a> {
    fn of(page: &'a Page<'a>) -> Result<Self, PeriodError> {
        let period = page
            .question
            .period
            .in_steps(Some(step_of(&page.question.period)))?;
        let question = Question {
            period: period.clone(),
            ..page.question.clone()
        };
        let mut buckets = vec![Both::default(); period.buckets().len()];
        for (keys, both) in report::gather(Kind::Hotlines, &question, page.tenants)? {
            if let Some(Key::Bucket(at)) = keys.first()
                && let Some(bucket) = buckets.get_mut(*at)
            {
                bucket.add(&both);
            }
        }
        // Of the period as it was asked for: the one before it may be of other days.
        let mut whole = Both::default();
        for both in report::gather(Kind::Hotlines, page.question, page.tenants)?.values() {
            whole.add(both);
        }
        Ok(Self {
            page,
            locale: page.locale,
            period,
            buckets,
            whole,
        })
    }

    fn page(&self) -> Result<Markup, PeriodError> {
        let Page {
            title,
            question,
            tenants,
            tables,
            locale,
            made_at,
        } = *self.page;
        let range = locale.range(&question.period.range());
        let zone = question.period.civil().zone();
        let basis = locale.named("basis", question.basis.name());
        let sections = [
            self.headline(),
            self.arrivals()?,
            self.service_level(),
            self.waits(),
            self.talk(),
            self.abandonment(),
            self.occupancy()?,
            self.day(),
            self.costs()?,
        ];
        let reports = tables
            .iter()
            .map(|kind| report::report(*kind, question, tenants));
        let reports = reports.collect::<Result<Vec<_>, _>>()?;
        Ok(markup! {
            (DOCTYPE)
            html lang=(locale.language.tag()) dir=(locale.language.dir()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (outside(title)) ": " (range) }
                    style { (PreEscaped(BASE)) (PreEscaped(OWN)) }
                }
                body.report {
                    header {
                        h1 { bdi { (outside(title)) } }
                        p { (locale.text_with("zone-of", &[("range", &range), ("zone", zone)])) }
                        p.quiet.small {
                            (locale.text_with("compared-with", &[("before", &locale.range(&question.period.before()))]))
                            " " (basis)
                            " " (locale.text_with("made-at", &[("time", &locale.moment(made_at))]))
                        }
                    }
                    main {
                        @for section in sections.iter().flatten() { (section) }
                        @for report in &reports { (self.report(report)) }
                        (self.words())
                    }
                }
            }
        })
    }
}

const DAY_MS: i64 = 86_400_000;

/// The most buckets that are drawn.
const DRAWN_MAX: usize = 800;

/// In which buckets something is drawn over time: as it is asked, or so that there are some dozen.
fn step_of(period: &Period) -> Step {
    let range = period.range();
    let asked = period
        .step()
        .filter(|_| period.buckets().len() <= DRAWN_MAX);
    asked.unwrap_or(match (range.end - range.start) / DAY_MS {
        ..=2 => Step::Hour,
        3..=92 => Step::Day,
        93..=731 => Step::Week,
        _ => Step::Month,
    })
}

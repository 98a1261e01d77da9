//! `acd quality`: conversations are drawn to be reviewed, reviewed, and what was said is read again.

use acd_client::Reviewer;
use acd_client::v1::sample_rule::Kind;
use acd_client::v1::{
    DispositionCodes, DrawSampleRequest, ListReviewsRequest, PastReview, ReviewAnswer,
    ReviewSummary, SampleRule, SampledConversation, SubmitReviewRequest,
};
use acd_core::explain::length;
use acd_proto::JsonForm;
use anyhow::Context as _;

use crate::connection::{ConnectionArgs, Usage};
use crate::journal::civil::{Given, ZoneArgs};
use crate::output::{self, Lines};

/// The most reviews of one page.
const PAGE_MAX: u32 = 1_000;
/// How an answer says that its question does not apply.
const NOT_APPLICABLE: &str = "n/a";

/// Review conversations: draw them, judge them by a form, read what was said
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    Forms(FormsArgs),
    Sample(Box<SampleArgs>),
    Review(ReviewArgs),
    List(Box<ListArgs>),
}

/// Show the forms by which conversations are reviewed
///
/// Each with its questions: name, points, weight, and whether no point knocks out.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd quality forms
  acd quality forms --language ru")]
pub(crate) struct FormsArgs {
    /// In which language
    #[arg(
        long,
        value_name = "TAG",
        default_value = "",
        hide_default_value = true
    )]
    language: String,
}

/// Draw conversations to be reviewed
///
/// Of each agent so many of those that ended in the time, by lot; whoever had fewer is reviewed in all of theirs. The same seed
/// draws the same again.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd quality sample --from -7d --per-agent 3
  acd quality sample --from 2026-11-01T00:00 --to 2026-12-01T00:00 --zone Europe/Berlin --per-agent 5 --seed 11 \\
      --rule 1:long:10m --rule 1:transfers:2 --rule 2:low-score:40 --rule 1:disposition:complaint")]
pub(crate) struct SampleArgs {
    /// Ended at this instant or later: 2026-12-01T09:30, or so long ago: -7d
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from: Given,
    /// Ended before this instant
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    to: Option<Given>,
    #[command(flatten)]
    zone: ZoneArgs,
    /// So many of each agent
    #[arg(long, value_name = "COUNT")]
    per_agent: u32,
    /// Another one draws others
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
    /// So many of them of a kind: long:10m, short:20s, transfers:2, disposition:complaint,refund, low-score:40 (percent)
    #[arg(long, value_name = "COUNT:KIND:VALUE", value_parser = rule)]
    rule: Vec<SampleRule>,
    /// Only of this agent
    #[arg(long, value_name = "NAME")]
    agent: Vec<String>,
    /// Only of this queue
    #[arg(long, value_name = "NAME")]
    queue: Vec<String>,
    /// Only of this channel
    #[arg(long, value_name = "CHANNEL")]
    channel: Vec<String>,
    /// A line of JSON for each conversation
    #[arg(long)]
    json: bool,
}

/// Review a conversation
///
/// Whoever reviews is whom the token names. Each question of the form is answered; one that does not apply is answered n/a.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd quality review 48213 --form calls --answer greeting=1 --answer solution=4 --answer identity=n/a
  acd quality review 48213 --form calls --answer greeting=0 --note \"greeting=no name\" --answer solution=5 \\
      --answer identity=1 --comment \"calm and clear\"")]
pub(crate) struct ReviewArgs {
    /// The conversation, by its number
    #[arg(value_name = "HANDLING")]
    handling: u64,
    /// By this form
    #[arg(long, value_name = "NAME")]
    form: String,
    /// What is answered to a question
    #[arg(long, value_name = "QUESTION=POINTS", value_parser = answer)]
    answer: Vec<ReviewAnswer>,
    /// Why
    #[arg(long, value_name = "QUESTION=TEXT", value_parser = note)]
    note: Vec<(String, String)>,
    /// What is said of the whole
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
}

/// Show what was said of conversations
///
/// The newest first. Of several reviews of a conversation by one form the last one of the first reviewer counts; what others
/// say is told with its difference. Agents name themselves with --agent, and see their own.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd quality list --agent anna --from -30d
  acd quality list --form calls --reviewer quentin --json")]
pub(crate) struct ListArgs {
    /// Of this agent
    #[arg(
        long,
        value_name = "NAME",
        default_value = "",
        hide_default_value = true
    )]
    agent: String,
    /// Given at this instant or later
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from: Option<Given>,
    /// Given before this instant
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    to: Option<Given>,
    #[command(flatten)]
    zone: ZoneArgs,
    /// By this form
    #[arg(
        long,
        value_name = "NAME",
        default_value = "",
        hide_default_value = true
    )]
    form: String,
    /// By this reviewer
    #[arg(
        long,
        value_name = "NAME",
        default_value = "",
        hide_default_value = true
    )]
    reviewer: String,
    /// Of this conversation
    #[arg(
        long,
        value_name = "HANDLING",
        default_value_t = 0,
        hide_default_value = true
    )]
    handling: u64,
    /// No more than so many
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    most: usize,
    /// A line of JSON for each review, with all answers
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(connection: &ConnectionArgs, command: &Command) -> anyhow::Result<()> {
    crate::runtime()?.block_on(async {
        let endpoint = connection.endpoint(&Usage::QUESTION)?;
        let tenant = connection.tenant_of(&endpoint).await?;
        let reviewer = Reviewer::new(&endpoint, &tenant);
        match command {
            Command::Forms(args) => forms(&reviewer, args).await,
            Command::Sample(args) => sample(&reviewer, args).await,
            Command::Review(args) => review(&reviewer, args).await,
            Command::List(args) => list(&reviewer, args).await,
        }
    })
}

async fn forms(reviewer: &Reviewer, args: &FormsArgs) -> anyhow::Result<()> {
    let told = reviewer.list_review_forms(&args.language).await?;
    for form in told.forms {
        output::line(format!("{}: {}", form.name, form.label))?;
        for question in form.questions {
            let (name, text) = (question.name, question.text);
            let (most, weight) = (question.scale_max, question.weight);
            let knocks_out = match question.knock_out {
                true => ", knocks out",
                false => "",
            };
            output::line(format!(
                "  {name} (0..={most}, weight {weight}{knocks_out}): {text}"
            ))?;
        }
    }
    Ok(())
}

async fn sample(reviewer: &Reviewer, args: &SampleArgs) -> anyhow::Result<()> {
    let to = args.to.as_ref().map(|to| args.zone.instant(to));
    let request = DrawSampleRequest {
        from_at_ms: args.zone.instant(&args.from)?,
        to_at_ms: to.transpose()?.unwrap_or(0),
        agents: args.agent.clone(),
        queues: args.queue.clone(),
        channels: args.channel.clone(),
        per_agent: args.per_agent,
        seed: args.seed,
        rules: args.rule.clone(),
        ..Default::default()
    };
    let drawn = reviewer.draw_sample(request).await?;
    let form = JsonForm::of("acd.v1.SampledConversation", true).filter(|_| args.json);
    let mut out = Lines::new();
    for conversation in &drawn.conversations {
        let line = match &form {
            Some(form) => form.write(conversation)?.to_string(),
            None => drawn_line(args, conversation),
        };
        if out.line(&line)?.is_break() {
            return Ok(());
        }
    }
    out.finish()
}

/// A conversation that was drawn, in one line.
fn drawn_line(args: &SampleArgs, it: &SampledConversation) -> String {
    let began = args.zone.shown(it.connected_at_ms);
    let talked = length(it.talk_ms + it.hold_ms);
    let (handling, contact) = (it.handling_id, &it.contact_id);
    let mut line = format!(
        "{}  {handling}  {contact}  {}  {began}  {talked}",
        it.agent, it.queue
    );
    let rule = (it.rule as usize).checked_sub(1);
    if let Some(rule) = rule.and_then(|at| args.rule.get(at)) {
        line += &format!("  for {}", kind_word(rule));
    }
    for reference in &it.references {
        let at = reference.location.as_ref().map_or("", |it| &it.value);
        line += &format!("  {} {at}", reference.kind);
    }
    for review in &it.reviews {
        line += &format!("  reviewed by {}: {}", review.reviewer, percent(review));
    }
    line
}

async fn review(reviewer: &Reviewer, args: &ReviewArgs) -> anyhow::Result<()> {
    let mut answers = args.answer.clone();
    for (question, text) in &args.note {
        let answer = answers.iter_mut().find(|it| it.question == *question);
        let answer = answer.with_context(|| format!("{question} has a note and no answer"))?;
        answer.note = Some(text.as_str().into());
    }
    let request = SubmitReviewRequest {
        handling_id: args.handling,
        form: args.form.clone(),
        answers,
        comment: args.comment.as_deref().map(Into::into),
        ..Default::default()
    };
    let sequence = reviewer.submit_review(request).await?;
    output::line(format!(
        "conversation {} is reviewed, event {sequence}",
        args.handling
    ))
}

async fn list(reviewer: &Reviewer, args: &ListArgs) -> anyhow::Result<()> {
    let instant = |given: &Option<Given>| match given {
        Some(given) => args.zone.instant(given),
        None => Ok(0),
    };
    let mut request = ListReviewsRequest {
        agent: args.agent.clone(),
        from_at_ms: instant(&args.from)?,
        to_at_ms: instant(&args.to)?,
        form: args.form.clone(),
        reviewer: args.reviewer.clone(),
        handling_id: args.handling,
        ..Default::default()
    };
    let form = JsonForm::of("acd.v1.PastReview", true).filter(|_| args.json);
    let (mut out, mut left) = (Lines::new(), args.most);
    while left > 0 {
        request.page_size = u32::try_from(left).unwrap_or(u32::MAX).min(PAGE_MAX);
        let page = reviewer.list_reviews(request.clone()).await?;
        for review in &page.reviews {
            let line = match &form {
                Some(form) => form.write(review)?.to_string(),
                None => told(&args.zone, review),
            };
            if out.line(&line)?.is_break() {
                return Ok(());
            }
        }
        left = left.saturating_sub(page.reviews.len());
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    out.finish()
}

/// A review in one line.
fn told(zone: &ZoneArgs, it: &PastReview) -> String {
    let review = it.review.clone().unwrap_or_default();
    let (at, score) = (zone.shown(review.at_ms), percent(&review));
    let mut line = format!(
        "{at}  {}  {}  {}  {}  {}  {score}",
        it.handling_id, it.contact_id, it.agent, review.form, review.reviewer
    );
    if it.knocked_out {
        line += "  knocked out";
    }
    if it.superseded {
        line += "  superseded";
    } else if !it.counts {
        line += &format!(
            "  {:+.1} beside the one that counts",
            points(it.difference_millionths.into())
        );
    }
    line
}

/// A score as it is told: of 100.
fn percent(review: &ReviewSummary) -> String {
    format!("{:.1}", points(review.score_millionths.into()))
}

/// Millionths of the best, of 100.
fn points(millionths: i64) -> f64 {
    millionths as f64 / 10_000.0
}

fn kind_word(rule: &SampleRule) -> &'static str {
    match &rule.kind {
        Some(Kind::LongMs(_)) => "long",
        Some(Kind::ShortMs(_)) => "short",
        Some(Kind::Transfers(_)) => "transfers",
        Some(Kind::Dispositions(_)) => "disposition",
        Some(Kind::LowScorePercent(_)) => "low-score",
        None => "any",
    }
}

fn rule(text: &str) -> anyhow::Result<SampleRule> {
    const WRITE: &str = "write it as COUNT:KIND:VALUE, such as 1:long:10m or 2:low-score:40";
    let mut parts = text.splitn(3, ':');
    let mut next = || parts.next().context(WRITE);
    let (count, kind, value) = (next()?, next()?, next()?);
    let ms = || -> anyhow::Result<i64> {
        let length = output::duration(value).map_err(|wrong| anyhow::anyhow!("{wrong}"))?;
        Ok(i64::try_from(length.as_millis())?)
    };
    let number = || value.parse::<u32>().context(WRITE);
    let kind = match kind {
        "long" => Kind::LongMs(ms()?),
        "short" => Kind::ShortMs(ms()?),
        "transfers" => Kind::Transfers(number()?),
        "disposition" => Kind::Dispositions(DispositionCodes {
            codes: value.split(',').map(str::to_owned).collect(),
        }),
        "low-score" => Kind::LowScorePercent(number()?),
        _ => anyhow::bail!("{kind} is none of long, short, transfers, disposition, low-score"),
    };
    Ok(SampleRule {
        count: count.parse().context(WRITE)?,
        kind: Some(kind),
    })
}

fn answer(text: &str) -> anyhow::Result<ReviewAnswer> {
    const WRITE: &str = "write it as QUESTION=POINTS, such as greeting=1, or greeting=n/a";
    let (question, points) = text.rsplit_once('=').context(WRITE)?;
    let not_applicable = points == NOT_APPLICABLE;
    let points = match not_applicable {
        true => 0,
        false => points.parse().context(WRITE)?,
    };
    Ok(ReviewAnswer {
        question: question.to_owned(),
        points,
        not_applicable,
        note: None,
    })
}

fn note(text: &str) -> anyhow::Result<(String, String)> {
    let (question, text) = text
        .split_once('=')
        .context("write it as QUESTION=TEXT, such as \"greeting=no name\"")?;
    Ok((question.to_owned(), text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_answers_are_read_as_people_write_them() {
        let read = |text: &str| {
            let rule = rule(text).unwrap();
            (rule.count, rule.kind.unwrap())
        };
        assert_eq!(read("1:long:10m"), (1, Kind::LongMs(600_000)));
        assert_eq!(read("2:short:20s"), (2, Kind::ShortMs(20_000)));
        assert_eq!(read("1:transfers:2"), (1, Kind::Transfers(2)));
        assert_eq!(read("3:low-score:40"), (3, Kind::LowScorePercent(40)));
        let codes = vec!["complaint".to_owned(), "a:b".to_owned()];
        let complaints = Kind::Dispositions(DispositionCodes { codes });
        assert_eq!(read("1:disposition:complaint,a:b"), (1, complaints));
        for wrong in [
            "long:10m",
            "1:long",
            "x:long:1m",
            "1:loud:3",
            "1:transfers:many",
        ] {
            assert!(rule(wrong).is_err(), "{wrong}");
        }
        let given = answer("greeting=1").unwrap();
        assert_eq!(
            (given.question.as_str(), given.points, given.not_applicable),
            ("greeting", 1, false)
        );
        assert!(answer("greeting=n/a").unwrap().not_applicable);
        assert!(answer("greeting").is_err() && answer("greeting=yes").is_err());
        assert_eq!(note("greeting=a=b").unwrap().1, "a=b");
    }
}

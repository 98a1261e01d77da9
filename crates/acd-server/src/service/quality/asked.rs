//! What reviewers ask and say, field by field.

use acd_core::command::GivenAnswer;
use acd_core::config::QUESTIONS_MAX;
use acd_core::ids::{AgentName, CallerName, QueueName};
use acd_core::personal::Personal;
use acd_history::{Draw, ReviewQuestion, Rule, SampleQuestion};
use acd_proto::v1::{self, sample_rule::Kind};

use crate::error::ApiError;
use crate::service::history::{list, name, names};
use crate::service::{fields, page};

/// The most conversations of one agent in a sample.
const PER_AGENT_MAX: u32 = 100;
/// The most rules of a sample.
const RULES_MAX: usize = 16;
/// The longest code that is looked for, in bytes.
const CODE_BYTES_MAX: usize = 64;
/// A percent, in millionths.
const PERCENT: u32 = 10_000;

/// What a reviewer says of a conversation.
pub(super) struct Said {
    pub(super) form: String,
    pub(super) answers: Vec<GivenAnswer>,
    pub(super) comment: Personal,
}

/// Takes what is said out of a request. Whether it fits the form is the engine's to judge.
pub(super) fn said(message: &mut v1::SubmitReviewRequest) -> Result<Said, ApiError> {
    fields::count("answers", message.answers.len(), QUESTIONS_MAX)?;
    let form: String = fields::name("form", &message.form)?;
    let answers = std::mem::take(&mut message.answers);
    let text = |said: Option<v1::Personal>| said.map(|it| it.value).unwrap_or_default().into();
    let answers = answers.into_iter().enumerate().map(|(at, answer)| {
        let question: String = fields::name(&format!("answers[{at}].question"), &answer.question)?;
        Ok(GivenAnswer {
            question: question.into(),
            points: (!answer.not_applicable).then_some(answer.points),
            note: text(answer.note),
        })
    });
    Ok(Said {
        form,
        answers: answers.collect::<Result<_, ApiError>>()?,
        comment: text(message.comment.take()),
    })
}

/// Of which conversations a sample is drawn.
pub(super) fn sample(message: &v1::DrawSampleRequest) -> Result<SampleQuestion, ApiError> {
    let channels = list("channels", &message.channels, |field, name| {
        Ok(fields::channel(field, name)?.as_str().to_owned())
    })?;
    let (from, to) = (message.from_at_ms, message.to_at_ms);
    let from = fields::instant("from_at_ms", from)?;
    let from = from.ok_or_else(|| {
        let remedy = "say from when on conversations are to be reviewed";
        ApiError::invalid("from_at_ms", "it is missing", remedy)
    })?;
    let to = fields::instant("to_at_ms", to)?.unwrap_or(i64::MAX);
    if to <= from {
        let remedy = "give an instant after from_at_ms";
        return Err(ApiError::invalid("to_at_ms", "nothing is between", remedy));
    }
    Ok(SampleQuestion {
        from,
        to,
        agents: names::<AgentName>("agents", &message.agents)?,
        queues: names::<QueueName>("queues", &message.queues)?,
        channels,
        draw: draw(message)?,
    })
}

fn draw(message: &v1::DrawSampleRequest) -> Result<Draw, ApiError> {
    let per_agent = message.per_agent;
    if !(1..=PER_AGENT_MAX).contains(&per_agent) {
        let remedy = format!("give 1..={PER_AGENT_MAX}");
        let detail = format!("{per_agent} conversations of each agent");
        return Err(ApiError::invalid("per_agent", detail, remedy));
    }
    fields::count("rules", message.rules.len(), RULES_MAX)?;
    let mut left = per_agent;
    let mut rules = Vec::with_capacity(message.rules.len());
    for (at, asked) in message.rules.iter().enumerate() {
        let field = format!("rules[{at}]");
        if asked.count == 0 || asked.count > left {
            let detail = format!("{} conversations, of {left} that are left", asked.count);
            let remedy = "give 1 at least, and no more than per_agent in all rules together";
            return Err(ApiError::invalid(format!("{field}.count"), detail, remedy));
        }
        left -= asked.count;
        rules.push((rule(&field, asked)?, asked.count as usize));
    }
    Ok(Draw {
        per_agent: per_agent as usize,
        seed: message.seed,
        rules,
    })
}

fn rule(field: &str, asked: &v1::SampleRule) -> Result<Rule, ApiError> {
    let kind = fields::part(&format!("{field}.kind"), asked.kind.as_ref())?;
    Ok(match kind {
        Kind::LongMs(least) => {
            Rule::Long(fields::duration(&format!("{field}.long_ms"), *least, 0)?)
        }
        Kind::ShortMs(most) => {
            Rule::Short(fields::duration(&format!("{field}.short_ms"), *most, 0)?)
        }
        Kind::Transfers(least) => Rule::Transferred(*least),
        Kind::Dispositions(said) => {
            let field = format!("{field}.dispositions.codes");
            if said.codes.is_empty() {
                let remedy = "give the codes that are meant";
                return Err(ApiError::invalid(field, "it is empty", remedy));
            }
            Rule::Disposition(list(&field, &said.codes, |field, code| {
                fields::code(field, code, CODE_BYTES_MAX)?;
                Ok(code.clone())
            })?)
        }
        Kind::LowScorePercent(most @ 0..=100) => Rule::LowScore(most * PERCENT),
        Kind::LowScorePercent(most) => {
            let field = format!("{field}.low_score_percent");
            let detail = format!("{most} percent");
            return Err(ApiError::invalid(field, detail, "give 0..=100"));
        }
    })
}

/// Which reviews are asked for.
pub(super) fn reviews(message: &v1::ListReviewsRequest) -> Result<ReviewQuestion, ApiError> {
    Ok(ReviewQuestion {
        from: fields::instant("from_at_ms", message.from_at_ms)?,
        to: fields::instant("to_at_ms", message.to_at_ms)?,
        agent: name::<AgentName>("agent", &message.agent)?,
        form: name::<String>("form", &message.form)?,
        reviewer: name::<CallerName>("reviewer", &message.reviewer)?,
        handling: Some(message.handling_id).filter(|id| *id != 0),
        contact: None,
        size: page::size(message.page_size)?,
        before: page::begin(&message.page_token)?,
    })
}

//! What the dialplan says of a caller, as the arrival of a contact.
//!
//! `Stasis(acd,queue=service,priority=5,skills=german>=5&billing,customer=${CALLERID(num)},vip=yes)`

use acd_client::v1;

use crate::ari::event::Channel;
use crate::options::{Answer, Options};

/// What becomes of a channel that the dialplan hands over.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Handed {
    /// A caller.
    Caller(Box<Caller>),
    /// An agent at their phone.
    Agent(AgentAct),
}

/// A caller, and how to treat them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Caller {
    /// The contact, without its id.
    pub(super) arrived: v1::ContactArrived,
    /// When they are answered.
    pub(super) answer: Answer,
}

/// What an agent did at their phone.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AgentAct {
    /// The agent.
    pub(super) agent: String,
    /// What they did.
    pub(super) act: Option<v1::agent_acted::Act>,
    /// Whether the call stays open, so that connecting costs no ring.
    pub(super) stays: bool,
}

const CHANNEL: &str = "voice";

/// Reads the arguments of `Stasis()`; an error says which and what to do.
pub(super) fn read(
    args: &[String],
    channel: &Channel,
    options: &Options,
) -> Result<Handed, String> {
    // A subroutine of the dialplan hands on arguments that may be empty.
    let args = args.iter().filter(|arg| !arg.trim().is_empty());
    let pairs = args.enumerate().map(|(nth, arg)| {
        let (key, value) = arg.split_once('=').ok_or_else(|| {
            // It may be a customer's: it is not shown.
            format!("argument {} has no \"=\"; write key=value", nth + 1)
        })?;
        Ok((key.trim(), value.trim()))
    });
    let pairs = pairs.collect::<Result<Vec<_>, String>>()?;
    let said = |wanted: &str| {
        pairs
            .iter()
            .find(|(key, _)| *key == wanted)
            .map(|(_, value)| *value)
    };
    match said("agent") {
        Some(agent) => agent_act(agent, &said).map(Handed::Agent),
        None => {
            caller(&pairs, &said, channel, options).map(|caller| Handed::Caller(Box::new(caller)))
        }
    }
}

fn agent_act<'a>(agent: &str, said: &dyn Fn(&str) -> Option<&'a str>) -> Result<AgentAct, String> {
    use v1::agent_acted::Act;
    let reason = said("reason").unwrap_or("phone").to_owned();
    let queue = || {
        said("queue")
            .map(str::to_owned)
            .ok_or_else(|| "queue is missing; say which with queue=NAME".to_owned())
    };
    let act = match said("act") {
        Some("login") => Some(Act::LoggedIn(true)),
        Some("logout") => Some(Act::LoggedOut(true)),
        Some("ready") => Some(Act::Ready(true)),
        Some("not_ready") => Some(Act::NotReady(reason)),
        Some("pause") => Some(Act::Paused(v1::PausedQueue {
            queue: queue()?,
            reason_code: reason,
        })),
        Some("resume") => Some(Act::ResumedQueue(queue()?)),
        Some("line") => None,
        other => {
            return Err(format!(
                "act={} is unknown; write login, logout, ready, not_ready, pause, resume or line",
                other.unwrap_or_default()
            ));
        }
    };
    Ok(AgentAct {
        agent: agent.to_owned(),
        stays: act.is_none() || said("stay") == Some("yes"),
        act,
    })
}

fn caller<'a>(
    pairs: &[(&str, &str)],
    said: &dyn Fn(&str) -> Option<&'a str>,
    channel: &Channel,
    options: &Options,
) -> Result<Caller, String> {
    let number = said("customer").unwrap_or(&channel.caller.number);
    let mut arrived = v1::ContactArrived {
        channel: CHANNEL.to_owned(),
        customer_key: (!number.is_empty()).then(|| number.into()),
        ..Default::default()
    };
    let mut answer = options.calls.answer;
    let mut facts: Vec<(String, String)> = channel
        .channelvars
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    for (key, value) in pairs {
        match *key {
            "queue" => arrived.queue = (*value).to_owned(),
            "priority" => arrived.priority = whole(key, value)?,
            "head_start" => arrived.head_start_ms = whole::<i64>(key, value)?.saturating_mul(1_000),
            "skills" => arrived.requirement = Some(requirement(value)?),
            "plan" => arrived.plan = (*value).to_owned(),
            "preferred" => arrived.preferred.push(preferred(value)?),
            "dedicated" => arrived.dedicated = *value == "yes",
            "customer" => {}
            "answer" => {
                answer = match *value {
                    "arrival" => Answer::Arrival,
                    "agent" => Answer::Agent,
                    _ => return Err(format!("answer={value} is unknown; write arrival or agent")),
                }
            }
            _ => {
                facts.retain(|(known, _)| known != key);
                facts.push(((*key).to_owned(), (*value).to_owned()));
            }
        }
    }
    if arrived.queue.is_empty() {
        return Err("queue is missing; write Stasis(acd,queue=NAME)".to_owned());
    }
    arrived.attributes = facts
        .into_iter()
        .map(|(key, value)| v1::Attribute {
            sensitive: options.calls.sensitive.contains(&key),
            key,
            value,
            ..v1::Attribute::default()
        })
        .collect();
    Ok(Caller { arrived, answer })
}

fn whole<T: std::str::FromStr>(key: &str, value: &str) -> Result<T, String> {
    value
        .parse()
        .map_err(|_| format!("{key}={value} is no whole number; write e.g. {key}=5"))
}

/// `german>=5&billing|english`: groups of terms; a term without a level asks for any.
fn requirement(text: &str) -> Result<v1::Requirement, String> {
    let term = |text: &str| {
        let (skill, level) = match text.split_once(">=") {
            Some((skill, level)) => (skill, whole("skills", level)?),
            None => (text, 1),
        };
        match skill.trim() {
            "" => Err("skills names no skill; write e.g. skills=german>=5&billing".to_owned()),
            skill => Ok(v1::Term {
                skill: skill.to_owned(),
                min_level: level,
            }),
        }
    };
    let group = |text: &str| {
        let all_of = text.split('&').map(term).collect::<Result<_, _>>()?;
        Ok(v1::TermGroup { all_of })
    };
    let any_of = text.split('|').map(group).collect::<Result<_, String>>()?;
    Ok(v1::Requirement { any_of })
}

/// `anna` or `anna:30`, for how many seconds.
fn preferred(text: &str) -> Result<v1::Preferred, String> {
    let (agent, seconds) = match text.rsplit_once(':') {
        Some((agent, seconds)) => (agent, Some(whole::<i64>("preferred", seconds)?)),
        None => (text, None),
    };
    Ok(v1::Preferred {
        who: Some(v1::preferred::Who::Agent(agent.to_owned())),
        for_ms: seconds.map(|seconds| seconds.saturating_mul(1_000)),
    })
}

/// What `Stasis()` was given, from the channel itself: how an adapter that starts anew knows it.
pub(super) fn args_of(channel: &Channel) -> Vec<String> {
    let args = channel.dialplan.app_data.split(',').skip(1);
    args.filter(|arg| !arg.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        Options::parse(
            "[engine]\nurl = \"http://localhost\"\ntenant = \"t\"\n[calls]\nsensitive = [\"iban\"]\n\
             [servers.pbx]\nurl = \"http://localhost\"\nuser = \"u\"\npassword = \"p\"\n",
        )
        .unwrap()
    }

    fn handed(args: &str) -> Result<Handed, String> {
        let args: Vec<String> = args.split(',').map(str::to_owned).collect();
        let mut channel = Channel::default();
        channel.caller.number = "4711".into();
        channel.channelvars.insert("LANG".into(), "de".into());
        read(&args, &channel, &options())
    }

    #[test]
    fn a_caller_is_what_the_dialplan_says() {
        let args = "queue=q,priority=5,skills=german>=5&billing|english,,preferred=anna:30,iban=DE1,answer=agent,";
        let Ok(Handed::Caller(caller)) = handed(args) else {
            panic!()
        };
        let arrived = &caller.arrived;
        assert_eq!(
            (arrived.queue.as_str(), arrived.priority, caller.answer),
            ("q", 5, Answer::Agent)
        );
        assert_eq!(arrived.customer_key, Some("4711".into()));
        let groups = &arrived.requirement.as_ref().unwrap().any_of;
        assert_eq!(
            (
                groups.len(),
                groups[0].all_of[0].min_level,
                groups[1].all_of[0].min_level
            ),
            (2, 5, 1)
        );
        assert_eq!(arrived.preferred[0].for_ms, Some(30_000));
        let facts: Vec<_> = arrived
            .attributes
            .iter()
            .map(|fact| (fact.key.as_str(), fact.sensitive))
            .collect();
        assert_eq!(facts, [("LANG", false), ("iban", true)]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_remedy() {
        for (args, wrong) in [
            ("priority=1", "queue is missing"),
            ("queue=q,priority=high", "priority=high is no whole number"),
            ("queue=q,vip", "has no \"=\""),
            ("queue=q,skills=a&", "names no skill"),
            ("queue=q,answer=never", "arrival or agent"),
            ("agent=anna,act=sleep", "login, logout"),
            ("agent=anna,act=pause", "queue is missing"),
        ] {
            let error = handed(args).unwrap_err();
            assert!(error.contains(wrong), "{args}: {error}");
        }
    }
}

//! The script that a call log implies.

use super::{Script, ScriptedCall, ScriptedShift, config_of};
use crate::call_log::{CallLog, LoggedCall};
use crate::shifts::Roster;
use crate::talk_time::{NoTalkTimes, TalkTimes};

/// Why a replay's figures differ from the recorded ones; for the closing report.
pub const FROM_LOG_NOTES: [&str; 2] = [
    "Why the two differ: the log does not say who was on duty, so agents are ready from their first service to their \
     last with pauses of more than a few minutes left out, and in that time the engine never lets one sit idle while \
     a caller whom they can serve waits, nor adds wrap-up, which nobody recorded.",
    "Callers who were answered in reality never hang up here, since nobody knows how long they would have stayed; \
     those answered by nobody in particular, mostly at night, wait for the next agent who logs in, and make the \
     longest waits.",
];

/// What the callers and agents of `log` do: each call arrives, waits and talks as recorded (see
/// [`crate::talk_time`] for those that never talked), each agent is on duty as [`crate::shifts`] derives it, with a
/// pause of more than `gap_ms` between two services taken as time off duty.
///
/// # Errors
/// The log holds no talk time at all.
pub fn from_log(log: &CallLog, gap_ms: i64, seed: u64) -> Result<Script, NoTalkTimes> {
    let talk_times = TalkTimes::of(log, seed)?;
    let roster = Roster::of(log, gap_ms);
    let agents = roster
        .classes_of
        .iter()
        .map(|(agent, classes)| (agent.as_str(), classes.iter().map(String::as_str).collect()));
    let shifts = roster.shifts.iter().map(|shift| ScriptedShift {
        agent: shift.agent.clone(),
        login_ms: shift.login_ms,
        logout_ms: shift.logout_ms,
        accept_after_ms: 0,
    });
    Ok(Script {
        config: config_of(log.classes(), agents),
        calls: log
            .calls
            .iter()
            .map(|call| scripted(call, &talk_times))
            .collect(),
        shifts: shifts.collect(),
    })
}

fn scripted(call: &LoggedCall, talk_times: &TalkTimes) -> ScriptedCall {
    ScriptedCall {
        id: call.id.clone(),
        class: call.class.clone(),
        customer: call
            .customer
            .as_ref()
            .map(|customer| customer.as_str().to_owned()),
        priority: call.priority,
        head_start_ms: call.head_start_ms,
        arrives_at_ms: call.arrived_at_ms,
        patience_ms: call.patience_ms(),
        talk_ms: talk_times.talk_ms(call),
    }
}

//! What the agent does, carried to the engine with the request id that the browser made for it.

use acd_client::{
    AgentCommands,
    v1::{
        Destination, Disposition, MaskedItem, Personal, Presence, RecordingState, destination::To,
    },
};
use axum::{
    Extension, Form,
    extract::Path,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    hub::{Desks, Held, Order, Seat},
    page::{desk, seated},
    render,
    view::{END_IS_DEAD_MS, Fact, view},
};
use crate::{
    live,
    problem::Problem,
    session::{CSRF_HEADER, Visitor},
    texts::latin_digits,
};

/// A minute more of wrap-up.
const MINUTE_MS: i64 = 60_000;

/// The fields of all acts; each act reads its own.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    request_id: String,
    handling: u64,
    offer: u64,
    contact: String,
    state: String,
    reason: String,
    queue: String,
    agent: String,
    external: String,
    code: String,
    notes: String,
    until: String,
    item: String,
    key: String,
}

impl Fields {
    /// To whom it goes: exactly one is named.
    fn destination(&self) -> Result<Destination, Problem> {
        let to = match (
            self.queue.as_str(),
            self.agent.as_str(),
            self.external.as_str(),
        ) {
            (queue, "", "") if !queue.is_empty() => To::Queue(queue.to_owned()),
            ("", agent, "") if !agent.is_empty() => To::Agent(agent.to_owned()),
            ("", "", number) if !number.is_empty() => To::External(personal(&latin_digits(number))),
            _ => return Err(Problem::Malformed),
        };
        Ok(Destination { to: Some(to) })
    }
}

fn personal(text: &str) -> Personal {
    Personal {
        value: text.to_owned(),
        ..Personal::default()
    }
}

/// `POST /desk/VERB`
pub(super) async fn act(
    Extension(desks): Extension<Desks>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(verb): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let agent = seated(&visitor)?;
    let desk = desk(&desks, &visitor, &headers)?;
    let held = desk.answered().await;
    let commands = commands(
        &desk.commands(visitor.endpoint(), &visitor.tenant, agent),
        &fields,
    );
    let asks_not_ready = verb == "presence" && fields.state == "not_ready";
    if asks_not_ready {
        desk.tell(Order::AsksNotReady(true)).await;
    }
    let done = carry_out(&commands, &verb, &fields, &held, &visitor).await;
    if asks_not_ready && done.is_err() {
        desk.tell(Order::AsksNotReady(false)).await;
    }
    done?;
    Ok(shown(&headers, &visitor))
}

/// The same under the request id of the browser, which repeats an act of which it heard nothing.
fn commands(commands: &AgentCommands, fields: &Fields) -> AgentCommands {
    match fields.request_id.as_str() {
        "" => commands.clone(),
        id => commands.request(id),
    }
}

/// The stream shows what has become of it. A form that no script sends wants to see the desk.
fn shown(headers: &HeaderMap, visitor: &Visitor) -> Response {
    match headers.contains_key(CSRF_HEADER) {
        true => StatusCode::NO_CONTENT.into_response(),
        false => Redirect::to(&visitor.path("/desk")).into_response(),
    }
}

async fn carry_out(
    commands: &AgentCommands,
    verb: &str,
    fields: &Fields,
    held: &Held,
    visitor: &Visitor,
) -> Result<(), Problem> {
    let handling = fields.handling;
    match verb {
        "presence" => presence(commands, fields, held).await?,
        "logout" => commands.logout().await?,
        "serve" => commands.resume_queue(&fields.queue).await?,
        "next" => commands.request_next().await?,
        "accept" => commands.accept_offer(fields.offer).await?,
        "reject" => commands.reject_offer(fields.offer).await?,
        "hold" => commands.hold(handling).await?,
        "resume" => commands.resume(handling).await?,
        "record" => commands.set_recording(handling, RecordingState::On).await?,
        "pause-recording" => {
            commands
                .set_recording(handling, RecordingState::Paused)
                .await?
        }
        // It was meant for the contact before.
        "end" if is_dead(held, handling) => return Ok(()),
        "end" => commands.end_talk(handling, None).await?,
        "finish" => commands.end_wrap_up(handling, None).await?,
        "longer" => commands.extend_wrap_up(handling, MINUTE_MS).await?,
        "ask-wrap-up" => commands.request_wrap_up(handling).await?,
        "enter-wrap-up" => commands.enter_wrap_up(handling).await?,
        "transfer" => commands.transfer(handling, fields.destination()?).await?,
        "consult" => commands.consult(handling, fields.destination()?).await?,
        "conference" => commands.conference(handling, fields.destination()?).await?,
        "join" => commands.join_consult(handling).await?,
        "complete" => commands.complete_transfer(handling).await?,
        "back" => commands.end_consult(handling).await?,
        "requeue" => commands.requeue(handling).await?,
        "escalate" => commands.escalate(handling).await?,
        "park" => commands.park(handling).await?,
        "unpark" => commands.unpark(&fields.contact).await?,
        "keep-callback" => commands.keep_callback(handling).await?,
        "put-off" => {
            let until = visitor
                .locale
                .instant(&fields.until)
                .ok_or(Problem::Malformed)?;
            commands.put_off(&fields.contact, until).await?
        }
        _ => return Err(Problem::NotFound),
    };
    Ok(())
}

/// Whether the contact was connected only just now.
fn is_dead(held: &Held, handling: u64) -> bool {
    let handling = held.told.handling(handling);
    handling.is_some_and(|handling| held.now_ms() < handling.connected_at_ms + END_IS_DEAD_MS)
}

async fn presence(commands: &AgentCommands, fields: &Fields, held: &Held) -> Result<u64, Problem> {
    Ok(match fields.state.as_str() {
        "ready" => commands.set_presence(Presence::Ready, "").await?,
        "not_ready" => {
            commands
                .set_presence(Presence::NotReady, &fields.reason)
                .await?
        }
        // To stay as one is takes back what waits.
        "stay" => {
            let reason = &held.told.agent().reason_code;
            commands.set_presence(Presence::NotReady, reason).await?
        }
        _ => return Err(Problem::Malformed),
    })
}

/// `POST /desk/note`: what became of a contact, and the notes on it, as far as they are typed.
pub(super) async fn note(
    Extension(desks): Extension<Desks>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let agent = seated(&visitor)?;
    let desk = desk(&desks, &visitor, &headers)?;
    let held = desk.answered().await;
    let commands = commands(
        &desk.commands(visitor.endpoint(), &visitor.tenant, agent),
        &fields,
    );
    let disposition = Disposition {
        code: fields.code.clone(),
        // A browser ends lines as a form does.
        notes: Some(personal(&fields.notes.replace("\r\n", "\n"))),
    };
    let saved = commands.set_disposition(fields.handling, disposition).await;
    saved?;
    if !headers.contains_key(CSRF_HEADER) {
        return Ok(shown(&headers, &visitor));
    }
    let at_ms = held.now_ms();
    let id = format!("saved-{}", fields.handling);
    Ok(live::parts(
        at_ms,
        &vec![(id, render::saved(&visitor.locale, fields.handling, at_ms))],
    ))
}

/// `POST /desk/reveal`: a value that is masked is wanted; the engine records that it was shown.
pub(super) async fn reveal(
    Extension(desks): Extension<Desks>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let agent = seated(&visitor)?;
    let desk = desk(&desks, &visitor, &headers)?;
    let held = desk.answered().await;
    let view = view(&held, Seat::Here);
    let item = MaskedItem::from_str_name(&fields.item).ok_or(Problem::Malformed)?;
    let is_it = |fact: &Fact| fact.item == item && fact.key == fields.key;
    let contacts = view.contacts.iter();
    let mut wanted = contacts.filter(|contact| contact.handling.handling_id == fields.handling);
    let (contact, at) = wanted
        .find_map(|contact| {
            let at = contact.facts.iter().position(is_it)?;
            Some((&contact.handling.contact_id, at))
        })
        .ok_or(Problem::Malformed)?;
    let commands = commands(
        &desk.commands(visitor.endpoint(), &visitor.tenant, agent),
        &fields,
    );
    let answer = commands.reveal(contact, item, &fields.key, "").await?;
    let value = answer.value.unwrap_or_default().value;
    let value = render::revealed(&visitor.locale, fields.handling, at, &value);
    Ok(live::parts(held.now_ms(), &vec![(String::new(), value)]))
}

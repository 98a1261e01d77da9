//! What the desk shows, as plain data: a pure function of what the API tells and of how this console holds the desk.

use acd_client::v1::{
    Alerting, Attribute, ChannelSlots, ConsultState, DeskQueue, DeskReason, GetDeskResponse,
    Handling, HandlingState, MaskedItem, Offer, OfferState, Personal, Presence, RecordingRule,
    RecordingState, WrapUpMode,
};

use super::hub::{Held, Seat, Standing};

/// How long after connecting the end of a contact cannot be pressed: what came too late for the one before must not
/// hang up this one.
pub(crate) const END_IS_DEAD_MS: i64 = 2_000;

/// All that the desk shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct View {
    /// Engine time.
    pub(crate) at_ms: i64,
    /// The agent's name.
    pub(crate) agent: String,
    /// Whether the engine has said anything yet.
    pub(crate) is_known: bool,
    /// Whether this desk is the one that rings.
    pub(crate) seat: Seat,
    /// Whether the agent takes contacts.
    pub(crate) presence: Standings,
    /// What rings or is being connected, the soonest end on top.
    pub(crate) offers: Vec<Offered>,
    /// What has just ended otherwise.
    pub(crate) passed: Vec<Passed>,
    /// The contacts: open by age, then parked, then just ended.
    pub(crate) contacts: Vec<Contact>,
    /// Slots that are taken.
    pub(crate) slots_taken: usize,
    /// All slots.
    pub(crate) slots: usize,
    /// The agent's day.
    pub(crate) day: Day,
    /// Why an agent may be not ready.
    pub(crate) reasons: Vec<DeskReason>,
    /// How many bytes notes may have.
    pub(crate) note_bytes: u32,
}

/// Whether the agent takes contacts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standings {
    /// The presence in force.
    pub(crate) presence: Presence,
    /// Since when.
    pub(crate) since_ms: i64,
    /// Why not ready: the label of the reason.
    pub(crate) reason: String,
    /// When they are made ready again; 0: not on their own.
    pub(crate) return_at_ms: i64,
    /// What takes effect when the work has cleared.
    pub(crate) pending: Option<Pending>,
    /// Whether the engine or a supervisor made them not ready.
    pub(crate) was_made: bool,
    /// Slots that are free.
    pub(crate) free: usize,
    /// The idle clock.
    pub(crate) idle_since_ms: i64,
    /// Whether they ask for each contact.
    pub(crate) on_demand: bool,
    /// Whether they have asked.
    pub(crate) next_requested: bool,
    /// Whether they are in a call that is no contact.
    pub(crate) busy_outside: bool,
    /// Nothing is offered before.
    pub(crate) back_off_until_ms: i64,
    /// Queues of which they take no contacts: label of the queue, and of the reason.
    pub(crate) paused: Vec<(String, String, String)>,
}

/// A change of presence that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pending {
    /// Not ready, with the label of the reason.
    NotReady(String),
    /// Logout.
    LogOut,
}

/// An offer that rings or is being connected.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    /// The offer.
    pub(crate) offer: Offer,
    /// Who the customer is.
    pub(crate) who: Who,
    /// What the queue is called.
    pub(crate) queue: String,
    /// What is known of the contact.
    pub(crate) facts: Vec<Fact>,
}

impl Offered {
    /// Whether it waits for the agent's answer at the desk.
    pub(crate) fn rings(&self) -> bool {
        self.offer.state() == OfferState::Pending
    }

    /// Whether they answer it here.
    pub(crate) fn is_answered_here(&self) -> bool {
        self.rings() && self.offer.alerting() != Alerting::Phone
    }

    /// Until when it lasts.
    pub(crate) fn until_ms(&self) -> i64 {
        match self.rings() {
            true => self.offer.ring_until_ms,
            false => self.offer.connect_until_ms,
        }
    }
}

/// An offer that has ended otherwise than by a connection.
#[derive(Clone, Debug)]
pub(crate) struct Passed {
    /// The offer.
    pub(crate) offer: Offer,
    /// Who the customer is.
    pub(crate) who: Who,
    /// What the queue is called.
    pub(crate) queue: String,
}

/// Who the customer is, as far as is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Who {
    /// The heading: their name, else how they are reached.
    pub(crate) heading: String,
    /// How they are reached, if the heading is their name.
    pub(crate) reached: Option<String>,
    /// The number that is dialled.
    pub(crate) dial: Option<String>,
}

/// What is known of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    /// Its key.
    pub(crate) key: String,
    /// What it is called.
    pub(crate) label: String,
    /// The value.
    pub(crate) value: String,
    /// Whether supervisors do not see it.
    pub(crate) sensitive: bool,
    /// Which value of the contact it is.
    pub(crate) item: MaskedItem,
    /// Whether the agent is not shown all of it.
    pub(crate) masked: bool,
    /// Whether they may have it shown.
    pub(crate) revealable: bool,
}

/// A contact of the agent.
#[derive(Clone, Debug)]
pub(crate) struct Contact {
    /// Its number on the desk, 1 to 9; 0: none is free.
    pub(crate) number: u8,
    /// The handling.
    pub(crate) handling: Handling,
    /// Where it stands.
    pub(crate) stage: Stage,
    /// Who the customer is.
    pub(crate) who: Who,
    /// What the queue is called, and what is to be done with its contacts.
    pub(crate) queue: DeskQueue,
    /// What is known of the contact.
    pub(crate) facts: Vec<Fact>,
    /// What is to be said, in Markdown; empty: nothing.
    pub(crate) script: String,
    /// What the queue that is asked is called.
    pub(crate) consulted_queue: String,
    /// What may be done.
    pub(crate) acts: Acts,
}

impl Contact {
    /// Whether customer and agent speak.
    pub(crate) fn is_spoken(&self) -> bool {
        is_spoken(&self.handling.channel)
    }

    /// Whether it is shown under *Open*.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Parked | Stage::PutOff | Stage::Ended)
    }

    /// Before when the end cannot be pressed.
    pub(crate) fn end_dead_until_ms(&self) -> i64 {
        self.handling.connected_at_ms + END_IS_DEAD_MS
    }

    /// When its present stage began.
    pub(crate) fn since_ms(&self) -> i64 {
        match self.stage {
            Stage::Talking | Stage::Open | Stage::Conference => self.handling.connected_at_ms,
            Stage::Suspended => self.handling.suspended_since_at_ms,
            Stage::Parked | Stage::Ended => self.handling.ended_at_ms,
            _ => self.handling.state_since_at_ms,
        }
    }

    /// What came of it, if it was said.
    pub(crate) fn outcome(&self) -> &str {
        let said = self.handling.disposition.as_ref();
        said.map_or("", |said| said.code.as_str())
    }

    /// What was noted.
    pub(crate) fn notes(&self) -> &str {
        let said = self.handling.disposition.as_ref();
        let notes = said.and_then(|said| said.notes.as_ref());
        notes.map_or("", |notes| notes.value.as_str())
    }

    /// Whether an outcome is still to be chosen.
    pub(crate) fn lacks_outcome(&self) -> bool {
        self.queue.disposition_required && self.outcome().is_empty()
    }
}

/// Where a contact stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// They talk.
    Talking,
    /// They write.
    Open,
    /// It waits while the agent is away.
    Suspended,
    /// On hold.
    Held,
    /// On hold while another one is asked.
    Consulting,
    /// Several agents talk with the customer.
    Conference,
    /// The agent helps another one.
    Helping,
    /// The work after the talk.
    WrapUp,
    /// Set aside.
    Parked,
    /// Put off to a date.
    PutOff,
    /// Over, and something is still to be said.
    Ended,
}

/// What may be done with a contact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Acts {
    /// Put it on hold.
    pub(crate) hold: bool,
    /// Take it off hold.
    pub(crate) resume: bool,
    /// Give it away, ask another one, bring another one in, set it aside, put it back.
    pub(crate) give: bool,
    /// Ask another one first.
    pub(crate) consult: bool,
    /// Put it back for the next tier.
    pub(crate) escalate: bool,
    /// Leave the one who is asked, and go back.
    pub(crate) back: bool,
    /// All three talk.
    pub(crate) join: bool,
    /// The other one goes on alone.
    pub(crate) give_over: bool,
    /// End the conversation.
    pub(crate) end: bool,
    /// End the wrap-up.
    pub(crate) finish: bool,
    /// Take longer for it.
    pub(crate) longer: bool,
    /// Ask for a wrap-up.
    pub(crate) ask_wrap_up: bool,
    /// Begin the wrap-up that is optional.
    pub(crate) enter_wrap_up: bool,
    /// Keep the customer's callback.
    pub(crate) keep_callback: bool,
    /// Come back to it.
    pub(crate) unpark: bool,
    /// Give it a date.
    pub(crate) put_off: bool,
    /// Record, or record again.
    pub(crate) record: bool,
    /// Pause the recording.
    pub(crate) pause_recording: bool,
}

/// The agent's day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Day {
    /// Contacts handled.
    pub(crate) handled: u32,
    /// Talk that is over.
    pub(crate) talk_ms: i64,
    /// Offers missed.
    pub(crate) missed: u32,
    /// What has an allowance: the label of the reason and what is left and allowed of it.
    pub(crate) breaks: Vec<Break>,
}

/// How long an agent may still be away for a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Break {
    /// What the reason is called.
    pub(crate) label: String,
    /// What is left; below 0: it was longer than that.
    pub(crate) left: Left,
    /// How long they may be on a day.
    pub(crate) allowed_ms: i64,
}

/// What is left of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// So much, and it stands still.
    Still(i64),
    /// It runs, and is used up at this instant.
    RunsUntil(i64),
}

/// What the desk shows to a tab.
pub(crate) fn view(held: &Held, seat: Seat) -> View {
    let told = &held.told;
    // Without a stream it is not known what rings.
    let rings = told.offers().filter(|_| seat == Seat::Here);
    let mut offers: Vec<Offered> = rings.map(|offer| offered(offer, held)).collect();
    offers.sort_by_key(|offered| (offered.until_ms(), offered.offer.offer_id));
    let passed = held.passed.iter().map(|offer| Passed {
        who: who(
            offer.customer_key.as_ref(),
            &offer.attributes,
            offer.dial.as_ref(),
            &offer.contact_id,
        ),
        queue: held.queue(&offer.queue).label,
        offer: offer.clone(),
    });
    let on_screen = told
        .handlings()
        .chain(told.parked())
        .chain(told.unfinished());
    let slots = &told.agent().slots;
    let capacity = |of: &ChannelSlots| usize::try_from(of.capacity).unwrap_or_default();
    View {
        at_ms: held.now_ms(),
        agent: held.agent.clone(),
        is_known: held.standing != Standing::Opening,
        seat,
        presence: presence(held),
        offers,
        passed: passed.collect(),
        contacts: on_screen.map(|handling| contact(handling, held)).collect(),
        slots_taken: slots.iter().map(|of| of.leases.len()).sum(),
        slots: slots.iter().map(capacity).sum(),
        day: day(held),
        reasons: held.desk.reasons.clone(),
        note_bytes: held.desk.note_bytes,
    }
}

fn presence(held: &Held) -> Standings {
    let agent = held.told.agent();
    let pending = match agent.pending_presence() {
        Presence::NotReady => Some(Pending::NotReady(held.reason(&agent.pending_reason_code))),
        Presence::Offline => Some(Pending::LogOut),
        Presence::Ready | Presence::Unspecified => None,
    };
    let free = |of: &ChannelSlots| {
        let capacity = usize::try_from(of.capacity).unwrap_or_default();
        capacity.saturating_sub(of.leases.len())
    };
    let paused = agent.paused.iter();
    Standings {
        presence: agent.presence(),
        since_ms: agent.presence_since_at_ms,
        reason: held.reason(&agent.reason_code),
        return_at_ms: agent.return_at_ms,
        pending,
        was_made: held.made_not_ready,
        free: agent.slots.iter().map(free).sum(),
        idle_since_ms: agent.idle_since_at_ms,
        on_demand: agent.on_demand,
        next_requested: agent.next_requested,
        busy_outside: agent.busy_outside,
        back_off_until_ms: agent.back_off_until_ms,
        paused: paused
            .map(|pause| {
                (
                    pause.queue.clone(),
                    held.queue(&pause.queue).label,
                    held.reason(&pause.reason_code),
                )
            })
            .collect(),
    }
}

fn day(held: &Held) -> Day {
    let (agent, day) = (held.told.agent(), held.told.day());
    let allowed = day.not_ready.iter().filter(|spent| spent.allowed_ms > 0);
    let breaks = allowed.map(|spent| {
        let left = spent.allowed_ms - spent.total_ms;
        let runs = agent.presence() == Presence::NotReady && agent.reason_code == spent.reason_code;
        Break {
            label: held.reason(&spent.reason_code),
            left: match runs {
                true => Left::RunsUntil(agent.presence_since_at_ms.max(day.began_at_ms) + left),
                false => Left::Still(left),
            },
            allowed_ms: spent.allowed_ms,
        }
    });
    Day {
        handled: day.handled,
        talk_ms: day.talk_ms,
        missed: day.missed,
        breaks: breaks.collect(),
    }
}

fn offered(offer: &Offer, held: &Held) -> Offered {
    Offered {
        who: who(
            offer.customer_key.as_ref(),
            &offer.attributes,
            offer.dial.as_ref(),
            &offer.contact_id,
        ),
        queue: held.queue(&offer.queue).label,
        facts: facts(&offer.attributes, &held.desk),
        offer: offer.clone(),
    }
}

fn contact(handling: &Handling, held: &Held) -> Contact {
    let queue = held.queue(&handling.queue);
    let stage = stage(handling);
    Contact {
        number: held
            .numbers
            .get(&handling.handling_id)
            .copied()
            .unwrap_or_default(),
        stage,
        who: who(
            handling.customer_key.as_ref(),
            &handling.attributes,
            handling.dial.as_ref(),
            &handling.contact_id,
        ),
        facts: masked(handling)
            .chain(facts(&handling.attributes, &held.desk))
            .collect(),
        script: held
            .scripts
            .get(&handling.queue)
            .cloned()
            .unwrap_or_default(),
        consulted_queue: held.queue(&handling.consulted_queue).label,
        acts: acts(handling, stage, &queue),
        queue,
        handling: handling.clone(),
    }
}

/// The attributes that name the customer.
const NAMES: [&str; 2] = ["name", "customer_name"];

fn is_name(attribute: &Attribute) -> bool {
    NAMES.contains(&attribute.key.as_str()) && !attribute.value.trim().is_empty()
}

fn who(
    key: Option<&Personal>,
    attributes: &[Attribute],
    dial: Option<&Personal>,
    contact: &str,
) -> Who {
    let said = |it: Option<&Personal>| {
        let value = it.map(|it| it.value.clone());
        value.filter(|value| !value.is_empty())
    };
    let name = attributes.iter().find(|attribute| is_name(attribute));
    let name = name.map(|name| name.value.clone());
    let (key, dial) = (said(key), said(dial));
    let reached = key.or_else(|| dial.clone());
    match name {
        Some(heading) => Who {
            heading,
            reached,
            dial,
        },
        None => Who {
            heading: reached.unwrap_or_else(|| contact.to_owned()),
            reached: None,
            dial,
        },
    }
}

fn facts(attributes: &[Attribute], desk: &GetDeskResponse) -> Vec<Fact> {
    let label = |key: &str| {
        let known = desk.attributes.iter().find(|known| known.key == key);
        known.map_or(key, |known| &known.label).to_owned()
    };
    let shown = attributes.iter().filter(|attribute| !is_name(attribute));
    let fact = |attribute: &Attribute| Fact {
        label: label(&attribute.key),
        key: attribute.key.clone(),
        value: attribute.value.clone(),
        sensitive: attribute.sensitive,
        item: MaskedItem::Attribute,
        masked: attribute.masked,
        revealable: attribute.revealable,
    };
    shown.map(fact).collect()
}

/// What else of a contact is masked and may be shown.
fn masked(handling: &Handling) -> impl Iterator<Item = Fact> {
    let items = [
        (MaskedItem::CustomerKey, &handling.customer_key),
        (MaskedItem::Dial, &handling.dial),
    ];
    items.into_iter().filter_map(|(item, value)| {
        let value = value.as_ref().filter(|value| value.masked)?;
        Some(Fact {
            key: String::new(),
            label: String::new(),
            value: value.value.clone(),
            sensitive: false,
            item,
            masked: true,
            revealable: value.revealable,
        })
    })
}

/// Whether customer and agent speak on this channel.
pub(crate) fn is_spoken(channel: &str) -> bool {
    matches!(channel, "voice" | "video" | "callback")
}

fn stage(handling: &Handling) -> Stage {
    let is_asking = handling.consult_state() != ConsultState::Unspecified;
    let together = !handling.participants.is_empty() || handling.takes_part_in_handling_id != 0;
    match handling.state() {
        HandlingState::WrapUp => Stage::WrapUp,
        HandlingState::Ended if handling.parked => Stage::Parked,
        HandlingState::Ended if handling.scheduled_at_ms != 0 => Stage::PutOff,
        HandlingState::Ended | HandlingState::Unspecified => Stage::Ended,
        _ if handling.suspended_since_at_ms != 0 => Stage::Suspended,
        _ if is_asking => Stage::Consulting,
        HandlingState::Held => Stage::Held,
        HandlingState::Connected if together => Stage::Conference,
        HandlingState::Connected if handling.consult_of_handling_id != 0 => Stage::Helping,
        HandlingState::Connected if is_spoken(&handling.channel) => Stage::Talking,
        HandlingState::Connected => Stage::Open,
    }
}

fn acts(handling: &Handling, stage: Stage, queue: &DeskQueue) -> Acts {
    // Who takes part in the conversation of another one can only leave it.
    let guest = handling.consult_of_handling_id != 0 || handling.takes_part_in_handling_id != 0;
    let conversation = matches!(
        stage,
        Stage::Talking
            | Stage::Open
            | Stage::Held
            | Stage::Consulting
            | Stage::Conference
            | Stage::Helping
    );
    let owner = conversation && !guest;
    let asking = stage == Stage::Consulting;
    let answered = handling.consult_state() == ConsultState::Connected;
    let free = owner && !asking;
    let wrap_up = stage == Stage::WrapUp;
    let forced = handling.wrap_up_mode() == WrapUpMode::Forced;
    let recording = handling.recording();
    let may_record = owner && queue.recording() != RecordingRule::Never;
    Acts {
        hold: free && is_spoken(&handling.channel) && handling.state() == HandlingState::Connected,
        resume: stage == Stage::Held,
        give: free,
        consult: free && handling.participants.is_empty(),
        escalate: free && handling.escalates,
        back: owner && asking,
        join: owner && asking && answered && !handling.consult_joins,
        give_over: owner && ((asking && answered) || !handling.participants.is_empty()),
        end: conversation,
        finish: wrap_up && !forced,
        longer: wrap_up && handling.wrap_up_until_ms != 0 && may_extend(handling, queue),
        ask_wrap_up: owner
            && handling.wrap_up_mode() == WrapUpMode::Requested
            && !handling.wrap_up_requested,
        enter_wrap_up: stage == Stage::Ended && handling.wrap_up_mode() == WrapUpMode::Optional,
        keep_callback: owner && handling.callback_open && !handling.keeps_callback,
        unpark: stage == Stage::Parked,
        put_off: matches!(stage, Stage::Parked | Stage::PutOff),
        record: may_record && matches!(recording, RecordingState::Off | RecordingState::Paused),
        pause_recording: owner && recording == RecordingState::On,
    }
}

/// Whether a minute more is within the ceiling.
fn may_extend(handling: &Handling, queue: &DeskQueue) -> bool {
    let ceiling = queue.wrap_up_ceiling_ms;
    ceiling == 0 || handling.wrap_up_until_ms < handling.state_since_at_ms + ceiling
}

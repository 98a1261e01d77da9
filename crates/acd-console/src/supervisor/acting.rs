//! Stepping in: what may be done, the panel that says what follows and asks why, and what came of it.

use acd_client::v1::{ContactChanged, MonitorMode, Personal, Presence, RecordingState};
use acd_client::{Error, Supervisor};
use futures_util::{StreamExt as _, stream};
use maud::{Markup, html};

use super::{parts, words};
use crate::{
    layout::{self, icon},
    session::{Role, Visitor},
    texts::{Arg, Locale, latin_digits, outside, shown},
};

/// An act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Verb {
    /// Make agents ready.
    Ready,
    /// Make agents not ready.
    NotReady,
    /// Take agents out of a queue.
    Pause,
    /// Let agents back into a queue.
    Resume,
    /// Log agents out.
    LogOut,
    /// End all that agents have in hand.
    FreeAgent,
    /// Move contacts to a queue.
    Move,
    /// Give contacts another priority.
    Priority,
    /// Offer a contact to an agent.
    Assign,
    /// Take contacts out of their queue.
    Withdraw,
    /// End contacts and whatever holds them.
    FreeContact,
    /// Listen to a conversation.
    Listen,
    /// Speak to its agent only.
    Whisper,
    /// Join it.
    Barge,
    /// Record it.
    Record,
    /// Record nothing of it for now.
    PauseRecording,
    /// Stop the recording.
    StopRecording,
    /// Close a queue, or all, in an emergency.
    Close,
    /// Open it, or all, again.
    Open,
}

/// Whatever an act is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Agents.
    Agent,
    /// Contacts.
    Contact,
    /// Queues; none named: all of them.
    Queue,
}

impl Target {
    /// Its name in a form.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Contact => "contact",
            Self::Queue => "queue",
        }
    }

    /// The page it is on.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Agent => "/agents",
            Self::Contact => "/contacts",
            Self::Queue => "/queues",
        }
    }
}

impl Verb {
    /// All of them.
    pub(crate) const ALL: [Self; 19] = [
        Self::Ready,
        Self::NotReady,
        Self::Pause,
        Self::Resume,
        Self::LogOut,
        Self::FreeAgent,
        Self::Move,
        Self::Priority,
        Self::Assign,
        Self::Withdraw,
        Self::FreeContact,
        Self::Listen,
        Self::Whisper,
        Self::Barge,
        Self::Record,
        Self::PauseRecording,
        Self::StopRecording,
        Self::Close,
        Self::Open,
    ];

    /// Its name in an address.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::NotReady => "not-ready",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::LogOut => "log-out",
            Self::FreeAgent | Self::FreeContact => "free",
            Self::Move => "move",
            Self::Priority => "priority",
            Self::Assign => "assign",
            Self::Withdraw => "withdraw",
            Self::Listen => "listen",
            Self::Whisper => "whisper",
            Self::Barge => "barge",
            Self::Record => "record",
            Self::PauseRecording => "pause-recording",
            Self::StopRecording => "stop-recording",
            Self::Close => "close",
            Self::Open => "open",
        }
    }

    /// What it is done to.
    pub(crate) fn target(self) -> Target {
        match self {
            Self::Ready
            | Self::NotReady
            | Self::Pause
            | Self::Resume
            | Self::LogOut
            | Self::FreeAgent => Target::Agent,
            Self::Move
            | Self::Priority
            | Self::Assign
            | Self::Withdraw
            | Self::FreeContact
            | Self::Listen
            | Self::Whisper
            | Self::Barge
            | Self::Record
            | Self::PauseRecording
            | Self::StopRecording => Target::Contact,
            Self::Close | Self::Open => Target::Queue,
        }
    }

    /// The act of this name on this kind of thing.
    pub(crate) fn of(target: Target, name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|verb| verb.target() == target && verb.name() == name)
    }

    /// What its button says.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Ready => "supervisor-act-ready",
            Self::NotReady => "supervisor-act-not-ready",
            Self::Pause => "supervisor-act-pause",
            Self::Resume => "supervisor-act-resume",
            Self::LogOut => "supervisor-act-log-out",
            Self::FreeAgent => "supervisor-act-free-agent",
            Self::Move => "supervisor-act-move",
            Self::Priority => "supervisor-act-priority",
            Self::Assign => "supervisor-act-assign",
            Self::Withdraw => "supervisor-act-withdraw",
            Self::FreeContact => "supervisor-act-free-contact",
            Self::Listen => "supervisor-act-listen",
            Self::Whisper => "supervisor-act-whisper",
            Self::Barge => "supervisor-act-barge",
            Self::Record => "supervisor-act-record",
            Self::PauseRecording => "supervisor-act-pause-recording",
            Self::StopRecording => "supervisor-act-stop-recording",
            Self::Close => "supervisor-act-close",
            Self::Open => "supervisor-act-open",
        }
    }

    /// What the button of its panel says: the act, and to whom.
    fn go(self) -> &'static str {
        match self {
            Self::Ready => "supervisor-go-ready",
            Self::NotReady => "supervisor-go-not-ready",
            Self::Pause => "supervisor-go-pause",
            Self::Resume => "supervisor-go-resume",
            Self::LogOut => "supervisor-go-log-out",
            Self::FreeAgent => "supervisor-go-free-agent",
            Self::Move => "supervisor-go-move",
            Self::Priority => "supervisor-go-priority",
            Self::Assign => "supervisor-go-assign",
            Self::Withdraw => "supervisor-go-withdraw",
            Self::FreeContact => "supervisor-go-free-contact",
            Self::Close => "supervisor-go-close",
            Self::Open => "supervisor-go-open",
            _ => self.label(),
        }
    }

    /// What follows.
    fn consequence(self) -> &'static str {
        match self {
            Self::Ready => "supervisor-follows-ready",
            Self::NotReady => "supervisor-follows-not-ready",
            Self::Pause => "supervisor-follows-pause",
            Self::Resume => "supervisor-follows-resume",
            Self::LogOut => "supervisor-follows-log-out",
            Self::FreeAgent => "supervisor-follows-free-agent",
            Self::Move => "supervisor-follows-move",
            Self::Priority => "supervisor-follows-priority",
            Self::Assign => "supervisor-follows-assign",
            Self::Withdraw => "supervisor-follows-withdraw",
            Self::FreeContact => "supervisor-follows-free-contact",
            Self::Listen => "supervisor-follows-listen",
            Self::Whisper => "supervisor-follows-whisper",
            Self::Barge => "supervisor-follows-barge",
            Self::Record => "supervisor-follows-record",
            Self::PauseRecording => "supervisor-follows-pause-recording",
            Self::StopRecording => "supervisor-follows-stop-recording",
            Self::Close => "supervisor-follows-close",
            Self::Open => "supervisor-follows-open",
        }
    }

    /// Whether it takes something away from somebody, and its button says so by colour.
    fn is_grave(self) -> bool {
        matches!(
            self,
            Self::LogOut | Self::FreeAgent | Self::Withdraw | Self::FreeContact | Self::Close
        )
    }

    /// Whether the name of what it is done to must be typed.
    pub(crate) fn wants_name(self) -> bool {
        self == Self::Close
    }

    /// The mode of taking part in a conversation, if that is what it is.
    pub(crate) fn monitors(self) -> Option<MonitorMode> {
        match self {
            Self::Listen => Some(MonitorMode::Listen),
            Self::Whisper => Some(MonitorMode::Whisper),
            Self::Barge => Some(MonitorMode::Barge),
            _ => None,
        }
    }
}

/// What somebody may choose from in a panel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choices {
    /// Queues by name.
    pub(crate) queues: Vec<String>,
    /// Reasons of not ready and of pauses that are in use.
    pub(crate) codes: Vec<String>,
    /// Agents with what they do, free ones first.
    pub(crate) agents: Vec<(String, super::agents::view::Doing)>,
    /// Where this supervisor was reached last.
    pub(crate) address: String,
}

/// What was filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filled {
    pub(crate) request_id: String,
    /// What it is done to.
    pub(crate) targets: Vec<String>,
    /// Why, for who reads the acts.
    pub(crate) reason: String,
    pub(crate) queue: String,
    pub(crate) code: String,
    pub(crate) priority: String,
    pub(crate) agent: String,
    pub(crate) address: String,
    /// The name that was typed to confirm.
    pub(crate) name: String,
}

impl Filled {
    /// What these fields of a form for this kind of thing say.
    pub(crate) fn of(target: Target, fields: Vec<(String, String)>) -> Self {
        let mut filled = Self::default();
        for (name, value) in fields {
            let value = value.trim().to_owned();
            match name.as_str() {
                name if name == target.field() => filled.targets.push(value),
                "request_id" => filled.request_id = value,
                "reason" => filled.reason = value,
                "to-queue" => filled.queue = value,
                "code" => filled.code = value,
                "priority" => filled.priority = value,
                "to-agent" => filled.agent = value,
                "address" => filled.address = value,
                "name" => filled.name = value,
                _ => {}
            }
        }
        filled.targets.sort_unstable();
        filled.targets.dedup();
        filled
    }

    /// The id of the element whose field lacks, and the text that says so.
    pub(crate) fn lacks(&self, verb: Verb, tenant: &str) -> Option<&'static str> {
        match verb {
            _ if self.targets.is_empty() && verb.target() != Target::Queue => {
                Some("supervisor-lacks-target")
            }
            _ if self.targets.len() > TARGETS_MAX => Some("supervisor-too-many"),
            Verb::NotReady | Verb::Pause if self.code.is_empty() => Some("supervisor-lacks-code"),
            Verb::Pause | Verb::Resume | Verb::Move if self.queue.is_empty() => {
                Some("supervisor-lacks-queue")
            }
            Verb::Assign if self.agent.is_empty() => Some("supervisor-lacks-agent"),
            Verb::Priority if self.priority().is_none() => Some("supervisor-lacks-priority"),
            Verb::Listen | Verb::Whisper | Verb::Barge if self.address.is_empty() => {
                Some("supervisor-lacks-address")
            }
            Verb::Close if self.name != self.to_type(tenant) => Some("supervisor-lacks-name"),
            _ => None,
        }
    }

    /// The name to be typed: of the queue, or of the tenant for all of them.
    pub(crate) fn to_type<'a>(&'a self, tenant: &'a str) -> &'a str {
        self.targets.first().map_or(tenant, String::as_str)
    }

    fn priority(&self) -> Option<i32> {
        latin_digits(&self.priority).parse().ok()
    }
}

/// What came of an act, for each of what it was to be done to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Results {
    pub(crate) done: Vec<String>,
    pub(crate) refused: Vec<(String, Error)>,
}

/// To so many an act is done at once; a page of a table has a hundred.
const TARGETS_MAX: usize = 1_000;

/// So many are asked of the engine at once; the others follow.
const AT_ONCE: usize = 16;

/// Does it to each. The same form sent again has the same request ids, so that nothing is done twice.
pub(crate) async fn act(supervisor: &Supervisor, verb: Verb, filled: &Filled) -> Results {
    let mut targets = filled.targets.clone();
    if targets.is_empty() {
        targets.push(String::new());
    }
    let many = targets.len() > 1;
    let each = targets.into_iter().enumerate().map(|(at, target)| {
        let supervisor = match filled.request_id.is_empty() {
            true => supervisor.clone(),
            false if many => supervisor.request(&format!("{}-{at}", filled.request_id)),
            false => supervisor.request(&filled.request_id),
        };
        async move {
            let result = one(&supervisor, verb, filled, &target).await;
            (target, result)
        }
    });
    let mut results = Results::default();
    let answers: Vec<_> = stream::iter(each).buffered(AT_ONCE).collect().await;
    for (target, result) in answers {
        match result {
            Ok(()) => results.done.push(target),
            Err(error) => results.refused.push((target, error)),
        }
    }
    results
}

async fn one(
    supervisor: &Supervisor,
    verb: Verb,
    filled: &Filled,
    target: &str,
) -> Result<(), Error> {
    let reason = filled.reason.as_str();
    let (queue, code) = (filled.queue.as_str(), filled.code.as_str());
    let done = match verb {
        Verb::Ready => {
            supervisor
                .force_presence(target, Presence::Ready, "", reason)
                .await
        }
        Verb::NotReady => {
            supervisor
                .force_presence(target, Presence::NotReady, code, reason)
                .await
        }
        Verb::Pause => supervisor.pause_agent(target, queue, code, reason).await,
        Verb::Resume => supervisor.resume_agent(target, queue, reason).await,
        Verb::LogOut => supervisor.force_logout(target, reason).await,
        Verb::FreeAgent => supervisor.free_agent(target, reason).await,
        Verb::Move | Verb::Priority => {
            let change = ContactChanged {
                contact_id: target.to_owned(),
                queue: (verb == Verb::Move).then(|| queue.to_owned()),
                priority: filled.priority().filter(|_| verb == Verb::Priority),
                ..ContactChanged::default()
            };
            supervisor.adjust_contact(change, reason).await
        }
        Verb::Assign => {
            supervisor
                .assign_contact(target, &filled.agent, reason)
                .await
        }
        Verb::Withdraw => supervisor.withdraw_contact(target, reason).await,
        Verb::FreeContact => supervisor.free_contact(target, reason).await,
        Verb::Listen | Verb::Whisper | Verb::Barge => {
            let mode = verb.monitors().unwrap_or_default();
            let address = Personal::from(filled.address.as_str());
            supervisor
                .monitor_contact(target, mode, address, reason)
                .await
        }
        Verb::Record | Verb::PauseRecording | Verb::StopRecording => {
            let state = match verb {
                Verb::Record => RecordingState::On,
                Verb::PauseRecording => RecordingState::Paused,
                _ => RecordingState::Off,
            };
            supervisor.record_contact(target, state, reason).await
        }
        Verb::Close | Verb::Open => {
            supervisor
                .set_emergency(target, verb == Verb::Close, reason)
                .await
        }
    };
    done.map(drop)
}

/// The address of an act's panel, and of the act itself.
pub(crate) fn address(visitor: &Visitor, verb: Verb) -> String {
    visitor.path(&format!("{}/act/{}", verb.target().path(), verb.name()))
}

/// Whether the visitor may step in.
pub(crate) fn acts_allowed(visitor: &Visitor) -> bool {
    visitor.has(Role::Supervisor)
}

/// A button that opens the panel of an act on one thing, or on all queues.
pub(crate) fn opener(
    visitor: &Visitor,
    field: &str,
    verb: Verb,
    target: Option<&str>,
    label: &str,
) -> Markup {
    let address = match target {
        Some(target) => format!(
            "{}?{field}={}",
            address(visitor, verb),
            super::table::in_address(target)
        ),
        None => address(visitor, verb),
    };
    html! {
        a.btn.grave[verb.is_grave()] href=(address) data-panel { (visitor.locale.text(label)) }
    }
}

/// What can be done with the rows that were chosen: nothing is shown of it before there are any.
pub(crate) fn chooser(visitor: &Visitor, field: &str, verbs: &[Verb]) -> Markup {
    let locale = &visitor.locale;
    html! {
        form #chosen.chosen method="get" action="" data-field=(field) aria-label=(locale.text("supervisor-chosen")) {
            span.many data-text=(locale.text("supervisor-chosen-count")) {}
            @for verb in verbs {
                button.btn.grave[verb.is_grave()] type="submit" formaction=(address(visitor, *verb)) data-panel {
                    (locale.text(verb.label()))
                }
            }
            button.btn.plain type="reset" { (locale.text("supervisor-clear-chosen")) }
        }
    }
}

/// The panel of an act: what follows, what has to be filled in, why, and a button that names it.
pub(crate) fn panel(
    visitor: &Visitor,
    verb: Verb,
    filled: &Filled,
    choices: &Choices,
    lacks: Option<&str>,
) -> Markup {
    let locale = &visitor.locale;
    let all = filled.targets.is_empty();
    if let (Some(lacks), true, false) = (lacks, all, verb.target() == Target::Queue) {
        // Nothing was chosen: there is nothing to fill in.
        return html! {
            section #doing.panel.results data-say=(locale.text(lacks)) {
                p { (icon("warn")) span { (locale.text(lacks)) } }
                a.btn.plain href=(visitor.path(verb.target().path())) data-close { (locale.text("common-close")) }
            }
        };
    }
    let first = filled.to_type(&visitor.tenant);
    let args = [
        ("n", Arg::from(filled.targets.len())),
        ("name", Arg::from(first)),
    ];
    let (follows, go) = match (verb, all) {
        (Verb::Close, true) => ("supervisor-follows-close-all", "supervisor-go-close-all"),
        (Verb::Open, true) => ("supervisor-follows-open-all", "supervisor-go-open-all"),
        _ => (verb.consequence(), verb.go()),
    };
    let title = locale.text_with(go, &args);
    html! {
        section #doing.panel aria-labelledby="panel-title" data-open {
            form method="post" action=(address(visitor, verb)) data-act {
                h2 #panel-title tabindex="-1" { (title) }
                p { (locale.text_with(follows, &args)) }
                @if filled.targets.len() > 1 { (who(locale, verb, &filled.targets)) }
                @if let Some(lacks) = lacks { p.lacks role="alert" { (icon("warn")) span { (locale.text(lacks)) } } }
                (layout::hidden(visitor))
                @for target in &filled.targets {
                    input type="hidden" name=(verb.target().field()) value=(target);
                }
                (fields(locale, verb, filled, choices))
                @if verb.monitors().is_none() {
                    label.field for="panel-reason" {
                        span { (locale.text("supervisor-why")) " " small.quiet { (locale.text("supervisor-optional")) } }
                        input #panel-reason name="reason" value=(filled.reason) maxlength="500" autocomplete="off";
                    }
                }
                @if verb.wants_name() {
                    label.field for="panel-name" {
                        span { (locale.text_with("supervisor-type-name", &[("name", Arg::from(first))])) }
                        input #panel-name name="name" required autocomplete="off" spellcheck="false"
                            data-must=(first);
                    }
                }
                div.go {
                    button.btn.primary[!verb.is_grave()].grave-full[verb.is_grave()] type="submit" { (title) }
                    a.btn href=(visitor.path(verb.target().path())) data-close { (locale.text("common-cancel")) }
                }
            }
        }
    }
}

/// To whom it is done, where they are several.
fn who(locale: &Locale, verb: Verb, targets: &[String]) -> Markup {
    html! {
        details.who {
            summary { (locale.text_with("supervisor-to-whom", &[("n", targets.len().into())])) }
            ul {
                @for target in targets {
                    li {
                        @match verb.target() {
                            Target::Contact => (parts::key(target)),
                            _ => (outside(target)),
                        }
                    }
                }
            }
        }
    }
}

/// What has to be filled in.
fn fields(locale: &Locale, verb: Verb, filled: &Filled, choices: &Choices) -> Markup {
    let queues = matches!(verb, Verb::Pause | Verb::Resume | Verb::Move);
    let code = matches!(verb, Verb::NotReady | Verb::Pause);
    html! {
        @if queues {
            label.field for="panel-queue" {
                span { (locale.text("supervisor-queue")) }
                select #panel-queue name="to-queue" required {
                    option value="" { (locale.text("supervisor-choose-queue")) }
                    @for queue in &choices.queues {
                        option value=(queue) selected[*queue == filled.queue] { (shown(&locale.queue(queue))) }
                    }
                }
            }
        }
        @if code {
            label.field for="panel-code" {
                span { (locale.text("supervisor-reason-code")) }
                input #panel-code name="code" value=(filled.code) list="panel-codes" required maxlength="64" autocomplete="off";
            }
            datalist #panel-codes { @for code in &choices.codes { option value=(code) { (shown(&locale.reason(code))) } } }
        }
        @if verb == Verb::Priority {
            label.field for="panel-priority" {
                span { (locale.text("supervisor-priority")) }
                input #panel-priority name="priority" value=(filled.priority) inputmode="numeric" required autocomplete="off";
            }
        }
        @if verb == Verb::Assign {
            label.field for="panel-agent" {
                span { (locale.text("supervisor-agent")) }
                select #panel-agent name="to-agent" size="8" required {
                    @for (name, doing) in &choices.agents {
                        option value=(name) selected[*name == filled.agent] {
                            (shown(name)) " – " (locale.text(words::doing(*doing)))
                        }
                    }
                }
            }
        }
        @if verb.monitors().is_some() {
            label.field for="panel-address" {
                span { (locale.text("supervisor-reached-at")) }
                input #panel-address name="address" value=(choices.address) dir="ltr" required maxlength="128" autocomplete="tel";
            }
        }
    }
}

/// What came of it: a word if all was done, a list of what was refused and why.
pub(crate) fn results(visitor: &Visitor, verb: Verb, results: &Results) -> Markup {
    let locale = &visitor.locale;
    let said = told(locale, results);
    html! {
        section #doing.panel.results data-say=(said) data-done[results.refused.is_empty()] {
            p { (icon(if results.refused.is_empty() { "check" } else { "warn" })) span { (said) } }
            @if results.refused.len() + results.done.len() > 1 && !results.refused.is_empty() {
                details {
                    summary { (locale.text("supervisor-show-refused")) }
                    ul {
                        @for (target, error) in &results.refused {
                            li {
                                @match verb.target() {
                                    Target::Agent => (parts::agent(visitor, target)),
                                    Target::Contact => (parts::contact(visitor, target)),
                                    Target::Queue => (outside(target)),
                                }
                                ": " (words::refusal(locale, error, target)) (code(locale, error))
                            }
                        }
                    }
                }
            } @else if let Some((_, error)) = results.refused.first() { (code(locale, error)) }
            a.btn.plain href=(visitor.path(verb.target().path())) data-close { (locale.text("common-close")) }
        }
    }
}

/// What came of it in one sentence.
pub(crate) fn told(locale: &Locale, results: &Results) -> String {
    match (results.done.len(), results.refused.as_slice()) {
        (0, [(target, error)]) => words::refusal(locale, error, target),
        (1, []) => locale.text("supervisor-done"),
        (done, refused) => {
            let args = [("done", done.into()), ("refused", refused.len().into())];
            match refused.is_empty() {
                true => locale.text_with("supervisor-all-done", &args),
                false => locale.text_with("supervisor-some-done", &args),
            }
        }
    }
}

/// The engine's own words, for who looks for them.
fn code(locale: &Locale, error: &Error) -> Markup {
    html! {
        details.code {
            summary { (locale.text("supervisor-details")) }
            code dir="ltr" { (shown(&error.to_string())) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(target: Target, fields: &[(&str, &str)]) -> Filled {
        let fields = fields
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        Filled::of(target, fields.collect())
    }

    #[test]
    fn every_act_has_an_address_of_its_own() {
        for verb in Verb::ALL {
            assert_eq!(Verb::of(verb.target(), verb.name()), Some(verb));
        }
        assert_eq!(Verb::of(Target::Queue, "log-out"), None);
    }

    #[test]
    fn nothing_is_done_before_all_is_filled_in() {
        let none = filled(Target::Agent, &[]);
        assert!(none.lacks(Verb::Ready, "bank").is_some());
        let agents = filled(
            Target::Agent,
            &[("agent", "bert"), ("agent", "anna"), ("agent", "bert")],
        );
        assert_eq!(agents.targets, ["anna", "bert"]);
        assert_eq!(agents.lacks(Verb::Ready, "bank"), None);
        let mut crowd = agents.clone();
        crowd.targets = (0..=TARGETS_MAX).map(|number| number.to_string()).collect();
        assert_eq!(
            crowd.lacks(Verb::Ready, "bank"),
            Some("supervisor-too-many")
        );
        assert_eq!(
            agents.lacks(Verb::NotReady, "bank"),
            Some("supervisor-lacks-code")
        );
        let number = filled(Target::Contact, &[("contact", "c1"), ("priority", "۱۲")]);
        assert_eq!(number.priority(), Some(12));
    }

    #[test]
    fn closing_wants_the_name_of_what_is_closed() {
        let queue = filled(Target::Queue, &[("queue", "loans"), ("name", "loan")]);
        assert_eq!(
            queue.lacks(Verb::Close, "bank"),
            Some("supervisor-lacks-name")
        );
        let queue = filled(Target::Queue, &[("queue", "loans"), ("name", "loans")]);
        assert_eq!(queue.lacks(Verb::Close, "bank"), None);
        let all = filled(Target::Queue, &[("name", "bank")]);
        assert_eq!(all.lacks(Verb::Close, "bank"), None);
        assert_eq!(filled(Target::Queue, &[]).lacks(Verb::Open, "bank"), None);
    }
}

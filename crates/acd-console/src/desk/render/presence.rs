//! Whether the agent is ready, their day, and what they are told about themselves.

use acd_client::v1::{DeskReason, Presence};
use maud::{Markup, html};

use super::{
    Desk,
    parts::{Act, outside},
};
use crate::{
    desk::{
        hub::Seat,
        view::{Break, Left, Pending, Standings},
    },
    layout::icon,
    texts::Arg,
};

impl Desk<'_> {
    /// The one thing an agent must never be wrong about.
    pub(super) fn presence(&self) -> Markup {
        let presence = &self.view.presence;
        let (class, picture, word) = self.presence_words();
        let waits = presence.pending.is_some() && self.is_in();
        html! {
            section.presence.(class).waits[waits] #presence aria-label=(self.text("desk-presence")) {
                (icon(picture))
                div { b { (word) } span.small { (self.presence_line()) } }
                @if waits { (self.stay()) }
                @else if self.is_in() {
                    button.btn #presence-change type="button" popovertarget="presence-menu" data-key="S"
                        aria-keyshortcuts="F8 S" { (self.text("desk-change")) " " (icon("down")) }
                }
            }
        }
    }

    fn presence_words(&self) -> (&'static str, &'static str, String) {
        let id = match (self.view.seat, self.view.presence.presence) {
            (Seat::Elsewhere(_), _) => return ("is-off", "off", self.text("desk-open-elsewhere")),
            (Seat::LoggedOut | Seat::Slept(..), _) | (_, Presence::Offline) => {
                return ("is-off", "off", self.text("desk-logged-out"));
            }
            (_, Presence::Ready) => ("is-ready", "ready", "desk-ready"),
            (_, Presence::NotReady) => ("is-away", "pause", "desk-not-ready"),
            (_, Presence::Unspecified) => ("is-off", "off", "desk-loading"),
        };
        (id.0, id.1, self.text(id.2))
    }

    fn presence_line(&self) -> Markup {
        let presence = &self.view.presence;
        if !self.is_in() {
            return html! {};
        }
        if let Some(pending) = &presence.pending {
            return html! { (self.pending(pending)) };
        }
        let time = [("time", self.since(presence.since_ms))];
        match presence.presence {
            Presence::Ready if presence.busy_outside => html! { (self.text("desk-busy-outside")) },
            Presence::Ready if presence.back_off_until_ms > self.view.at_ms => {
                let until = [("time", self.until(presence.back_off_until_ms))];
                self.locale.rich("desk-back-off", &[], &until)
            }
            Presence::Ready => {
                self.locale
                    .rich("desk-ready-for", &[("free", presence.free.into())], &time)
            }
            Presence::NotReady => self.not_ready_line(presence),
            _ => html! {},
        }
    }

    fn not_ready_line(&self, presence: &Standings) -> Markup {
        let parts = [
            ("reason", outside(&self.locale.reason(&presence.reason))),
            ("time", self.since(presence.since_ms)),
        ];
        if presence.return_at_ms == 0 {
            return self.locale.rich("desk-not-ready-for", &[], &parts);
        }
        let back = self.locale.time_of_day(presence.return_at_ms);
        self.locale.rich(
            "desk-not-ready-until",
            &[("back", Arg::Ours(&back))],
            &parts,
        )
    }

    fn pending(&self, pending: &Pending) -> String {
        match pending {
            Pending::NotReady(reason) => {
                let reason = self.locale.reason(reason);
                let args = [("reason", (&reason).into())];
                self.locale.text_with("desk-pending-not-ready", &args)
            }
            Pending::LogOut => self.text("desk-pending-log-out"),
        }
    }

    /// The way back from a change that waits.
    fn stay(&self) -> Markup {
        let presence = &self.view.presence;
        let ready = presence.presence == Presence::Ready;
        let (text, state) = match ready {
            true => (self.text("desk-stay-ready"), "ready"),
            false => (self.text("desk-stay"), "stay"),
        };
        let act = Act {
            verb: "presence",
            text: &text,
            key: Some("S"),
            ..Act::default()
        };
        self.act(&act, &[("state", state)])
    }

    /// The menu of the presence.
    pub(super) fn presence_menu(&self) -> Markup {
        let presence = &self.view.presence;
        let log_out = self.text("desk-log-out");
        let open = self
            .view
            .contacts
            .iter()
            .filter(|contact| contact.is_open())
            .count();
        let consequence = self
            .locale
            .text_with("desk-log-out-consequence", &[("open", open.into())]);
        html! {
            div.menu #presence-menu popover role="group" aria-label=(self.text("desk-change-presence")) {
                @if self.is_in() {
                    @if presence.presence != Presence::Ready { (self.go_ready("primary", "")) }
                    @if !self.view.reasons.is_empty() { p.label { (self.text("desk-not-ready-because")) } }
                    @for reason in &self.view.reasons { (self.reason(reason)) }
                    @if self.view.reasons.is_empty() { (self.not_ready()) }
                    hr;
                    (self.act(
                        &Act { verb: "logout", text: &log_out, icon: Some("out"), class: "plain", confirm: 2,
                               consequence: Some(&consequence), ..Act::default() },
                        &[],
                    ))
                }
            }
        }
    }

    pub(super) fn go_ready(&self, class: &str, at: &str) -> Markup {
        let text = self.text("desk-go-ready");
        let act = Act {
            verb: "presence",
            text: &text,
            icon: Some("check"),
            class,
            at,
            ..Act::default()
        };
        self.act(&act, &[("state", "ready")])
    }

    fn not_ready(&self) -> Markup {
        let text = self.text("desk-go-not-ready");
        let act = Act {
            verb: "presence",
            text: &text,
            icon: Some("pause"),
            class: "plain",
            ..Act::default()
        };
        self.act(&act, &[("state", "not_ready"), ("reason", "away")])
    }

    fn reason(&self, reason: &DeskReason) -> Markup {
        let about = [("state", "not_ready"), ("reason", reason.code.as_str())];
        html! {
            form method="post" action={ (self.path) "/presence" } data-act {
                (self.hidden(&about))
                button.btn.plain {
                    (icon("pause")) span { (outside(&reason.label)) }
                    @if reason.auto_return_ms > 0 {
                        span.quiet { (self.locale.duration(reason.auto_return_ms)) }
                    }
                }
            }
        }
    }

    /// The strip on top: the day, the connection, the clock.
    pub(super) fn top(&self, connection: Markup, me: Markup) -> Markup {
        html! {
            header.top {
                (self.day())
                div.status {
                    (connection)
                    button.sound #sound type="button" { (icon("sound")) span {} }
                    span.clock data-clock="seconds" { (self.locale.time_to_the_second(self.view.at_ms)) }
                    (me)
                }
            }
        }
    }

    /// The agent's own day.
    pub(super) fn day(&self) -> Markup {
        let day = &self.view.day;
        html! {
            div #day role="group" aria-label=(self.text("desk-your-day")) { dl.day {
                @if self.is_in() {
                    div { dt { (self.text("desk-day-contacts")) } dd { (self.locale.number(day.handled.into())) } }
                    div { dt { (self.text("desk-day-talk")) } dd { (self.locale.duration(day.talk_ms)) } }
                    div { dt { (self.text("desk-day-missed")) } dd { (self.locale.number(day.missed.into())) } }
                    @for left in &day.breaks { (self.break_left(left)) }
                }
            } }
        }
    }

    fn break_left(&self, left: &Break) -> Markup {
        let allowed = self.locale.duration(left.allowed_ms);
        let allowed = self
            .locale
            .text_with("desk-of", &[("all", Arg::Ours(&allowed))]);
        let over = matches!(left.left, Left::Still(ms) if ms <= 0);
        html! {
            div.over[over] {
                dt { (self.locale.text_with("desk-day-left", &[("reason", (&left.label).into())])) }
                dd {
                    @match left.left {
                        Left::Still(ms) => { (self.locale.duration(ms)) }
                        Left::RunsUntil(at) => { (self.until(at)) }
                    }
                    " " small { (allowed) }
                }
            }
        }
    }

    /// What the agent must know about themselves: made not ready, paused in a queue.
    pub(super) fn notice(&self) -> Markup {
        let presence = &self.view.presence;
        let made = self.is_in() && presence.was_made && presence.presence == Presence::NotReady;
        let at = self.locale.time_of_day(presence.since_ms);
        let reason = self.locale.reason(&presence.reason);
        let args = [("reason", Arg::from(&reason)), ("time", Arg::Ours(&at))];
        let text = self.locale.text_with("desk-made-not-ready", &args);
        let serve = self.text("desk-serve-again");
        let serve = Act {
            verb: "serve",
            text: &serve,
            ..Act::default()
        };
        html! {
            div #notice data-alert=[made.then_some(&text)] {
                @if made {
                    p.note.warns { (icon("warn")) span { (text) } (self.go_ready("", "-at-once")) }
                }
                @if self.is_in() {
                    @for (queue, label, reason) in &presence.paused {
                        @let reason = self.locale.reason(reason);
                        p.note {
                            (icon("pause"))
                            span {
                                (self.locale.text_with("desk-paused-in", &[("queue", label.into()), ("reason", (&reason).into())]))
                            }
                            (self.act(&serve, &[("queue", queue)]))
                        }
                    }
                }
            }
        }
    }

    /// Whether the agent is at work at this desk.
    pub(super) fn is_in(&self) -> bool {
        matches!(self.view.seat, Seat::Here | Seat::Returning)
            && self.view.presence.presence != Presence::Offline
    }
}

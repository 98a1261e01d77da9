//! What holds for the whole tenant.

use super::{Checker, KEEP_PERSONAL_MS, REASONS_MAX, UNREACHABLE_MIN_MS};
use crate::config::PriorityMode;

impl Checker<'_> {
    pub(super) fn settings(&mut self) {
        let settings = &self.config.settings;
        if let PriorityMode::Aging { point_ms } = settings.priority_mode {
            self.duration(format_args!("settings.priority_mode.point_ms"), point_ms, 1);
        }
        let back_off = settings.back_off;
        for (key, value, least) in [
            ("connect_ms", settings.connect_ms, 1),
            ("transfer_to_agent_ms", settings.transfer_to_agent_ms, 1),
            ("dial_ms", settings.dial_ms, 1),
            ("back_off.rejected_ms", back_off.rejected_ms, 0),
            ("back_off.no_answer_ms", back_off.no_answer_ms, 0),
            ("back_off.busy_ms", back_off.busy_ms, 0),
            (
                "back_off.unreachable_ms",
                back_off.unreachable_ms,
                UNREACHABLE_MIN_MS,
            ),
            ("session_grace_ms", settings.session_grace_ms, 0),
            ("adapter_grace_ms", settings.adapter_grace_ms, 0),
            ("request_window_ms", settings.request_window_ms, 0),
            (
                "ended_contact_window_ms",
                settings.ended_contact_window_ms,
                0,
            ),
            ("resolved_after_ms", settings.resolved_after_ms, 60_000),
        ] {
            self.duration(format_args!("settings.{key}"), value, least);
        }
        let path = format_args!("settings.mask_customer_key");
        self.mask(path, &settings.mask_customer_key);
        self.mask(format_args!("settings.mask_dial"), &settings.mask_dial);
        if let Some(after_ms) = settings.asynchronous_return_ms {
            self.duration(format_args!("settings.asynchronous_return_ms"), after_ms, 1);
        }
        if let Some(keep_ms) = settings.keep_personal_ms {
            let path = format_args!("settings.keep_personal_ms");
            self.duration_in(path, keep_ms, KEEP_PERSONAL_MS);
        }
        self.auto_return();
        if let Some(calendar) = &settings.calendar {
            let path = format_args!("settings.calendar");
            self.known(path, "calendar", calendar.as_str(), |it| {
                &it.known.calendars
            });
        }
        self.name(format_args!("settings.zone"), "time zone", &settings.zone);
    }

    fn auto_return(&mut self) {
        let times = &self.config.settings.auto_return;
        self.count(
            format_args!("settings.auto_return"),
            times.len(),
            REASONS_MAX,
        );
        for (reason, after_ms) in times {
            self.name(format_args!("settings.auto_return"), "reason", reason);
            self.duration(format_args!("settings.auto_return.{reason}"), *after_ms, 1);
        }
    }
}

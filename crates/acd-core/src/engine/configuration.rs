//! Deciding about the routing configuration.

use std::sync::Arc;

use super::Engine;
use crate::command::{Answer, ApplyConfig, CivilTime, Reply, SetAgentSkills};
use crate::config::{TenantConfig, check_name};
use crate::event::{
    AgentSkillsSet, CalendarChanged, CivilTimeResolved, ConfigApplied, ConfigFileNoted, Event,
    LogoutCause, PendingPresence, TenantDeleted, Work,
};
use crate::ids::{AgentNo, CalendarNo, CallerName, SkillName, TimeMs};
use crate::matching::Matcher;
use crate::measures::Measures;
use crate::refusal::{Reason, Refusal};
use crate::requirement::LEVEL_MAX;
use crate::state::{ConfigFile, Presence};

impl<M: Matcher> Engine<M> {
    pub(super) fn apply_config(&mut self, now: TimeMs, apply: ApplyConfig) -> Answer {
        let ApplyConfig {
            config,
            source,
            author,
            comment,
            expected_version,
            civil,
            document,
        } = apply;
        let current = self.state.facts().config_version;
        if let Some(expected) = expected_version.filter(|expected| *expected != current) {
            let detail = format!("version {current} is in force, not {expected}");
            return Err(Refusal::new(
                Reason::ConfigVersionConflict,
                "expected_version",
                detail,
            ));
        }
        if let Some(problem) = config.problems().first() {
            return Err(Refusal::new(Reason::ConfigInvalid, &problem.path, problem));
        }
        self.check_removals(&config)?;
        let version = current + 1;
        self.emit(
            now,
            Event::ConfigApplied(ConfigApplied {
                version,
                source,
                author,
                comment,
                config,
                document,
                measures: Measures::of_this_program(),
            }),
        );
        if *civil != CivilTime::default() {
            self.emit(now, Event::CivilTimeResolved(CivilTimeResolved { civil }));
        }
        self.follow_changed_plans(now);
        self.let_removed_agents_go(now);
        Ok(Reply::Applied { version })
    }

    /// Remembers what the configuration file says, if that is news.
    pub(super) fn note_config_file(
        &mut self,
        now: TimeMs,
        document: u64,
        in_force: bool,
    ) -> Answer {
        let facts = self.state.facts();
        let seen = ConfigFile {
            document,
            version: facts.config_version,
            in_force,
        };
        if facts.config_file != Some(seen) {
            self.emit(
                now,
                Event::ConfigFileNoted(ConfigFileNoted { document, in_force }),
            );
        }
        Ok(Reply::Done)
    }

    /// What civil times mean for the days to come; what has passed already is applied at once.
    pub(super) fn resolve_civil_time(&mut self, now: TimeMs, civil: Arc<CivilTime>) -> Answer {
        let rising = |times: &[TimeMs]| times.windows(2).all(|pair| pair[0] < pair[1]);
        for times in &civil.calendars {
            if self.state.calendar_no(&times.calendar).is_none() {
                let detail = format!("there is no calendar {:?}", times.calendar);
                return Err(Refusal::new(Reason::InvalidArgument, "calendars", detail));
            }
            let changes: Vec<TimeMs> = times.changes.iter().map(|(at, _)| *at).collect();
            if !rising(&changes) {
                let detail = format!("the changes of {:?} do not rise", times.calendar);
                return Err(Refusal::new(Reason::InvalidArgument, "calendars", detail));
            }
        }
        if !rising(&civil.days) {
            return Err(Refusal::new(
                Reason::InvalidArgument,
                "days",
                "they do not rise",
            ));
        }
        self.emit(now, Event::CivilTimeResolved(CivilTimeResolved { civil }));
        Ok(Reply::Done)
    }

    pub(super) fn change_calendar(&mut self, now: TimeMs, calendar: CalendarNo) {
        let changes = &self.state.facts().calendars[calendar.index()].changes;
        if let Some((_, opening)) = changes.front().copied() {
            self.emit(
                now,
                Event::CalendarChanged(CalendarChanged { calendar, opening }),
            );
        }
    }

    /// Adapters that hold open contacts cannot be removed. Queues drain, and a removed skill is one that nobody has.
    fn check_removals(&self, config: &TenantConfig) -> Result<(), Refusal> {
        let facts = self.state.facts();
        for (no, adapter) in (0..).map(crate::ids::AdapterNo).zip(&facts.adapters) {
            let removed = !config.adapters.contains(&adapter.name);
            if removed && facts.contacts.values().any(|contact| contact.adapter == no) {
                let detail = format!(
                    "adapter {} is removed but holds open contacts: let them end first",
                    adapter.name
                );
                return Err(Refusal::new(Reason::ConfigInvalid, "adapters", detail));
            }
        }
        Ok(())
    }

    /// Agents whom the configuration has no longer go, and what holds their changes of presence back may be otherwise.
    fn let_removed_agents_go(&mut self, now: TimeMs) {
        let agents = (0..).map(AgentNo).zip(&self.state.facts().agents);
        let concerned = agents.filter(|(_, agent)| {
            let removed = !agent.in_config && agent.presence != Presence::Offline;
            removed || agent.pending.is_some() || !agent.leases.is_empty()
        });
        let work = concerned.map(|(no, _)| Work::FollowConfig(no)).collect();
        self.carry_out(now, work);
    }

    /// An agent whom the configuration has no longer is logged out when their last slot clears; one whom it has again
    /// stays.
    pub(super) fn follow_config(&mut self, now: TimeMs, no: AgentNo) {
        self.suspend_or_resume(now, no);
        if !self.state.agent(no).in_config {
            self.return_work_of_removed(now, no);
        }
        let agent = self.state.agent(no);
        let removed = Some(PendingPresence::Logout(LogoutCause::Removed));
        let waits = agent.pending.is_some() && self.state.holds_change_back(no);
        if !agent.in_config && agent.presence != Presence::Offline && !waits {
            self.log_out_when_clear(now, no, LogoutCause::Removed);
        } else if agent.in_config && agent.pending == removed {
            self.wait_for_presence(now, no, None, None, false);
        } else if agent.in_config {
            // What holds a change back may be asynchronous now.
            self.carry_out_pending(now, no);
        }
    }

    pub(super) fn set_agent_skills(&mut self, now: TimeMs, set: SetAgentSkills) -> Answer {
        let SetAgentSkills {
            agent,
            skills,
            author,
        } = set;
        let no = self.agent_in_config(&agent)?;
        let mut levels = skills.iter();
        levels.try_for_each(|(skill, level)| self.check_skill("skills", skill, *level))?;
        let version = self.state.facts().config_version + 1;
        self.emit(
            now,
            Event::AgentSkillsSet(AgentSkillsSet {
                version,
                author,
                comment: Arc::from(format!("skills of {agent}")),
                agent: no,
                skills,
            }),
        );
        Ok(Reply::Applied { version })
    }

    /// Checks that the tenant has the skill and that there is such a level.
    pub(super) fn check_skill(
        &self,
        field: &str,
        skill: &SkillName,
        level: u8,
    ) -> Result<(), Refusal> {
        // Before it is repeated in what is journaled: a name of any length may come in.
        check_name(skill.as_str()).map_err(|wrong| {
            let detail = format!("no skill can be named like this: {wrong}");
            Refusal::new(Reason::InvalidArgument, field, detail)
        })?;
        if self.state.skill_no(skill).is_none() {
            let detail = format!("there is no skill {skill:?}");
            return Err(Refusal::new(Reason::UnknownSkill, field, detail));
        }
        if !(1..=LEVEL_MAX).contains(&level) {
            let detail = format!("level {level} of {skill} is not in 1..={LEVEL_MAX}");
            return Err(Refusal::new(Reason::InvalidArgument, field, detail));
        }
        Ok(())
    }

    pub(super) fn delete_tenant(&mut self, now: TimeMs, author: CallerName) -> Answer {
        let facts = self.state.facts();
        let logged_in = facts
            .agents
            .iter()
            .filter(|agent| agent.session.is_some())
            .count();
        let open = facts.contacts.len();
        if open > 0 || logged_in > 0 {
            let detail = format!("{open} contacts are open and {logged_in} agents logged in");
            return Err(Refusal::new(Reason::TenantInUse, "tenant", detail));
        }
        self.emit(now, Event::TenantDeleted(TenantDeleted { author }));
        Ok(Reply::Done)
    }
}

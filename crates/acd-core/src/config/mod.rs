//! The routing configuration of one tenant: plain data with every default filled in, so that a stored
//! configuration means the same for ever.

mod agent;
mod calendar;
mod desk;
mod duration;
mod mask;
mod overflow;
mod plan;
mod queue;
mod report;
mod review;
mod rule;
mod settings;
mod validate;

use serde::{Deserialize, Serialize};

use crate::ids::{AdapterName, SkillName};

pub use agent::{AgentConfig, Membership, ProfileConfig, ProfileQueue, TeamConfig, Training};
pub use calendar::{CalendarConfig, Holiday, MINUTES_OF_DAY, Weekday, WeeklyHours};
pub use desk::{AttributeConfig, DispositionConfig, ReasonConfig, Wording};
pub use duration::{DURATION_UNITS, duration_text};
pub use mask::{AttributeKind, MaskConfig, Viewer, Visibility};
pub use overflow::{
    AbsentFactor, Announcements, CallbackConfig, CallbackMode, Condition, Overflow, OverflowReason,
    Target,
};
pub use plan::{AgentCount, Comparison, PlanConfig, Preferred, SkipIf, Step, TierBounds, Who};
pub use queue::{
    AfterFailure, AgentOrder, Alerting, FailureScope, LastAgent, QueueConfig, Recording,
    ReserveThreshold, TierConfig, WrapUpBlocks, WrapUpMode,
};
pub use report::{TargetConfig, TargetFigure, TargetScope, TariffConfig};
pub use review::{QuestionConfig, ReviewFormConfig};
pub use rule::{Fact, RuleCondition, RuleConfig};
pub use settings::{AfterSessionLoss, Age, BackOffTimes, Limits, PriorityMode, Settings};
pub use validate::{
    ADAPTERS_MAX, AGENT_ATTRIBUTES_MAX, AGENTS_MAX, ANNOUNCEMENT_MIN_MS, ATTEMPTS_MAX,
    ATTRIBUTES_MAX, BROADCAST_MAX, CALENDARS_MAX, CAPACITY_MAX, CONDITIONS_MAX, DISPOSITIONS_MAX,
    DIVERT_MILLI_MAX, DURATION_MAX_MS, EXITS_MAX, GOAL_MAX, HOLIDAYS_MAX, HOURS_MAX,
    KEEP_PERSONAL_MS, MISSES_MAX, NAME_BYTES_MAX, OBJECTIVE_MAX_MS, OVERFLOW_TARGETS_MAX,
    PLANS_MAX, POOLS_MAX, PREFERRED_MAX, PRIORITY_MAX, PROFILES_MAX, Problem, QUESTION_POINTS_MAX,
    QUESTION_WEIGHT_MAX, QUESTIONS_MAX, QUEUES_MAX, RANK_MAX, REASONS_MAX, REVIEW_FORMS_MAX,
    RULES_MAX, SHARE_MAX, SKILLS_MAX, STEP_MEMBERS_MAX, STEPS_MAX, TARGETS_MAX, TARIFFS_MAX,
    TEAMS_MAX, TIER_MAX, check_name,
};

/// Everything an administrator decides about one tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TenantConfig {
    /// What holds for the whole tenant.
    pub settings: Settings,
    /// How much of everything the tenant may use.
    pub limits: Limits,
    /// The skills that requirements and agents may name.
    pub skills: Vec<SkillName>,
    /// The adapters that may connect.
    pub adapters: Vec<AdapterName>,
    /// The calendars: when it is open, in civil time.
    pub calendars: Vec<CalendarConfig>,
    /// The teams of agents.
    pub teams: Vec<TeamConfig>,
    /// What agents may choose from when they are not ready or pause.
    pub reasons: Vec<ReasonConfig>,
    /// What may become of contacts.
    pub dispositions: Vec<DispositionConfig>,
    /// The attributes of contacts that are shown in a way of their own.
    pub attributes: Vec<AttributeConfig>,
    /// The routing profiles that agents may have.
    pub profiles: Vec<ProfileConfig>,
    /// Routing plans that rules and contacts may name.
    pub plans: Vec<PlanConfig>,
    /// What arriving contacts of a class get: the first rule that holds applies.
    pub rules: Vec<RuleConfig>,
    /// What managers aim at.
    pub targets: Vec<TargetConfig>,
    /// What clients pay.
    pub tariffs: Vec<TariffConfig>,
    /// The forms by which conversations are reviewed.
    pub review_forms: Vec<ReviewFormConfig>,
    /// The queues.
    pub queues: Vec<QueueConfig>,
    /// The agents.
    pub agents: Vec<AgentConfig>,
}

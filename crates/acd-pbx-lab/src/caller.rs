//! Calls into the exchange: customers', or an agent's from their own phone.

use std::net::SocketAddrV4;
use std::time::Duration;

use crate::line::{Line, Start};
use crate::messages::Messages;
use crate::process::PATIENCE;
use crate::scenario::{self, Invitation};
use crate::site::port;
use crate::{Error, Exchange, Statistics, Step};

/// A call to be made, or many alike.
#[derive(Debug, Clone)]
pub struct Call {
    invitation: Invitation,
    /// The endpoint whose phone calls; none for a call from outside.
    endpoint: Option<String>,
    steps: Vec<Step>,
    times: u32,
    rate: f64,
    traced: bool,
}

impl Call {
    /// A call from outside to an extension: it waits for an answer, then talks until the other side hangs up or until it is
    /// told to.
    pub fn to(extension: impl Into<String>) -> Self {
        Self {
            invitation: Invitation {
                extension: extension.into(),
                number: "c[call_number]".to_owned(),
                name: "c[call_number]".to_owned(),
                headers: Vec::new(),
                patience: None,
            },
            endpoint: None,
            steps: Vec::new(),
            times: 1,
            rate: 10.0,
            traced: true,
        }
    }

    /// The caller's number; `[call_number]` in it is the number of the call among those of this [`Caller`]. Without, it is
    /// `c[call_number]`.
    pub fn number(mut self, number: impl Into<String>) -> Self {
        self.invitation.number = number.into();
        self.invitation.name = self.invitation.number.clone();
        self
    }

    /// The name that is shown beside the number.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.invitation.name = name.into();
        self
    }

    /// One more header of the INVITE.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.invitation.headers.push((name.into(), value.into()));
        self
    }

    /// Dials from the phone of an endpoint of the plan: the exchange knows who calls.
    pub fn from_phone(mut self, endpoint: impl Into<String>) -> Self {
        let endpoint = endpoint.into();
        self = self.number(endpoint.clone());
        self.endpoint = Some(endpoint);
        self
    }

    /// Gives up after so long without an answer.
    pub fn gives_up_after(mut self, patience: Duration) -> Self {
        self.invitation.patience = Some(patience);
        self
    }

    /// What it does by itself once it is answered.
    pub fn then(mut self, steps: impl IntoIterator<Item = Step>) -> Self {
        self.steps.extend(steps);
        self
    }

    /// Makes so many calls, so many a second.
    pub fn times(mut self, times: u32, a_second: f64) -> Self {
        (self.times, self.rate) = (times, a_second);
        self
    }

    /// Keeps no messages: for load. Statistics are kept.
    pub fn untraced(mut self) -> Self {
        self.traced = false;
        self
    }
}

/// One who calls; dropped, they are off the net at once and tell nobody.
#[derive(Debug)]
pub struct Caller(Line);

/// How the calls went.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What was sent and received.
    pub messages: Messages,
    /// What was counted: a call that was refused, or that ended otherwise than told, is one that failed.
    pub statistics: Statistics,
}

impl Caller {
    /// Begins to call and waits for nothing.
    pub fn start(exchange: &Exchange, call: Call) -> Result<Self, Error> {
        let site = exchange.site();
        let ip = match &call.endpoint {
            Some(endpoint) => site.phone(endpoint)?,
            None => site.network.callers(),
        };
        let number = site.next();
        let scenario = scenario::call(site.exchange(), &call.invitation, &call.steps);
        let arguments = [
            site.exchange().to_string(),
            "-m".to_owned(),
            call.times.to_string(),
            "-l".to_owned(),
            call.times.to_string(),
            "-r".to_owned(),
            call.rate.to_string(),
        ];
        let start = Start {
            name: format!("the caller to {}", call.invitation.extension),
            number,
            address: SocketAddrV4::new(ip, port(number)),
            scenario: &scenario,
            traced: call.traced,
            arguments: arguments.to_vec(),
        };
        Ok(Self(Line::start(site, start)?))
    }

    /// Makes the calls and waits until all have ended.
    pub async fn call(exchange: &Exchange, call: Call) -> Result<Outcome, Error> {
        Self::start(exchange, call)?.finished().await
    }

    /// Waits until all calls have ended.
    pub async fn finished(self) -> Result<Outcome, Error> {
        self.finished_within(PATIENCE).await
    }

    /// Waits until all calls have ended, for as long as that may take.
    pub async fn finished_within(self, limit: Duration) -> Result<Outcome, Error> {
        self.0.finished(limit).await?;
        Ok(Outcome {
            messages: self.messages(),
            statistics: self.statistics(),
        })
    }
}

impl std::ops::Deref for Caller {
    type Target = Line;

    fn deref(&self) -> &Line {
        &self.0
    }
}

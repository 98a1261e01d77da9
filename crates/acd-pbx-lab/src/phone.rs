//! A SIP phone that is called: an agent's, or that of a customer who is called back.

use std::net::SocketAddrV4;
use std::time::Duration;

use crate::line::{Line, Start};
use crate::network::SIP;
use crate::scenario::{self, Meets, Then};
use crate::{Error, Exchange, Step};

/// What a phone does with each call that comes.
#[derive(Debug, Clone)]
pub struct Behaviour {
    meets: Meets,
    traced: bool,
}

impl Behaviour {
    /// Rings until the other side gives up, or until the phone is told to answer or to reject.
    pub fn rings() -> Self {
        Self::new(None, Then::Answers(Vec::new()))
    }

    /// Answers at once and talks until the other side hangs up, or until it is told to.
    pub fn answers() -> Self {
        Self::answers_after(Duration::ZERO)
    }

    /// Rings for so long, then answers.
    pub fn answers_after(ringing: Duration) -> Self {
        Self::new(Some(ringing), Then::Answers(Vec::new()))
    }

    /// Refuses at once with a status and its reason.
    pub fn refuses(status: &str) -> Self {
        Self::refuses_after(Duration::ZERO, status)
    }

    /// Rings for so long, then refuses with a status and its reason.
    pub fn refuses_after(ringing: Duration, status: &str) -> Self {
        Self::new(Some(ringing), Then::Refuses(status.to_owned()))
    }

    /// Is busy: `486`.
    pub fn busy() -> Self {
        Self::refuses("486 Busy Here")
    }

    /// Declines: `603`.
    pub fn declines() -> Self {
        Self::refuses("603 Decline")
    }

    /// Is temporarily unavailable, as one is who does not want to be disturbed: `480`.
    pub fn unavailable() -> Self {
        Self::refuses("480 Temporarily Unavailable")
    }

    /// Fails: `500`.
    pub fn fails() -> Self {
        Self::refuses("500 Server Internal Error")
    }

    /// What it does in a call by itself, for one that answers.
    pub fn then(mut self, steps: impl IntoIterator<Item = Step>) -> Self {
        if let Then::Answers(own) = &mut self.meets.then {
            own.extend(steps);
        }
        self
    }

    /// Keeps no messages: for load. Statistics are kept.
    pub fn untraced(mut self) -> Self {
        self.traced = false;
        self
    }

    fn new(ringing: Option<Duration>, then: Then) -> Self {
        Self {
            meets: Meets { ringing, then },
            traced: true,
        }
    }
}

/// A phone that listens; dropped, it is off the net at once and tells nobody.
#[derive(Debug)]
pub struct Phone(Line);

impl Phone {
    /// Starts the phone of an endpoint of the plan, or `trunk`: that of all customers.
    pub async fn start(
        exchange: &Exchange,
        endpoint: &str,
        behaviour: Behaviour,
    ) -> Result<Self, Error> {
        let site = exchange.site();
        let scenario = scenario::phone(site.exchange(), &behaviour.meets);
        let start = Start {
            name: format!("the phone of {endpoint}"),
            number: site.next(),
            address: SocketAddrV4::new(site.phone(endpoint)?, SIP),
            scenario: &scenario,
            traced: behaviour.traced,
            arguments: Vec::new(),
        };
        let phone = Self(Line::start(site, start)?);
        phone.0.listening().await?;
        Ok(phone)
    }

    /// Takes the call that rings, waiting for it if need be.
    pub async fn answer(&self) -> Result<(), Error> {
        self.0.answer().await
    }

    /// Refuses the call that rings (`603`), waiting for it if need be.
    pub async fn reject(&self) -> Result<(), Error> {
        self.0.reject().await
    }
}

impl std::ops::Deref for Phone {
    type Target = Line;

    fn deref(&self) -> &Line {
        &self.0
    }
}

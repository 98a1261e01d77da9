//! What calls have in common, for code that treats many alike. Which call is of which kind is generated.

use prost::Message;

use crate::v1;

/// One RPC.
#[derive(Clone, Copy, Debug)]
pub struct Rpc {
    /// How HTTP/2 names it: `/acd.v1.AgentService/Hold`.
    pub path: &'static str,
    /// Who may make the call: callers with one of these roles.
    pub roles: &'static [v1::Role],
    /// Whether its request names a tenant.
    pub names_tenant: bool,
}

impl Rpc {
    /// The RPC of this path, if the API has it.
    #[must_use]
    pub fn at(path: &str) -> Option<&'static Self> {
        let found = RPCS.binary_search_by(|rpc| rpc.path.cmp(path));
        found.ok().map(|at| &RPCS[at])
    }
}

/// The request of a unary call.
pub trait Call: Message + Default + Clone + 'static {
    /// The name of the message.
    const NAME: &'static str;
    /// The path of the RPC.
    const PATH: &'static str;
    /// What is answered.
    type Answer: Message + Default + 'static;
}

/// A call that changes something in a tenant.
pub trait Mutation: Call {
    /// The tenant.
    fn tenant(&self) -> &str;
    /// Takes the request id out; what is left is the content.
    fn take_request_id(&mut self) -> String;
}

/// What an agent does in a session.
pub trait SessionCall: Mutation {
    /// The agent.
    fn agent(&self) -> &str;
    /// The session.
    fn session_id(&self) -> u64;
}

/// A call of an adapter, of which one part says what.
pub trait AdapterCall: Mutation {
    /// The name of the field that holds the part.
    const PART: &'static str;
    /// What the call says.
    type Part: Message;
    /// The adapter.
    fn adapter(&self) -> &str;
    /// What the call says.
    fn part(self) -> Option<Self::Part>;
}

/// A method of a service, as `tonic::async_trait` would write it. It has the request answered by a generic method, which
/// gives the sequence.
#[doc(hidden)]
#[macro_export]
macro_rules! mutation {
    ($answer:ident: $method:ident($request:ident) -> $response:ident) => {
        fn $method<'s, 'f>(
            &'s self,
            request: $crate::tonic::Request<$crate::v1::$request>,
        ) -> ::std::pin::Pin<
            ::std::boxed::Box<
                dyn ::std::future::Future<
                        Output = ::std::result::Result<
                            $crate::tonic::Response<$crate::v1::$response>,
                            $crate::tonic::Status,
                        >,
                    > + ::std::marker::Send
                    + 'f,
            >,
        >
        where
            's: 'f,
            Self: 'f,
        {
            ::std::boxed::Box::pin(async move {
                let sequence = self.$answer(request).await?;
                Ok($crate::tonic::Response::new($crate::v1::$response {
                    sequence,
                }))
            })
        }
    };
}

include!(concat!(env!("OUT_DIR"), "/calls.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_is_found_by_its_path() {
        assert!(RPCS.len() > 60);
        for rpc in RPCS {
            assert_eq!(Rpc::at(rpc.path).map(|found| found.path), Some(rpc.path));
        }
        assert!(Rpc::at("/acd.v1.AgentService/").is_none());
    }
}

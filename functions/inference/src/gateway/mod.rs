//! Events of the services that put HTTP in front of a function, as plain HTTP.
//!
//! HTTP APIs, function URLs, REST APIs and load balancers each have a shape of their own.
//! It is read in one pass, without a tree and without what no route looks at: such an
//! event is the whole cost of a small request that is not the model's.

mod event;
mod member;
mod response;

pub use event::Received;
pub use response::GatewayResponse;

/// How the service that asks wants to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An HTTP API or function URL (payload format 2.0).
    Http,
    /// A REST API (or an HTTP API with payload format 1.0).
    Rest,
    /// A load balancer.
    LoadBalancer {
        /// Whether its target group takes headers with several values.
        multi_value: bool,
    },
}

#[cfg(test)]
mod tests;

//! The HTTP connector of all services.
//!
//! By default each service's client makes two of its own, one to see that it can be made and
//! one for its requests, and each parses all root certificates (`docs/benchmarks.md` has what
//! that takes of a cold start).

use std::time::Duration;

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::ConnectorBuilder;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// The SDK's default.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3_100);

/// A client whose one connector is made here and now, with the SDK's own settings: while a
/// sandbox starts, it has a whole CPU.
pub(super) fn http_client() -> SharedHttpClient {
    let mut connector =
        ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
    connector.set_connector_settings(Some(settings));
    connector.set_sleep_impl(Some(SharedAsyncSleep::new(TokioSleep::new())));
    connector.set_proxy_config(Some(ProxyConfig::from_env()));
    SharedHttpClient::new(OneConnector(SharedHttpConnector::new(connector.build())))
}

#[derive(Debug)]
struct OneConnector(SharedHttpConnector);

impl HttpClient for OneConnector {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.0.clone()
    }
}

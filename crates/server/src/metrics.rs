//! Counts and durations, for Prometheus to collect.

use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

const REQUESTS: &str = "aracari_http_requests_total";
const REQUEST_DURATION: &str = "aracari_http_request_duration_seconds";
const ANSWERS: &str = "aracari_answers_total";

/// Upper bounds of the duration buckets, seconds.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// How often recorded samples are folded into their buckets, so that they do not pile up when nobody collects.
const UPKEEP: Duration = Duration::from_secs(5);

/// The process's one recorder: the `metrics` crate knows only one.
static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// The process's metrics; set up by the first call.
    pub(crate) fn install() -> Self {
        let handle = HANDLE.get_or_init(|| {
            let builder = PrometheusBuilder::new();
            let recorder = match builder.set_buckets_for_metric(Matcher::Full(REQUEST_DURATION.to_owned()), &BUCKETS) {
                Ok(builder) => builder.build_recorder(),
                Err(_) => PrometheusBuilder::new().build_recorder(),
            };
            let handle = recorder.handle();
            // Another recorder is there only when this library is part of a program with its own: it then keeps counting there.
            let _ = metrics::set_global_recorder(recorder);
            metrics::describe_counter!(REQUESTS, "Requests answered, by route and status");
            metrics::describe_histogram!(REQUEST_DURATION, "Time until a response's head, by route, in seconds");
            metrics::describe_counter!(ANSWERS, "Answers to queries, by where they came from");
            handle
        });
        Self { handle: handle.clone() }
    }

    #[expect(clippy::unused_self, reason = "who records has a handle: the recorder is installed")]
    pub(crate) fn record_request(&self, route: &str, status: u16, duration: Duration) {
        let labels = [("route", route.to_owned()), ("status", status.to_string())];
        metrics::counter!(REQUESTS, &labels).increment(1);
        metrics::histogram!(REQUEST_DURATION, "route" => route.to_owned()).record(duration.as_secs_f64());
    }

    /// `outcome` is one of `cached`, `computed`, `failed`.
    #[expect(clippy::unused_self, reason = "who records has a handle: the recorder is installed")]
    pub(crate) fn record_answer(&self, outcome: &'static str) {
        metrics::counter!(ANSWERS, "outcome" => outcome).increment(1);
    }

    pub(crate) fn render(&self) -> String {
        self.handle.render()
    }

    /// Runs until the task that awaits it ends.
    pub(crate) async fn keep_up(self) {
        loop {
            tokio::time::sleep(UPKEEP).await;
            self.handle.run_upkeep();
        }
    }
}

//! Counters and histograms of the process, in the text form that Prometheus reads.

use model::{AnsweredBy, CallStatus};
use prometheus::{
    Encoder, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry,
    TextEncoder,
};
use std::sync::Arc;
use std::time::Duration;

/// Every figure the process keeps. Clones are the same figures.
#[derive(Clone)]
pub struct Metrics(Arc<Figures>);

/// The figures by name.
pub struct Figures {
    registry: Registry,
    /// Calls that have ended, by final status.
    pub calls_ended: IntCounterVec,
    /// Ended calls of which it was known who picked up, by the verdict.
    pub answered_by: IntCounterVec,
    /// Calls that have not ended.
    pub calls_live: IntGauge,
    /// Calls that wait for their turn.
    pub calls_waiting: IntGauge,
    /// Streams of events that are open.
    pub streams: IntGauge,
    /// Inputs the control loop had no room for.
    pub shed: IntCounter,
    /// Legs that have a port.
    pub legs: IntGauge,
    /// How late sound threads woke.
    pub media_tick_late: Histogram,
    /// How long one round of a sound thread took.
    pub media_tick_work: Histogram,
    /// Phases a sound thread had to skip.
    pub media_ticks_skipped: IntCounter,
    /// RTP packets received.
    pub packets_received: IntCounter,
    /// RTP packets sent.
    pub packets_sent: IntCounter,
    /// RTP packets that should have come and did not.
    pub packets_lost: IntCounter,
    /// Commands and relayed frames that found no room on a sound thread.
    pub media_dropped: IntCounter,
    /// How long applications took for a document.
    pub document_seconds: Histogram,
    /// How long applications took for a callback.
    pub callback_seconds: Histogram,
    /// Requests for documents, by outcome: `ok` or the fault's number.
    pub documents: IntCounterVec,
    /// Callbacks, by outcome: `ok` or the fault's number.
    pub callbacks: IntCounterVec,
    /// How long callbacks waited for their first attempt.
    pub callback_wait_seconds: Histogram,
    /// Callbacks that have not been attempted.
    pub callbacks_waiting: IntGauge,
    /// Callbacks whose attempt is under way.
    pub callbacks_under_way: IntGauge,
    /// Hosts that fail, and are asked only now and then.
    pub callback_hosts_held: IntGauge,
    /// Rows and blobs that wait for the disk.
    pub store_queue: IntGauge,
    /// Time from the request to the first sound of a sentence.
    pub speech_seconds: Histogram,
    /// SIP messages that were dropped before they were read, by reason.
    pub sip_dropped: IntCounterVec,
    /// Open SIP connections.
    pub sip_connections: IntGauge,
}

impl std::ops::Deref for Metrics {
    type Target = Figures;
    fn deref(&self) -> &Figures {
        &self.0
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Metrics::new()
    }
}

impl Metrics {
    /// All figures at zero.
    pub fn new() -> Metrics {
        let registry = Registry::new();
        let r = &registry;
        let waits = &[
            0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0,
        ];
        let ticks = &[
            0.000_25, 0.000_5, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.2,
        ];
        let figures = Figures {
            calls_ended: counters(r, "ringback_calls_ended_total", "Ended calls.", "status"),
            answered_by: counters(r, "ringback_answered_by_total", "Verdicts.", "answered_by"),
            calls_live: gauge(r, "ringback_calls_live", "Calls that have not ended."),
            calls_waiting: gauge(
                r,
                "ringback_calls_waiting",
                "Calls that wait for their turn.",
            ),
            streams: gauge(r, "ringback_streams", "Streams of events that are open."),
            shed: counter(
                r,
                "ringback_shed_total",
                "Inputs the control loop had no room for.",
            ),
            legs: gauge(r, "ringback_legs", "Legs that have a port."),
            media_tick_late: histogram(
                r,
                "ringback_media_tick_late_seconds",
                "Lateness of sound threads.",
                ticks,
            ),
            media_tick_work: histogram(
                r,
                "ringback_media_tick_work_seconds",
                "Work in one 5 ms phase.",
                ticks,
            ),
            media_ticks_skipped: counter(
                r,
                "ringback_media_ticks_skipped_total",
                "Phases a sound thread skipped.",
            ),
            packets_received: counter(r, "ringback_rtp_received_total", "RTP packets received."),
            packets_sent: counter(r, "ringback_rtp_sent_total", "RTP packets sent."),
            packets_lost: counter(r, "ringback_rtp_lost_total", "RTP packets that never came."),
            media_dropped: counter(
                r,
                "ringback_media_dropped_total",
                "Commands and frames without room.",
            ),
            document_seconds: histogram(
                r,
                "ringback_document_seconds",
                "Time applications took for a document.",
                waits,
            ),
            callback_seconds: histogram(
                r,
                "ringback_callback_seconds",
                "Time applications took for a callback.",
                waits,
            ),
            documents: counters(
                r,
                "ringback_documents_total",
                "Documents asked for.",
                "outcome",
            ),
            callbacks: counters(r, "ringback_callbacks_total", "Callbacks told.", "outcome"),
            callback_wait_seconds: histogram(
                r,
                "ringback_callback_wait_seconds",
                "Time from a callback's making to its first attempt.",
                &[&waits[..], &[60.0, 600.0, 3_600.0, 14_400.0]].concat(),
            ),
            callbacks_waiting: gauge(r, "ringback_callbacks_waiting", "Not attempted yet."),
            callbacks_under_way: gauge(r, "ringback_callbacks_under_way", "Being attempted."),
            callback_hosts_held: gauge(r, "ringback_callback_hosts_held", "Hosts that are held."),
            store_queue: gauge(r, "ringback_store_queue", "Writes that wait for the disk."),
            speech_seconds: histogram(
                r,
                "ringback_speech_seconds",
                "Time to a sentence's first sound.",
                waits,
            ),
            sip_dropped: counters(
                r,
                "ringback_sip_dropped_total",
                "SIP messages dropped unread.",
                "reason",
            ),
            sip_connections: gauge(r, "ringback_sip_connections", "Open SIP connections."),
            registry,
        };
        begin_at_zero(&figures);
        Metrics(Arc::new(figures))
    }

    /// Counts an ended call, and who picked up, where that was found out.
    pub fn call_ended(&self, status: CallStatus, answered_by: Option<AnsweredBy>) {
        self.calls_ended.with_label_values(&[status.as_str()]).inc();
        if let Some(answered_by) = answered_by {
            let verdict = answered_by.as_str();
            self.answered_by.with_label_values(&[verdict]).inc();
        }
    }

    /// Counts a request for a document.
    pub fn document(&self, outcome: Result<(), model::ErrorCode>, took: Duration) {
        self.document_seconds.observe(took.as_secs_f64());
        self.documents.with_label_values(&[&word(outcome)]).inc();
    }

    /// Counts a callback.
    pub fn callback(&self, outcome: Result<(), model::ErrorCode>, took: Duration) {
        self.callback_seconds.observe(took.as_secs_f64());
        self.callbacks.with_label_values(&[&word(outcome)]).inc();
    }

    /// Counts a callback that nobody will hear of.
    pub fn callback_lost(&self) {
        self.callbacks.with_label_values(&["lost"]).inc();
    }

    /// The text of `/metrics`.
    pub fn render(&self) -> String {
        let mut text = Vec::new();
        // Writing into memory fails only for a figure without a sample, which none of ours is.
        let _ = TextEncoder::new().encode(&self.registry.gather(), &mut text);
        String::from_utf8(text).unwrap_or_default()
    }

    /// The `Content-Type` of `/metrics`.
    pub const CONTENT_TYPE: &'static str = prometheus::TEXT_FORMAT;
}

/// Statuses that no call has had yet are told, too.
fn begin_at_zero(figures: &Figures) {
    for status in [
        CallStatus::Completed,
        CallStatus::Busy,
        CallStatus::NoAnswer,
        CallStatus::Failed,
        CallStatus::Canceled,
    ] {
        figures.calls_ended.with_label_values(&[status.as_str()]);
    }
    for verdict in AnsweredBy::ALL {
        figures.answered_by.with_label_values(&[verdict.as_str()]);
    }
}

fn word(outcome: Result<(), model::ErrorCode>) -> String {
    outcome.map_or_else(|code| code.to_string(), |()| "ok".to_owned())
}

const REASON: &str = "names are constant, well formed and used once";

fn counter(registry: &Registry, name: &str, help: &str) -> IntCounter {
    let figure = IntCounter::new(name, help).expect(REASON);
    registry.register(Box::new(figure.clone())).expect(REASON);
    figure
}

fn counters(registry: &Registry, name: &str, help: &str, label: &str) -> IntCounterVec {
    let figure = IntCounterVec::new(Opts::new(name, help), &[label]).expect(REASON);
    registry.register(Box::new(figure.clone())).expect(REASON);
    figure
}

fn gauge(registry: &Registry, name: &str, help: &str) -> IntGauge {
    let figure = IntGauge::new(name, help).expect(REASON);
    registry.register(Box::new(figure.clone())).expect(REASON);
    figure
}

fn histogram(registry: &Registry, name: &str, help: &str, buckets: &[f64]) -> Histogram {
    let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
    let figure = Histogram::with_opts(options).expect(REASON);
    registry.register(Box::new(figure.clone())).expect(REASON);
    figure
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::ErrorCode;

    #[test]
    fn figures_are_rendered_by_name_and_label() {
        let metrics = Metrics::new();
        metrics.call_ended(CallStatus::NoAnswer, None);
        metrics.call_ended(CallStatus::Completed, Some(AnsweredBy::Fax));
        metrics.clone().legs.set(7);
        metrics.document(Err(ErrorCode::HTTP_FAILURE), Duration::from_millis(20));
        metrics.callback(Ok(()), Duration::from_millis(2));
        let text = metrics.render();
        for line in [
            "ringback_calls_ended_total{status=\"no-answer\"} 1",
            "ringback_calls_ended_total{status=\"busy\"} 0",
            "ringback_answered_by_total{answered_by=\"fax\"} 1",
            "ringback_answered_by_total{answered_by=\"human\"} 0",
            "ringback_legs 7",
            "ringback_documents_total{outcome=\"11200\"} 1",
            "ringback_document_seconds_bucket{le=\"0.025\"} 1",
            "ringback_callbacks_total{outcome=\"ok\"} 1",
            "ringback_media_tick_late_seconds_count 0",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
    }
}

//! `ringback calls create`: every parameter of the contract as a flag.

use crate::flag::say;
use api::{
    CallProgress, MachineDetection, Method, RecordingChannels, RecordingEvent, RecordingTrack, Trim,
};
use clap::Args;
use clap::builder::PossibleValuesParser as Words;
use ringback::resource::CreateCall;
use ringback::{Async, Client};

pub const HELP: &str = "\
With --follow the command ends with the call: exit code 0 when it was completed, 1 when it was busy,
failed, was not answered or was canceled. Ctrl-C stops following and leaves the call alone (130).

  ringback calls create --to +12025550101 --from +12025550190 --follow \\
    --twiml '<Response><Say>Hello.</Say></Response>'";

/// A call that is to be placed.
#[derive(Debug, Clone, Args)]
#[command(
    group = clap::ArgGroup::new("what").required(true).args(["url", "twiml", "application_sid"])
)]
pub struct Create {
    /// Who is called: a number, or a SIP address.
    #[arg(long, value_name = "NUMBER")]
    to: String,
    /// Who calls: a number of yours, or one you have verified.
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = false)]
    from: String,
    /// Asked for the document that the call runs.
    #[arg(long)]
    url: Option<String>,
    /// The document itself.
    #[arg(long, value_name = "XML", conflicts_with_all = ["url", "application_sid"])]
    twiml: Option<String>,
    /// The application that the call is left to.
    #[arg(long, value_name = "AP…", conflicts_with = "url")]
    application_sid: Option<String>,
    /// Show the ladder until the call ends.
    #[arg(long)]
    pub follow: bool,
    /// How --url is asked.
    #[arg(long, value_parser = Words::new(Method::KNOWN))]
    method: Option<String>,
    /// Asked when the document fails.
    #[arg(long, value_name = "URL")]
    fallback_url: Option<String>,
    /// How --fallback-url is asked.
    #[arg(long, value_name = "METHOD", value_parser = Words::new(Method::KNOWN))]
    fallback_method: Option<String>,
    /// Told of the call's progress.
    #[arg(long, value_name = "URL")]
    status_callback: Option<String>,
    /// What --status-callback is told of; may be said several times, or with commas.
    #[arg(
        long,
        value_name = "EVENT",
        value_delimiter = ',',
        value_parser = Words::new(CallProgress::KNOWN)
    )]
    status_callback_event: Option<Vec<String>>,
    /// How --status-callback is told.
    #[arg(long, value_name = "METHOD", value_parser = Words::new(Method::KNOWN))]
    status_callback_method: Option<String>,
    /// Keys to press once it is answered; a w waits for half a second.
    #[arg(long, value_name = "KEYS")]
    send_digits: Option<String>,
    /// How long it may ring.
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u32>,
    /// How long it may last.
    #[arg(long, value_name = "SECONDS")]
    time_limit: Option<u32>,
    /// Record it.
    #[arg(
        long,
        num_args = 0..=1,
        default_missing_value = "true",
        value_name = "BOOL",
        require_equals = true
    )]
    record: Option<bool>,
    /// Both parties in one channel of the recording, or in two.
    #[arg(long, value_name = "CHANNELS", value_parser = Words::new(RecordingChannels::KNOWN))]
    recording_channels: Option<String>,
    /// Whose sound is recorded.
    #[arg(long, value_name = "TRACK", value_parser = Words::new(RecordingTrack::KNOWN))]
    recording_track: Option<String>,
    /// Told of the recording's progress.
    #[arg(long, value_name = "URL")]
    recording_status_callback: Option<String>,
    /// What --recording-status-callback is told of.
    #[arg(
        long,
        value_name = "EVENT",
        value_delimiter = ',',
        value_parser = Words::new(RecordingEvent::KNOWN)
    )]
    recording_status_callback_event: Option<Vec<String>>,
    /// How --recording-status-callback is told.
    #[arg(long, value_name = "METHOD", value_parser = Words::new(Method::KNOWN))]
    recording_status_callback_method: Option<String>,
    /// Whether silence at both ends of the recording is cut off.
    #[arg(long, value_parser = Words::new(Trim::KNOWN))]
    trim: Option<String>,
    /// Who is shown to be calling, if not --from.
    #[arg(long, value_name = "NUMBER")]
    caller_id: Option<String>,
    /// The name by which a SIP peer knows us.
    #[arg(long, value_name = "NAME")]
    sip_auth_username: Option<String>,
    /// The password that goes with it; better in the environment, where nobody sees it.
    #[arg(
        long,
        value_name = "PASSWORD",
        env = "RINGBACK_SIP_AUTH_PASSWORD",
        hide_env_values = true
    )]
    sip_auth_password: Option<String>,
    /// Whether and how far it is looked into who picks up.
    #[arg(long, value_name = "HOW", value_parser = Words::new(MachineDetection::KNOWN))]
    machine_detection: Option<String>,
    /// How long that may take.
    #[arg(long, value_name = "SECONDS")]
    machine_detection_timeout: Option<u32>,
    /// Whoever speaks for longer is taken for a machine.
    #[arg(long, value_name = "MS")]
    machine_detection_speech_threshold: Option<u32>,
    /// After a silence as long, speech is over.
    #[arg(long, value_name = "MS")]
    machine_detection_speech_end_threshold: Option<u32>,
    /// After a silence as long at the beginning, nobody is known to be there.
    #[arg(long, value_name = "MS")]
    machine_detection_silence_timeout: Option<u32>,
    /// Run the document while it is looked into who picked up.
    #[arg(
        long,
        num_args = 0..=1,
        default_missing_value = "true",
        value_name = "BOOL",
        require_equals = true
    )]
    async_amd: Option<bool>,
    /// Told who picked up, with --async-amd.
    #[arg(long, value_name = "URL")]
    async_amd_status_callback: Option<String>,
    /// How --async-amd-status-callback is told.
    #[arg(long, value_name = "METHOD", value_parser = Words::new(Method::KNOWN))]
    async_amd_status_callback_method: Option<String>,
    /// Your own trunk that carries it.
    #[arg(long, value_name = "BY…")]
    byoc: Option<String>,
    /// Why you call, for telephones that show it.
    #[arg(long, value_name = "TEXT")]
    call_reason: Option<String>,
    /// What came with a call that is forwarded by this one, so that its caller may be shown.
    #[arg(long, value_name = "TOKEN")]
    call_token: Option<String>,
    /// Where an app on a telephone is woken.
    #[arg(long, value_name = "URL")]
    client_notification_url: Option<String>,
}

impl Create {
    /// The request.
    pub fn ask(&self, client: &Client) -> CreateCall<Async> {
        let call = client.calls().create(&self.to, &self.from);
        // One of them is there, and no more: the line is read so.
        let mut ask = match (&self.url, &self.twiml, &self.application_sid) {
            (Some(url), ..) => call.url(url),
            (_, Some(twiml), _) => call.twiml(twiml),
            (.., application) => call.application_sid(application.clone().unwrap_or_default()),
        };
        say!(ask, self, method fallback_url fallback_method);
        say!(ask, self, status_callback status_callback_event status_callback_method);
        say!(ask, self, send_digits timeout time_limit record recording_channels recording_track);
        say!(ask, self, recording_status_callback recording_status_callback_event);
        say!(ask, self, recording_status_callback_method trim caller_id sip_auth_username);
        say!(ask, self, sip_auth_password machine_detection machine_detection_timeout);
        say!(ask, self, machine_detection_speech_threshold machine_detection_silence_timeout);
        say!(ask, self, machine_detection_speech_end_threshold async_amd);
        say!(ask, self, async_amd_status_callback async_amd_status_callback_method);
        say!(ask, self, byoc call_reason call_token client_notification_url);
        ask
    }
}

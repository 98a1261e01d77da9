//! What is recorded: conversations, as the queue says and as desk, phone and API ask, and messages.

use acd_client::v1::{HandlingState, RecordingState};
use acd_pbx_lab::{Behaviour, Call};
use acd_testkit::Desk;

use crate::centre::{Centre, Setup, assert_messages};

async fn centre(recording: &str) -> Centre {
    Centre::open(Setup {
        tenant: format!(
            "[tenants.centre.queues.recorded]\nalerting = \"phone\"\nrecording = \"{recording}\"\n"
        ),
        queues: ", \"recorded\"".to_owned(),
        ..Setup::default()
    })
    .await
}

impl Centre {
    /// The recordings that are complete, with their length in bytes.
    fn recordings(&self) -> Vec<(String, u64)> {
        let folder = self.exchange.folder().join("spool/recording");
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut files: Vec<_> = files
            .map(|file| {
                (
                    file.file_name().to_string_lossy().into_owned(),
                    file.metadata().map_or(0, |it| it.len()),
                )
            })
            .collect();
        files.sort();
        files
    }

    async fn is_recording(&self) -> bool {
        let channels = self.exchange.cli("core show channels concise").await;
        channels.expect("an answer").contains("Recorder/")
    }

    /// Waits until something is recorded, or nothing.
    async fn records(&self, is: bool) {
        let what = if is { "a recording" } else { "no recording" };
        self.until(what, async || self.is_recording().await == is)
            .await;
    }
}

async fn is(desk: &mut Desk, state: RecordingState) {
    desk.handling_where(|it| it.state() == HandlingState::Connected && it.recording() == state)
        .await;
}

#[tokio::test]
async fn a_conversation_is_recorded_and_where_it_is_found_is_told() {
    let centre = centre("always").await;
    let _anna = centre.phone("anna", Behaviour::answers()).await;
    let mut desk = centre.desk("anna").await;
    let caller = centre.call(Call::to("recorded"));
    is(&mut desk, RecordingState::On).await;
    let contact = centre.contacts().await[0].contact_id.clone();
    centre.records(true).await;
    caller.hang_up().await.expect("an end");
    centre.is_quiet().await;
    centre
        .until("a recording to be told", async || {
            let story = centre.story(&contact).await;
            story.contact.is_some_and(|it| it.references.len() == 1)
        })
        .await;
    let story = centre.story(&contact).await.contact.expect("a contact");
    let reference = &story.references[0];
    let location = reference.location.clone().unwrap_or_default().value;
    assert_eq!(reference.kind, "recording");
    let recordings = centre.recordings();
    assert_eq!(recordings.len(), 1);
    assert!(
        location.ends_with(&recordings[0].0),
        "{location} {recordings:?}"
    );
}

#[tokio::test]
async fn keys_at_the_phone_pause_and_resume_it() {
    let centre = centre("always").await;
    let anna = centre.phone("anna", Behaviour::answers()).await;
    let mut desk = centre.desk("anna").await;
    let caller = centre.call(Call::to("recorded"));
    is(&mut desk, RecordingState::On).await;
    centre.records(true).await;
    for key in ['*', '7'] {
        anna.press(key).await.expect("a key");
    }
    is(&mut desk, RecordingState::Paused).await;
    for key in ['*', '8'] {
        anna.press(key).await.expect("a key");
    }
    is(&mut desk, RecordingState::On).await;
    caller.hang_up().await.expect("an end");
    centre.is_quiet().await;
    assert_eq!(centre.recordings().len(), 1);
}

#[tokio::test]
async fn a_desk_starts_and_ends_it_on_request() {
    let centre = centre("on_request").await;
    let _anna = centre.phone("anna", Behaviour::answers()).await;
    let mut desk = centre.desk("anna").await;
    let caller = centre.call(Call::to("recorded"));
    let handling = desk.handling(HandlingState::Connected).await.handling_id;
    assert!(!centre.is_recording().await);
    desk.set_recording(handling, RecordingState::On)
        .await
        .expect("a recording");
    centre.records(true).await;
    desk.set_recording(handling, RecordingState::Off)
        .await
        .expect("no recording");
    centre.records(false).await;
    caller.hang_up().await.expect("an end");
    centre.is_quiet().await;
    assert_eq!(centre.recordings().len(), 1);
}

#[tokio::test]
async fn a_pause_survives_the_adapter() {
    let mut centre = centre("always").await;
    let _anna = centre.phone("anna", Behaviour::answers()).await;
    let mut desk = centre.desk("anna").await;
    let caller = centre.call(Call::to("recorded"));
    let handling = desk.handling(HandlingState::Connected).await.handling_id;
    centre.records(true).await;
    desk.set_recording(handling, RecordingState::Paused)
        .await
        .expect("a pause");
    centre.kill_adapter();
    centre.start_adapter().await;
    // Nobody knows how to pause what another began: it has ended, and no other began.
    centre.records(false).await;
    desk.set_recording(handling, RecordingState::On)
        .await
        .expect("it goes on");
    centre.records(true).await;
    caller.hang_up().await.expect("an end");
    centre.is_quiet().await;
    // What was said after the pause stands behind what was said before it.
    assert_eq!(centre.recordings().len(), 1);
}

#[tokio::test]
async fn what_agents_say_in_private_is_not_recorded() {
    let centre = centre("always").await;
    let _anna = centre.phone("anna", Behaviour::answers()).await;
    let mut desk = centre.desk("anna").await;
    let caller = centre.call(Call::to("recorded"));
    let handling = desk.handling(HandlingState::Connected).await.handling_id;
    centre.records(true).await;
    desk.hold(handling).await.expect("a hold");
    desk.handling(HandlingState::Held).await;
    centre
        .until("it to be paused", async || {
            centre.log().contains("kind=\"pause_recording\"")
        })
        .await;
    caller.hang_up().await.expect("an end");
    centre.is_quiet().await;
}

#[tokio::test]
async fn a_caller_leaves_a_message() {
    let centre = Centre::open(Setup {
        tenant: "[tenants.centre.queues.boxed]\nmax_wait = \"1s\"\noverflow = [{ voicemail = \"sales\" }]\n".to_owned(),
        adapter: "[prompts]\nvoicemail = [\"sound:beep\"]\n[calls]\nvoicemail_max_s = 1\n".to_owned(),
        ..Setup::default()
    })
    .await;
    let outcome = centre
        .call(Call::to("boxed"))
        .finished()
        .await
        .expect("an end");
    assert_messages(&outcome.messages, &["INVITE", "200", "ACK", "BYE", "200"]);
    centre.is_quiet().await;
    assert_eq!(centre.recordings().len(), 1);
}

#[tokio::test]
async fn a_prompt_is_heard_before_the_end() {
    let centre = Centre::open(Setup {
        tenant: "[tenants.centre.queues.closed]\nmax_wait = \"1s\"\noverflow = [{ announcement = \"beep\" }]\n".to_owned(),
        ..Setup::default()
    })
    .await;
    let outcome = centre
        .call(Call::to("closed"))
        .finished()
        .await
        .expect("an end");
    assert_messages(&outcome.messages, &["INVITE", "200", "ACK", "BYE", "200"]);
    assert!(centre.log().contains("sound:beep"), "{}", centre.log());
    centre.is_quiet().await;
}

//! The lab proves itself, without the engine: what other tests rely on.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use acd_pbx_lab::{
    Behaviour, Call, Caller, Direction, Endpoint, Exchange, Installation, Phone, Plan, Step,
};

const DIALPLAN: &str = "
[from-callers]
exten => _a.,1,Dial(PJSIP/${EXTEN},30)
 same => n,Hangup(${HANGUPCAUSE})
exten => wait,1,Answer(,i)
 same => n,MusicOnHold()
exten => keys,1,Answer(,i)
 same => n,Read(KEYS,,3,,,30)
 same => n,Dial(PJSIP/${KEYS}@trunk,30)
[from-phones]
include => from-callers
exten => *40,1,Answer(,i)
 same => n,Set(DEVICE_STATE(Custom:lamp)=INUSE)
 same => n,Hangup()
";

/// What both sides of an ordinary call see.
const CALL: [&str; 6] = ["INVITE", "180", "200", "ACK", "BYE", "200"];

async fn exchange() -> Exchange {
    let plan = Plan::default()
        .phones(["anna", "adam"])
        .endpoint(Endpoint::new("away").without_phone())
        .dialplan(DIALPLAN);
    let installation = Installation::find().expect("an Asterisk");
    Exchange::start(&installation, plan)
        .await
        .expect("an exchange")
}

async fn phone(exchange: &Exchange, endpoint: &str, behaviour: Behaviour) -> Phone {
    let phone = Phone::start(exchange, endpoint, behaviour).await;
    phone.expect("a phone")
}

fn caller(exchange: &Exchange, call: Call) -> Caller {
    Caller::start(exchange, call).expect("a caller")
}

const SOON: Duration = Duration::from_millis(50);

#[tokio::test]
async fn asterisk_has_nothing_to_complain_of() {
    let exchange = exchange().await;
    let log = exchange.log();
    let bad = log
        .lines()
        .filter(|line| line.contains("WARNING") || line.contains("ERROR"));
    assert_eq!(bad.collect::<Vec<_>>(), Vec::<&str>::new());
    println!(
        "{}",
        exchange.cli("core show version").await.expect("a version")
    );
    assert_eq!(exchange.channels().await.expect("a number"), 0);
    assert_eq!(exchange.bridges().await.expect("a number"), 0);
}

#[tokio::test]
async fn ari_lets_the_user_in() {
    let installation = Installation::find().expect("an Asterisk");
    let plan = Plan::default().ari_user("acd", "secret");
    let exchange = Exchange::start(&installation, plan)
        .await
        .expect("an exchange");
    assert_eq!((exchange.user(), exchange.password()), ("acd", "secret"));
    // No HTTP client for one line.
    let authority = exchange.ari_url().replace("http://", "");
    let mut stream = tokio::net::TcpStream::connect(&authority)
        .await
        .expect("a listener");
    let request = "GET /ari/asterisk/info?api_key=acd:secret HTTP/1.0\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("answered");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn the_phone_answers_and_hangs_up_when_it_is_told() {
    let exchange = exchange().await;
    let anna = phone(&exchange, "anna", Behaviour::rings()).await;
    let caller = caller(
        &exchange,
        Call::to("anna").number("4930123").header("X-Case", "7"),
    );
    let rings = anna.wait_for("INVITE").await.expect("a call");
    let invite = rings.first("INVITE").expect("a call");
    assert_eq!(invite.from_user(), Some("4930123"));
    assert_eq!(invite.media(), Some("sendrecv"));
    anna.answer().await.expect("an answer");
    caller.wait_for("ACK").await.expect("an answer");
    assert_eq!(exchange.channels().await.expect("a number"), 2);
    anna.hang_up().await.expect("an end");
    let outcome = caller.finished().await.expect("an end");
    assert_eq!(outcome.messages.names(), CALL);
    assert_eq!(anna.messages().names(), CALL);
    let (next, answered) = tokio::join!(
        Caller::call(&exchange, Call::to("anna").then([Step::HangUp])),
        anna.answer()
    );
    answered.expect("the next call is waited for");
    assert_eq!(next.expect("an end").messages.names(), CALL);
    assert_eq!(outcome.statistics.successful, 1);
    let sent = outcome.messages.first("INVITE").expect("the call");
    assert_eq!(sent.header("x-case"), Some("7"));
    // One clock for both. What a phone receives has its time before the phone
    // goes on, while what it sends has it only afterwards.
    let received = |name| outcome.messages.first(name).expect("an answer").at;
    let anna = anna.messages();
    let bye = anna.first("BYE").expect("an end");
    assert!(invite.at <= received("180") && received("200") <= bye.at);
    exchange.quiet().await.expect("nothing left");
}

#[tokio::test]
async fn a_caller_hangs_up_or_gives_up() {
    let exchange = exchange().await;
    let anna = phone(&exchange, "anna", Behaviour::answers()).await;
    let first = caller(&exchange, Call::to("anna"));
    first.wait_for("ACK").await.expect("an answer");
    first.hang_up().await.expect("an end");
    assert_eq!(
        first.finished().await.expect("an end").messages.names(),
        CALL
    );

    let adam = phone(&exchange, "adam", Behaviour::rings()).await;
    let second = caller(&exchange, Call::to("adam"));
    second.wait_for("180").await.expect("ringing");
    second.hang_up().await.expect("an end");
    let given_up = second.finished().await.expect("an end").messages;
    assert_eq!(
        given_up.names(),
        ["INVITE", "180", "CANCEL", "200", "487", "ACK"]
    );

    let third = Caller::call(&exchange, Call::to("adam").gives_up_after(SOON)).await;
    let third = third.expect("an end");
    assert_eq!(third.messages.names(), given_up.names());
    assert_eq!(third.statistics.successful, 1);
    adam.wait_until("both cancelled", |all| all.count("487") == 2)
        .await
        .expect("both");
    let called = adam.messages();
    let calls = called.calls();
    let one = called.of_call(calls[0]);
    assert_eq!(
        one.names(),
        ["INVITE", "180", "CANCEL", "200", "487", "ACK"]
    );
    assert_eq!(anna.messages().names(), CALL);
    exchange.quiet().await.expect("nothing left");
}

#[tokio::test]
async fn phones_refuse_in_many_ways() {
    let exchange = exchange().await;
    let ways = [
        (Behaviour::busy(), "486"),
        (Behaviour::declines(), "603"),
        (Behaviour::unavailable(), "480"),
        (Behaviour::fails(), "500"),
        (Behaviour::refuses("404 Not Found"), "404"),
    ];
    for (behaviour, status) in ways {
        let anna = phone(&exchange, "anna", behaviour).await;
        let outcome = Caller::call(&exchange, Call::to("anna"))
            .await
            .expect("an end");
        assert_eq!(outcome.statistics.failed, 1, "{}", outcome.messages);
        assert_eq!(
            outcome.messages.names().last(),
            Some(&"ACK"),
            "{}",
            outcome.messages
        );
        anna.wait_for("ACK").await.expect("acknowledged");
        assert_eq!(anna.messages().names(), ["INVITE", status, "ACK"]);
    }
    let anna = phone(
        &exchange,
        "anna",
        Behaviour::refuses_after(SOON, "486 Busy Here"),
    )
    .await;
    Caller::call(&exchange, Call::to("anna"))
        .await
        .expect("an end");
    anna.wait_for("ACK").await.expect("acknowledged");
    assert_eq!(anna.messages().names(), ["INVITE", "180", "486", "ACK"]);
    let adam = phone(&exchange, "adam", Behaviour::rings()).await;
    let rejected = caller(&exchange, Call::to("adam"));
    adam.reject().await.expect("refused");
    assert_eq!(adam.messages().names(), ["INVITE", "180", "603", "ACK"]);
    rejected.finished().await.expect("an end");
    let nobody = Caller::call(&exchange, Call::to("away"))
        .await
        .expect("an end");
    assert_eq!(nobody.statistics.failed, 1);
    exchange.quiet().await.expect("nothing left");
}

#[tokio::test]
async fn a_script_runs_by_itself() {
    let exchange = exchange().await;
    let steps = [
        Step::Talk(SOON),
        Step::Hold,
        Step::Talk(SOON),
        Step::Resume,
        Step::Press('5'),
    ];
    let talk = Step::TalkBetween(SOON / 2, SOON);
    let behaviour = Behaviour::answers_after(SOON)
        .then(steps)
        .then([talk, Step::HangUp]);
    let anna = phone(&exchange, "anna", behaviour).await;
    let outcome = Caller::call(&exchange, Call::to("anna"))
        .await
        .expect("an end");
    assert_eq!(outcome.statistics.successful, 1, "{}", outcome.messages);
    anna.wait_until("the end", |all| all.count("BYE") == 1)
        .await
        .expect("an end");
    let sent = anna.messages().that_were(Direction::Sent);
    assert_eq!(
        sent.names(),
        [
            "180", "200", "INVITE", "ACK", "INVITE", "ACK", "INFO", "BYE"
        ],
        "{}",
        anna.messages()
    );
    let held: Vec<_> = sent.iter().filter_map(|message| message.media()).collect();
    assert_eq!(held, ["sendrecv", "sendonly", "sendrecv"]);
    exchange.quiet().await.expect("nothing left");
}

#[tokio::test]
async fn phones_and_callers_do_what_they_are_told_in_a_call() {
    let exchange = exchange().await;
    let anna = phone(&exchange, "anna", Behaviour::answers()).await;
    let adam = phone(&exchange, "adam", Behaviour::answers()).await;
    let caller = caller(&exchange, Call::to("anna"));
    caller.wait_for("ACK").await.expect("an answer");
    for _ in 0..2 {
        anna.hold().await.expect("on hold");
        anna.resume().await.expect("back");
        caller.press('5').await.expect("a key");
    }
    anna.wait_until("keys", |all| all.count("INFO") == 2)
        .await
        .expect("the caller's keys");
    assert!(!anna.transfer("nobody").await.expect("no transfer"));
    assert!(anna.transfer("adam").await.expect("a transfer"));
    adam.wait_for("ACK").await.expect("the transferred caller");
    assert_eq!(anna.messages().count("BYE"), 1);
    adam.hang_up().await.expect("an end");
    let outcome = caller.finished().await.expect("an end");
    assert_eq!(outcome.statistics.successful, 1, "{}", outcome.messages);
    exchange.quiet().await.expect("nothing left");
}

#[tokio::test]
async fn a_scripted_phone_transfers() {
    let exchange = exchange().await;
    let script = [Step::Talk(SOON), Step::Transfer("adam".to_owned())];
    let anna = phone(&exchange, "anna", Behaviour::answers().then(script)).await;
    let adam = phone(&exchange, "adam", Behaviour::answers()).await;
    let caller = caller(&exchange, Call::to("anna"));
    adam.wait_for("ACK").await.expect("the caller");
    anna.wait_for("BYE").await.expect("an end");
    adam.hang_up().await.expect("an end");
    let outcome = caller.finished().await.expect("an end");
    assert_eq!(
        outcome.messages.names(),
        ["INVITE", "180", "200", "ACK", "BYE", "200"]
    );
    exchange.quiet().await.expect("nothing left");
}

#[tokio::test]
async fn customers_are_dialled_and_keys_are_heard() {
    let exchange = exchange().await;
    let customers = phone(&exchange, "trunk", Behaviour::answers()).await;
    let caller = caller(&exchange, Call::to("keys"));
    caller.wait_for("ACK").await.expect("an answer");
    for digit in ['1', '2', '3'] {
        caller.press(digit).await.expect("a key");
    }
    let called = customers.wait_for("ACK").await.expect("a call");
    let invite = called.first("INVITE").expect("a call");
    assert!(
        invite.first_line.starts_with("INVITE sip:123@"),
        "{}",
        invite.first_line
    );
    customers.hang_up().await.expect("an end");
    caller.finished().await.expect("an end");
    exchange.quiet().await.expect("nothing left");
}

#[tokio::test]
async fn a_phone_dials_a_feature_code() {
    let exchange = exchange().await;
    let _anna = phone(&exchange, "anna", Behaviour::busy()).await;
    let outcome = Caller::call(&exchange, Call::to("*40").from_phone("anna")).await;
    assert_eq!(outcome.expect("an end").statistics.successful, 1);
    let states = exchange.cli("devstate list").await.expect("a list");
    assert!(
        states.contains("Custom:lamp") && states.contains("INUSE"),
        "{states}"
    );
}

#[tokio::test]
async fn killed_it_tells_nobody_and_starts_again() {
    let mut exchange = exchange().await;
    let waits = caller(&exchange, Call::to("wait"));
    waits.wait_for("ACK").await.expect("an answer");
    exchange
        .cli("database put lab kept yes")
        .await
        .expect("kept");
    exchange.kill();
    exchange.start_again().await.expect("an exchange");
    assert_eq!(exchange.channels().await.expect("a number"), 0);
    assert_eq!(waits.messages().count("BYE"), 0);
    let anna = phone(&exchange, "anna", Behaviour::answers()).await;
    let next = caller(&exchange, Call::to("anna"));
    next.wait_for("ACK").await.expect("an answer");
    anna.hang_up().await.expect("an end");
}

#[tokio::test]
async fn exchanges_run_beside_each_other() {
    let (one, two) = tokio::join!(exchange(), exchange());
    assert_ne!(one.address(), two.address());
    let of_one = phone(&one, "anna", Behaviour::answers()).await;
    let of_two = phone(&two, "anna", Behaviour::answers()).await;
    let call = || Call::to("anna").then([Step::Talk(SOON), Step::HangUp]);
    let (first, second) = tokio::join!(Caller::call(&one, call()), Caller::call(&two, call()));
    for (outcome, phone) in [(first, of_one), (second, of_two)] {
        assert_eq!(outcome.expect("an end").messages.names(), CALL);
        phone.wait_for_exactly(&CALL).await.expect("the same");
    }
}

#[tokio::test]
async fn many_calls_are_counted() {
    let exchange = exchange().await;
    let anna = phone(&exchange, "anna", Behaviour::answers()).await;
    let call = Call::to("anna")
        .times(20, 50.0)
        .then([Step::Talk(SOON), Step::HangUp]);
    let outcome = Caller::call(&exchange, call).await.expect("an end");
    assert_eq!(outcome.statistics.successful, 20);
    assert_eq!(outcome.messages.calls().len(), 20);
    let numbers: std::collections::BTreeSet<_> = anna
        .messages()
        .iter()
        .filter(|m| m.name == "INVITE")
        .filter_map(|m| m.from_user().map(str::to_owned))
        .collect();
    assert_eq!(numbers.len(), 20);
    exchange.quiet().await.expect("nothing left");
}

#[tokio::test]
async fn what_ends_leaves_nothing_behind() {
    let folder = exchange().await.folder().to_path_buf();
    assert!(!folder.exists());
}

#[tokio::test]
async fn asterisks_own_queue_serves_many_callers_with_many_phones() {
    let names: Vec<_> = (1..=10).map(|nth| format!("agent{nth}")).collect();
    let members = names.iter().map(|name| format!("member => PJSIP/{name}\n"));
    let queue = "[general]\nautofill = yes\n[sales]\nstrategy = leastrecent\nringinuse = no\nmusicclass = default\n";
    let plan = Plan::default()
        .shared_phone(names.clone())
        .file(
            "queues.conf",
            queue.to_owned() + &members.collect::<String>(),
        )
        .dialplan("[from-callers]\nexten => sales,1,Answer(,i)\n same => n,Queue(sales,,,,60)\n");
    let installation = Installation::find().expect("an Asterisk");
    let exchange = Exchange::start(&installation, plan)
        .await
        .expect("an exchange");
    let talk = [Step::TalkBetween(SOON, 4 * SOON), Step::HangUp];
    let agents = phone(&exchange, "agent1", Behaviour::answers().then(talk)).await;
    let calls = Call::to("sales").times(40, 50.0);
    let outcome = Caller::call(&exchange, calls).await.expect("an end");
    assert_eq!(outcome.statistics.successful, 40, "{}", outcome.messages);
    assert_eq!(agents.messages().count("BYE"), 40);
    exchange.quiet().await.expect("nothing left");
}

/// So that the demo and benches may wait in tasks.
#[test]
fn waiting_can_be_given_to_a_task() {
    fn task<T: Send>(_: &dyn Fn(Exchange, Phone) -> T) {}
    task(&|mut exchange: Exchange, phone: Phone| async move {
        exchange.start_again().await?;
        exchange.quiet().await?;
        phone
            .wait_until("an end", |all| all.count("BYE") > 0)
            .await?;
        phone.answer().await?;
        phone.transfer("7").await?;
        Caller::call(&exchange, Call::to("sales")).await?;
        let _phone = Phone::start(&exchange, "anna", Behaviour::answers()).await?;
        Exchange::start(&Installation::find()?, Plan::default()).await
    });
}

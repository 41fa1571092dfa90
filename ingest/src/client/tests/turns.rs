//! Several processes, each with its own client, ask one host in turns.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;

use super::*;
use crate::error::Cause;

/// What several processes would share through a database.
#[derive(Default)]
struct SharedTurns {
    hosts: Mutex<HashMap<String, SharedHost>>,
    reserved: AtomicUsize,
    is_broken: AtomicBool,
}

#[derive(Default)]
struct SharedHost {
    next_turn: Option<Instant>,
    paused_until: Option<Instant>,
}

impl SharedTurns {
    fn check(&self) -> Result<(), Cause> {
        if self.is_broken.load(Ordering::SeqCst) {
            return Err("the database is away".into());
        }
        Ok(())
    }
}

#[async_trait]
impl Turns for SharedTurns {
    async fn reserve(&self, host: &str, interval: Duration) -> Result<Duration, Cause> {
        self.check()?;
        self.reserved.fetch_add(1, Ordering::SeqCst);
        let now = Instant::now();
        let mut hosts = self.hosts.lock().unwrap();
        let host = hosts.entry(host.to_owned()).or_default();
        let turn = host.next_turn.unwrap_or(now).max(now);
        host.next_turn = Some(turn + interval);
        Ok(turn - now)
    }

    async fn pause(&self, host: &str, pause: Duration) -> Result<(), Cause> {
        self.check()?;
        let mut hosts = self.hosts.lock().unwrap();
        let host = hosts.entry(host.to_owned()).or_default();
        host.paused_until = host.paused_until.max(Some(Instant::now() + pause));
        Ok(())
    }

    async fn paused(&self, host: &str) -> Result<Duration, Cause> {
        self.check()?;
        let hosts = self.hosts.lock().unwrap();
        let until = hosts.get(host).and_then(|host| host.paused_until);
        Ok(until.map_or(Duration::ZERO, |until| until.duration_since(Instant::now())))
    }
}

fn sharing(turns: &Arc<SharedTurns>, limits: ClientLimits) -> Arc<PoliteClient> {
    let clock = Arc::new(FixedClock::at(NOW.parse().unwrap()));
    let turns = Arc::clone(turns) as Arc<dyn Turns>;
    Arc::new(PoliteClient::sharing_turns(clock, identity(), limits, turns).unwrap())
}

fn one_attempt() -> ClientLimits {
    ClientLimits {
        attempts: 1,
        ..ClientLimits::default()
    }
}

/// Has each client make twelve requests at up to 4 per second, all at once, and returns
/// the distances at which they came.
async fn race(clients: &[Arc<PoliteClient>]) -> Vec<Duration> {
    let server = TestServer::scripted(vec![json("[]")]).await;
    let mut requests = JoinSet::new();
    for client in clients {
        client.host_limits("127.0.0.1", 4.0, 8);
        for number in 0..12 {
            let client = Arc::clone(client);
            let request = request(&server, &number.to_string());
            requests.spawn(async move { client.get(&request).await.map(|_| ()) });
        }
    }
    for outcome in requests.join_all().await {
        outcome.unwrap();
    }
    gaps(&server.asked())
}

#[tokio::test(start_paused = true)]
async fn two_processes_together_keep_the_rate_of_one() {
    // The grain of the runtime's timer is a millisecond.
    let least = Duration::from_millis(249);
    let turns = Arc::new(SharedTurns::default());
    let clients = [(); 2].map(|()| sharing(&turns, ClientLimits::default()));
    let shared = race(&clients).await;
    assert_eq!(shared.len(), 23);
    assert!(shared.iter().all(|gap| *gap >= least), "{shared:?}");
    let total: Duration = shared.iter().sum();
    assert!(
        total < Duration::from_secs(6),
        "no slower either: {total:?}"
    );

    // Each for itself they would be too fast.
    let apart = race(&[patient(), patient()]).await;
    assert!(apart.iter().any(|gap| *gap < least), "{apart:?}");
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_one_process_meets_is_kept_by_the_other() {
    let throttled = answer("429 Too Many Requests", &["Retry-After: 60"], b"");
    let server = TestServer::scripted(vec![throttled, json("[]")]).await;
    let turns = Arc::new(SharedTurns::default());
    get(&sharing(&turns, one_attempt()), &server)
        .await
        .unwrap_err();
    get(&sharing(&turns, one_attempt()), &server).await.unwrap();
    let gaps = gaps(&server.asked());
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0].as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_long_pause_that_one_process_meets_is_handed_back_by_the_other() {
    let throttled = answer("429 Too Many Requests", &["Retry-After: 301"], b"");
    let server = TestServer::scripted(vec![throttled]).await;
    let turns = Arc::new(SharedTurns::default());
    for _ in 0..2 {
        let error = get(&sharing(&turns, ClientLimits::default()), &server)
            .await
            .unwrap_err();
        let SourceError::Throttled { retry_after, .. } = error else {
            panic!("{error}");
        };
        assert!((300..=301).contains(&retry_after.unwrap().as_secs()));
    }
    assert_eq!(server.asked().len(), 1, "the other process sent nothing");
}

#[tokio::test(start_paused = true)]
async fn without_a_turn_nothing_is_sent_and_the_host_is_not_blamed() {
    let server = TestServer::scripted(vec![json("[]")]).await;
    let turns = Arc::new(SharedTurns::default());
    let client = sharing(&turns, one_attempt());
    turns.is_broken.store(true, Ordering::SeqCst);
    for _ in 0..10 {
        let error = get(&client, &server).await.unwrap_err();
        let SourceError::Unavailable { retry_after, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(*retry_after, None, "the host's circuit stays closed");
        assert!(error.to_string().contains("was not sent"), "{error}");
        assert_eq!(error.source().unwrap().to_string(), "the database is away");
    }
    assert_eq!(server.asked().len(), 0);
    turns.is_broken.store(false, Ordering::SeqCst);
    get(&client, &server).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_could_not_be_told_is_told_before_the_next_request() {
    let throttled = answer("429 Too Many Requests", &["Retry-After: 60"], b"");
    let turns = Arc::new(SharedTurns::default());
    let server = TestServer::start({
        let turns = Arc::clone(&turns);
        move |_, _| {
            turns.is_broken.store(true, Ordering::SeqCst);
            Reply::Bytes(throttled.clone())
        }
    })
    .await;
    let client = sharing(&turns, one_attempt());
    let error = get(&client, &server).await.unwrap_err();
    assert_eq!(error.remedy(), "throttled");
    turns.is_broken.store(false, Ordering::SeqCst);
    assert_eq!(turns.paused("127.0.0.1").await.unwrap(), Duration::ZERO);

    let impatient = ClientLimits {
        max_wait: Duration::ZERO,
        ..one_attempt()
    };
    let second = timeout(Duration::from_secs(1), get(&client, &server)).await;
    assert!(second.is_err(), "it sits out the pause");
    let error = get(&sharing(&turns, impatient), &server).await.unwrap_err();
    assert_eq!(error.remedy(), "throttled", "{error}");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_turn_of_before_a_pause_is_not_used_after_it() {
    let server = TestServer::scripted(vec![json("[]")]).await;
    let turns = Arc::new(SharedTurns::default());
    let client = sharing(&turns, one_attempt());
    client.host_limits("127.0.0.1", 0.1, 8);
    let start = Instant::now();
    get(&client, &server).await.unwrap();
    // Its turn comes after 10 s, in the middle of a pause that begins after 5 s.
    let waiting = tokio::spawn({
        let (client, request) = (Arc::clone(&client), request(&server, "json"));
        async move { client.get(&request).await }
    });
    tokio::time::sleep(Duration::from_secs(5)).await;
    turns
        .pause("127.0.0.1", Duration::from_secs(30))
        .await
        .unwrap();
    waiting.await.unwrap().unwrap();
    assert_eq!((server.asked()[1].at - start).as_secs(), 35);
    assert_eq!(turns.reserved.load(Ordering::SeqCst), 3);
}

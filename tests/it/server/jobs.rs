//! Jobs in the operator's view: what runs, what waits for another attempt, what is dead.

use botnia::engine::job::{
    Fetching, JobFailure, JobResult, Lease, NewJob, RunId, Task, TaskKind, Verdict,
};
use botnia::engine::ledger::Completion;
use botnia_model::{Clock as _, ContentHash, SourceId, SweepId};
use jiff::{SignedDuration, Timestamp};

use super::view::{bad_title, failed, hours_ago, sotkanet};
use super::{Served, published, untouched, upstream};
use crate::support::RUNTIME;

fn plan(source: &SourceId) -> Task {
    Task::Plan {
        source: source.clone(),
        indicators: Vec::new(),
        fetching: Fetching::Moved,
    }
}

pub(super) fn failure(remedy: &str, message: &str) -> JobFailure {
    JobFailure {
        remedy: remedy.to_owned(),
        message: message.to_owned(),
        since: hours_ago(5),
        rejected: Some(ContentHash::of(b"an answer")),
    }
}

impl Served {
    /// A run of one source begins, with its plan.
    pub(super) fn begin_plan(&self, source: &SourceId, at: Timestamp) -> RunId {
        RUNTIME
            .block_on(self.ledger.begin_run(at, &[plan(source)]))
            .expect("begun")
    }

    /// A worker takes the next job.
    pub(super) fn claim(&self, at: Timestamp) -> Lease {
        let lease = SignedDuration::from_hours(1);
        RUNTIME
            .block_on(self.ledger.claim("kone/42", None, at, lease))
            .expect("claimed")
            .expect("a job")
    }

    pub(super) fn finish(&self, lease: &Lease, verdict: &Verdict, jobs: &[&str], at: Timestamp) {
        let tasks = jobs.iter().map(|indicator| Task::Indicator {
            indicator: indicator.parse().expect("an indicator"),
            regions: Some(ContentHash::of(b"regions")),
            version: None,
            fetching: Fetching::Moved,
        });
        let release = (!jobs.is_empty()).then_some(Task::Release);
        let sweep = SweepId::new(&sotkanet(), hours_ago(6));
        let done = Completion {
            jobs: tasks
                .chain(release)
                .map(|task| NewJob {
                    sweep: Some(sweep.clone()),
                    task,
                })
                .collect(),
            ..Completion::default()
        };
        RUNTIME
            .block_on(self.ledger.finish(at, lease, verdict, &done))
            .expect("finished");
    }

    /// A run of Sotkanet in which five indicators and the release are to be done.
    pub(super) fn planned(&self) {
        let began = hours_ago(6);
        let sweep = SweepId::new(&sotkanet(), began);
        let run = self.begin_plan(&sotkanet(), began);
        let lease = self.claim(began);
        RUNTIME
            .block_on(self.ledger.begin_sweep(&sweep, &sotkanet(), run, began))
            .expect("begun");
        let planned = Verdict::Done(JobResult::Planned {
            sweep,
            indicators: 5,
            snapshots: Vec::new(),
        });
        let indicators = ["127", "181", "5", "74", "228"].map(|id| format!("sotkanet:{id}"));
        let indicators: Vec<_> = indicators.iter().map(String::as_str).collect();
        self.finish(&lease, &planned, &indicators, began);
    }

    /// One indicator dies, one waits for its next attempt, one runs; two were never tried.
    pub(super) fn in_the_middle(&self, message: &str) {
        self.planned();
        let now = self.clock.now();
        let dead = self.claim(now);
        self.finish(&dead, &Verdict::Dead(failure("refused", message)), &[], now);
        let again = Verdict::Again {
            at: now + SignedDuration::from_mins(8),
            failure: failure("unavailable", "HTTP 503 <b>"),
        };
        let waiting = self.claim(now);
        self.finish(&waiting, &again, &[], now);
        self.claim(now);
    }

    fn metric(&self, name: &str) -> String {
        let text = self.get("/metrics").expect(200).text();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} is not in\n{text}"))
            .to_owned()
    }
}

#[test]
fn what_runs_what_waits_and_what_died_is_told() {
    let upstream = upstream();
    let workspace = published(&upstream);
    let served = Served::on(&workspace);
    served.in_the_middle(&bad_title());
    let status = served.status();
    assert_eq!(served.concerns(), ["dead_letters"]);
    assert_eq!(status["concerns"][0]["count"], 1);
    assert_eq!(status["health"], "attention");

    assert_eq!(status["running"].as_array().map(Vec::len), Some(1));
    let running = &status["running"][0];
    assert_eq!(running["kind"], "indicator");
    assert_eq!(running["subject"], "sotkanet:5");
    assert_eq!(running["attempt"], 1);
    assert_eq!(running["worker"], "kone/42");
    assert_eq!(status["queued"], 3, "two indicators and the release");
    assert_eq!(
        status["sources"][0]["running_since"],
        hours_ago(6).to_string()
    );
    assert_eq!(status["sweeps"][0]["state"], "running");

    let waiting = &status["retries"][0];
    assert_eq!(waiting["subject"], "sotkanet:181");
    assert_eq!(waiting["next_attempt"], "2026-11-21T12:08:00Z");
    assert_eq!(waiting["remedy"], "unavailable");
    assert_eq!(waiting["message"], "HTTP 503 <b>");

    let dead = &status["dead_letters"][0];
    assert_eq!(dead["subject"], "sotkanet:127");
    assert_eq!(dead["attempts"], 1);
    assert_eq!(dead["remedy"], "refused");
    assert_eq!(dead["message"], bad_title());
    assert_eq!(dead["since"], hours_ago(5).to_string());
    assert_eq!(dead["rejected"], ContentHash::of(b"an answer").to_string());

    for (path, words) in [
        (
            "/status",
            [
                "Yksi tehtävä epäonnistui lopullisesti.",
                "Jonossa on 3 tehtävää.",
                "8 minuutin kuluttua",
            ],
        ),
        (
            "/sv/status",
            [
                "Ett jobb misslyckades slutgiltigt.",
                "3 jobb står i kö.",
                "om 8 minuter",
            ],
        ),
        (
            "/en/status",
            [
                "One job failed for good.",
                "3 jobs are queued.",
                "in 8 minutes",
            ],
        ),
    ] {
        let page = served.get(path).expect(200).text();
        for words in words {
            assert!(page.contains(words), "{words} is not on {path}:\n{page}");
        }
        assert!(page.contains("&lt;script&gt;"), "{path}");
        assert!(!page.contains("<script") && !page.contains("<b>"), "{path}");
        assert!(page.contains("botnia discard JOB --note"), "{path}");
    }
}

#[test]
fn a_message_without_an_end_is_cut_on_the_page_and_whole_in_json() {
    let workspace = untouched();
    let served = Served::on(&workspace);
    let message = "vastauksena sivu ".repeat(500);
    served.in_the_middle(&message);
    let page = served.get("/status").expect(200).text();
    assert_eq!(page.matches("vastauksena sivu").count(), 1_500 / 17);
    assert_eq!(served.status()["dead_letters"][0]["message"], message);
}

#[test]
fn a_source_whose_jobs_only_wait_for_another_attempt_is_not_running() {
    let workspace = untouched();
    let served = Served::on(&workspace);
    let now = served.clock.now();
    served.begin_plan(&sotkanet(), now);
    assert!(served.status()["sources"][0]["running_since"].is_string());
    let lease = served.claim(now);
    assert!(served.status()["sources"][0]["running_since"].is_string());
    let again = Verdict::Again {
        at: now + SignedDuration::from_mins(2),
        failure: failure("unavailable", "HTTP 503"),
    };
    served.finish(&lease, &again, &[], now);
    let status = served.status();
    assert!(status["sources"][0]["running_since"].is_null(), "{status}");
    assert_eq!(status["retries"][0]["kind"], "plan");
    let page = served.get("/en/status").expect(200).text();
    assert!(page.contains("Preparing the sweep: sotkanet"), "{page}");
}

#[test]
fn metrics_count_jobs_of_every_state_and_kind() {
    let workspace = untouched();
    let served = Served::on(&workspace);
    let count = |state: &str, kind: TaskKind| {
        let kind = kind.as_str();
        served.metric(&format!("botnia_jobs{{state=\"{state}\",kind=\"{kind}\"}}"))
    };
    for state in ["ready", "running", "dead"] {
        for kind in TaskKind::ALL {
            assert_eq!(count(state, kind), "0");
        }
    }
    assert_eq!(served.metric("botnia_oldest_ready_job_seconds"), "0");
    served.in_the_middle("HTTP 403");
    assert_eq!(count("ready", TaskKind::Indicator), "3");
    assert_eq!(count("running", TaskKind::Indicator), "1");
    assert_eq!(count("dead", TaskKind::Indicator), "1");
    assert_eq!(count("ready", TaskKind::Release), "1");
    // Two indicators have waited since the plan, six hours ago.
    assert_eq!(served.metric("botnia_oldest_ready_job_seconds"), "21600");
    assert_eq!(
        served.metric("botnia_events_total{event=\"job_died\"}"),
        "1"
    );
    assert_eq!(
        served.metric("botnia_events_total{event=\"release_committed\"}"),
        "0"
    );
}

#[test]
fn a_release_that_waits_for_indicators_is_not_late() {
    let workspace = untouched();
    let served = Served::on(&workspace);
    served.planned();
    let now = served.clock.now();
    let unchanged = Verdict::Done(JobResult::Unchanged {
        snapshots: Vec::new(),
    });
    let mut leases: Vec<_> = (0..5).map(|_| served.claim(now)).collect();
    assert_eq!(served.metric("botnia_oldest_ready_job_seconds"), "0");
    for lease in leases.drain(..) {
        served.finish(&lease, &unchanged, &[], now);
    }
    assert_eq!(served.metric("botnia_oldest_ready_job_seconds"), "21600");
    let release = served.claim(now);
    assert_eq!(release.task, Task::Release);
    assert_eq!(served.metric("botnia_oldest_ready_job_seconds"), "0");
}

#[test]
fn what_could_not_be_had_says_when_it_is_tried_again() {
    let workspace = untouched();
    let served = Served::on(&workspace);
    served.becomes("sotkanet:5", failed("HTTP 503"));
    let page = served.get("/en/status").expect(200).text();
    assert!(page.contains("tried again in the next sweep at the latest"));
}

//! The status page: how things stand, for whoever looks after the service.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use botnia_model::{Language, Severity};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::format::{Formats, Moment};
use super::job_words::{self, JobWords};
use super::{Frame, ReleaseView, reasons, render};
use crate::server::Shared;
use crate::server::error::ServerError;
use crate::server::indicators::{FailingIndicator, HeldIndicator};
use crate::server::report::{self, Concern, Health, Status, SweepState};
use crate::server::work::{DeadLetter, RunningJob, WaitingJob};

/// Indicators or jobs listed under a heading; the rest is counted. A source that changes its ways
/// may hold hundreds at once.
const LISTED: usize = 50;
/// Sweeps listed.
const SWEEPS: usize = 15;
/// Characters of a message that are shown; the JSON has all of it. A mapping that does not fit
/// tells a table with ten dimensions within it.
const LONGEST_DETAIL: usize = 1_500;

#[derive(Serialize)]
struct StatusPage {
    #[serde(flatten)]
    frame: Frame,
    health: HealthView,
    release: Option<ReleaseView>,
    job_words: &'static JobWords,
    running: Vec<RunningView>,
    jobs: Vec<JobView>,
    queued: String,
    retries: Jobs,
    dead: Jobs,
    next: Vec<NextView>,
    held: Entries,
    rejected: Vec<RejectedView>,
    failing: Entries,
    sources: Vec<SourceView>,
    sweeps: Vec<SweepView>,
    updated: Moment,
}

#[derive(Serialize)]
struct HealthView {
    class: &'static str,
    title: &'static str,
    text: &'static str,
    concerns: Vec<String>,
}

#[derive(Serialize)]
struct RunningView {
    source: String,
    since: Moment,
}

/// Jobs under a heading: those that are listed, and how many there are.
#[derive(Serialize)]
struct Jobs {
    count: usize,
    listed: Vec<JobView>,
    more: String,
}

#[derive(Serialize)]
struct JobView {
    title: String,
    /// Its number, its attempts and who holds it.
    facts: Vec<String>,
    since: Option<Moment>,
    next_attempt: Option<Moment>,
    reason: Option<ReasonView>,
    rejected: Option<String>,
}

#[derive(Serialize)]
struct NextView {
    source: String,
    at: Moment,
}

/// Indicators under a heading: those that are listed, and how many there are.
#[derive(Serialize)]
struct Entries {
    count: usize,
    listed: Vec<EntryView>,
    more: String,
}

#[derive(Serialize)]
struct EntryView {
    id: String,
    title: String,
    since: Moment,
    reasons: Vec<ReasonView>,
    served: &'static str,
}

#[derive(Serialize)]
struct ReasonView {
    text: &'static str,
    detail: String,
}

#[derive(Serialize)]
struct RejectedView {
    id: String,
    title: String,
    since: Moment,
    note: String,
}

#[derive(Serialize)]
struct SourceView {
    name: String,
    counts: String,
    newest: Option<Moment>,
    oldest: Option<Moment>,
    last: Option<Moment>,
    next: Option<Moment>,
    failure: Option<String>,
}

#[derive(Serialize)]
struct SweepView {
    began: Moment,
    source: String,
    outcome: String,
    changed: String,
    unchanged: String,
    held: String,
    failed: String,
    release: String,
}

/// The page in one language.
pub(super) async fn answer(
    State(shared): State<Arc<Shared>>,
    language: Language,
) -> Result<Response, ServerError> {
    let status = report::status(&shared).await?;
    let formats = Formats::new(language, shared.time_zone.clone(), status.generated_at);
    render(
        "status.html",
        &status_page(&formats, &status, &shared.time_zone),
    )
}

fn status_page(formats: &Formats, status: &Status, zone: &TimeZone) -> StatusPage {
    let waiting: Vec<_> = status
        .held
        .iter()
        .filter(|held| held.rejected.is_none())
        .map(|held| held_entry(formats, held))
        .collect();
    let failing = status
        .failing
        .iter()
        .map(|failing| failing_entry(formats, failing))
        .collect();
    StatusPage {
        frame: Frame::new(formats.language(), "status", zone),
        health: health(formats, status),
        release: status
            .release
            .as_ref()
            .map(|release| ReleaseView::new(formats, release)),
        running: status
            .sources
            .iter()
            .filter_map(|source| {
                Some(RunningView {
                    source: source.source.to_string(),
                    since: formats.moment(source.running_since?),
                })
            })
            .collect(),
        job_words: formats.job_words(),
        jobs: status
            .running
            .iter()
            .take(LISTED)
            .map(|job| running_job(formats, job))
            .collect(),
        queued: if status.queued == 0 {
            String::new()
        } else {
            formats.counted(formats.job_words().queued, status.queued)
        },
        retries: jobs(formats, &status.retries, waiting_job),
        dead: jobs(formats, &status.dead_letters, dead_letter),
        next: next(formats, status),
        held: entries(formats, waiting),
        rejected: status
            .held
            .iter()
            .filter_map(|held| {
                Some(RejectedView {
                    id: held.indicator_id.to_string(),
                    title: held.title.clone(),
                    since: formats.moment(held.since),
                    note: held.rejected.clone()?,
                })
            })
            .take(LISTED)
            .collect(),
        failing: entries(formats, failing),
        sources: sources(formats, status),
        sweeps: sweeps(formats, status),
        updated: formats.moment(status.generated_at),
    }
}

fn health(formats: &Formats, status: &Status) -> HealthView {
    let words = formats.words();
    let (class, [title, text]) = match status.health {
        Health::Ok => ("ok", words.ok),
        Health::Attention => ("attention", words.attention),
        Health::Failing => ("failing", words.source_failing),
        Health::Empty => ("empty", words.empty),
    };
    // Where nothing was published, nothing is served either.
    let text = if status.release.is_none() {
        words.empty[1]
    } else {
        text
    };
    let concern = |concern: &Concern| match concern {
        Concern::NothingPublished => words.concern_nothing_published.to_owned(),
        Concern::SourceFailed { source } => {
            words.concern_source_failed.replace("{s}", source.as_str())
        }
        Concern::IndicatorsFailing { count } => formats.counted(words.concern_failing, *count),
        Concern::IndicatorsHeld { count } => formats.counted(words.concern_held, *count),
        Concern::DeadLetters { count } => formats.counted(formats.job_words().concern_dead, *count),
        Concern::SweepLate { source } => words.concern_late.replace("{s}", source.as_str()),
        Concern::SweepStuck { source } => words.concern_stuck.replace("{s}", source.as_str()),
    };
    HealthView {
        class,
        title,
        text,
        concerns: status.concerns.iter().map(concern).collect(),
    }
}

fn next(formats: &Formats, status: &Status) -> Vec<NextView> {
    let mut slots: Vec<(Timestamp, String)> = status
        .sources
        .iter()
        .filter_map(|source| Some((source.next?, source.source.to_string())))
        .collect();
    slots.sort();
    slots
        .into_iter()
        .map(|(slot, source)| NextView {
            source,
            at: formats.moment(slot),
        })
        .collect()
}

fn entries(formats: &Formats, mut listed: Vec<EntryView>) -> Entries {
    let count = listed.len();
    listed.truncate(LISTED);
    Entries {
        count,
        more: more(formats, count, listed.len()),
        listed,
    }
}

fn jobs<T>(formats: &Formats, all: &[T], view: fn(&Formats, &T) -> JobView) -> Jobs {
    let listed: Vec<_> = all
        .iter()
        .take(LISTED)
        .map(|job| view(formats, job))
        .collect();
    Jobs {
        count: all.len(),
        more: more(formats, all.len(), listed.len()),
        listed,
    }
}

/// How many are not listed, if there are any.
fn more(formats: &Formats, count: usize, listed: usize) -> String {
    match count - listed {
        0 => String::new(),
        more => formats.counted(formats.words().and_more, more as u64),
    }
}

fn running_job(formats: &Formats, job: &RunningJob) -> JobView {
    let words = formats.job_words();
    let worker = job.worker.iter();
    let worker = worker.map(|worker| format!("{} {worker}", words.worker));
    JobView {
        title: job_words::title(formats.language(), job.kind, &job.subject),
        facts: [numbered(words.job, job.job)]
            .into_iter()
            .chain([numbered(words.attempt, job.attempt)])
            .chain(worker)
            .collect(),
        since: None,
        next_attempt: None,
        reason: None,
        rejected: None,
    }
}

fn waiting_job(formats: &Formats, job: &WaitingJob) -> JobView {
    let words = formats.job_words();
    JobView {
        title: job_words::title(formats.language(), job.kind, &job.subject),
        facts: vec![
            numbered(words.job, job.job),
            formats.counted(words.attempts, u64::from(job.attempts)),
        ],
        since: Some(formats.moment(job.since)),
        next_attempt: Some(formats.moment(job.next_attempt)),
        reason: Some(reason(formats, &job.remedy, &job.message)),
        rejected: None,
    }
}

fn dead_letter(formats: &Formats, job: &DeadLetter) -> JobView {
    let words = formats.job_words();
    JobView {
        title: job_words::title(formats.language(), job.kind, &job.subject),
        facts: vec![
            numbered(words.job, job.job),
            formats.counted(words.attempts, u64::from(job.attempts)),
        ],
        since: job.since.map(|since| formats.moment(since)),
        next_attempt: None,
        reason: Some(reason(formats, &job.remedy, &job.message)),
        rejected: job.rejected.map(|answer| answer.to_string()),
    }
}

/// A number by which something is called: without its thousands apart.
fn numbered(words: &str, number: impl std::fmt::Display) -> String {
    words.replace("{n}", &number.to_string())
}

fn served(formats: &Formats, published: bool) -> &'static str {
    if published {
        formats.words().older_served
    } else {
        formats.words().never_published
    }
}

fn reason(formats: &Formats, code: &str, detail: &str) -> ReasonView {
    ReasonView {
        text: reasons::reason(formats.language(), code).unwrap_or_default(),
        detail: shortened(detail),
    }
}

/// The beginning of a text that may have no end: a source can answer with a whole page.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_DETAIL) {
        None => text.to_owned(),
        Some((end, _)) => format!("{} …", text[..end].trim_end()),
    }
}

fn held_entry(formats: &Formats, held: &HeldIndicator) -> EntryView {
    EntryView {
        id: held.indicator_id.to_string(),
        title: held.title.clone(),
        since: formats.moment(held.since),
        reasons: held
            .reasons
            .iter()
            .filter(|why| why.severity == Severity::Hold.as_str())
            .map(|why| reason(formats, &why.code, &why.message))
            .collect(),
        served: served(formats, held.published),
    }
}

fn failing_entry(formats: &Formats, failing: &FailingIndicator) -> EntryView {
    let id = failing.indicator_id.to_string();
    EntryView {
        title: failing.title.clone().unwrap_or_else(|| id.clone()),
        id,
        since: formats.moment(failing.since),
        reasons: vec![reason(formats, &failing.remedy, &failing.message)],
        served: served(formats, failing.published),
    }
}

fn sources(formats: &Formats, status: &Status) -> Vec<SourceView> {
    let words = formats.words();
    status
        .sources
        .iter()
        .map(|source| {
            let counts: Vec<_> = [
                (words.published_count, source.published),
                (words.held_count, source.held),
                (words.failing_count, source.failing),
            ]
            .into_iter()
            .map(|(word, count)| word.replace("{n}", &formats.number(count)))
            .collect();
            SourceView {
                name: source.source.to_string(),
                counts: counts.join(", "),
                newest: source.newest_check.map(|moment| formats.moment(moment)),
                oldest: source
                    .oldest_check
                    .filter(|oldest| source.newest_check != Some(*oldest))
                    .map(|moment| formats.moment(moment)),
                last: source.last_finished.map(|moment| formats.moment(moment)),
                next: source.next.map(|moment| formats.moment(moment)),
                failure: source.failure.clone(),
            }
        })
        .collect()
}

fn sweeps(formats: &Formats, status: &Status) -> Vec<SweepView> {
    let words = formats.words();
    status
        .sweeps
        .iter()
        .take(SWEEPS)
        .map(|sweep| {
            let outcome = sweep.outcome.as_ref();
            let failed = outcome.is_some_and(|outcome| outcome.failure.is_some());
            let number = |number: Option<u64>| number.map_or(String::new(), |n| formats.number(n));
            SweepView {
                began: formats.moment(sweep.started_at),
                source: sweep.source.to_string(),
                outcome: match sweep.state {
                    SweepState::Running => words.sweep_running,
                    SweepState::Interrupted => words.sweep_interrupted,
                    SweepState::Finished if failed => words.sweep_source_failed,
                    SweepState::Finished => words.sweep_finished,
                }
                .to_owned(),
                changed: number(outcome.map(|outcome| outcome.changed)),
                unchanged: number(outcome.map(|outcome| outcome.unchanged)),
                held: number(outcome.map(|outcome| outcome.held)),
                failed: number(outcome.map(|outcome| outcome.failed)),
                release: outcome
                    .and_then(|outcome| outcome.release)
                    .map_or(String::new(), |release| release.to_string()),
            }
        })
        .collect()
}

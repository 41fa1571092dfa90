//! The ledger by itself: one suite, passed by both databases. Every test has a fresh
//! `SQLite` file and, where a server can be had, a fresh PostgreSQL database.

mod beginning;
mod claims;
mod completions;
mod decisions;
mod hosts;
mod housekeeping;
mod layouts;
mod notes;
mod place;
mod releases;
mod runs;
mod secrets;
mod wakes;

use place::Place;

/// Makes a test for each database of every named check.
macro_rules! on_both {
    ($($module:ident { $($check:ident),+ $(,)? })+) => {
        mod sqlite {
            $(mod $module {
                $(#[test]
                fn $check() {
                    let place = super::super::Place::sqlite();
                    place.check(super::super::$module::$check);
                })+
            })+
        }

        mod postgres {
            $(mod $module {
                $(#[test]
                fn $check() {
                    if let Some(place) = super::super::Place::postgres() {
                        place.check(super::super::$module::$check);
                    }
                })+
            })+
        }
    };
}

on_both! {
    layouts {
        an_older_layout_is_brought_up_to_date_with_its_rows,
        a_newer_layout_is_refused_with_what_to_do,
        many_may_open_it_at_once,
        what_was_written_is_there_when_it_is_opened_again,
    }
    beginning {
        a_new_ledger_begins_with_what_a_release_says,
        what_was_learned_meanwhile_stays,
    }
    claims {
        every_job_goes_to_exactly_one_claimer,
        who_lost_the_lease_is_refused_and_writes_nothing,
        an_expired_lease_that_nobody_took_over_is_still_held,
        a_job_whose_worker_vanishes_again_and_again_is_dead,
        a_verdict_in_between_forgives_vanished_workers,
        what_is_given_back_counts_no_attempt,
        runs_come_in_their_order_and_plans_before_indicators,
        a_retry_waits_for_its_moment,
        the_end_of_a_lease_is_due,
        the_fence_is_raised_and_never_lowered,
    }
    releases {
        a_release_waits_until_everything_was_tried,
        a_retry_that_waits_does_not_hold_the_release,
        two_releases_are_never_held_at_once,
        a_later_release_stands_for_those_that_only_wait,
        a_release_whose_worker_vanished_is_taken_over,
    }
    runs {
        a_run_joins_what_waits_and_leaves_alone_what_runs,
        joined_tasks_do_what_both_would,
        a_slot_is_decided_once_even_within_its_own_second,
        a_source_is_busy_only_with_first_attempts,
        a_run_is_active_while_something_can_be_done_now,
        a_run_ends_once_even_if_its_last_jobs_end_together,
        the_same_work_asked_for_at_once_is_one_job,
    }
    completions {
        a_completion_becomes_true_at_once,
        a_completion_that_fails_in_the_middle_leaves_nothing,
        only_a_job_can_add_jobs,
        an_answer_is_as_old_as_its_bytes,
        a_new_attempt_supersedes_a_dead_letter,
        events_are_counted_once_they_are_facts,
    }
    decisions {
        a_dead_job_is_retried_and_gets_a_release,
        a_waiting_job_is_retried_at_once,
        a_job_is_discarded_with_a_note,
        a_plan_lets_go_what_is_no_longer_selected,
        what_runs_or_has_ended_is_not_decided_upon,
    }
    hosts {
        requests_keep_their_distance_over_all_who_ask,
        the_longest_pause_counts,
    }
    housekeeping {
        forgetting_keeps_what_it_must,
        a_sound_ledger_has_no_damage,
    }
    notes {
        the_same_note_again_is_no_second_one,
        a_withdrawn_note_stays_withdrawn_until_somebody_restores_it,
    }
    wakes {
        workers_are_woken_by_what_makes_jobs_claimable,
        a_wake_between_looking_and_waiting_is_not_lost,
    }
}

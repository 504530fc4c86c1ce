//! The suite every engine passes, written against [`Ledger`](crate::Ledger) alone.
//!
//! An engine's tests implement [`Engine`] and write `hoso_ledger::conformance!(fresh_engine)`: one
//! test a sentence. To add one: write the function here, name it in the macro below. What only one
//! engine can do (triggers, files, roles) is tested beside that engine.

#![expect(
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    reason = "every sentence fails or panics where the engine does not do what it says"
)]

pub mod appends;
pub mod checkpoints;
pub mod commands;
pub mod consumers;
pub mod counter;
pub mod database;
pub mod reads;
pub mod restores;
pub mod sample;

use async_trait::async_trait;

use crate::{Clock, LedgerError, Restore, SharedLedger};

/// How a sentence of the suite ends.
pub type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// One store, empty at first, that can be opened again and again, also twice at a time.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Opens the store.
    async fn open(&self, clock: Clock) -> Result<SharedLedger, LedgerError>;

    /// Whether its store has a clock of its own and asks the given one nothing.
    fn tells_its_own_time(&self) -> bool {
        false
    }

    /// Begins to restore into the store.
    async fn restore(&self) -> Result<Box<dyn Restore>, LedgerError> {
        Err(LedgerError::NotWritable {
            reason: "this test restores nothing".to_owned(),
        })
    }
}

/// A failure in words, for what `assert!` cannot say.
#[must_use]
pub fn failure(text: impl Into<String>) -> Box<dyn std::error::Error + Send + Sync> {
    text.into().into()
}

/// One test a sentence of the suite, each on an engine made by the given expression.
#[macro_export]
macro_rules! conformance {
    ($fresh:expr) => {
        $crate::conformance! { $fresh;
            appends::positions_are_dense_from_one,
            appends::a_stream_continues_only_at_the_version_seen,
            appends::one_of_many_rivals_wins_a_version,
            appends::a_refused_command_leaves_no_hole,
            appends::two_commands_on_one_stream_in_one_batch_follow_each_other,
            appends::recorded_time_never_goes_back,
            appends::a_command_without_events_is_remembered,
            appends::data_keeps_its_exact_bytes,
            appends::limits_are_refused_and_named,
            appends::what_not_every_engine_keeps_is_refused_by_all,
            appends::a_row_that_contradicts_its_events_is_refused,
            appends::a_dropped_caller_stops_nothing,
            appends::many_writers_leave_a_dense_log,
            commands::a_command_sent_again_gets_its_first_answer,
            commands::ten_parallel_sends_make_one_event_and_equal_answers,
            commands::a_command_id_used_for_something_else_is_refused,
            commands::a_command_is_answered_after_its_stream_moved_on,
            commands::commands_are_walked_by_id,
            commands::execute_decides_again_on_conflict_and_counts_everything,
            commands::execute_answers_a_repeated_command_with_its_first_result,
            commands::execute_records_what_a_person_was_denied_and_nothing_of_a_reaction,
            commands::execute_refuses_an_old_version,
            commands::execute_moves_a_cursor_that_was_set_back,
            reads::pages_of_the_log_meet_without_gap,
            reads::a_stretch_of_the_log_is_read_ahead_in_order,
            reads::a_stream_is_read_from_any_version,
            reads::the_path_of_a_dossier_crosses_streams,
            reads::a_row_holds_what_the_last_append_said,
            reads::lists_are_filtered_and_paged_by_key,
            reads::a_category_is_not_confused_with_a_longer_one,
            reads::what_was_never_written_is_empty,
            reads::everything_is_there_after_reopening,
            reads::rows_are_rebuilt_from_their_events,
            checkpoints::a_checkpoint_is_kept_once_and_stays,
            checkpoints::a_checkpoint_of_more_than_there_is_is_refused,
            restores::restored_history_is_what_it_was,
            restores::an_unfinished_restore_leaves_nothing,
            restores::a_ledger_that_holds_anything_is_not_restored_over,
            restores::history_that_never_was_is_refused,
            consumers::a_cursor_moves_with_its_effect,
            consumers::a_cursor_that_stands_elsewhere_takes_the_events_down_too,
            consumers::of_two_replicas_one_moves_the_cursor,
            consumers::every_cursor_is_listed_by_name,
            consumers::parking_moves_the_cursor_in_the_same_commit,
            consumers::a_parked_event_is_resolved_by_a_decision,
            consumers::followers_wake_on_every_commit,
            consumers::followers_wake_on_commits_of_another_instance,
            consumers::followers_are_told_at_once_when_somebody_says_look,
            consumers::a_closed_ledger_answers_unavailable,
        }
    };
    ($fresh:expr; $($group:ident :: $sentence:ident,)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $sentence() -> $crate::conformance::Outcome {
            let engine = $fresh;
            $crate::conformance::$group::$sentence(&engine).await
        }
    )*};
}

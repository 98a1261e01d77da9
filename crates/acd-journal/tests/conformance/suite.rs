//! The list of the promises, for every store there is, in this crate and in others.

/// Runs every promise on one store.
macro_rules! conformance {
    ($name:ident, $store:ty, [$($promise:ident),* $(,)?]) => {
        mod $name {
            $(
                #[test]
                fn $promise() {
                    crate::promises::$promise::<$store>();
                }
            )*

            proptest::proptest! {
                #![proptest_config(proptest::test_runner::Config {
                    cases: 48,
                    ..proptest::test_runner::Config::default()
                })]

                #[test]
                fn agrees_with_the_model_on_random_runs(operations in crate::model::operations()) {
                    crate::model::agrees_on::<$store>(operations);
                }
            }
        }
    };
    ($($name:ident: $store:ty),* $(,)?) => {
        $(
            crate::suite::conformance!($name, $store, [
                a_new_log_is_empty,
                reads_back_what_was_appended,
                what_is_erased_stays_so_and_nothing_else_is,
                what_is_erased_up_to_a_contact_is_all_but_what_is_kept,
                a_reader_starts_where_it_asks_and_stops_when_it_wants,
                a_gap_or_overlap_is_refused_and_names_what_is_expected,
                a_batch_is_written_whole_or_not_at_all,
                time_never_goes_back_within_a_tenant,
                impossible_sequence_ranges_are_refused,
                tenant_names_have_limits,
                entries_up_to_the_limit_are_kept_and_larger_ones_refused,
                batches_up_to_the_limit_are_kept_and_larger_ones_refused,
                an_empty_batch_changes_nothing,
                many_tenants_interleave,
                the_newest_two_snapshots_are_kept_newest_first,
                a_snapshot_must_be_of_the_log_and_newer_than_the_kept_ones,
                truncation_stops_at_the_older_snapshot,
                what_was_truncated_is_refused_to_readers,
                an_entry_that_reaches_over_the_cut_is_kept_whole,
                a_deleted_tenant_is_gone_and_its_name_free,
                time_is_remembered_after_its_tenant_is_deleted,
                upkeep_ends_and_changes_nothing_readable,
                what_was_given_up_takes_no_bytes_once_it_is_removed,
                the_journal_keeps_its_id_and_no_two_are_alike,
                each_life_of_a_name_has_its_own_number,
                the_log_tells_which_events_are_older_than_a_time,
                a_reader_sees_the_log_as_it_was_while_it_goes_on,
                an_append_does_not_wait_for_an_open_read,
                a_writer_and_several_keepers_work_side_by_side,
            ]);
        )*
    };
}

pub(crate) use conformance;

//! The contract suite: every rule the traits state, as tests any store can be put under.
//!
//! `store_contract!` instantiates all of them for one [`Fixture`]. They share a store that is not empty:
//! each works on accounts, blocks and aliases of its own.

#![expect(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "assertions of tests"
)]

pub mod accounts;
pub mod changing;
pub mod idempotency;
pub mod installing;
pub mod leasing;
pub mod listing;
pub mod look_ups;
mod minter;
pub mod minting;
pub(crate) mod model;
pub mod scans;
pub mod unreadable;
pub mod values;

pub use self::minter::{Minter, request};
pub use self::scans::{due_pages, forgetting, roll_ups, salts, visitors, windows};

use ezqr_schema::Code;

use crate::{AccountStore, CodeStore, InstallationStore, KeyStore};

/// Where the suite finds a store, as several processes have it.
pub trait Fixture {
    /// The store.
    type Store: AccountStore + CodeStore + InstallationStore + KeyStore + Clone;

    /// A place for a store, to be used by one test.
    async fn new() -> Self;

    /// The store as the process that serves has it. Called again when all clones of the one before are
    /// dropped, it is the store after a restart.
    async fn serve(&self) -> Self::Store;

    /// The store as another process has it beside the one that serves.
    async fn another(&self) -> Self::Store;

    /// Puts `text`, which no ezqr writes, in place of the metadata of `code`.
    async fn spoil(&self, code: &Code, text: &str);
}

/// Runs one test of the suite on a runtime of its own.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
}

/// One test for each rule of the contract, on the stores of a [`Fixture`](contract::Fixture) of the same
/// module. Each store has a module of its own, because the tests' own modules are called after the subjects.
///
/// With `ignore = "reason"` the tests run only when they are asked for: their store has to be started first.
#[macro_export]
macro_rules! store_contract {
    ($fixture:ident $(, ignore = $reason:literal)?) => {
        $crate::store_contract! { [$(ignore = $reason)?] $fixture
            minting {
                a_code_reads_back_as_it_was_minted
                a_batch_reads_back_highest_number_first
                a_number_never_minted_is_no_code
                the_row_of_a_page_may_be_brought_by_every_mint
                mints_of_a_new_page_do_not_wait_for_each_other
                a_taken_alias_is_refused_and_nothing_is_written
                one_of_many_gets_an_alias
                an_acknowledged_code_outlives_a_restart
            }
            changing {
                a_change_replaces_what_may_change
                a_change_of_another_version_is_refused_with_the_one_found
                a_change_of_no_code_is_refused
                racing_changes_are_a_single_chain
            }
            idempotency {
                a_named_mint_leaves_its_record
                a_name_used_before_is_refused_with_its_record
                one_of_many_mints_of_a_name_is_written
                names_of_others_do_not_collide
                a_name_never_used_has_no_record
                a_resumed_mint_writes_the_codes_of_its_record
                a_resumed_mint_leaves_what_is_there
                a_refused_alias_leaves_the_name_free
            }
            look_ups {
                pages_are_walked_newest_first
                pages_of_others_are_not_seen
                a_tag_leads_to_its_pages_and_is_never_taken_back
                an_external_id_leads_to_its_codes_newest_first
                a_look_up_after_a_change_finds_old_and_new
            }
            leasing {
                a_block_is_leased_once
                leases_tell_how_far_numbers_were_given_out
            }
            installing {
                an_installation_is_founded_once
                a_link_base_keeps_its_number
                a_write_of_another_process_is_noticed
            }
            accounts {
                an_account_reads_back_and_changes_status
                a_name_belongs_to_one_account
                creating_an_account_can_be_repeated
                a_missing_account_is_refused
                a_key_reads_back
                a_key_needs_its_account
                creating_a_key_can_be_repeated
                the_earliest_revocation_stays
                accounts_and_keys_are_listed_oldest_first
            }
            values {
                any_number_of_the_metadata_comes_back_as_it_was_written
                metadata_at_their_bound_come_back
            }
            unreadable {
                its_neighbours_are_read_and_listed
                it_is_deleted_unread
                a_deletion_is_of_one_version_and_owner
            }
            listing {
                a_walk_finds_what_a_model_says_while_others_mint
                a_position_between_codes_goes_on_behind_it
            }
        }
    };
    ($attribute:tt $fixture:ident $($subject:ident { $($rule:ident)+ })+) => {
        $(mod $subject {
            $($crate::store_contract! { $attribute
                fn $rule() {
                    $crate::contract::run(async {
                        let fixture = <super::$fixture as $crate::contract::Fixture>::new().await;
                        $crate::contract::$subject::$rule(&fixture).await;
                    });
                }
            })+
        })+
    };
    ([] $($test:tt)+) => {
        #[test]
        $($test)+
    };
    ([$attribute:meta] $($test:tt)+) => {
        #[test]
        #[$attribute]
        $($test)+
    };
}

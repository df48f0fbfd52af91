//! `ezqr doctor --after-restore`.

use ezqr_store::{EmbeddedStore, LeaseMark};
use serde_json::json;

use super::CommandError;
use super::output::Output;
use crate::boot::{BootError, store};
use crate::config;

/// Passes over the numbers that may have been printed since a copy was made.
pub(super) fn move_on(settings: &config::Store) -> Result<Output, CommandError> {
    if let Some(url) = &settings.url {
        return Err(CommandError::SharedStore(url.to_string()));
    }
    let options = store::embedded_options(settings);
    let moved = EmbeddedStore::move_on_after_restore(&settings.data_directory, options);
    let LeaseMark { next_block, generation } = moved.map_err(BootError::from)?;
    let text = format!(
        "Numbers go on at block {next_block} of 16,777,216: no code printed before is given again. This was move \
         {generation} of at most 1,024."
    );
    Ok(Output { text, json: json!({ "next_block": next_block, "generation": generation }) })
}

//! What must work on a full disk.

use ezqr_store::Reserve;

use super::CommandError;
use super::output::{Output, with_note};
use crate::boot::BootError;
use crate::config;

/// Runs a command. When it fails, is urgent and the disk is full, the reserve is given up and it runs again.
pub(super) async fn carry_out(
    settings: &config::Store,
    is_urgent: bool,
    run: impl AsyncFn() -> Result<Output, CommandError>,
) -> Result<Output, CommandError> {
    let outcome = run().await;
    if outcome.is_ok() || !is_urgent || settings.url.is_some() {
        return outcome;
    }
    let reserve = Reserve::of(&settings.data_directory);
    let path = &settings.data_directory;
    let given_up =
        |source| BootError::Open(ezqr_store::OpenError::Inaccessible { path: path.clone(), source });
    if !reserve.is_needed() || !reserve.give_up().map_err(given_up)? {
        return outcome;
    }
    let Output { text, json } = run().await?;
    let note = "The disk is full: the reserve was used up. Make room, then restart the server, which makes a new one.";
    Ok(Output { text: with_note(text, Some(note)), json })
}

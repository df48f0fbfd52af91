//! The server under test and the clients that talk to it.

mod answer;
mod app;
mod client;
mod process;
mod raw;
mod symbol;

pub(crate) use self::answer::Answer;
pub(crate) use self::app::TestApp;
pub(crate) use self::client::{Call, Client};
pub(crate) use self::process::{Server, ezqr};
pub(crate) use self::raw::Connection;
pub(crate) use self::symbol::{decoded_png, decoded_svg, printed};

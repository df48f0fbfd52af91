//! Scans of a server that is killed, runs out of disk and is searched: every answered one is counted once.

mod disk;
mod installation;
mod kills;
mod oracle;
mod privacy;
mod reused;
mod rows;
mod told;
mod visitor;

//! A small disk.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A small disk, there until it is dropped.
pub(crate) struct Disk(PathBuf);

impl Disk {
    /// Mounts one of so many bytes, if that is allowed.
    pub(crate) fn mount(path: &Path, bytes: u64) -> Option<Self> {
        std::fs::create_dir_all(path).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "tmpfs"]).arg(path);
        let is_mounted = mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        is_mounted.then(|| Self(path.to_owned()))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily, because a server that failed may still have it open.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

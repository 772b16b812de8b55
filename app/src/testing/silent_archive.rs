//! A Git archive that does not answer, as on a share of the network that is away.

use std::{
    fs,
    io::Write,
    os::unix::fs::FileTypeExt,
    path::{Path, PathBuf},
    process::Command,
};

/// The branch of an archive that whoever asks for waits for; it is as before when this is dropped, and those who wait
/// are answered.
#[derive(Debug)]
pub struct SilentArchive {
    branch: PathBuf,
    /// Where it is written before it takes its place.
    aside: PathBuf,
    commit: Vec<u8>,
}

impl SilentArchive {
    /// Silences the archive among the data of an instance, which has a commit.
    ///
    /// # Panics
    /// Where there is none.
    pub fn below(data_dir: &Path) -> Self {
        let branch = data_dir.join("archive.git/refs/heads/main");
        let commit = fs::read(&branch).expect("the archive has a commit");
        fs::remove_file(&branch).expect("the branch is taken away");
        // Who opens a pipe for reading waits for somebody who writes.
        let made = Command::new("mkfifo").arg(&branch).status().expect("mkfifo (coreutils) starts");
        assert!(made.success(), "mkfifo: {made}");
        Self { branch, aside: data_dir.join("branch"), commit }
    }
}

impl Drop for SilentArchive {
    fn drop(&mut self) {
        let is_pipe = fs::metadata(&self.branch).is_ok_and(|found| found.file_type().is_fifo());
        if !is_pipe {
            return;
        }
        // For both, so that it does not wait for a reader itself.
        let pipe = fs::OpenOptions::new().read(true).write(true).open(&self.branch);
        let _ = fs::write(&self.aside, &self.commit);
        let _ = fs::rename(&self.aside, &self.branch);
        if let Ok(mut pipe) = pipe {
            let _ = pipe.write_all(&self.commit);
        }
    }
}

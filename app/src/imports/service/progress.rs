//! How far the imports of this process are. Kept in memory: the import's own transaction shows nothing
//! to others until it ends.

use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
};

use crate::domain::ids::ImportId;

/// A running import's counter and its brake.
#[derive(Debug, Default)]
pub struct Progress {
    total: AtomicUsize,
    done: AtomicUsize,
    is_cancelled: AtomicBool,
}

static RUNNING: LazyLock<Mutex<HashMap<ImportId, Arc<Progress>>>> = LazyLock::new(Mutex::default);

/// Keeps an import in the list of running ones; dropped, it leaves it.
#[derive(Debug)]
pub struct Running {
    id: ImportId,
    progress: Arc<Progress>,
}

impl Running {
    /// Enters an import into the list.
    pub fn enter(id: ImportId) -> Self {
        let progress = Arc::new(Progress::default());
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).insert(id, progress.clone());
        Self { id, progress }
    }

    /// Its counter.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

/// The counter of an import that runs in this process.
pub fn of(id: ImportId) -> Option<Arc<Progress>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
}

impl Progress {
    /// Rows there are to write in all.
    pub fn expect(&self, total: usize) {
        self.total.store(total, Relaxed);
    }

    /// Rows written since the last call.
    pub fn advance(&self, rows: usize) {
        self.done.fetch_add(rows, Relaxed);
    }

    /// Rows written, and rows in all.
    pub fn counts(&self) -> (usize, usize) {
        let total = self.total.load(Relaxed);
        (self.done.load(Relaxed).min(total), total)
    }

    /// Asks the import to stop and take everything back.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Relaxed);
    }

    /// Whether it was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Relaxed)
    }
}

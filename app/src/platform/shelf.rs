//! A shelf for the few things that are asked for again and again and take long to make.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Keeps the last few values for a while. Cheap to clone; all clones share what lies on it.
pub struct Shelf<K, V> {
    most: usize,
    keeps: Duration,
    things: Arc<Mutex<Vec<Thing<K, V>>>>,
}

struct Thing<K, V> {
    key: K,
    put: Instant,
    value: Arc<V>,
}

impl<K: Eq + Send + 'static, V: Send + Sync + 'static> Shelf<K, V> {
    /// At most so many values, each for so long.
    pub fn new(most: usize, keeps: Duration) -> Self {
        Self { most, keeps, things: Arc::default() }
    }

    /// What lies there under a key.
    pub fn get(&self, key: &K) -> Option<Arc<V>> {
        self.swept().iter().find(|thing| thing.key == *key).map(|thing| thing.value.clone())
    }

    /// Puts a value there, in the place of the one of the same key or of the oldest. It is taken away when its time is
    /// over, whether somebody asks or not.
    pub fn put(&self, key: K, value: Arc<V>) {
        let mut things = self.swept();
        things.retain(|thing| thing.key != key);
        if things.len() >= self.most {
            things.remove(0);
        }
        things.push(Thing { key, put: Instant::now(), value });
        drop(things);
        let shelf = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(shelf.keeps).await;
            drop(shelf.swept());
        });
    }

    fn swept(&self) -> MutexGuard<'_, Vec<Thing<K, V>>> {
        let mut things = self.things.lock().unwrap_or_else(PoisonError::into_inner);
        things.retain(|thing| thing.put.elapsed() < self.keeps);
        things
    }
}

impl<K, V> Clone for Shelf<K, V> {
    fn clone(&self) -> Self {
        Self { most: self.most, keeps: self.keeps, things: self.things.clone() }
    }
}

impl<K, V> fmt::Debug for Shelf<K, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Shelf").field("most", &self.most).field("keeps", &self.keeps).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::Shelf;

    #[tokio::test]
    async fn the_last_few_values_lie_there_until_their_time_is_over() {
        let shelf = Shelf::new(2, Duration::from_millis(200));
        for (key, value) in [(1, "one"), (2, "two"), (2, "another two"), (3, "three")] {
            shelf.put(key, Arc::new(value));
        }
        let lies = |key| shelf.get(&key).map(|value| *value);
        assert_eq!([lies(1), lies(2), lies(3)], [None, Some("another two"), Some("three")]);
        let kept = Arc::downgrade(&shelf.get(&3).unwrap());
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert!(kept.upgrade().is_none(), "nothing is kept for nobody");
        assert_eq!(lies(3), None);
    }
}

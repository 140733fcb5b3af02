//! Gives each client or person a small share of what everybody uses, so that none can take all of it.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

type ByHolder<K> = Arc<Mutex<HashMap<K, Arc<Semaphore>>>>;

/// So many places for each holder; holders without a place are not remembered.
#[derive(Debug)]
pub(crate) struct Shares<K> {
    each: usize,
    holders: ByHolder<K>,
}

/// A place that is taken until it is dropped.
#[derive(Debug)]
pub(crate) struct Place<K: Hash + Eq> {
    holder: K,
    semaphore: Option<Arc<Semaphore>>,
    permit: Option<OwnedSemaphorePermit>,
    holders: ByHolder<K>,
}

impl<K: Hash + Eq + Clone> Shares<K> {
    pub(crate) fn new(each: usize) -> Self {
        Self { each, holders: Arc::default() }
    }

    /// Takes a place, unless all of the holder's are taken.
    pub(crate) fn try_take(&self, holder: K) -> Option<Place<K>> {
        let (mut place, semaphore) = self.prepare(holder);
        place.permit = semaphore.try_acquire_owned().ok();
        place.permit.is_some().then_some(place)
    }

    /// Waits for a place; the holder's others are served in order.
    pub(crate) async fn take(&self, holder: K) -> Option<Place<K>> {
        let (mut place, semaphore) = self.prepare(holder);
        place.permit = semaphore.acquire_owned().await.ok();
        place.permit.is_some().then_some(place)
    }

    fn prepare(&self, holder: K) -> (Place<K>, Arc<Semaphore>) {
        let mut holders = lock(&self.holders);
        let semaphore = holders.entry(holder.clone()).or_insert_with(|| Arc::new(Semaphore::new(self.each))).clone();
        let place = Place { holder, semaphore: Some(semaphore.clone()), permit: None, holders: self.holders.clone() };
        (place, semaphore)
    }
}

impl<K: Hash + Eq> Drop for Place<K> {
    fn drop(&mut self) {
        self.permit = None;
        self.semaphore = None;
        let mut holders = lock(&self.holders);
        // What the map holds alone, nobody uses or waits for.
        if holders.get(&self.holder).is_some_and(|semaphore| Arc::strong_count(semaphore) == 1) {
            holders.remove(&self.holder);
        }
    }
}

fn lock<K>(holders: &ByHolder<K>) -> MutexGuard<'_, HashMap<K, Arc<Semaphore>>> {
    holders.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One holder for all addresses that one customer of a network usually has: an IPv6 /64.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn each_holder_has_its_own_places_and_is_forgotten_with_the_last() {
        let shares = Shares::new(2);
        let first = shares.try_take("jane").unwrap();
        let second = shares.take("jane").await.unwrap();
        assert!(shares.try_take("jane").is_none());
        let other = shares.try_take("tim").unwrap();

        let waiting = tokio::time::timeout(Duration::from_millis(10), shares.take("jane")).await;
        assert!(waiting.is_err(), "a third place was given");
        let (third, ()) = tokio::join!(shares.take("jane"), async { drop(first) });
        drop((second, third, other));
        assert!(shares.holders.lock().unwrap().is_empty());
    }

    #[test]
    fn a_network_is_one_holder() {
        let of = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }
}

//! Slows guessing down, for each account and each address, with bounded memory.
//!
//! Every attempt costs one point before the password is looked at, so that attempts at the same moment count too. Points
//! leak away with time; once the free ones are spent, each further point doubles the wait. Known and unknown accounts count alike.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How one kind of key is slowed down.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Attempts without any wait.
    pub free: u32,
    /// The time in which one point leaks away.
    pub leak: Duration,
    /// The longest wait.
    pub longest: Duration,
}

/// How sign-ins are slowed down.
#[derive(Debug, Clone, Copy)]
pub struct ThrottleSettings {
    /// A short longest wait: somebody else's guesses must not lock an account for long.
    pub account: Limits,
    /// Many people may share an address, hence more free attempts.
    pub address: Limits,
    /// Most keys of each kind that are remembered.
    pub capacity: usize,
}

impl Default for ThrottleSettings {
    fn default() -> Self {
        let account = Limits { free: 8, leak: Duration::from_mins(1), longest: Duration::from_mins(1) };
        let address = Limits { free: 40, leak: Duration::from_secs(10), longest: Duration::from_mins(15) };
        Self { account, address, capacity: 50_000 }
    }
}

/// Too early: the wait, and whether it is the first refusal of this wait, which alone is worth a line in the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Throttled {
    pub(crate) retry_after: Duration,
    pub(crate) first: bool,
}

#[derive(Debug)]
pub(crate) struct Throttle {
    accounts: Mutex<Buckets<String>>,
    addresses: Mutex<Buckets<IpAddr>>,
}

impl Throttle {
    pub(crate) fn new(settings: ThrottleSettings) -> Self {
        Self {
            accounts: Mutex::new(Buckets::new(settings.account, settings.capacity)),
            addresses: Mutex::new(Buckets::new(settings.address, settings.capacity)),
        }
    }

    /// Counts an attempt, or refuses it; a refused one costs nothing.
    pub(crate) fn begin(&self, account: &str, address: Option<IpAddr>, now: Instant) -> Result<(), Throttled> {
        let mut accounts = lock(&self.accounts);
        let mut addresses = lock(&self.addresses);
        let key = address.map(network);
        accounts.check(account, now)?;
        if let Some(key) = &key {
            addresses.check(key, now)?;
        }
        accounts.count(account.to_owned(), now);
        if let Some(key) = key {
            addresses.count(key, now);
        }
        Ok(())
    }

    /// Forgets an account's failures after a success; of the address only this attempt is forgiven, as whoever owns
    /// one account could otherwise guess at others for ever.
    pub(crate) fn succeed(&self, account: &str, address: Option<IpAddr>) {
        lock(&self.accounts).entries.remove(account);
        if let Some(key) = address.map(network) {
            lock(&self.addresses).forgive(&key);
        }
    }

    /// Takes an attempt back that was never judged.
    pub(crate) fn forgive(&self, account: &str, address: Option<IpAddr>) {
        lock(&self.accounts).forgive(account);
        if let Some(key) = address.map(network) {
            lock(&self.addresses).forgive(&key);
        }
    }
}

/// One key for all addresses that one customer of a network usually has: an IPv6 /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Debug)]
struct Bucket {
    points: f64,
    seen: Instant,
    open_at: Instant,
    refused: bool,
}

#[derive(Debug)]
struct Buckets<K> {
    limits: Limits,
    capacity: usize,
    entries: HashMap<K, Bucket>,
}

impl<K: Eq + Hash + Clone> Buckets<K> {
    fn new(limits: Limits, capacity: usize) -> Self {
        Self { limits, capacity, entries: HashMap::new() }
    }

    fn check<Q>(&mut self, key: &Q, now: Instant) -> Result<(), Throttled>
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let Some(bucket) = self.entries.get_mut(key) else {
            return Ok(());
        };
        if bucket.open_at <= now {
            return Ok(());
        }
        let first = !std::mem::replace(&mut bucket.refused, true);
        Err(Throttled { retry_after: bucket.open_at - now, first })
    }

    fn count(&mut self, key: K, now: Instant) {
        if self.entries.len() >= self.capacity && !self.entries.contains_key(&key) {
            self.make_room(now);
        }
        let limits = self.limits;
        let bucket = self.entries.entry(key).or_insert(Bucket { points: 0.0, seen: now, open_at: now, refused: false });
        bucket.points = limits.leaked(bucket, now) + 1.0;
        bucket.seen = now;
        bucket.open_at = now + limits.wait(bucket.points);
        bucket.refused = false;
    }

    fn forgive<Q>(&mut self, key: &Q)
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        if let Some(bucket) = self.entries.get_mut(key) {
            bucket.points = (bucket.points - 1.0).max(0.0);
            bucket.open_at = bucket.seen;
        }
    }

    /// Drops what has leaked away and, when that is too little, the half with the fewest points: a flood of new keys
    /// pushes itself out, never the account that is being guessed at.
    fn make_room(&mut self, now: Instant) {
        let limits = self.limits;
        self.entries.retain(|_, bucket| limits.leaked(bucket, now) > 0.0 || bucket.open_at > now);
        if self.entries.len() * 4 <= self.capacity * 3 {
            return;
        }
        let mut ranked: Vec<(f64, K)> =
            self.entries.iter().map(|(key, bucket)| (limits.leaked(bucket, now), key.clone())).collect();
        ranked.sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
        for (_, key) in ranked.into_iter().take(self.entries.len() / 2) {
            self.entries.remove(&key);
        }
    }
}

impl Limits {
    fn leaked(&self, bucket: &Bucket, now: Instant) -> f64 {
        let leaked = now.saturating_duration_since(bucket.seen).as_secs_f64() / self.leak.as_secs_f64();
        (bucket.points - leaked).max(0.0)
    }

    /// Nothing until the free points are spent, then 1 s, 2 s, 4 s … up to the longest.
    fn wait(&self, points: f64) -> Duration {
        let excess = points.ceil() - f64::from(self.free);
        if excess < 0.0 {
            return Duration::ZERO;
        }
        let seconds = excess.min(30.0).exp2();
        Duration::from_secs_f64(seconds).min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle() -> Throttle {
        Throttle::new(ThrottleSettings::default())
    }

    #[expect(clippy::unnecessary_wraps, reason = "the throttle also takes requests without an address")]
    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn guessing_at_one_account_slows_down_from_every_address() {
        let (throttle, start) = (throttle(), Instant::now());
        for guess in 0..8 {
            throttle.begin("jane", address(&format!("192.0.2.{guess}")), start).unwrap();
        }
        let mut now = start;
        let mut waits = Vec::new();
        for guess in 0..10 {
            let from = address(&format!("198.51.100.{guess}"));
            let refusal = throttle.begin("jane", from, now).unwrap_err();
            waits.push(refusal.retry_after.as_secs());
            assert_eq!(
                throttle.begin("jane", from, now).unwrap_err().retry_after,
                refusal.retry_after,
                "refusals are free"
            );
            now += refusal.retry_after;
            throttle.begin("jane", from, now).unwrap();
        }
        // A point leaks away in each minute, hence the second 32.
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 32, 60, 60, 60]);
        throttle.begin("john", address("203.0.113.1"), now).unwrap();
    }

    #[test]
    fn guessing_at_many_accounts_from_one_address_slows_down() {
        let (throttle, start) = (throttle(), Instant::now());
        let from = |host: u16| address(&format!("2001:db8:1:2::{host:x}"));
        for guess in 0..40 {
            throttle.begin(&format!("user-{guess}"), from(guess), start).unwrap();
        }
        assert!(throttle.begin("another", from(999), start).is_err(), "a whole /64 is one address");
        assert!(throttle.begin("another", address("2001:db8:1:3::1"), start).is_ok());
        let mapped = |text| network(address(text).unwrap());
        assert_eq!(mapped("::ffff:192.0.2.1"), mapped("192.0.2.1"), "a mapped address is the address");
    }

    #[test]
    fn success_clears_the_account_but_not_the_address() {
        let (throttle, start) = (throttle(), Instant::now());
        let from = address("192.0.2.1");
        for _ in 0..7 {
            throttle.begin("jane", from, start).unwrap();
        }
        throttle.succeed("jane", from);
        for _ in 0..8 {
            throttle.begin("jane", from, start).unwrap();
        }
        let addresses = lock(&throttle.addresses);
        assert!((addresses.entries.values().next().unwrap().points - 14.0).abs() < 1e-9);
    }

    #[test]
    fn patience_is_rewarded() {
        let (throttle, start) = (throttle(), Instant::now());
        for _ in 0..8 {
            throttle.begin("jane", None, start).unwrap();
        }
        let later = start + Duration::from_mins(9);
        for _ in 0..8 {
            throttle.begin("jane", None, later).unwrap();
        }
    }

    #[test]
    fn only_the_first_refusal_of_a_wait_is_marked() {
        let (throttle, start) = (throttle(), Instant::now());
        for _ in 0..8 {
            throttle.begin("jane", None, start).unwrap();
        }
        assert!(throttle.begin("jane", None, start).unwrap_err().first);
        assert!(!throttle.begin("jane", None, start).unwrap_err().first);
    }

    #[test]
    fn a_flood_of_names_stays_bounded_and_does_not_free_the_victim() {
        let settings = ThrottleSettings { capacity: 1000, ..ThrottleSettings::default() };
        let (throttle, start) = (Throttle::new(settings), Instant::now());
        for _ in 0..8 {
            throttle.begin("victim", None, start).unwrap();
        }
        for flood in 0..20_000 {
            throttle.begin(&format!("flood-{flood}"), None, start).unwrap();
            assert!(lock(&throttle.accounts).entries.len() <= 1000);
        }
        assert!(throttle.begin("victim", None, start).is_err());
    }
}

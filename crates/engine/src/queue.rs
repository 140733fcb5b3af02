//! Who runs next: places for running queries, given out in turn to those who ask for them.
//!
//! The engine knows no users, only shares. A share has at most half of the places and a waiting line of its own, so that
//! nobody waits behind all that another has asked for.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::error::EngineError;

/// How many queries of one share may wait for each place.
const WAITING_A_PLACE: usize = 128;

/// Those who together have one fair share of the engine: a person, say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Share(String);

impl Share {
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    pub(crate) fn name(&self) -> &str {
        &self.0
    }
}

/// The places, and who waits for them.
pub(crate) struct Queue {
    places: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: usize,
    next_ticket: u64,
    lines: HashMap<Share, Line>,
    /// The shares with somebody waiting, the next to be served first.
    turns: VecDeque<Share>,
}

#[derive(Default)]
struct Line {
    running: usize,
    waiting: VecDeque<(u64, oneshot::Sender<()>)>,
}

/// A place, given back when dropped.
pub(crate) struct Place {
    queue: Arc<Queue>,
    share: Share,
}

/// Somebody in a line, who may leave at any time.
struct Waiting<'a> {
    queue: &'a Arc<Queue>,
    share: &'a Share,
    ticket: u64,
    called: oneshot::Receiver<()>,
    done: bool,
}

impl Queue {
    pub(crate) fn new(places: usize) -> Self {
        Self { places: places.max(1), state: Mutex::default() }
    }

    /// A place, once it is this share's turn; `Busy` where its line is full.
    pub(crate) async fn place(self: &Arc<Self>, share: &Share) -> Result<Place, EngineError> {
        let mut waiting = self.stand_in_line(share)?;
        (&mut waiting.called).await.map_err(EngineError::internal)?;
        waiting.done = true;
        Ok(Place { queue: Arc::clone(self), share: share.clone() })
    }

    fn stand_in_line<'a>(self: &'a Arc<Self>, share: &'a Share) -> Result<Waiting<'a>, EngineError> {
        let mut state = self.lock();
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        let line = state.lines.entry(share.clone()).or_default();
        if line.waiting.len() >= self.places * WAITING_A_PLACE {
            return Err(EngineError::Busy);
        }
        let (call, called) = oneshot::channel();
        line.waiting.push_back((ticket, call));
        if line.waiting.len() == 1 {
            state.turns.push_back(share.clone());
        }
        state.serve(self.places);
        Ok(Waiting { queue: self, share, ticket, called, done: false })
    }

    fn give_back(&self, share: &Share) {
        let mut state = self.lock();
        state.running = state.running.saturating_sub(1);
        if let Some(line) = state.lines.get_mut(share) {
            line.running = line.running.saturating_sub(1);
        }
        state.serve(self.places);
        state.forget_if_idle(share);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Gives the free places to the lines in turn, one each time.
    fn serve(&mut self, places: usize) {
        let most = (places / 2).max(1);
        let mut passed_over = 0;
        while self.running < places && passed_over < self.turns.len() {
            let Some(share) = self.turns.pop_front() else { return };
            let Some(line) = self.lines.get_mut(&share) else { continue };
            if line.running >= most {
                self.turns.push_back(share);
                passed_over += 1;
                continue;
            }
            // Who leaves is taken out of the line first, so whoever is called is there or gives the place back.
            if let Some((_, call)) = line.waiting.pop_front()
                && call.send(()).is_ok()
            {
                line.running += 1;
                self.running += 1;
            }
            if !line.waiting.is_empty() {
                self.turns.push_back(share);
            }
            passed_over = 0;
        }
    }

    fn forget_if_idle(&mut self, share: &Share) {
        if self.lines.get(share).is_some_and(|line| line.running == 0 && line.waiting.is_empty()) {
            self.lines.remove(share);
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        let mut state = self.queue.lock();
        if self.called.try_recv().is_ok() {
            drop(state);
            return self.queue.give_back(self.share);
        }
        if let Some(line) = state.lines.get_mut(self.share) {
            line.waiting.retain(|(ticket, _)| *ticket != self.ticket);
            if line.waiting.is_empty() {
                state.turns.retain(|share| share != self.share);
            }
        }
        state.forget_if_idle(self.share);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.queue.give_back(&self.share);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use futures::future::BoxFuture;

    type Asked = BoxFuture<'static, Result<Place, EngineError>>;

    /// Somebody who has asked, and stands in line or has a place already.
    fn ask(queue: &Arc<Queue>, share: &str) -> (Asked, Option<Result<Place, EngineError>>) {
        let (queue, share) = (Arc::clone(queue), Share::new(share));
        let mut asked: Asked = Box::pin(async move { queue.place(&share).await });
        let answer = (&mut asked).now_or_never();
        (asked, answer)
    }

    fn has(answer: Option<&Result<Place, EngineError>>) -> bool {
        answer.is_some_and(Result::is_ok)
    }

    #[test]
    fn a_share_has_half_of_the_places_and_lines_are_served_in_turn() {
        let queue = Arc::new(Queue::new(4));
        let (_, first) = ask(&queue, "a");
        let (_, second) = ask(&queue, "a");
        let (mut third, none) = ask(&queue, "a");
        assert!(has(first.as_ref()) && has(second.as_ref()) && none.is_none());
        let others: Vec<_> = ["b", "c"].map(|share| ask(&queue, share).1).into();
        assert!(others.iter().all(|answer| has(answer.as_ref())), "the other half is for others");
        let (mut later, none) = ask(&queue, "b");
        assert!(none.is_none());
        drop(first);
        assert!(has((&mut third).now_or_never().as_ref()), "the place was kept for who stood there first");
        drop(others);
        assert!(has((&mut later).now_or_never().as_ref()));
        drop(second);
        assert!(queue.lock().lines.is_empty(), "idle shares are forgotten");
        assert_eq!(queue.lock().running, 0);
    }

    #[test]
    fn who_leaves_gives_way() {
        let queue = Arc::new(Queue::new(1));
        let (_, first) = ask(&queue, "a");
        let (left_waiting, _) = ask(&queue, "a");
        let (called_away, _) = ask(&queue, "b");
        let (mut last, _) = ask(&queue, "c");
        drop(left_waiting);
        drop(first);
        assert!((&mut last).now_or_never().is_none(), "`b` was called");
        drop(called_away);
        assert!(has((&mut last).now_or_never().as_ref()));
        assert!(queue.lock().lines.is_empty());
    }

    #[test]
    fn a_full_line_turns_away_its_own_share_only() {
        let queue = Arc::new(Queue::new(1));
        let mut standing: Vec<_> = (0..=WAITING_A_PLACE).map(|_| ask(&queue, "a")).collect();
        assert!(matches!(ask(&queue, "a").1, Some(Err(EngineError::Busy))));
        let (mut other, none) = ask(&queue, "b");
        assert!(none.is_none());
        // The place of the first goes to the second of `a`, who stood there before, and then to `b`.
        drop(standing.remove(0));
        drop(standing.remove(0));
        assert!(has((&mut other).now_or_never().as_ref()));
        drop(standing);
        assert!(queue.lock().lines.is_empty());
    }
}

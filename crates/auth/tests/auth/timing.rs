//! Attack 7: how long a refusal takes says nothing about the account.

use std::time::{Duration, Instant};

use crate::support::{Instance, wrong};

const PAIRS: usize = 15;
const TRIES: usize = 6;

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64()
}

#[test]
fn attack_7_known_and_unknown_accounts_take_the_same_time() {
    // One thread for all hashing: two take turns, and their memory may be fresh for one and warm for the other.
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).enable_all().build().unwrap();
    runtime.block_on(compare_times());
}

#[expect(clippy::print_stdout, reason = "the times are worth reading when the test fails")]
async fn compare_times() {
    let instance = Instance::patient().await;
    instance.add("jane").await;
    let disabled = instance.add("disabled").await;
    instance.accounts.set_disabled(&crate::support::name("disabled"), true).await.unwrap();
    let wrong = wrong();
    let attempts = [("jane", &wrong), ("nobody", &wrong), ("disabled", &disabled), ("not a name!", &wrong)];

    // On a busy machine a whole series can be off; a difference in the work shows in every series.
    let mut ratios = Vec::new();
    for _ in 0..TRIES {
        let mut times = vec![Vec::new(); attempts.len()];
        for _ in 0..PAIRS {
            for (kind, (person, password)) in attempts.iter().enumerate() {
                let begun = Instant::now();
                instance.sign_in(person, password).await.unwrap_err();
                times[kind].push(begun.elapsed());
            }
        }
        let medians: Vec<f64> = times.into_iter().map(median).collect();
        println!("medians: {medians:.4?} s");
        let worst = medians.iter().map(|time| (time / medians[0] - 1.0).abs()).fold(0.0, f64::max);
        assert!(medians[0] > 0.005, "a check of {} s is no Argon2 with 19 MiB", medians[0]);
        ratios.push(worst);
        if worst < 0.1 {
            return;
        }
    }
    panic!("the medians differ by {ratios:.2?} of the known account's");
}

//! A crash in the middle of work loses nothing and leaves nothing half written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use aracari_testkit::Process;
use aracari_testkit::process::{SignIn, add_users};

use crate::support::{binary, copy_folder, repository};

const ROUNDS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn twenty_crashes_during_sign_ins_and_file_changes_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (app, data) = (folder.path().join("flights"), folder.path().join("data"));
    copy_folder(&repository("examples/flights"), &app);
    let readers = add_users(binary(), &data, &repository("examples/flights-readers.yaml")).unwrap();
    let glossary = app.join("glossary.yaml");
    let text = std::fs::read_to_string(&glossary).unwrap();
    let mut kept: Vec<String> = Vec::new();

    for round in 0..ROUNDS {
        let process = Process::start(binary(), &[&app], &data, &[]).await.unwrap();

        // Given the sessions that were acknowledged before the crash: they still hold.
        for token in &kept {
            assert_eq!(who_am_i(&process, token).await, 200, "round {round}: a session was lost");
        }

        // When the process dies amid sign-ins and file changes.
        let stop = Arc::new(AtomicBool::new(false));
        let signed_in = Arc::new(AtomicUsize::new(0));
        let mut workers = Vec::new();
        for reader in &readers {
            workers.push(tokio::spawn(sign_in_until(process.url(), reader.clone(), stop.clone(), signed_in.clone())));
        }
        for change in 0..4 {
            std::fs::write(&glossary, format!("{text}\n# round {round}, change {change}\n")).unwrap();
            tokio::time::sleep(Duration::from_millis(20 + 7 * round as u64)).await;
        }
        let waited = std::time::Instant::now();
        while signed_in.load(Ordering::SeqCst) == 0 && waited.elapsed() < Duration::from_secs(5) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        process.kill().unwrap();
        stop.store(true, Ordering::SeqCst);
        kept.clear();
        for worker in workers {
            kept.extend(worker.await.unwrap());
        }
        assert!(!kept.is_empty(), "round {round}: nobody signed in before the crash");
    }

    // Then everybody is still there, and nothing half-written lies in the data folder.
    let process = Process::start(binary(), &[&app], &data, &[]).await.unwrap();
    let listed = process.user(&["list"]).unwrap();
    for reader in &readers {
        assert!(listed.contains(&reader.name), "{} is missing:\n{listed}", reader.name);
        process.sign_in(reader).await.unwrap();
    }
    for entry in std::fs::read_dir(&data).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let half_written =
            std::path::Path::new(&name).extension().is_some_and(|extension| extension == "tmp" || extension == "part");
        assert!(!half_written, "{name} was left behind");
    }
}

/// Signs in again and again; the tokens that the server acknowledged.
async fn sign_in_until(url: String, reader: SignIn, stop: Arc<AtomicBool>, count: Arc<AtomicUsize>) -> Vec<String> {
    let mut tokens = Vec::new();
    while !stop.load(Ordering::SeqCst) && tokens.len() < 3 {
        let mut client = aracari_testkit::Client::new(&url);
        if client.sign_in(&reader.name, &reader.password).await.is_err() {
            break;
        }
        tokens.extend(client.token().map(str::to_owned));
        count.fetch_add(1, Ordering::SeqCst);
    }
    tokens
}

async fn who_am_i(process: &Process, token: &str) -> u16 {
    let request = reqwest::Client::new().get(format!("{}/api/v1/session", process.url())).bearer_auth(token);
    request.send().await.unwrap().status().as_u16()
}

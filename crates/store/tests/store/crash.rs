//! A process killed in the middle of writing loses nothing that it had acknowledged.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use aracari_store::{
    AuditEvent, AuditStore, NewSession, NewUser, Outcome, SessionStore, SqliteStore, Store, TokenDigest, UserStore,
};
use chrono::{TimeDelta, Utc};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Row};

use crate::users::name;

const FOLDER: &str = "ARACARI_TEST_CRASH_FOLDER";
const ROUND: &str = "ARACARI_TEST_CRASH_ROUND";
const ROUNDS: u64 = 8;

/// A digest that holds its round and number.
fn digest(round: u64, number: u64) -> TokenDigest {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&round.to_le_bytes());
    bytes[8..16].copy_from_slice(&number.to_le_bytes());
    TokenDigest(bytes)
}

/// The process that is killed: writes users, sessions and audit events, and says each number once it is kept.
#[tokio::test]
#[ignore = "started as a process of its own by the test below"]
async fn write_until_killed() {
    let (Ok(folder), Ok(round)) = (std::env::var(FOLDER), std::env::var(ROUND)) else {
        return;
    };
    let round: u64 = round.parse().unwrap();
    let store = SqliteStore::open(Path::new(&folder)).await.unwrap();
    for number in 0.. {
        let user = store.create_user(NewUser::named(name(&format!("user-{round}-{number}")))).await.unwrap();
        let created = Utc::now();
        let expires = created + TimeDelta::days(7);
        let session = NewSession { digest: digest(round, number), user: user.id, created, expires };
        store.create_session(session).await.unwrap();
        store.append_audit(&[AuditEvent::new("session.sign_in", Outcome::Allowed)]).await.unwrap();
        let mut output = std::io::stdout();
        writeln!(output, "kept {number}").unwrap();
        output.flush().unwrap();
    }
}

/// Kills a writer after it has worked for a while; how many writes it had acknowledged.
fn kill_a_writer(folder: &Path, round: u64) -> u64 {
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::write_until_killed", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let kept = |line: &str| line.split("kept ").nth(1).and_then(|number| number.parse::<u64>().ok());
    let first = lines.by_ref().map_while(Result::ok).find(|line| kept(line).is_some());
    assert!(first.is_some(), "round {round}: the writer ended by itself");
    std::thread::sleep(Duration::from_millis(13 * (round + 1)));
    writer.kill().unwrap();
    writer.wait().unwrap();
    let last = lines.map_while(Result::ok).filter_map(|line| kept(&line)).last();
    last.unwrap_or(0) + 1
}

#[tokio::test]
async fn a_killed_process_loses_nothing_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut kept = Vec::new();
    for round in 0..ROUNDS {
        kept.push(kill_a_writer(folder.path(), round));

        let store = SqliteStore::open(folder.path()).await.unwrap();
        for (earlier, count) in (0..).zip(&kept) {
            for number in 0..*count {
                let found = store.find_session(&digest(earlier, number)).await.unwrap();
                let (_, user) = found.unwrap_or_else(|| panic!("session {earlier}-{number} was lost"));
                assert_eq!(user.name, name(&format!("user-{earlier}-{number}")));
            }
        }
        let audited = store.latest_audit(u32::MAX).await.unwrap().len() as u64;
        let (least, most) = (kept.iter().sum::<u64>(), kept.iter().map(|count| count + 1).sum::<u64>());
        assert!((least..=most).contains(&audited), "{audited} audit events of {least} to {most}");
        store.close().await;
    }
    let options = SqliteConnectOptions::new().filename(folder.path().join("aracari.db"));
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let check: String = sqlx::query("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap().get(0);
    assert_eq!(check, "ok");
}

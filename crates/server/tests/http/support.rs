//! A server on a free port with the fixture app and people of every kind, and clients for each of them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};
use std::time::Duration;

use aracari_app::Value as AppValue;
use aracari_auth::{Accounts, Authenticator, Secret};
use aracari_engine::{Engine, EngineSettings};
use aracari_server::{Apps, Parts, Running, Schemas, ServeError, Settings};
use aracari_sources::Sources;
use aracari_store::{NewUser, Role, SqliteStore, Store, UserName};
use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Everybody's password; it must never be seen in an answer or a log.
pub(crate) const PASSWORD: &str = "canary-Zw7-quartz-lantern";

/// Name, role, groups, regions.
type Person = (&'static str, Role, &'static [&'static str], Option<&'static [&'static str]>);

/// The people of the fixture.
const PEOPLE: [Person; 7] = [
    ("vera", Role::User, &["managers"], Some(&["north"])),
    ("max", Role::User, &["managers"], Some(&["south", "west"])),
    ("nora", Role::User, &["managers"], None),
    ("dora", Role::User, &["directors"], None),
    ("ed", Role::User, &["editors"], None),
    ("zoe", Role::User, &["strangers"], None),
    ("ada", Role::Admin, &["directors"], None),
];

static TLS: Once = Once::new();

/// Which app the server has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fixture {
    None,
    Good,
    Broken,
}

/// A running server; it stops when dropped.
pub(crate) struct TestServer {
    pub(crate) url: String,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) folder: PathBuf,
    running: Option<Running>,
    stop: aracari_server::Stop,
    _temporary: TempDir,
}

/// A client of the server, nobody's or a person's.
#[derive(Clone)]
pub(crate) struct TestClient {
    pub(crate) http: reqwest::Client,
    pub(crate) url: String,
    pub(crate) token: Option<String>,
}

/// A response with its body read.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn read(response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        Self { status, headers, text: response.text().await.unwrap() }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The problem's code, after checking that it is a well-formed problem.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{} {}", self.status, self.text);
        let problem = self.json();
        let code = problem["code"].as_str().unwrap().to_owned();
        assert_eq!(problem["type"], format!("urn:aracari:problem:{code}"));
        assert_eq!(problem["status"], self.status);
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        code
    }
}

pub(crate) fn fixture() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/shop"))
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts with settings that `change` made out of the defaults.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::try_start(change).await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) async fn start_without_apps() -> Self {
        Self::launch(|_| {}, Fixture::None).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Starts with an app whose files are wrong from the start.
    pub(crate) async fn start_broken() -> Self {
        Self::launch(|_| {}, Fixture::Broken).await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) async fn try_start(change: impl FnOnce(&mut Settings)) -> Result<Self, ServeError> {
        Self::launch(change, Fixture::Good).await
    }

    async fn launch(change: impl FnOnce(&mut Settings), fixture_kind: Fixture) -> Result<Self, ServeError> {
        TLS.call_once(|| {
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("shop");
        copy_folder(fixture(), &folder);
        let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory().await.unwrap());
        let secret = Secret::load(aracari_auth::Mode::Development, None, temporary.path()).unwrap();
        let authenticator = Authenticator::new(store.clone(), &secret, aracari_auth::Settings::default()).unwrap();
        add_people(&store).await;

        let mut settings = Settings { listen: ([127, 0, 0, 1], 0).into(), ..Settings::default() };
        change(&mut settings);
        let schemas: Schemas = Arc::new(Sources::default());
        if fixture_kind == Fixture::Broken {
            std::fs::write(folder.join("app.yaml"), "id: shop\ntitel: The shop\n").unwrap();
        }
        let folders = if fixture_kind == Fixture::None { Vec::new() } else { vec![folder.clone()] };
        let apps = Apps::load(&folders, &schemas).unwrap();
        for app in apps.iter() {
            let snapshot = app.snapshot();
            assert_eq!(
                snapshot.app.is_some(),
                fixture_kind == Fixture::Good,
                "the fixture has mistakes: {:#?}",
                snapshot.diagnostics
            );
        }
        let engine = Engine::new(Arc::new(Sources::default()), EngineSettings::default()).unwrap();
        let (base_path, secure) = (settings.base_path.clone(), settings.tls.is_some());
        let parts = Parts { settings, apps, engine, authenticator, store: store.clone() };
        let running = aracari_server::start(parts, schemas).await?;
        let scheme = if secure { "https" } else { "http" };
        let url = format!("{scheme}://localhost:{}{base_path}", running.address().port());
        Ok(Self { url, store, folder, stop: running.stop(), running: Some(running), _temporary: temporary })
    }

    /// A client that nobody is signed in with; it keeps no cookies.
    pub(crate) fn anonymous(&self) -> TestClient {
        // Every name is this machine, whatever the resolver says.
        let http = reqwest::Client::builder()
            .resolve("localhost", ([127, 0, 0, 1], 0).into())
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        TestClient { http, url: self.url.clone(), token: None }
    }

    /// Sees the north only.
    pub(crate) async fn viewer(&self) -> TestClient {
        self.sign_in("vera").await
    }

    /// Sees everything and administers the instance.
    pub(crate) async fn admin(&self) -> TestClient {
        self.sign_in("ada").await
    }

    pub(crate) async fn sign_in(&self, name: &str) -> TestClient {
        let mut client = self.anonymous();
        let body = json!({"name": name, "password": PASSWORD, "delivery": "bearer"});
        let answer = client.post("/session", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        client.token = Some(answer.json()["token"].as_str().unwrap().to_owned());
        client
    }

    /// Signs in as a browser does; gives the cookie's name and value.
    pub(crate) async fn cookie(&self, name: &str) -> String {
        let body = json!({"name": name, "password": PASSWORD, "delivery": "cookie"});
        let answer = self.anonymous().post("/session", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    pub(crate) fn stop_now(&self) {
        self.stop.now();
    }

    /// Waits until the stopped server has finished.
    pub(crate) async fn finish(mut self) {
        self.running.take().unwrap().finish().await.unwrap();
    }

    /// Replaces a file of the app as an editor does.
    pub(crate) fn write(&self, path: &str, content: &str) {
        std::fs::write(self.folder.join(path), content).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.join(path)).unwrap()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop.now();
    }
}

async fn add_people(store: &Arc<dyn Store>) {
    let accounts = Accounts::new(store.clone(), "test").unwrap();
    for (name, role, groups, regions) in PEOPLE {
        let mut user = NewUser::named(UserName::parse(name).unwrap());
        user.role = role;
        user.groups = groups.iter().map(|group| (*group).to_owned()).collect();
        if let Some(regions) = regions {
            let list = regions.iter().map(|region| AppValue::Text((*region).to_owned())).collect();
            user.attributes.insert("regions".to_owned(), AppValue::List(list));
        }
        accounts.create_with_password(user, &SecretString::from(PASSWORD)).await.unwrap();
    }
}

impl TestClient {
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}/api/v1{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::read(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::read(self.request(Method::POST, path).json(body).send().await.unwrap()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        Answer::read(self.request(Method::DELETE, path).send().await.unwrap()).await
    }

    /// An address outside the interface.
    pub(crate) async fn page(&self, path: &str) -> Answer {
        Answer::read(self.http.get(format!("{}{path}", self.url)).send().await.unwrap()).await
    }

    /// Asks for blocks of the home with these filters; gives the answers by block.
    pub(crate) async fn home(&self, blocks: &[&str], filters: Value) -> serde_json::Map<String, Value> {
        let body = json!({"page": {"kind": "home"}, "blocks": blocks, "filters": filters, "view": {}});
        let answer = self.post("/apps/shop/queries", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        lines(&answer.text)
    }

    /// The values of a column of a block of the home.
    pub(crate) async fn column(&self, block: &str, column: usize, filters: Value) -> Vec<Value> {
        let answers = self.home(&[block], filters).await;
        let values = &answers[block]["frames"]["main"]["columns"][column]["values"];
        values.as_array().unwrap_or_else(|| panic!("no column {column} in {answers:?}")).clone()
    }
}

/// The lines of an answer, by block.
pub(crate) fn lines(text: &str) -> serde_json::Map<String, Value> {
    text.lines()
        .map(|line| {
            let answer: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            (answer["block"].as_str().unwrap().to_owned(), answer)
        })
        .collect()
}

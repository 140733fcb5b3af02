//! A client of the REST API, as another program would write one.

use std::collections::BTreeMap;
use std::sync::Once;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

static TLS: Once = Once::new();

/// A client of one server; signed in after [`Client::sign_in`].
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Client {
    /// A client that is not signed in; `base` has no trailing slash.
    #[must_use]
    pub fn new(base: &str) -> Self {
        TLS.call_once(|| {
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        Self { http: reqwest::Client::new(), base: base.to_owned(), token: None }
    }

    /// True when the server says that it is ready.
    pub async fn is_ready(&self) -> bool {
        let answer = self.http.get(format!("{}/health/ready", self.base)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// Signs in and keeps the bearer token.
    ///
    /// # Errors
    /// The sign-in was refused.
    pub async fn sign_in(&mut self, name: &str, password: &str) -> Result<()> {
        let body = json!({"name": name, "password": password, "delivery": "bearer"});
        let answer = self.http.post(self.address("/session")).json(&body).send().await?;
        let status = answer.status();
        let answer: Value = answer.json().await?;
        ensure!(status.is_success(), "sign-in of {name} answered {status}: {answer}");
        self.token = Some(answer["token"].as_str().context("no token in the answer")?.to_owned());
        Ok(())
    }

    /// The bearer token of the session.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// A request to a path below `/api/v1`, with the session's token.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, self.address(path));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// The status and JSON body of a GET below `/api/v1`.
    ///
    /// # Errors
    /// No answer, or one that is not JSON.
    pub async fn get(&self, path: &str) -> Result<(u16, Value)> {
        let answer = self.request(reqwest::Method::GET, path).send().await?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? };
        Ok((status, body))
    }

    /// The status and text of a POST of JSON below `/api/v1`.
    ///
    /// # Errors
    /// No answer.
    pub async fn post(&self, path: &str, body: &Value) -> Result<(u16, String)> {
        let answer = self.request(reqwest::Method::POST, path).json(body).send().await?;
        let status = answer.status().as_u16();
        Ok((status, answer.text().await?))
    }

    /// The answers of several blocks of a page, by block.
    ///
    /// # Errors
    /// The request was refused; an error of a single block stays in its answer.
    pub async fn queries(&self, app: &str, request: &Value) -> Result<BTreeMap<String, Value>> {
        let (status, text) = self.post(&format!("/apps/{app}/queries"), request).await?;
        ensure!(status == 200, "queries answered {status}: {text}");
        text.lines()
            .filter(|line| !line.is_empty())
            .map(|line| {
                let answer: Value = serde_json::from_str(line).with_context(|| format!("not JSON: {line}"))?;
                let block = answer["block"].as_str().context("an answer without a block")?.to_owned();
                Ok((block, answer))
            })
            .collect()
    }

    fn address(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.base)
    }
}

/// Every page of a presentation with its blocks, as requests without filter values.
#[must_use]
pub fn page_requests(presentation: &Value) -> Vec<Value> {
    let mut pages = Vec::new();
    let mut home = Vec::new();
    for section in presentation["home"]["sections"].as_array().into_iter().flatten() {
        for tile in section["tiles"].as_array().into_iter().flatten() {
            let id = tile["id"].as_str().unwrap_or_default();
            if !tile["chart"].is_null() {
                home.push(json!(id));
            }
            if tile["values"] == json!(true) {
                home.push(json!(format!("{id}.values")));
            }
        }
    }
    pages.push(json!({"page": {"kind": "home"}, "blocks": home}));
    for (id, story) in presentation["stories"].as_object().into_iter().flatten() {
        let mut blocks = vec![json!("chart")];
        if !story["second_chart"].is_null() {
            blocks.push(json!("second_chart"));
        }
        if story["values"] == json!(true) {
            blocks.push(json!("values"));
        }
        pages.push(json!({"page": {"kind": "story", "id": id}, "blocks": blocks}));
    }
    for dashboard in presentation["dashboards"].as_array().into_iter().flatten() {
        let blocks: Vec<Value> = dashboard["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|item| !item["chart"].is_null())
            .map(|item| item["id"].clone())
            .collect();
        pages.push(json!({"page": {"kind": "dashboard", "id": dashboard["id"]}, "blocks": blocks}));
    }
    pages
}

//! Events of the YAML parser to a tree, within limits.

use std::collections::HashSet;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as EventSpan};

use super::explain::{explain, variable};
use super::{Entry, Node, NodeValue, Problem, Span, scalar};

const MAX_DEPTH: usize = 64;
const MAX_NODES: usize = 200_000;
/// Signs that begin a value or part two: the parser holds all that stand in one list.
const MAX_SIGNS: usize = 1_000_000;
/// How many bytes a line may have whose quotes are looked for.
const MAX_LINE: usize = 2_000;
/// Findings of one file after which the rest of it is not read.
const MAX_PROBLEMS: usize = 200;
const A_KEY: &str = "a key must be a text";

/// Reads one file. Without a tree the problems say why; with one they may still hold errors.
pub(crate) fn parse(text: &str, file: usize) -> (Option<Node>, Vec<Problem>) {
    let lines = text.lines().collect();
    let mut builder =
        Builder { file, lines, stack: Vec::new(), root: None, nodes: 0, problems: Vec::new(), documents: 0 };
    if text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).nth(MAX_SIGNS).is_some() {
        let start = Span { file, line: 1, column: 1, length: 0 };
        let message = format!("more than {MAX_SIGNS} commas and brackets in one file");
        let _: Result<(), Stop> = builder.fatal("too_large", start, message, None);
        return (None, builder.problems);
    }
    for item in Parser::new_from_str(text) {
        let step = match item {
            Ok((event, span)) => builder.take(event, span),
            Err(error) => {
                let marker = error.marker();
                let at = Span { file, line: marker.line().max(1), column: marker.col() + 1, length: 1 };
                let (span, message, hint) = explain(error.info(), &builder.lines, at);
                builder.fatal("invalid_yaml", span, message, hint.as_deref())
            }
        };
        if step.is_err() {
            return (None, builder.problems);
        }
    }
    let nothing = Node { span: Span { file, line: 1, column: 1, length: 0 }, value: NodeValue::Null };
    (Some(builder.root.unwrap_or(nothing)), builder.problems)
}

/// A list or map that is not closed yet.
enum Open {
    List { span: Span, items: Vec<Node> },
    Map { span: Span, entries: Vec<Entry>, keys: HashSet<String>, key: Option<(String, Span, bool)> },
}

struct Builder<'a> {
    file: usize,
    lines: Vec<&'a str>,
    stack: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    problems: Vec<Problem>,
    documents: usize,
}

/// Reading has to stop; the reason is among the problems.
struct Stop;

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, at: EventSpan) -> Result<(), Stop> {
        let span = self.span(at);
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    let hint = Some("write one file for each document");
                    return self.fatal(
                        "several_documents",
                        span,
                        "a file holds one document, this one holds several",
                        hint,
                    );
                }
                Ok(())
            }
            Event::Alias(_) => {
                self.refuse("alias", span, "aliases (`*name`) are not accepted", Some("write the value out"))?;
                self.add(Node { span, value: NodeValue::Refused })
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.check_properties(anchor, tag.is_some(), span)?;
                self.scalar(&text, style, span)
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_properties(anchor, tag.is_some(), span)?;
                self.open(Open::List { span, items: Vec::new() }, span)
            }
            Event::MappingStart(anchor, tag) => {
                self.check_properties(anchor, tag.is_some(), span)?;
                self.open(Open::Map { span, entries: Vec::new(), keys: HashSet::new(), key: None }, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn span(&self, at: EventSpan) -> Span {
        let length = if at.start.line() == at.end.line() { at.end.col().saturating_sub(at.start.col()) } else { 1 };
        Span { file: self.file, line: at.start.line().max(1), column: at.start.col() + 1, length: length.max(1) }
    }

    /// Without the blanks after a closing quote, which the parser counts in; very long lines are not looked through.
    fn without_blanks(&self, span: Span) -> Span {
        let line = self.lines.get(span.line - 1).filter(|line| line.len() <= MAX_LINE);
        let Some(line) = line else { return span };
        let written: String = line.chars().skip(span.column - 1).take(span.length).collect();
        Span { length: written.trim_end().chars().count().max(1), ..span }
    }

    fn check_properties(&mut self, anchor: usize, tagged: bool, span: Span) -> Result<(), Stop> {
        if anchor != 0 {
            self.refuse(
                "anchor",
                span,
                "anchors (`&name`) are not accepted",
                Some("write the value out where it is needed"),
            )?;
        }
        if tagged {
            self.refuse("tag", span, "tags (`!name`) are not accepted", None)?;
        }
        Ok(())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: Span) -> Result<(), Stop> {
        if self.expects_key() {
            return self.key(text.to_owned(), span);
        }
        let span = if style == ScalarStyle::Plain { span } else { self.without_blanks(span) };
        if style == ScalarStyle::Plain && scalar::has_leading_zero(text) {
            return self.add(Node { span, value: NodeValue::ZeroLed(text.to_owned()) });
        }
        let value =
            if style == ScalarStyle::Plain { scalar::read(text) } else { Some(NodeValue::Text(text.to_owned())) };
        let Some(read) = value else {
            self.refuse("bad_number", span, format!("`{text}` is not a number that can be held"), None)?;
            return self.add(Node { span, value: NodeValue::Refused });
        };
        self.add(Node { span, value: read })
    }

    fn expects_key(&self) -> bool {
        matches!(self.stack.last(), Some(Open::Map { key: None, .. }))
    }

    fn key(&mut self, text: String, span: Span) -> Result<(), Stop> {
        let Some(Open::Map { keys, key, .. }) = self.stack.last_mut() else { return Ok(()) };
        let is_new = keys.insert(text.clone());
        let message = (!is_new).then(|| format!("the key `{text}` stands twice in this map"));
        *key = Some((text, span, is_new));
        match message {
            Some(message) => self.refuse("duplicate_key", span, message, Some("keep one of them")),
            None => Ok(()),
        }
    }

    fn open(&mut self, open: Open, span: Span) -> Result<(), Stop> {
        if self.expects_key() {
            let without_quotes = match open {
                Open::Map { .. } => variable(&self.lines, span),
                Open::List { .. } => None,
            };
            let (place, message, hint) = without_quotes.unwrap_or_else(|| (span, A_KEY.to_owned(), None));
            return self.fatal("bad_key", place, message, hint.as_deref());
        }
        if self.stack.len() >= MAX_DEPTH {
            return self.fatal("too_deep", span, format!("nested more than {MAX_DEPTH} levels deep"), None);
        }
        self.stack.push(open);
        Ok(())
    }

    fn close(&mut self) -> Result<(), Stop> {
        match self.stack.pop() {
            Some(Open::List { span, items }) => self.add(Node { span, value: NodeValue::List(items) }),
            Some(Open::Map { span, entries, .. }) => self.add(Node { span, value: NodeValue::Map(entries) }),
            None => Ok(()),
        }
    }

    fn add(&mut self, node: Node) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return self.fatal("too_large", node.span, format!("more than {MAX_NODES} values in one file"), None);
        }
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, key, .. }) => match key.take() {
                Some((key, key_span, true)) => entries.push(Entry { key, key_span, node }),
                // The second value of a key that was reported already.
                Some((_, _, false)) => {}
                None => return self.fatal("bad_key", node.span, A_KEY, None),
            },
        }
        Ok(())
    }

    fn refuse(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        hint: Option<&str>,
    ) -> Result<(), Stop> {
        self.problems.push(Problem { code, span, message: message.into(), hint: hint.map(str::to_owned) });
        if self.problems.len() >= MAX_PROBLEMS { Err(Stop) } else { Ok(()) }
    }

    fn fatal(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        hint: Option<&str>,
    ) -> Result<(), Stop> {
        self.problems.push(Problem { code, span, message: message.into(), hint: hint.map(str::to_owned) });
        Err(Stop)
    }
}

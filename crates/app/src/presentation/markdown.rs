//! Markdown to a tree that holds no markup: HTML is shown as text, links lead to few kinds of places only.

use indexmap::IndexMap;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::fields::FieldModel;
use super::{Block, Inline, RichText};
use crate::diagnostic::beginning;
use crate::template::{Piece, placeholders};

mod names;

pub(crate) use names::NarrativeNames;

/// Marks the place of a placeholder while markdown is parsed; authors' own are removed first.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';
/// Emphasis and links nested deeper than this are flattened.
const MAX_DEPTH: usize = 12;
/// Mistakes of one text after which no more are looked for: whoever mends these finds the others.
const MAX_PROBLEMS: usize = 50;

/// A mistake in a text: an unknown name, a link that is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MarkdownProblem {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// Where in the text, in characters from 1.
    pub(crate) character: Option<usize>,
}

impl MarkdownProblem {
    pub(crate) fn new(code: &'static str, message: String, hint: Option<String>) -> Self {
        Self { code, message, hint, character: None }
    }

    /// The same, at the first place of `about` in the text.
    fn at(self, about: &str, text: &str) -> Self {
        let character = text.find(about).map(|start| text[..start].chars().count() + 1);
        Self { character, ..self }
    }
}

/// Compiles a text; mistakes are left out of the tree and reported beside it.
pub(crate) fn compile(text: &str, names: &NarrativeNames<'_>) -> (RichText, Vec<MarkdownProblem>) {
    let mut builder = Builder {
        names,
        source: text,
        placeholders: Vec::new(),
        blocks: Vec::new(),
        inlines: Vec::new(),
        lists: Vec::new(),
        problems: Vec::new(),
        heading: false,
    };
    let marked = builder.mark_placeholders(text);
    builder.inlines.push(Open { container: Container::Block, children: Vec::new() });
    for event in Parser::new_ext(&marked, Options::empty()) {
        builder.take(event);
    }
    builder.flush();
    (builder.blocks, builder.problems)
}

enum Container {
    Block,
    Bold,
    Italic,
    Link(String),
    Term(String),
    /// A container whose children are kept and which is itself left out.
    Nothing,
}

struct Open {
    container: Container,
    children: Vec<Inline>,
}

struct Builder<'a, 'n> {
    names: &'a NarrativeNames<'n>,
    source: &'a str,
    placeholders: Vec<Option<Inline>>,
    blocks: Vec<Block>,
    inlines: Vec<Open>,
    /// Open lists: ordered or not, and the items so far. Inner lists join the outer one.
    lists: Vec<(bool, Vec<Vec<Inline>>)>,
    problems: Vec<MarkdownProblem>,
    heading: bool,
}

impl Builder<'_, '_> {
    fn mark_placeholders(&mut self, text: &str) -> String {
        let clean: String = text.chars().filter(|character| !matches!(*character, OPEN | CLOSE)).collect();
        let mut marked = String::with_capacity(clean.len());
        for piece in placeholders(&clean) {
            match piece {
                Piece::Literal(literal) => {
                    let left = MAX_PROBLEMS.saturating_sub(self.problems.len());
                    for name in in_single_braces(literal, self.names).take(left) {
                        let message = format!("`{{ {name} }}` would be shown as it is written");
                        let hint = Some(format!("write `{{{{ {name} }}}}`, with two braces on each side"));
                        self.say(MarkdownProblem::new("single_braces", message, hint), name);
                    }
                    marked.push_str(literal);
                }
                Piece::Unclosed(rest) => {
                    let message = format!("`{{{{ {}` is not closed", beginning(rest));
                    let hint = Some("write `}}` after the name".to_owned());
                    self.say(MarkdownProblem::new("unclosed_name", message, hint), rest);
                }
                Piece::Placeholder(inner) => {
                    marked.push(OPEN);
                    marked.push_str(&self.placeholders.len().to_string());
                    marked.push(CLOSE);
                    let value = if self.is_given_up() { None } else { self.value(inner) };
                    self.placeholders.push(value);
                }
            }
        }
        marked
    }

    fn value(&mut self, inner: &str) -> Option<Inline> {
        self.names.value(inner).map_err(|problem| self.say(problem, inner)).ok()
    }

    /// True where so much is wrong that the rest is not looked at.
    fn is_given_up(&self) -> bool {
        self.problems.len() >= MAX_PROBLEMS
    }

    /// Keeps a problem with what it is about, which stands in the text somewhere.
    fn say(&mut self, problem: MarkdownProblem, about: &str) {
        if !self.is_given_up() {
            self.problems.push(problem.at(about, self.source));
        }
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::Code(code) => {
                let shown: String = code.chars().filter(|character| !matches!(*character, OPEN | CLOSE)).collect();
                self.push(Inline::Code { code: shown });
            }
            Event::SoftBreak | Event::HardBreak => self.text(" "),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::BlockQuote(_) | Tag::CodeBlock(_) | Tag::HtmlBlock if self.lists.is_empty() => {
                self.flush();
            }
            Tag::Heading { .. } => {
                self.flush();
                self.heading = true;
            }
            Tag::List(first) => {
                if self.lists.is_empty() {
                    self.flush();
                } else {
                    self.flush_item();
                }
                self.lists.push((first.is_some(), Vec::new()));
            }
            Tag::Emphasis => self.open(Container::Italic),
            Tag::Strong => self.open(Container::Bold),
            Tag::Link { dest_url, .. } => {
                let container = self.link(dest_url);
                self.open(container);
            }
            Tag::Image { .. } => self.open(Container::Nothing),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::BlockQuote(_) | TagEnd::CodeBlock | TagEnd::HtmlBlock
                if self.lists.is_empty() =>
            {
                self.flush();
            }
            TagEnd::Heading(_) => {
                self.flush();
                self.heading = false;
            }
            TagEnd::Item => self.flush_item(),
            TagEnd::List(_) => self.close_list(),
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Link | TagEnd::Image => self.close(),
            _ => {}
        }
    }

    fn close_list(&mut self) {
        let Some((ordered, items)) = self.lists.pop() else { return };
        match self.lists.last_mut() {
            Some((_, outer)) => outer.extend(items),
            None if items.is_empty() => {}
            None => self.blocks.push(Block::List { list: items, ordered }),
        }
    }

    fn flush_item(&mut self) {
        let children = self.take_children();
        if let (Some((_, items)), false) = (self.lists.last_mut(), children.is_empty()) {
            items.push(children);
        }
    }

    fn flush(&mut self) {
        let children = self.take_children();
        if children.is_empty() {
            return;
        }
        self.blocks.push(if self.heading { Block::Heading { h: children } } else { Block::Paragraph { p: children } });
    }

    fn take_children(&mut self) -> Vec<Inline> {
        while self.inlines.len() > 1 {
            self.close();
        }
        self.inlines.last_mut().map(|open| std::mem::take(&mut open.children)).unwrap_or_default()
    }

    fn open(&mut self, container: Container) {
        let kept = if self.inlines.len() > MAX_DEPTH { Container::Nothing } else { container };
        self.inlines.push(Open { container: kept, children: Vec::new() });
    }

    fn close(&mut self) {
        if self.inlines.len() < 2 {
            return;
        }
        let Some(Open { container, children }) = self.inlines.pop() else { return };
        match container {
            Container::Bold => self.push(Inline::Bold { b: children }),
            Container::Italic => self.push(Inline::Italic { i: children }),
            Container::Link(href) => self.push(Inline::Link { link: children, href }),
            Container::Term(term) => self.push(Inline::Term { term, c: children }),
            Container::Nothing | Container::Block => children.into_iter().for_each(|child| self.push(child)),
        }
    }

    fn push(&mut self, inline: Inline) {
        let Some(open) = self.inlines.last_mut() else { return };
        match (open.children.last_mut(), inline) {
            (Some(Inline::Text(before)), Inline::Text(more)) => before.push_str(&more),
            (_, inline) => open.children.push(inline),
        }
    }

    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(OPEN) {
            self.literal(before);
            let Some((index, following)) = after.split_once(CLOSE) else { break };
            let value = index.parse::<usize>().ok().and_then(|index| self.placeholders.get(index).cloned().flatten());
            if let Some(value) = value {
                self.push(value);
            }
            rest = following;
        }
        self.literal(rest);
    }

    fn literal(&mut self, text: &str) {
        if !text.is_empty() {
            self.push(Inline::Text(text.to_owned()));
        }
    }

    fn link(&mut self, href: &str) -> Container {
        if let Some(term) = href.strip_prefix("glossary:") {
            if self.names.has_term(term) {
                return Container::Term(term.to_owned());
            }
            if !self.is_given_up() {
                self.say(self.names.unknown_term(term), href);
            }
            return Container::Nothing;
        }
        if is_allowed(href) {
            return Container::Link(href.to_owned());
        }
        let message = format!("the link `{href}` is not allowed");
        let hint = "links begin with `https://`, `http://`, `mailto:`, `#/` or `glossary:`".to_owned();
        self.say(MarkdownProblem::new("bad_link", message, Some(hint)), href);
        Container::Nothing
    }
}

/// Names that stand between single braces.
fn in_single_braces<'a>(literal: &'a str, names: &'a NarrativeNames<'_>) -> impl Iterator<Item = &'a str> {
    let braced = literal.split('{').skip(1).filter_map(|after| after.split_once('}')).map(|(name, _)| name.trim());
    braced.filter(|name| names.is_known(name))
}

/// Links lead to the web, to an address for mail or to a place of the app; nothing in them depends on data.
fn is_allowed(href: &str) -> bool {
    if href
        .chars()
        .any(|character| character.is_control() || character.is_whitespace() || matches!(character, OPEN | CLOSE))
    {
        return false;
    }
    let lower = href.to_ascii_lowercase();
    lower.starts_with("https://")
        || lower.starts_with("http://")
        || lower.starts_with("mailto:")
        || href.starts_with("#/")
}

/// The fields that each named value offers.
type ValueFields<'a> = IndexMap<&'a str, Vec<FieldModel>>;

#[cfg(test)]
mod tests;

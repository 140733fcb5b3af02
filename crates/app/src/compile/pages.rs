//! Pages: their filters, blocks, texts and the places they lead to.

use std::collections::HashMap;
use std::path::Path;

use indexmap::IndexMap;

use super::charts::Place;
use super::{Compiler, Pages};
use crate::config::{self, ValueQuery};
use crate::load::where_is;
use crate::presentation::NarrativeNames;
use crate::resolve::CompiledPage;
use crate::yaml::{Node, Span};

/// Where the first of some items with this id stands.
fn place_of_id<'n>(id: &str, mut items: impl Iterator<Item = &'n Node>) -> Option<Span> {
    items.find_map(|item| item.get("id").filter(|written| written.text() == Some(id)).map(|written| written.span))
}

type Glossary = IndexMap<String, config::GlossaryEntry>;

/// The values that a text may name, and its numbers.
type Named<'a> = (&'a IndexMap<String, ValueQuery>, Option<&'a IndexMap<String, config::Number>>);

impl Compiler<'_> {
    /// Every page; `None` when the home is missing or wrong.
    pub(super) fn pages(&mut self, folder: &Path, glossary: &Glossary) -> Option<Pages> {
        let draft = self.draft;
        let mut stories = HashMap::new();
        let mut dashboards = HashMap::new();
        self.theme(folder);
        let home =
            draft.home.as_ref().and_then(|item| Some(self.home(item.settings.as_ref()?, &item.node, folder, glossary)));
        for (id, item) in &draft.stories {
            if let Some(settings) = &item.settings {
                stories.insert(id.clone(), self.story(settings, &item.node, glossary));
            }
        }
        for (id, item) in &draft.dashboards {
            if let Some(settings) = &item.settings {
                dashboards.insert(id.clone(), self.dashboard(settings, &item.node, glossary));
            }
        }
        self.glossary_texts(glossary);
        Some(Pages { home: home?, stories, dashboards })
    }

    fn home(&mut self, home: &config::Home, node: &Node, folder: &Path, glossary: &Glossary) -> CompiledPage {
        let mut page = self.page(&home.filters, node);
        if let Some(intro) = &home.intro {
            self.markdown(intro, node.node_at(&["intro"]), glossary, None);
        }
        for (section, section_node) in home.sections.iter().zip(node.node_at(&["sections"]).items()) {
            for (tile, tile_node) in section.tiles.iter().zip(section_node.node_at(&["tiles"]).items()) {
                if page.blocks.contains_key(&tile.id) {
                    let sections = node.node_at(&["sections"]).items();
                    let tiles = sections.iter().flat_map(|section| section.node_at(&["tiles"]).items());
                    self.duplicate(&tile.id, "tile", tile_node, place_of_id(&tile.id, tiles));
                }
                self.tile(tile, tile_node, &mut page, folder, glossary);
            }
        }
        self.filters_limit_something(&page, &home.filters, node);
        page
    }

    fn tile(&mut self, tile: &config::Tile, node: &Node, page: &mut CompiledPage, folder: &Path, glossary: &Glossary) {
        let contents =
            [("chart", tile.chart.is_some()), ("text", tile.text.is_some()), ("image", tile.image.is_some())];
        if contents.iter().filter(|(_, is_there)| *is_there).count() != 1 {
            let message = format!("the tile `{}` needs exactly one of `chart`, `text` and `image`", tile.id);
            self.report.error("conflicting_keys", node.span_at(&["id"]), message, None);
        }
        let draft = self.draft;
        if let Some(story) = &tile.story {
            self.known(
                "story",
                "unknown_story",
                story,
                node.span_at(&["story"]),
                draft.stories.keys().map(String::as_str),
            );
        }
        if let Some(dashboard) = &tile.dashboard {
            let names = draft.dashboards.keys().map(String::as_str);
            self.known("dashboard", "unknown_dashboard", dashboard, node.span_at(&["dashboard"]), names);
        }
        if let Some(image) = &tile.image {
            self.asset(&image.src, node.node_at(&["image", "src"]), folder);
        }
        if let Some(text) = &tile.text {
            self.markdown(text, node.node_at(&["text"]), glossary, Some((&tile.values, None)));
        }
        let filters = page.filters.clone();
        let mut frames = Vec::new();
        if let Some(chart) = &tile.chart {
            let place = Place { node: node.node_at(&["chart"]), filters: &filters, in_tile: true };
            frames = self.chart(chart, place).unwrap_or_default();
        }
        self.values(&tile.values, node, &format!("{}.values", tile.id), page);
        // A tile of text has no frames, but its id is taken.
        page.blocks.insert(tile.id.clone(), frames);
    }

    fn story(&mut self, story: &config::Story, node: &Node, glossary: &Glossary) -> CompiledPage {
        let draft = self.draft;
        self.used.chapters.insert(story.chapter.clone());
        let names = draft.chapters.keys().map(String::as_str);
        self.known("chapter", "unknown_chapter", &story.chapter, node.span_at(&["chapter"]), names);
        let mut page = self.page(&story.filters, node);
        let filters = page.filters.clone();
        for (block, chart) in [("chart", Some(&story.chart)), ("second_chart", story.second_chart.as_ref())] {
            let Some(chart) = chart else { continue };
            let place = Place { node: node.node_at(&[block]), filters: &filters, in_tile: false };
            if let Some(frames) = self.chart(chart, place) {
                page.blocks.insert(block.to_owned(), frames);
            }
        }
        self.values(&story.values, node, "values", &mut page);
        let named = Some((&story.values, Some(&story.vars)));
        self.narrative(&story.narrative, node.node_at(&["narrative"]), glossary, named);
        if story.second_title.is_some() && story.second_chart.is_none() {
            let message = "`second_title` names the second chart, and there is no `second_chart`";
            self.report.error("missing_key", node.key_span("second_title"), message, None);
        }
        if let Some(tip) = &story.tip {
            self.markdown(tip, node.node_at(&["tip"]), glossary, named);
        }
        self.filters_limit_something(&page, &story.filters, node);
        page
    }

    fn dashboard(&mut self, dashboard: &config::Dashboard, node: &Node, glossary: &Glossary) -> CompiledPage {
        let mut page = self.page(&dashboard.filters, node);
        let filters = page.filters.clone();
        for (item, item_node) in dashboard.items.iter().zip(node.node_at(&["items"]).items()) {
            if page.blocks.contains_key(&item.id) {
                let first = place_of_id(&item.id, node.node_at(&["items"]).items().iter());
                self.duplicate(&item.id, "item", item_node, first);
            }
            if item.chart.is_some() == item.text.is_some() {
                let message = format!("the item `{}` needs exactly one of `chart` and `text`", item.id);
                self.report.error("conflicting_keys", item_node.span_at(&["id"]), message, None);
            }
            if u16::from(item.x) + u16::from(item.width) > 12 {
                let message = "the item reaches beyond the twelfth column";
                self.report.error("bad_value", item_node.span_at(&["width"]), message, None);
            }
            if let Some(text) = &item.text {
                self.markdown(text, item_node.node_at(&["text"]), glossary, None);
            }
            let mut frames = Vec::new();
            if let Some(chart) = &item.chart {
                let place = Place { node: item_node.node_at(&["chart"]), filters: &filters, in_tile: false };
                frames = self.chart(chart, place).unwrap_or_default();
            }
            page.blocks.insert(item.id.clone(), frames);
        }
        self.filters_limit_something(&page, &dashboard.filters, node);
        page
    }

    fn values(&mut self, values: &IndexMap<String, ValueQuery>, node: &Node, block: &str, page: &mut CompiledPage) {
        if values.is_empty() {
            return;
        }
        let filters = page.filters.clone();
        let mut frames = Vec::new();
        for (name, query) in values {
            let reserved = ["vars", "filters", "view", "user"].contains(&name.as_str());
            if reserved {
                let span = node.node_at(&["values"]).key_span(name);
                self.report.error("bad_value", span, format!("a value cannot be called `{name}`"), None);
            }
            let place = Place { node: node.node_at(&["values", name]), filters: &filters, in_tile: false };
            frames.extend(self.value_query(name, query, place));
        }
        page.blocks.insert(block.to_owned(), frames);
    }

    fn page(&mut self, filters: &[String], node: &Node) -> CompiledPage {
        let draft = self.draft;
        let mut positions = Vec::new();
        for (index, id) in filters.iter().enumerate() {
            let span = node.span_at(&["filters", &index.to_string()]);
            self.used.filters.insert(id.clone());
            if !self.known("filter", "unknown_filter", id, span, draft.filters.keys().map(String::as_str)) {
                continue;
            }
            let Some(position) = self.filters.get_index_of(id) else { continue };
            if positions.contains(&position) {
                self.report.error("duplicate_id", span, format!("the page declares the filter `{id}` twice"), None);
                continue;
            }
            positions.push(position);
        }
        CompiledPage { filters: positions, blocks: HashMap::new() }
    }

    /// A filter that limits nothing on its page confuses its readers.
    fn filters_limit_something(&mut self, page: &CompiledPage, filters: &[String], node: &Node) {
        if self.report.error_count() > 0 {
            return;
        }
        for (position, app_position) in page.filters.iter().enumerate() {
            let Some((id, _)) = self.filters.get_index(*app_position) else { continue };
            let limits =
                page.blocks.values().flatten().any(|frame| frame.filters.iter().any(|(known, _)| *known == position));
            let is_variable = self.used.variables.contains(id);
            if limits || is_variable {
                continue;
            }
            let index = filters.iter().position(|known| known == id).unwrap_or_default();
            let span = node.span_at(&["filters", &index.to_string()]);
            self.report.warning("idle_filter", span, format!("the filter `{id}` limits nothing on this page"), None);
        }
    }

    fn duplicate(&mut self, id: &str, kind: &str, node: &Node, first: Option<Span>) {
        let message = format!("the {kind} `{id}` stands twice on this page");
        let hint = first.map(|first| format!("the first is {}", where_is(first, self.report)));
        self.report.error("duplicate_id", node.span_at(&["id"]), message, hint);
    }

    fn theme(&mut self, folder: &Path) {
        let Some(item) = &self.draft.theme else { return };
        if let Some(logo) = item.settings.as_ref().and_then(|theme| theme.logo.as_ref()) {
            self.asset(logo, item.node.node_at(&["logo"]), folder);
        }
    }

    /// A file of the assets folder that exists and lies in it.
    fn asset(&mut self, path: &str, node: &Node, folder: &Path) {
        let plain = Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)));
        if !plain || !path.starts_with("assets/") || path.contains('\\') {
            let message = format!("`{path}` is not a file below `assets/`");
            return self.report.error(
                "bad_path",
                node.span,
                message,
                Some("write it like `assets/logo.svg`".to_owned()),
            );
        }
        match folder.join(path).canonicalize() {
            Ok(found) if found.starts_with(folder.join("assets")) && found.is_file() => {}
            Ok(_) => {
                let message = format!("`{path}` leads out of the app's `assets` folder");
                self.report.error("link_outside", node.span, message, None);
            }
            Err(_) => self.report.error("missing_file", node.span, format!("there is no file `{path}`"), None),
        }
    }

    fn narrative(&mut self, narrative: &config::Narrative, node: &Node, glossary: &Glossary, named: Option<Named<'_>>) {
        let versions = match narrative {
            config::Narrative::Text(text) => return self.markdown(text, node, glossary, named),
            config::Narrative::Versions(versions) => versions,
        };
        for (index, (version, version_node)) in versions.iter().zip(node.items()).enumerate() {
            self.markdown(&version.text, version_node.node_at(&["text"]), glossary, named);
            let is_last = index + 1 == versions.len();
            match &version.when {
                Some(when) if !is_last => {
                    self.condition_of_text(when, version_node.node_at(&["when"]), glossary, named);
                }
                Some(_) => {
                    let hint = Some("add a text without `when` at the end of the list".to_owned());
                    let message = "the last text of a narrative is told when no other fits: it has no `when`";
                    self.report.error("conflicting_keys", version_node.key_span("when"), message, hint);
                }
                None if !is_last => {
                    let message = "the texts after one without `when` are never told";
                    self.report.error("missing_key", version_node.span, message, None);
                }
                None => {}
            }
        }
    }

    fn condition_of_text(
        &mut self,
        when: &config::NarrativeCondition,
        node: &Node,
        glossary: &Glossary,
        named: Option<Named<'_>>,
    ) {
        if when.operator.needs_other() != when.to.is_some() {
            let message = if when.to.is_some() {
                "`to` has no meaning beside `isnull` and `notnull`"
            } else {
                "the key `to` is missing: what the value is compared with"
            };
            self.report.error("conflicting_keys", node.span, message, None);
        }
        let to = when.to.as_ref().and_then(|to| match to {
            config::Number::Text(name) => Some(("to", name)),
            config::Number::Number(_) => None,
        });
        for (key, name) in std::iter::once(("value", &when.value)).chain(to) {
            let found = self.names(glossary, named).path(name);
            if let Err(problem) = found {
                self.report.error(problem.code, node.span_at(&[key]), problem.message, problem.hint);
            }
        }
    }

    fn names<'a>(&'a self, glossary: &'a Glossary, named: Option<Named<'a>>) -> NarrativeNames<'a> {
        let names = NarrativeNames::new(&self.filters, &self.views, glossary);
        let Some((values, vars)) = named else { return names };
        let names = names.with_values(values, &self.datasets);
        match vars {
            Some(vars) => names.with_vars(vars),
            None => names,
        }
    }

    /// The names that a text of this page may use, checked in every language.
    fn markdown(&mut self, text: &config::Text, node: &Node, glossary: &Glossary, named: Option<Named<'_>>) {
        let mut problems = Vec::new();
        {
            let names = self.names(glossary, named);
            for (locale, version) in text.versions() {
                let place = locale.map_or(node, |locale| node.node_at(&[locale]));
                let (_, found) = crate::presentation::compile_markdown(version, &names);
                let span = |character: Option<usize>| character.map_or(place.span, |found| place.at_character(found));
                problems.extend(found.into_iter().map(|problem| (span(problem.character), problem)));
            }
        }
        for (span, problem) in problems {
            self.report.error(problem.code, span, problem.message, problem.hint);
        }
    }

    fn glossary_texts(&mut self, glossary: &Glossary) {
        let draft = self.draft;
        for item in draft.glossary.values() {
            if let Some(entry) = &item.settings {
                self.markdown(&entry.definition, item.node.node_at(&["definition"]), glossary, None);
            }
        }
    }
}

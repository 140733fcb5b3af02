//! Resolves a chart and the reader's choices to typed queries. Everything that can be prepared is prepared at load.

mod values;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::app::App;
use crate::choices::Choice;
use crate::condition::{AndCondition, Condition};
use crate::query::{Query, Reader};
use crate::steps::{Step, filter};
use crate::template::{Template, TemplateError, Variables};
use crate::value::Value;

pub use values::VALUES_LIMIT;

/// A page of the app.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum PageRef {
    Home {},
    Story { id: String },
    Dashboard { id: String },
}

/// Which block of which page, with the reader's choices as they came over the wire.
#[derive(Debug, Clone, Copy)]
pub struct QueryRequest<'a> {
    pub page: &'a PageRef,
    /// A tile, `chart`, `second_chart`, `values`, `<tile>.values` or an item of a dashboard.
    pub block: &'a str,
    pub filters: &'a Map<String, Json>,
    pub view: &'a Map<String, Json>,
    pub reader: &'a Reader,
}

/// The queries behind one block, by the name of the frame that each fills.
#[derive(Debug, Clone, PartialEq)]
pub struct ResolvedBlock {
    pub frames: IndexMap<String, Query>,
}

/// Why a block cannot be resolved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    #[error("there is no such page")]
    UnknownPage,
    #[error("the page has no block `{block}`")]
    UnknownBlock { block: String },
    #[error("the page has no filter `{filter}`")]
    UnknownFilter { filter: String },
    #[error("the app has no view `{view}`")]
    UnknownView { view: String },
    #[error("the filter `{filter}` expects {expected}")]
    BadFilterValue { filter: String, expected: String },
    #[error("the filter `{filter}` has no list of values")]
    NoValues { filter: String },
    /// A step cannot take the value of a variable.
    #[error("a value does not fit where it is used: {reason}")]
    BadVariable { reason: String },
}

impl ResolveError {
    /// True when what was asked for does not exist, rather than being asked for wrongly.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::UnknownPage | Self::UnknownBlock { .. })
    }
}

/// A page ready to answer questions.
#[derive(Debug, Default)]
pub(crate) struct CompiledPage {
    /// The filters that the page declares: their positions in the app.
    pub(crate) filters: Vec<usize>,
    pub(crate) blocks: HashMap<String, Vec<CompiledFrame>>,
}

/// One query of a block, ready but for the reader's choices.
#[derive(Debug, Clone)]
pub(crate) struct CompiledFrame {
    pub(crate) name: String,
    pub(crate) dataset: String,
    /// Position in the page's filters, and the column that it limits.
    pub(crate) filters: Vec<(usize, String)>,
    /// Position of the view in the app, and the column that it limits.
    pub(crate) views: Vec<(usize, String)>,
    pub(crate) tail: Vec<Segment>,
    pub(crate) limit: u64,
    /// The position among the page's filters of the period to move back.
    pub(crate) previous: Option<usize>,
    /// Datasets behind this frame whose own pipelines hold variables.
    pub(crate) templated: Vec<String>,
}

/// A part of the steps that follow the filters.
#[derive(Debug, Clone)]
pub(crate) enum Segment {
    Fixed(Vec<Step>),
    Steps(Template),
    Where(Template),
}

/// The reader's choices on a page, read once for all frames of a block.
struct Choices<'a> {
    app: &'a App,
    filters: Vec<(usize, Cow<'a, Choice>)>,
    views: Vec<Choice>,
    reader: &'a Reader,
}

impl App {
    /// The queries behind a block under the reader's choices; it carries no permission yet.
    pub fn resolve(&self, request: &QueryRequest<'_>) -> Result<ResolvedBlock, ResolveError> {
        let page = self.page(request.page).ok_or(ResolveError::UnknownPage)?;
        let unknown = || ResolveError::UnknownBlock { block: request.block.to_owned() };
        let frames = page.blocks.get(request.block).ok_or_else(unknown)?;
        let choices = Choices::read(self, &page.filters, request)?;
        let mut resolved = IndexMap::with_capacity(frames.len());
        for frame in frames {
            if let Some(query) = choices.query(frame)? {
                resolved.insert(frame.name.clone(), query);
            }
        }
        Ok(ResolvedBlock { frames: resolved })
    }

    /// The names of a page's blocks that can be asked for; `None` when there is no such page.
    pub fn blocks(&self, page: &PageRef) -> Option<Vec<&str>> {
        let mut blocks: Vec<&str> = self.page(page)?.blocks.keys().map(String::as_str).collect();
        blocks.sort_unstable();
        Some(blocks)
    }

    /// Every page of the app.
    pub fn pages(&self) -> Vec<PageRef> {
        let stories = self.stories.keys().map(|id| PageRef::Story { id: id.clone() });
        let dashboards = self.dashboards.keys().map(|id| PageRef::Dashboard { id: id.clone() });
        std::iter::once(PageRef::Home {}).chain(stories).chain(dashboards).collect()
    }

    fn page(&self, page: &PageRef) -> Option<&CompiledPage> {
        match page {
            PageRef::Home {} => Some(&self.home_page),
            PageRef::Story { id } => self.story_pages.get(id),
            PageRef::Dashboard { id } => self.dashboard_pages.get(id),
        }
    }

    fn read_views(&self, view: &Map<String, Json>) -> Result<Vec<Choice>, ResolveError> {
        if let Some(unknown) = view.keys().find(|id| !self.views.contains_key(*id)) {
            return Err(ResolveError::UnknownView { view: unknown.clone() });
        }
        let read = |(id, compiled): (&String, &crate::choices::CompiledView)| match view.get(id) {
            None => Ok(Choice::All),
            Some(json) => {
                compiled.parse(json).map_err(|expected| ResolveError::BadFilterValue { filter: id.clone(), expected })
            }
        };
        self.views.iter().map(read).collect()
    }
}

impl<'a> Choices<'a> {
    fn read(app: &'a App, declared: &[usize], request: &QueryRequest<'a>) -> Result<Self, ResolveError> {
        let mut filters = Vec::with_capacity(declared.len());
        let mut given = 0;
        for position in declared {
            let Some((id, filter)) = app.filters.get_index(*position) else { continue };
            let choice = match request.filters.get(id) {
                None => Cow::Borrowed(&filter.default),
                Some(json) => {
                    given += 1;
                    let bad = |expected| ResolveError::BadFilterValue { filter: id.clone(), expected };
                    Cow::Owned(filter.parse(json).map_err(bad)?)
                }
            };
            filters.push((*position, choice));
        }
        if given < request.filters.len() {
            let is_declared = |id: &str| {
                filters
                    .iter()
                    .any(|(position, _)| app.filters.get_index(*position).is_some_and(|(known, _)| known == id))
            };
            let undeclared = request.filters.keys().find(|id| !is_declared(id)).cloned().unwrap_or_default();
            return Err(ResolveError::UnknownFilter { filter: undeclared });
        }
        Ok(Self { app, filters, views: app.read_views(request.view)?, reader: request.reader })
    }

    /// The query of a frame; `None` for a previous period where no period was chosen.
    fn query(&self, frame: &CompiledFrame) -> Result<Option<Query>, ResolveError> {
        let mut conditions = Vec::with_capacity(frame.filters.len() + frame.views.len() + 1);
        for (position, column) in &frame.filters {
            let Some((app_position, choice)) = self.filters.get(*position) else { continue };
            if frame.previous == Some(*position) {
                let Some(previous) = self.previous(*app_position, choice) else { return Ok(None) };
                conditions.extend(previous.condition(column));
            } else {
                conditions.extend(choice.condition(column));
            }
        }
        for (position, column) in &frame.views {
            conditions.extend(self.views.get(*position).and_then(|choice| choice.condition(column)));
        }
        let mut steps: Vec<Step> =
            all_of(conditions).map(|condition| Step::Filter(filter::Filter { condition })).into_iter().collect();
        self.bind_tail(frame, &mut steps)?;
        let mut query = Query::new(frame.dataset.clone(), steps, frame.limit);
        query.bound = self.bound(frame)?;
        Ok(Some(query))
    }

    fn bind_tail(&self, frame: &CompiledFrame, steps: &mut Vec<Step>) -> Result<(), ResolveError> {
        for segment in &frame.tail {
            match segment {
                Segment::Fixed(fixed) => steps.extend_from_slice(fixed),
                Segment::Steps(template) => {
                    steps.extend(self.with_variables(frame, |known| template.bind_steps(known))?);
                }
                Segment::Where(template) => {
                    let condition = self.with_variables(frame, |known| template.bind_condition(known))?;
                    steps.extend(condition.map(|condition| Step::Filter(filter::Filter { condition })));
                }
            }
        }
        Ok(())
    }

    fn bound(&self, frame: &CompiledFrame) -> Result<BTreeMap<String, Vec<Step>>, ResolveError> {
        let mut bound = BTreeMap::new();
        for id in &frame.templated {
            let Some(dataset) = self.app.datasets.get(id) else { continue };
            bound.insert(id.clone(), self.with_variables(frame, |known| dataset.steps.bind(known))?);
        }
        Ok(bound)
    }

    fn with_variables<T>(
        &self,
        frame: &CompiledFrame,
        bind: impl FnOnce(&Variables<'_>) -> Result<T, TemplateError>,
    ) -> Result<T, ResolveError> {
        let filters = |id: &str, part: Option<&str>| self.filter_value(frame, id, part);
        let views = |id: &str| {
            let position = self.app.views.get_index_of(id)?;
            self.views.get(position)?.value(None)
        };
        let variables = Variables { filters: &filters, views: &views, reader: self.reader };
        bind(&variables).map_err(|error| ResolveError::BadVariable { reason: error.to_string() })
    }

    /// The value of a filter; where the page does not declare it, its default.
    fn filter_value(&self, frame: &CompiledFrame, id: &str, part: Option<&str>) -> Option<Value> {
        let app_position = self.app.filters.get_index_of(id)?;
        let declared = self.filters.iter().enumerate().find(|(_, (position, _))| *position == app_position);
        let Some((page_position, (_, choice))) = declared else {
            return self.app.filters.get(id)?.default.value(part);
        };
        if frame.previous == Some(page_position) {
            return self.previous(app_position, choice)?.value(part);
        }
        choice.value(part)
    }

    fn previous(&self, app_position: usize, choice: &Choice) -> Option<Choice> {
        self.app.filters.get_index(app_position)?.1.previous(choice)
    }
}

/// One condition that says what all of them say.
fn all_of(mut conditions: Vec<Condition>) -> Option<Condition> {
    match conditions.len() {
        0 | 1 => conditions.pop(),
        _ => Some(Condition::And(AndCondition { and: conditions })),
    }
}

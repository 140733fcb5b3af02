//! Items that nothing uses: probably forgotten, never an error.

use std::collections::HashSet;

use super::{Compiler, references};
use crate::yaml::{Node, Span};

/// The names that something refers to.
#[derive(Debug, Default)]
pub(super) struct Used {
    pub(super) sources: HashSet<String>,
    pub(super) datasets: HashSet<String>,
    pub(super) filters: HashSet<String>,
    /// Filters that a step or condition names.
    pub(super) variables: HashSet<String>,
    pub(super) chapters: HashSet<String>,
}

impl Compiler<'_> {
    pub(super) fn unused(&mut self) {
        let draft = self.draft;
        for item in draft.stories.values() {
            for place in ["chart", "second_chart"] {
                let steps = item.node.node_at(&[place, "steps"]);
                self.used.datasets.extend(references::written(steps, draft).into_iter().map(|(name, _)| name));
            }
        }
        for filter in draft.filters.values().filter_map(|item| item.settings.as_ref()) {
            self.used.filters.extend(filter.depends_on.iter().cloned());
        }
        let mut idle: Vec<(Span, String)> = Vec::new();
        let place = |node: &Node| node.span_at(&["id"]);
        for (id, item) in draft.sources.iter().filter(|(id, _)| !self.used.sources.contains(*id)) {
            idle.push((place(&item.node), format!("no dataset uses the source `{id}`")));
        }
        for (id, item) in draft.datasets.iter().filter(|(id, _)| !self.used.datasets.contains(*id)) {
            idle.push((place(&item.node), format!("nothing uses the dataset `{id}`")));
        }
        for (id, item) in draft.filters.iter().filter(|(id, _)| !self.used.filters.contains(*id)) {
            idle.push((place(&item.node), format!("no page declares the filter `{id}`")));
        }
        for (id, item) in draft.chapters.iter().filter(|(id, _)| !self.used.chapters.contains(*id)) {
            idle.push((place(&item.node), format!("the chapter `{id}` has no story")));
        }
        for (span, message) in idle {
            self.report.warning("unused", span, message, None);
        }
    }
}

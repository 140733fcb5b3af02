//! Filters and views as a client shows them.

use indexmap::IndexMap;

use super::texts::Texts;
use super::{Filter, Preset, View};
use crate::app::App;

pub(super) fn filters(app: &App, texts: &Texts<'_>) -> IndexMap<String, Filter> {
    let presented = app.filters.values().map(|filter| {
        let settings = &filter.settings;
        let presets = settings.presets.iter().map(|preset| Preset {
            id: preset.id.clone(),
            label: texts.plain(&preset.label),
            start: preset.start.clone(),
            end: preset.end.clone(),
        });
        let presented = Filter {
            id: filter.id.clone(),
            kind: settings.kind,
            label: texts.plain(&settings.label),
            presets: presets.collect(),
            min: settings.min.clone(),
            max: settings.max.clone(),
            default: default_on_wire(filter),
            has_values: settings.values.is_some(),
            depends_on: settings.depends_on.clone(),
        };
        (filter.id.clone(), presented)
    });
    presented.collect()
}

/// A default that is a preset stays one, so that the client can show its name.
fn default_on_wire(filter: &crate::choices::CompiledFilter) -> serde_json::Value {
    match &filter.settings.default {
        Some(crate::config::FilterDefault::Text(preset)) if filter.preset(preset).is_some() => {
            serde_json::json!({ "preset": preset })
        }
        _ => filter.default.to_wire(),
    }
}

pub(super) fn views(app: &App, texts: &Texts<'_>) -> Vec<View> {
    let presented = app.views.values().map(|view| View {
        id: view.id.clone(),
        label: texts.plain(&view.settings.label),
        all_label: texts
            .optional(view.settings.all_label.as_ref())
            .unwrap_or_else(|| texts.plain(&view.settings.label)),
    });
    presented.collect()
}

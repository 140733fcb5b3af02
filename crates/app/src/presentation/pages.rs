//! Pages as a client shows them.

use indexmap::IndexMap;

use super::charts::chart;
use super::markdown::NarrativeNames;
use super::texts::Texts;
use super::{
    Chapter, Dashboard, DashboardItem, GlossaryEntry, Home, Image, NarrativeCondition, NarrativeVersion, Operand,
    Phone, RichText, Section, Story, Tile,
};
use crate::app::App;
use crate::config;

pub(super) fn home(app: &App, texts: &Texts<'_>) -> Home {
    let home = &app.home;
    let sections = home.sections.iter().map(|section| Section {
        id: section.id.clone(),
        title: texts.plain(&section.title),
        description: texts.optional(section.description.as_ref()),
        tiles: section.tiles.iter().map(|part| tile(app, texts, part)).collect(),
    });
    Home {
        title: texts.plain(&home.title),
        intro: home.intro.as_ref().map(|intro| texts.rich(intro, &NarrativeNames::of_app(app))),
        filters: home.filters.clone(),
        sections: sections.collect(),
    }
}

fn tile(app: &App, texts: &Texts<'_>, tile: &config::Tile) -> Tile {
    let names = NarrativeNames::of_app(app).with_values(&tile.values, &app.datasets);
    Tile {
        id: tile.id.clone(),
        title: texts.plain(&tile.title),
        subtitle: texts.optional(tile.subtitle.as_ref()),
        story: tile.story.clone(),
        dashboard: tile.dashboard.clone(),
        width: tile.width.unwrap_or(1),
        values: !tile.values.is_empty(),
        chart: tile.chart.as_ref().map(|settings| chart(app, texts, settings, true)),
        text: tile.text.as_ref().map(|text| texts.rich(text, &names)),
        image: tile.image.as_ref().map(|image| Image { src: image.src.clone(), alt: texts.plain(&image.alt) }),
    }
}

pub(super) fn chapters(app: &App, texts: &Texts<'_>) -> Vec<Chapter> {
    let presented = app.chapters.iter().map(|(id, chapter)| {
        let mut stories: Vec<(&String, &config::Story)> =
            app.stories.iter().filter(|(_, story)| &story.chapter == id).collect();
        stories.sort_by_key(|(_, story)| story.order.unwrap_or(i64::MAX));
        Chapter {
            id: id.clone(),
            title: texts.plain(&chapter.title),
            description: texts.optional(chapter.description.as_ref()),
            stories: stories.into_iter().map(|(story, _)| story.clone()).collect(),
        }
    });
    presented.collect()
}

pub(super) fn stories(app: &App, texts: &Texts<'_>) -> IndexMap<String, Story> {
    app.stories.iter().map(|(id, settings)| (id.clone(), story(app, texts, id, settings))).collect()
}

fn story(app: &App, texts: &Texts<'_>, id: &str, story: &config::Story) -> Story {
    let names = NarrativeNames::of_app(app).with_values(&story.values, &app.datasets).with_vars(&story.vars);
    let (narratives, narrative) = narratives(texts, &story.narrative, &names);
    Story {
        id: id.to_owned(),
        chapter: story.chapter.clone(),
        title: texts.plain(&story.title),
        narrative,
        narratives,
        values: !story.values.is_empty(),
        vars: story
            .vars
            .iter()
            .map(|(name, value)| (name.clone(), serde_json::to_value(value).unwrap_or(serde_json::Value::Null)))
            .collect(),
        filters: story.filters.clone(),
        chart: chart(app, texts, &story.chart, false),
        second_chart: story.second_chart.as_ref().map(|settings| chart(app, texts, settings, false)),
        second_title: texts.optional(story.second_title.as_ref()),
        tip: story.tip.as_ref().map(|tip| texts.rich(tip, &names)),
        source: texts.optional(story.source.as_ref()),
    }
}

/// The texts with a condition, and the one that is told when none of these holds.
fn narratives(
    texts: &Texts<'_>,
    narrative: &config::Narrative,
    names: &NarrativeNames<'_>,
) -> (Vec<NarrativeVersion>, RichText) {
    let versions = match narrative {
        config::Narrative::Text(text) => return (Vec::new(), texts.rich(text, names)),
        config::Narrative::Versions(versions) => versions,
    };
    let otherwise = versions.iter().find(|version| version.when.is_none());
    let conditional = versions.iter().filter_map(|version| {
        let when = condition(version.when.as_ref()?, names)?;
        Some(NarrativeVersion { when, text: texts.rich(&version.text, names) })
    });
    (conditional.collect(), otherwise.map(|version| texts.rich(&version.text, names)).unwrap_or_default())
}

fn condition(when: &config::NarrativeCondition, names: &NarrativeNames<'_>) -> Option<NarrativeCondition> {
    let to = match &when.to {
        None => None,
        Some(config::Number::Number(number)) => Some(Operand::Number(*number)),
        Some(config::Number::Text(name)) => Some(Operand::Value(names.path(name).ok()?)),
    };
    Some(NarrativeCondition { value: names.path(&when.value).ok()?, operator: when.operator, to })
}

pub(super) fn dashboards(app: &App, texts: &Texts<'_>) -> Vec<Dashboard> {
    let presented = app.dashboards.iter().map(|(id, dashboard)| Dashboard {
        id: id.clone(),
        title: texts.plain(&dashboard.title),
        description: texts.optional(dashboard.description.as_ref()),
        filters: dashboard.filters.clone(),
        items: dashboard.items.iter().enumerate().map(|(index, part)| item(app, texts, index, part)).collect(),
    });
    presented.collect()
}

fn item(app: &App, texts: &Texts<'_>, index: usize, item: &config::DashboardItem) -> DashboardItem {
    let phone = item.phone.as_ref();
    let position = u16::try_from(index + 1).unwrap_or(u16::MAX);
    DashboardItem {
        id: item.id.clone(),
        title: texts.optional(item.title.as_ref()),
        subtitle: texts.optional(item.subtitle.as_ref()),
        chart: item.chart.as_ref().map(|settings| chart(app, texts, settings, false)),
        text: item.text.as_ref().map(|text| texts.rich(text, &NarrativeNames::of_app(app))),
        x: item.x,
        y: item.y,
        width: item.width,
        height: item.height,
        phone: Phone {
            order: phone.and_then(|phone| phone.order).unwrap_or(position),
            height: phone.and_then(|phone| phone.height),
            hidden: phone.is_some_and(|phone| phone.hidden),
        },
    }
}

pub(super) fn glossary(app: &App, texts: &Texts<'_>) -> Vec<GlossaryEntry> {
    let names = NarrativeNames::of_app(app);
    let presented = app.glossary.values().map(|entry| GlossaryEntry {
        id: entry.id.clone(),
        term: texts.plain(&entry.term),
        definition: texts.rich(&entry.definition, &names),
        synonyms: entry.synonyms.iter().map(|synonym| texts.plain(synonym)).collect(),
    });
    presented.collect()
}

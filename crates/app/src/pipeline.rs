//! Pipelines as an author wrote them: fixed steps, or a tree whose variables are bound for each question.

use crate::steps::Step;
use crate::template::{Template, TemplateError, VariablePath, Variables};

/// A list of steps, parsed once where no variable stands in it.
#[derive(Debug, Clone, PartialEq)]
pub enum Pipeline {
    Fixed(Vec<Step>),
    /// Boxed: most pipelines are fixed.
    Templated(Box<Template>),
}

impl Pipeline {
    /// The steps, when no variable stands in them.
    pub fn fixed(&self) -> Option<&[Step]> {
        match self {
            Self::Fixed(steps) => Some(steps),
            Self::Templated(_) => None,
        }
    }

    /// The steps with their variables bound.
    pub fn bind(&self, variables: &Variables<'_>) -> Result<Vec<Step>, TemplateError> {
        match self {
            Self::Fixed(steps) => Ok(steps.clone()),
            Self::Templated(template) => template.bind_steps(variables),
        }
    }

    /// True where a reader's choices are among the values of the steps.
    pub fn reads_choices(&self) -> bool {
        let Self::Templated(template) = self else { return false };
        template.variables().into_iter().any(|path| !matches!(path, VariablePath::Attribute(_)))
    }

    /// True when there is nothing to do.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Fixed(steps) if steps.is_empty())
    }
}

impl Default for Pipeline {
    fn default() -> Self {
        Self::Fixed(Vec::new())
    }
}

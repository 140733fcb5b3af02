//! Permissions: rules as written to rules that bind.

use super::Compiler;
use crate::condition::Operator;
use crate::config;
use crate::load::did_you_mean;
use crate::permissions::{ColumnRule, Operand, Permissions, RowPermissions, RowRule, UnboundCondition};
use crate::schema::TableSchema;
use crate::template::{Name, Piece, VariablePath, placeholders};
use crate::value::Value;
use crate::yaml::{Node, NodeValue, Span};

/// The right side as far as it is known before there is a reader: an attribute stands for itself.
fn sample(operand: &Operand) -> Value {
    match operand {
        Operand::Value(value) => value.clone(),
        Operand::Attribute(name) => Value::Text(format!("{{{{ user.attributes.{name} }}}}")),
        Operand::List(operands) => Value::List(operands.iter().map(sample).collect()),
    }
}

impl Compiler<'_> {
    /// The permissions of a dataset; `None` when they are missing or wrong, which is reported.
    pub(super) fn permissions(
        &mut self,
        settings: &config::Dataset,
        node: &Node,
        input: Option<&TableSchema>,
    ) -> Option<Permissions> {
        let Some(written) = &settings.permissions else {
            let hint = match &settings.dataset {
                Some(parent) => {
                    format!("write `permissions: {{rows: everyone}}`: the rules of `{parent}` apply as well")
                }
                None => "write `permissions: {rows: everyone}`, or rules by group and attribute".to_owned(),
            };
            let span = node.entry("id").map_or(node.span, |entry| entry.node.span);
            self.report.error(
                "missing_permissions",
                span,
                "without `permissions` nobody sees a row of this dataset",
                Some(hint),
            );
            return None;
        };
        let rows = match &written.rows {
            config::Rows::Everyone(_) => RowPermissions::Everyone,
            config::Rows::Rules(rules) => {
                let nodes = node.node_at(&["permissions", "rows"]).items();
                let compiled = rules.iter().zip(nodes).map(|(rule, node)| self.row_rule(rule, node, input));
                RowPermissions::Rules(compiled.collect::<Vec<_>>().into_iter().collect::<Option<_>>()?)
            }
        };
        self.groups_may_open(node.node_at(&["permissions"]));
        let columns = written
            .columns
            .iter()
            .map(|rule| ColumnRule { columns: rule.columns.clone(), groups: rule.groups.clone() })
            .collect();
        Some(Permissions { rows, columns })
    }

    /// A rule for a group that `access` leaves out is about nobody: most often its name is mistyped.
    fn groups_may_open(&mut self, permissions: &Node) {
        let draft = self.draft;
        let Some(config::Access::Rules(access)) = draft.access.as_ref().and_then(|item| item.settings.as_ref()) else {
            return;
        };
        let known = || access.iter().flat_map(|rule| &rule.groups).map(String::as_str);
        let rules = ["rows", "columns"].into_iter().flat_map(|key| permissions.node_at(&[key]).items());
        for group in rules.flat_map(|rule| rule.node_at(&["groups"]).items()) {
            let Some(name) = group.text().filter(|name| !known().any(|group| group == *name)) else { continue };
            let message = format!("the group `{name}` is in no rule of the app's `access`: nobody of it opens the app");
            self.report.warning("group_without_access", group.span, message, did_you_mean(name, known()));
        }
    }

    /// Restricted columns must exist, going in or coming out.
    pub(super) fn check_column_rules(
        &mut self,
        permissions: &Permissions,
        node: &Node,
        input: &TableSchema,
        output: &TableSchema,
    ) {
        for (rule_index, rule) in permissions.columns.iter().enumerate() {
            for (index, column) in rule.columns.iter().enumerate() {
                if input.columns.contains_key(column) || output.columns.contains_key(column) {
                    continue;
                }
                let span =
                    node.span_at(&["permissions", "columns", &rule_index.to_string(), "columns", &index.to_string()]);
                let known = input.columns.keys().chain(output.columns.keys()).map(String::as_str);
                let hint = did_you_mean(column, known);
                self.report.error("unknown_column", span, format!("the dataset has no column `{column}`"), hint);
            }
        }
    }

    fn row_rule(&mut self, rule: &config::RowRule, node: &Node, input: Option<&TableSchema>) -> Option<RowRule> {
        if rule.groups.is_none() && rule.condition.is_none() {
            let hint = Some("for all readers write `rows: everyone`".to_owned());
            self.report.error("empty_rule", node.span, "a rule needs `groups`, `where` or both", hint);
            return None;
        }
        let condition = match node.get("where") {
            Some(written) if rule.condition.is_some() => Some(self.unbound(written, input)?),
            _ => None,
        };
        Some(RowRule { groups: rule.groups.clone().unwrap_or_default(), condition })
    }

    fn unbound(&mut self, node: &Node, input: Option<&TableSchema>) -> Option<UnboundCondition> {
        for (key, make) in
            [("and", UnboundCondition::And as fn(Vec<_>) -> _), ("or", UnboundCondition::Or as fn(Vec<_>) -> _)]
        {
            let Some(list) = node.get(key) else { continue };
            if list.items().is_empty() {
                self.report.error("empty_rule", list.span, format!("`{key}` needs at least one condition"), None);
                return None;
            }
            let parts: Vec<Option<UnboundCondition>> =
                list.items().iter().map(|item| self.unbound(item, input)).collect();
            return parts.into_iter().collect::<Option<Vec<_>>>().map(make);
        }
        let column = node.get("column")?;
        let name = column.text()?;
        if name.contains("{{") {
            self.report.error("variable_not_allowed", column.span, "a permission names its column itself", None);
            return None;
        }
        if let Some(schema) = input {
            let of = "what goes into this dataset (the rule is applied before its steps)";
            self.column_at(schema, name, of, column.span);
        }
        let operator = match node.get("operator") {
            None => Operator::Eq,
            Some(written) => serde_json::from_value(written.to_json()).unwrap_or_else(|_| {
                self.report.error("variable_not_allowed", written.span, "a permission names its operator itself", None);
                Operator::Eq
            }),
        };
        let operand = match node.get("value") {
            Some(value) => self.operand(value, operator)?,
            None if matches!(operator, Operator::Isnull | Operator::Notnull) => Operand::Value(Value::Null),
            None => {
                self.report.error("missing_key", node.span, "the key `value` is missing", None);
                return None;
            }
        };
        if let Some(schema) = input
            && !self.comparison(name, operator, &sample(&operand), node, schema)
        {
            return None;
        }
        Some(UnboundCondition::Comparison { column: name.to_owned(), operator, operand })
    }

    fn operand(&mut self, node: &Node, operator: Operator) -> Option<Operand> {
        match &node.value {
            NodeValue::Text(text) if text.contains("{{") => self.attribute(text, node.span, operator),
            NodeValue::List(items) => {
                let operands: Vec<Option<Operand>> = items.iter().map(|item| self.operand(item, operator)).collect();
                operands.into_iter().collect::<Option<Vec<_>>>().map(Operand::List)
            }
            NodeValue::Map(_) => {
                let message = "a permission compares with fixed values or with attributes of the reader";
                self.report.error("bad_value", node.span, message, None);
                None
            }
            NodeValue::Refused => None,
            _ => serde_json::from_value(node.to_json()).ok().map(Operand::Value),
        }
    }

    fn attribute(&mut self, text: &str, span: Span, operator: Operator) -> Option<Operand> {
        let hint = Some("write `{{ user.attributes.<name> }}` and nothing around it".to_owned());
        let pieces = placeholders(text);
        let [Piece::Placeholder(inner)] = pieces.as_slice() else {
            self.report.error("bad_variable", span, "a value of a permission is one attribute, or a fixed value", hint);
            return None;
        };
        if matches!(operator, Operator::Matches | Operator::Notmatches) {
            let message = "an attribute cannot be a pattern: whoever writes it would choose the rows";
            self.report.error("variable_not_allowed", span, message, Some("use `eq` or `in`".to_owned()));
            return None;
        }
        match VariablePath::parse(inner) {
            Ok(VariablePath::Attribute(name)) => Some(Operand::Attribute(name)),
            _ => {
                let message = format!("`{inner}` cannot decide what a reader sees: only `user.attributes.…` can");
                self.report.error("bad_variable", span, message, hint);
                None
            }
        }
    }
}

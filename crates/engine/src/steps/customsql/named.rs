//! Names in a query: columns without `AS` are called as they are written, different rows are sorted by what they show, and
//! functions have the first of their names.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, ObjectNamePart, OrderByKind, Query, Select, SelectItem, SetExpr, VisitMut, VisitorMut,
};

struct Names<'a> {
    /// The first name of the function that has this one.
    first: &'a dyn Fn(&str) -> Option<&'a str>,
}

impl VisitorMut for Names<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        name(&mut query.body);
        if let (SetExpr::Select(select), Some(order)) = (query.body.as_ref(), &mut query.order_by)
            && let (Some(_), OrderByKind::Expressions(keys)) = (&select.distinct, &mut order.kind)
        {
            for key in keys {
                if let Some(shown) = shown(select, &key.expr) {
                    key.expr = Expr::Identifier(shown);
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// The library gives what another name calls the whole text of the call as its name, again at every call around it.
    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Function(call) = expr
            && let [ObjectNamePart::Identifier(name)] = call.name.0.as_mut_slice()
            && let Some(first) = (self.first)(&name.value)
        {
            first.clone_into(&mut name.value);
        }
        ControlFlow::Continue(())
    }
}

pub(super) fn settle<'a>(query: &mut Query, first: &'a dyn Fn(&str) -> Option<&'a str>) {
    let _: ControlFlow<()> = query.visit(&mut Names { first });
}

/// A set operation has the names of its first query.
fn name(mut body: &mut SetExpr) {
    while let SetExpr::SetOperation { left, .. } = body {
        body = left;
    }
    let SetExpr::Select(select) = body else { return };
    for item in &mut select.projection {
        let SelectItem::UnnamedExpr(written) = item else { continue };
        let expr = inner(written);
        if !matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_)) {
            let alias = Ident::with_quote('"', expr.to_string());
            *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias };
        }
    }
}

/// The column of an answer that is written like this.
fn shown(select: &Select, written: &Expr) -> Option<Ident> {
    select.projection.iter().find_map(|item| match item {
        SelectItem::ExprWithAlias { expr, alias } if inner(expr) == inner(written) => Some(alias.clone()),
        _ => None,
    })
}

/// An expression without the parentheses around it.
fn inner(mut expr: &Expr) -> &Expr {
    while let Expr::Nested(nested) = expr {
        expr = nested;
    }
    expr
}

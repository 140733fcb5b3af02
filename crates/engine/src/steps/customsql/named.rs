//! Columns without `AS` are called as they are written, and different rows are sorted by what they show.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, OrderByKind, Query, Select, SelectItem, SetExpr, VisitMut, VisitorMut,
};

struct Names;

impl VisitorMut for Names {
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
}

pub(super) fn columns(query: &mut Query) {
    let _: ControlFlow<()> = query.visit(&mut Names);
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

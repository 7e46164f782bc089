"""Arithmetic as others write it: divisions that they guard by hand are guarded here always."""

from sqlglot import exp


def unguarded(tree: exp.Expr) -> exp.Expr:
    """A copy in which `a / NULLIF(b, 0)` is `a / b`; a NULLIF that is no divisor stays."""
    whole = exp.Paren(this=tree.copy())
    for guard in list(whole.find_all(exp.Nullif)):
        above: exp.Expr | None = guard.parent
        below: exp.Expr = guard
        while isinstance(above, exp.Paren) and above is not whole:
            below, above = above, above.parent
        zero = isinstance(guard.expression, exp.Literal) and guard.expression.this == "0"
        if zero and isinstance(above, exp.Div) and above.expression is below:
            guard.replace(exp.Paren(this=guard.this.copy()))
    found: exp.Expr = whole.this
    return found

"""How long a text could become, told from the expression: the engine's memory limit does not count texts that grow."""

from collections.abc import Iterable

from sqlglot import exp

from metrics.language.reach import defined_by

LETTERS = 200  # of a column's text, taken as given
NUMBER = 40
MOST_LETTERS = 200_000  # of one text that is made of columns that long: a thousand times what there was


def letters(tree: exp.Expr) -> int:
    """The most characters that an expression gives, over columns of `LETTERS`. Parts that nest queries count apart."""
    weights: dict[int, int] = {}
    for node in reversed(list(tree.walk(prune=lambda one: isinstance(one, exp.Query)))):
        own = [weights.get(id(child), 0) for child in node.iter_expressions()]
        weights[id(node)] = min(_weight(node, own, weights), 1 << 200)
    return weights[id(tree)]


def _weight(node: exp.Expr, own: Iterable[int], weights: dict[int, int]) -> int:
    if isinstance(node, exp.Column):
        return LETTERS
    if isinstance(node, exp.Literal):
        return len(str(node.this)) if node.is_string else NUMBER
    if isinstance(node, exp.Replace | exp.RegexpReplace):
        return _replaced(node, weights)
    return max(sum(own), NUMBER)


def _replaced(node: exp.Replace | exp.RegexpReplace, weights: dict[int, int]) -> int:
    """Each stretch of the pattern's length gives way to the replacement; a regular expression may match nothing."""
    text, pattern, new = node.this, node.expression, node.args.get("replacement")
    given, put = weights[id(text)], weights[id(new)] if isinstance(new, exp.Expr) else 0
    if isinstance(node, exp.RegexpReplace):
        return (given + 1) * (put + 1)
    known = isinstance(pattern, exp.Literal) and pattern.is_string
    return max(given, given * put // max(len(str(pattern.this)) if known else 1, 1))


def longest(query: exp.Expr) -> int:
    """The most characters that a text of a SELECT may have, through all that it nests and defines."""
    return LETTERS * _times(query, {})


def _times(query: exp.Expr, known: dict[int, int]) -> int:
    """By how much a query may lengthen a text of its datasets."""
    if id(query) in known:
        return known[id(query)]
    known[id(query)] = 1
    inner = [_times(one, known) for one in _nested(query)]
    made = (letters(one) // LETTERS + 1 if letters(one) > LETTERS else 1 for one in _made(query))
    known[id(query)] = min(max(inner, default=1) * max(made, default=1), 1 << 200)
    return known[id(query)]


def _made(query: exp.Expr) -> list[exp.Expr]:
    return query.expressions if isinstance(query, exp.Select) else []


def _nested(query: exp.Expr) -> list[exp.Expr]:
    """The queries that a query reads: written inside it, sides of a union, or defined by a WITH that it names."""
    found: list[exp.Expr] = []
    for node in query.walk(prune=lambda one: one is not query and isinstance(one, exp.Select | exp.SetOperation)):
        if node is not query and isinstance(node, exp.Select | exp.SetOperation):
            found.append(node)
        elif isinstance(node, exp.Table) and (part := defined_by(node)) is not None:
            found.append(part.this)
    return found

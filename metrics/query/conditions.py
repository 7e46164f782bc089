"""The conditions of a question: those on units are answered by the tree, the others become SQL of each table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from data.documents import nearest
from data.errors import QueryError
from metrics.language.calls import Call, call_faults, calls_in
from metrics.language.expressions import columns_of, parse, render
from metrics.language.refusals import Refusal
from metrics.query.axes import TIME, UNIT, Axis, axis_of
from metrics.query.question import Sight
from metrics.states.asides import told
from metrics.states.measures import Measure

Truth = bool | None


@dataclass(frozen=True)
class Conditions:
    """`units` are conditions on units alone, `rows` all others; `axes` the names in the latter."""

    units: tuple[exp.Expr, ...]
    rows: tuple[exp.Expr, ...]
    axes: Mapping[str, Axis]

    def sql(self, sight: Sight, measure: Measure) -> str:
        """The conditions on rows as SQL for the rows of a measure."""

        def resolve(column: str, qualifier: str | None) -> str:
            return self.axes[_dotted(column, qualifier)].sql(sight.catalog, measure)

        def tell(node: exp.Expr) -> str:
            return told(sight.catalog, node)

        return " AND ".join(f"({render(tree, resolve, tell)})" for tree in self.rows) or "TRUE"

    def keeps(self, above: Callable[[str], str | None], chain: Sequence[str]) -> bool:
        """Whether rows of a unit are kept: `chain` is the unit and all above it, `above` finds it at a level."""
        return all(_truth(tree, above, chain) is True for tree in self.units)


def conditions_of(sight: Sight, metrics: tuple[str, ...], where: Sequence[str]) -> Conditions:
    """The conditions, parsed, resolved and sorted. Raises `QueryError` for what cannot be asked."""
    units: list[exp.Expr] = []
    rows: list[exp.Expr] = []
    axes: dict[str, Axis] = {}
    for text in where:
        for tree in _all_of(parse(text)):
            names = {_dotted(*column) for column in columns_of(tree)}
            of_units = {name for name in names if name.partition(".")[0] == UNIT}
            for name in sorted(names):
                axes[name] = _axis(sight, metrics, name, text)
            calls = calls_in(tree)
            if calls:
                _check_calls(sight, metrics, calls, text)
            if of_units and (of_units != names or calls):
                others = ", ".join(sorted(names - of_units)) or "metrics"
                raise QueryError(
                    f"where: '{text}' mixes units with {others} in one alternative; units change their place in time, "
                    "so write conditions on units apart from others, joined by AND"
                )
            if of_units:
                _check_units(sight, tree, text)
            (units if of_units else rows).append(tree)
    return Conditions(tuple(units), tuple(rows), axes)


def names_of_condition(text: str) -> list[str]:
    """The names that a condition speaks of."""
    return [_dotted(*column) for column in columns_of(parse(text))]


def _axis(sight: Sight, metrics: tuple[str, ...], name: str, text: str) -> Axis:
    if name in sight.catalog.metrics:
        raise QueryError(
            f"where: '{text}' speaks of the metric '{name}'; where keeps rows before they are added up, so a condition "
            "on what comes out stands in `having`"
        )
    return Axis(TIME, TIME) if name == TIME else axis_of(sight, metrics, name)


def _check_calls(sight: Sight, metrics: tuple[str, ...], calls: Sequence[Call], text: str) -> None:
    """A metric of each row's customer, say: possible for every table, and for who may see the rows of all units."""
    if sight.scope is not None:
        message = f"where: '{text}' asks for a metric over the rows of all units"
        raise Refusal("F119", message, "who sees only some units cannot ask by it; filter in a metric's definition")
    for metric in metrics:
        for table in sight.catalog.tables_of(metric):
            for call in calls:
                for message, hint, code in call_faults(sight.catalog, sight.catalog.tables[table], call):
                    raise Refusal(code, f"where: {message}", hint)


def _check_units(sight: Sight, tree: exp.Expr, text: str) -> None:
    """Keys of units that the asker does not see, or that do not exist; which of the two is not told."""
    known = sight.scope if sight.scope is not None else (sight.tree.units if sight.tree else ())
    compared = [one for node in tree.find_all(exp.EQ, exp.NEQ, exp.In) for one in node.find_all(exp.Literal)]
    for one in compared:
        if str(one.this) not in known:
            raise Refusal("F108", f"where: '{one.this}' in '{text}' is no unit", nearest(str(one.this), known))


def _dotted(column: str, qualifier: str | None) -> str:
    return f"{qualifier}.{column}" if qualifier else column


def _all_of(tree: exp.Expr) -> list[exp.Expr]:
    """The parts that must all hold."""
    inner = tree.unnest()
    return [*_all_of(inner.this), *_all_of(inner.expression)] if isinstance(inner, exp.And) else [inner]


def _truth(tree: exp.Expr, above: Callable[[str], str | None], chain: Sequence[str]) -> Truth:
    """A condition on units as SQL would have it: true, false, or unknown."""
    if isinstance(tree, exp.Paren):
        return _truth(tree.this, above, chain)
    if isinstance(tree, exp.Not):
        found = _truth(tree.this, above, chain)
        return None if found is None else not found
    if isinstance(tree, exp.And | exp.Or):
        sides = {_truth(tree.this, above, chain), _truth(tree.expression, above, chain)}
        deciding = isinstance(tree, exp.Or)
        return deciding if deciding in sides else None if None in sides else not deciding
    if isinstance(tree, exp.Is) and isinstance(tree.this, exp.Column) and isinstance(tree.expression, exp.Null):
        return not _found(tree.this, above, chain)
    if isinstance(tree, exp.EQ | exp.NEQ | exp.In) and isinstance(tree.this, exp.Column):
        wanted = tree.expressions if isinstance(tree, exp.In) else [tree.expression]
        if wanted and all(isinstance(one, exp.Literal) and one.is_string for one in wanted):
            keys = _found(tree.this, above, chain)
            if not keys:
                return None
            inside = bool(keys & {str(one.this) for one in wanted})
            return not inside if isinstance(tree, exp.NEQ) else inside
    raise QueryError(
        f"where: '{tree.sql()}': units are compared by =, <>, IN, IS NULL, AND, OR and NOT with their keys"
    )


def _found(column: exp.Column, above: Callable[[str], str | None], chain: Sequence[str]) -> set[str]:
    """What a name means for a unit: `unit` itself and all above it, `unit.<level>` the one at that level."""
    if not column.table:
        return set(chain)
    one = above(column.name)
    return set() if one is None else {one}

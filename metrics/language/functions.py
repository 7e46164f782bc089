"""The functions that an expression may use, each with how many arguments it takes.

They neither aggregate nor read; where an engine answers otherwise than DuckDB, `metrics.engines.dialects` lists it as
lacking there, with the remedy. A test compares every one of them on every engine.
"""

from collections.abc import Mapping

from sqlglot import exp

Arity = tuple[int, int]
MANY = 20
FUNCTIONS: Mapping[str, Arity] = {
    "abs": (1, 1),
    "case": (0, MANY),
    "cast": (1, 2),
    "ceil": (1, 1),
    "coalesce": (1, MANY),
    "concat": (1, MANY),
    "contains": (2, 2),
    "date": (1, 1),
    "date_add": (2, 3),
    "date_diff": (3, 3),
    "date_trunc": (2, 2),
    "datediff": (3, 3),
    "day": (1, 1),
    "exp": (1, 1),
    "extract": (2, 2),
    "floor": (1, 1),
    "greatest": (1, MANY),
    "if": (2, 3),
    "isnan": (1, 1),
    "least": (1, MANY),
    "left": (2, 2),
    "length": (1, 1),
    "ln": (1, 1),
    "lower": (1, 1),
    "month": (1, 1),
    "nullif": (2, 2),
    "power": (2, 2),
    "quarter": (1, 1),
    "replace": (3, 3),
    "right": (2, 2),
    "round": (1, 2),
    "sign": (1, 1),
    "sqrt": (1, 1),
    "starts_with": (2, 2),
    "str_position": (2, 2),
    "strip": (1, 2),
    "substring": (2, 3),
    "timestamp_trunc": (2, 2),
    "trim": (1, 2),
    "try_cast": (1, 2),
    "upper": (1, 1),
    "year": (1, 1),
}


def arity_fault(name: str, node: exp.Func) -> str:
    """What is wrong with the number of arguments of an allowed function; empty where nothing is."""
    least, most = FUNCTIONS[name]
    given = sum(
        isinstance(one, exp.Expr)
        for argument in node.args.values()
        for one in (argument if isinstance(argument, list) else [argument])
    )
    if isinstance(node, exp.Case | exp.If | exp.Cast | exp.TryCast) or least <= given <= most:
        return ""
    wanted = str(least) if least == most else f"{least} to {most}"
    return f"'{name}' takes {wanted} argument{'' if wanted == '1' else 's'}, and {given} stand here"

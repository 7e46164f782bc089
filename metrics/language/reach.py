"""What a model's SELECT may be made of: an allow-list of syntax and functions, and which of its names are datasets.

A model runs where its facts lie, in an engine of the user's own, too, so nothing may depend on what that engine knows.
"""

from collections.abc import Iterator

from sqlglot import exp

from metrics.language.functions import FUNCTIONS

RELATIONS: tuple[type[exp.Expr], ...] = (
    exp.Select,
    exp.From,
    exp.Join,
    exp.Where,
    exp.With,
    exp.CTE,
    exp.Table,
    exp.TableAlias,
    exp.Alias,
    exp.Subquery,
    exp.Union,
    exp.Star,
    exp.Unnest,
    exp.Exists,
    exp.Order,
    exp.Ordered,
    exp.Values,
    exp.Dot,
    exp.Bracket,
    exp.Slice,
    exp.Tuple,
    exp.AtTimeZone,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
    exp.Escape,
    exp.BitwiseAnd,
    exp.BitwiseOr,
    exp.BitwiseXor,
    exp.JSONPath,
    exp.JSONPathRoot,
    exp.JSONPathKey,
    exp.JSONPathSubscript,
)
# Of one row alone, the same at each refresh, and never much longer than what they are given (see growth).
ROW_FUNCTIONS = frozenset(
    """abs acos age array array_concat array_contains array_distinct array_has array_length array_max array_min
    array_size ascii asin atan atan2 bit_count cardinality cbrt ceil ceiling century char_length chr coalesce concat_ws
    cos damerau_levenshtein date_bin date_from_parts date_part date_sub datepart datesub dayname day_of_month
    day_of_week dayofweek_iso day_of_year days_in_month decade degrees element_at ends_with epoch_us even explode fdiv
    fmod gcd hash hour is_inf isfinite isoyear jaccard jarowinkler_similarity json_array_length json_exists
    json_extract json_extract_scalar json_keys json_type json_valid json_value julian last_day lcm levenshtein
    list_element list_extract list_position list_sum log map_extract map_keys map_values md5 microsecond millennium
    millisecond minute monthname nfc_normalize ord pi pow prefix radians regexp_extract regexp_extract_all
    regexp_full_match regexp_like regexp_replace regexp_split_to_array reverse second sha2 sin split split_part
    str_to_time strip_accents strlen struct struct_extract suffix tan time_from_parts time_to_str time_to_unix timezone
    to_days to_hours to_minutes to_months to_seconds to_weeks to_years translate trunc try_strptime typeof unicode
    unnest unix_to_time week week_of_year weekday yearweek""".split()  # noqa: SIM905
)


def strange_part(tree: exp.Expr, syntax: tuple[type[exp.Expr], ...]) -> str:
    """What of a SELECT is not on the list (`syntax` is that of expressions); empty where all of it is."""
    for node in tree.walk():
        if isinstance(node, exp.Func) and not isinstance(node, syntax):
            name = _unknown_function(node)
            if name:
                return f"the function '{name}' may not be used in a model"
        elif not isinstance(node, (*RELATIONS, *syntax)):
            return f"'{node.sql()[:60] or type(node).__name__}' may not stand in a model"
        if isinstance(node, exp.Subquery | exp.Select) and node.args.get("into"):
            return "INTO may not stand in a model"
        if isinstance(node, exp.Table) and any(node.args.get(one) for one in ("when", "version", "changes")):
            return f"'{node.sql()[:60]}' may not stand in a model"
        if isinstance(node, exp.Var) and not node.name.isidentifier():  # it would be written as it is, without quotes
            return f"'{node.name[:60]}' may not stand in a model"
        if isinstance(node, exp.DataType) and node.this is exp.DataType.Type.USERDEFINED:
            return f"the type '{node.sql()[:60]}' may not be used in a model"
    return ""


def _unknown_function(node: exp.Func) -> str:
    if isinstance(node, exp.Anonymous):
        names = {str(node.this).lower()}
    else:
        names = {name.lower() for name in type(node).sql_names()}
    return "" if names & ROW_FUNCTIONS or names & FUNCTIONS.keys() else min(names)


def datasets_in(tree: exp.Expr) -> Iterator[exp.Table]:
    """The tables of a SELECT that no WITH in sight of them defines: a name from elsewhere never hides one."""
    return (table for table in list(tree.find_all(exp.Table)) if defined_by(table) is None)


def defined_by(table: exp.Table) -> exp.CTE | None:
    """The part of a WITH that a table names, written before it and in sight of it; None for a dataset."""
    below: exp.Expr = table
    while below.parent is not None:
        above: exp.Expr = below.parent
        if isinstance(above, exp.With):
            seen = above.expressions[: above.expressions.index(below)] if below in above.expressions else []
        else:
            withs = [part for part in above.args.values() if isinstance(part, exp.With) and part is not below]
            seen = [one for part in withs for one in part.expressions]
        found = next((one for one in reversed(seen) if one.alias == table.name), None)
        if isinstance(found, exp.CTE) and not table.db:
            return found
        below = above
    return None

"""The contract as SQL: every value typed or refused with a reason in words, in one pass over the source."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.base import DATED, ColumnModel, DatasetModel, Raw, Reading
from data.documents import nearest
from data.errors import ContractError
from data.warehouse import identifier, literal

REASON, RAW = "__reason", "__raw"  # hidden by the views over fact files: to drop a column rewrites the file
ENGINE_TYPES: Mapping[str, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "decimal": "DECIMAL(18, 4)",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
_SPACES = " \t\r\n\u00a0"
EARLIEST, LATEST = "1900-01-01", "2200-12-31"

_EXPECTED: Mapping[str, str] = {
    "text": "is not text",
    "integer": "is not a whole number",
    "decimal": "is not a decimal number",
    "number": "is not a number",
    "boolean": "is not true or false",
    "date": "is not a date (expected like 2024-01-31)",
    "timestamp": "is not a date and time (expected like 2024-01-31 13:45:00)",
}
_FAMILIES: Mapping[str, str] = {
    "VARCHAR": "text", "UUID": "text", "BOOLEAN": "boolean", "DATE": "date", "FLOAT": "float", "DOUBLE": "float",
    "TIMESTAMP": "timestamp", "TIMESTAMP_S": "timestamp", "TIMESTAMP_MS": "timestamp", "TIMESTAMP_NS": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "instant",
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), "integer"),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), "integer"),
}  # fmt: skip
_WHOLE = "CASE WHEN {x} = floor({x}) AND abs({x}) < 9e15 THEN CAST({x} AS BIGINT) END"
_UTC = "({x} AT TIME ZONE 'UTC')"
_PLAIN = "CAST({x} AS VARCHAR)"
# (type of the contract, family of the engine's type) -> how a typed value becomes it; what is absent is refused
_TYPED: Mapping[tuple[str, str], str] = {
    **{("text", family): _PLAIN for family in ("integer", "decimal", "boolean", "date", "timestamp", "instant")},
    (
        "text",
        "float",
    ): f"CASE WHEN {{x}} = floor({{x}}) AND abs({{x}}) < 9e15 THEN CAST(CAST({{x}} AS BIGINT) AS VARCHAR) "
    f"ELSE {_PLAIN} END",
    ("integer", "integer"): "TRY_CAST({x} AS BIGINT)",
    ("integer", "decimal"): _WHOLE,
    ("integer", "float"): _WHOLE,
    **{("decimal", family): "TRY_CAST({x} AS DECIMAL(18, 4))" for family in ("integer", "decimal", "float")},
    **{("number", family): "CAST({x} AS DOUBLE)" for family in ("integer", "decimal")},
    ("number", "float"): "CASE WHEN isfinite({x}) THEN CAST({x} AS DOUBLE) END",
    ("boolean", "boolean"): "{x}",
    ("boolean", "integer"): "CASE {x} WHEN 1 THEN true WHEN 0 THEN false END",
    ("date", "date"): "{x}",
    ("date", "timestamp"): "CAST({x} AS DATE)",
    ("date", "instant"): f"CAST({_UTC} AS DATE)",
    ("timestamp", "date"): "CAST({x} AS TIMESTAMP)",
    ("timestamp", "timestamp"): "CAST({x} AS TIMESTAMP)",
    ("timestamp", "instant"): f"CAST({_UTC} AS TIMESTAMP)",
}


@dataclass(frozen=True)
class Bound:
    """A column of the contract met by a column of the source."""

    name: str
    source_name: str
    column: ColumnModel
    raw: Raw
    key: bool


def bind(dataset: DatasetModel, reading: Reading, where: str) -> tuple[Bound, ...]:
    """The contract's columns, each with its column of the source.

    Raises ContractError that lists every column that is missing (with the nearest name of the header) or whose type can
    never fit. `where` is the file and the dataset, for the message.
    """
    line = f", line {reading.header_line}" if reading.header_line else ""
    faults, bound = [], []
    for name, (source_name, column) in dataset.loaded().items():
        raw = reading.columns.get(source_name)
        if raw is None:
            hint = _similar(source_name, [one for one in reading.columns if one not in dataset.columns])
            faults.append(f"column '{source_name}' is missing" + (f"; {hint}" if hint else ""))
        elif family(raw.type) != "text" and (column.type, family(raw.type)) not in _TYPED:
            faults.append(
                f"column '{source_name}' is {raw.type} in {reading.kind}, and the contract says {column.type}; "
                "correct the type in the contract or the source"
            )
        else:
            bound.append(Bound(name, source_name, column, raw, name in dataset.key))
    if faults:
        raise ContractError("\n".join(f"{where}{line}: {fault}" for fault in faults))
    return tuple(bound)


def _similar(name: str, free: list[str]) -> str:
    """The column that is probably meant: one that only differs in case first."""
    same = [one for one in free if one.casefold() == name.casefold()]
    return f"did you mean '{same[0]}'?" if same else nearest(name, free)


def family(engine_type: str) -> str:
    """text, integer, decimal, float, boolean, date, timestamp, instant (with time zone); else the type itself."""
    if engine_type.startswith("DECIMAL"):
        return "decimal"
    if engine_type.startswith("ENUM"):
        return "text"
    return _FAMILIES.get(engine_type, engine_type)


def table_columns(dataset: DatasetModel) -> str:
    """The columns of a table that takes the rows while they are checked."""
    columns = [f"{identifier(name)} {ENGINE_TYPES[one.type]}" for name, (_, one) in dataset.loaded().items()]
    return ", ".join([*columns, f"{REASON} VARCHAR", f"{RAW} VARCHAR"])


def select(bound: tuple[Bound, ...], reading: Reading, relation: str) -> str:
    """SQL that gives every row typed, why it is bad (NULL: it is good; '': it is blank) and its raw text.

    Three layers: raw values trimmed (spaces around a value mean nothing; an empty one is NULL), typed, judged.
    """
    raws = [f"{one.raw.sql} AS o{i}" for i, one in enumerate(bound)]
    marks = [f"{reading.fault or 'NULL'} AS fault", f"{reading.blank or 'false'} AS blank"]
    inner = f"SELECT {', '.join(raws + marks)} FROM {relation}"
    trimmed = [f"{_trimmed(f'o{i}', one.raw, reading.null_values)} AS r{i}" for i, one in enumerate(bound)]
    middle = f"SELECT *, {', '.join(trimmed)} FROM ({inner})"
    typed = [f"{_typed(f'r{i}', one)} AS v{i}" for i, one in enumerate(bound)]
    judged = f"SELECT *, {', '.join(typed)} FROM ({middle})"
    bad = " OR ".join(["fault IS NOT NULL", *(clause for i, one in enumerate(bound) for clause in _violations(i, one))])
    reasons = ", ".join(_reason(i, one) for i, one in enumerate(bound))
    record = ", ".join(f"{literal(one.source_name)}: o{i}" for i, one in enumerate(bound))
    values = [f"v{i}" for i in range(len(bound))]
    return (
        f"SELECT {', '.join(values)}, "
        f"CASE WHEN blank THEN '' WHEN {bad} THEN coalesce(fault, concat_ws('; ', {reasons})) END, "
        f"CASE WHEN NOT blank AND ({bad}) THEN CAST(to_json({{{record}}}) AS VARCHAR) END "
        f"FROM ({judged})"
    )


def _trimmed(original: str, raw: Raw, null_values: tuple[str, ...]) -> str:
    if family(raw.type) != "text":
        return original
    value = original if raw.type == "VARCHAR" else f"CAST({original} AS VARCHAR)"
    # most values have no space around them, and to see that costs a tenth of trimming
    tight = " AND ".join([f"{value} >= '!'", *(f"NOT suffix({value}, '{space}')" for space in _SPACES)])
    trimmed = f"nullif(trim({value}, '{_SPACES}'), '')"
    text = f"CASE WHEN {tight} AND NOT prefix({value}, '\u00a0') THEN {value} ELSE {trimmed} END"
    if not null_values:
        return text
    nothing = ", ".join(literal(value.strip()) for value in ("", *null_values))
    return f"CASE WHEN ({text}) NOT IN ({nothing}) THEN {text} END"


def _typed(value: str, one: Bound) -> str:
    kind = family(one.raw.type)
    if kind == "text":
        return _FROM_TEXT[one.column.type](value, one.column)
    return _TYPED[one.column.type, kind].format(x=value)


def _number(value: str, column: ColumnModel, target: str) -> str:
    mark, thousands = column.decimal_mark or ".", column.thousands
    point = f"\\{mark}"
    whole = "\\d+" if thousands is None else f"(?:\\d+|\\d{{1,3}}(?:\\{thousands}\\d{{3}})+)"
    shape = f"[+-]?(?:{whole}(?:{point}\\d*)?|{point}\\d+)(?:[eE][+-]?\\d+)?"
    plain = value if thousands is None else f"replace({value}, {literal(thousands)}, '')"
    plain = plain if mark == "." else f"replace({plain}, {literal(mark)}, '.')"
    return f"CASE WHEN regexp_full_match({value}, {literal(shape)}) THEN TRY_CAST({plain} AS {target}) END"


def _integer(value: str, column: ColumnModel) -> str:
    number = _number(value, column, "DOUBLE")
    quick = f"WHEN regexp_full_match({value}, '[+-]?\\d+') THEN TRY_CAST({value} AS BIGINT)"
    return f"CASE {quick} ELSE {_WHOLE.format(x=f'({number})')} END"


def _finite(value: str, column: ColumnModel) -> str:
    return f"nullif(nullif({_number(value, column, 'DOUBLE')}, 'inf'), '-inf')"


def _boolean(value: str, _: ColumnModel) -> str:
    yes, no = "('true', 't', 'yes', 'y', '1')", "('false', 'f', 'no', 'n', '0')"
    return f"CASE WHEN lower({value}) IN {yes} THEN true WHEN lower({value}) IN {no} THEN false END"


def _date(value: str, column: ColumnModel) -> str:
    if column.format:
        return f"CAST(TRY_STRPTIME({value}, {literal(column.format)}) AS DATE)"
    # by way of TIMESTAMP: the cast to DATE would accept anything after the day ('2024-01-31abc')
    return f"CASE WHEN regexp_matches({value}, '^\\d') THEN CAST(TRY_CAST({value} AS TIMESTAMP) AS DATE) END"


def _timestamp(value: str, column: ColumnModel) -> str:
    if column.format:
        return f"CAST(TRY_STRPTIME({value}, {literal(column.format)}) AS TIMESTAMP)"
    # the cast to TIMESTAMP would drop an offset in silence, the one to TIMESTAMPTZ wants seconds
    zoned = f"length({value}) > 16 AND regexp_matches(substr({value}, 17), '[Zz+-]')"
    seconds = f"CASE WHEN substr({value}, 17, 1) IN ('Z', 'z', '+', '-') THEN ':00' ELSE '' END"
    full = f"concat(left({value}, 16), {seconds}, substr({value}, 17))"
    instant = f"CAST(TRY_CAST({full} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS TIMESTAMP)"
    return (
        f"CASE WHEN NOT regexp_matches({value}, '^\\d') THEN NULL WHEN {zoned} THEN {instant} "
        f"ELSE TRY_CAST({value} AS TIMESTAMP) END"
    )


_FROM_TEXT: Mapping[str, Callable[[str, ColumnModel], str]] = {
    "text": lambda value, _: value,
    "integer": _integer,
    "decimal": lambda value, column: _number(value, column, "DECIMAL(18, 4)"),
    "number": _finite,
    "boolean": _boolean,
    "date": _date,
    "timestamp": _timestamp,
}


def _violations(i: int, one: Bound) -> list[str]:
    return [condition for condition, _ in _rules(i, one)]


def _reason(i: int, one: Bound) -> str:
    cases = " ".join(f"WHEN {condition} THEN {words}" for condition, words in _rules(i, one))
    return f"CASE {cases} END"


def _rules(i: int, one: Bound) -> list[tuple[str, str]]:
    """(SQL condition under which the value is bad, SQL text that says so), the first that holds is told."""
    column, raw, value = one.column, f"r{i}", f"v{i}"
    name = one.source_name + ": "
    shown = f"left(CAST({raw} AS VARCHAR), 60)"
    expected = _EXPECTED[column.type] if not column.format else f"is not a date written as {column.format}"
    rules = []
    if column.required or one.key:
        why = "is empty, but required" if column.required else "is empty, but part of the key"
        rules.append((f"{raw} IS NULL", literal(name + why)))
    if column.type == "decimal":
        large = f"{raw} IS NOT NULL AND {value} IS NULL AND abs(TRY_CAST({raw} AS DOUBLE)) BETWEEN 1e14 AND 1e300"
        rules.append((large, f"concat({literal(name + chr(39))}, {shown}, {literal(chr(39) + _TOO_LARGE)})"))
    rules.append((f"{raw} IS NOT NULL AND {value} IS NULL", _told(name, shown, expected)))
    for bound, operator, words in (
        (column.min, "<", "is below the minimum"),
        (column.max, ">", "is above the maximum"),
    ):
        if bound is not None:
            rules.append((f"{value} {operator} {_bound(bound, column)}", _told(name, shown, f"{words} {bound}")))
    if column.type in DATED:
        sane = f"{value} < {_bound(EARLIEST, column)} OR {value} > {_bound(LATEST, column)}"
        rules.append((f"({sane})", _told(name, shown, f"is not between {EARLIEST} and {LATEST}")))
    if column.one_of is not None:
        options = ", ".join(literal(str(option)) for option in column.one_of)
        listed = ", ".join(str(option) for option in column.one_of)
        rules.append((f"CAST({value} AS VARCHAR) NOT IN ({options})", _told(name, shown, f"is not one of {listed}")))
    if column.pattern is not None:
        rules.append(
            (
                f"NOT regexp_full_match({value}, {literal(column.pattern)})",
                _told(name, shown, f"does not match the pattern {column.pattern}"),
            )
        )
    return rules


_TOO_LARGE = " is too large for a decimal (14 digits before the point)"


def _told(name: str, shown: str, words: str) -> str:
    return f"concat({literal(name + chr(39))}, {shown}, {literal(chr(39) + ' ' + words)})"


def _bound(value: object, column: ColumnModel) -> str:
    if column.type not in DATED:
        return f"CAST({literal(str(value))} AS {'DOUBLE' if column.type == 'number' else 'DECIMAL(38, 4)'})"
    end = column.type == "timestamp" and value == column.max and len(str(value)) == 10
    return f"CAST({literal(str(value) + (' 23:59:59.999999' if end else ''))} AS {ENGINE_TYPES[column.type]})"

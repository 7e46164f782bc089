"""Why something is refused: a table of codes, each with the trap that it keeps shut and the way round it."""

from collections.abc import Mapping
from dataclasses import dataclass

from data.errors import QueryError


@dataclass(frozen=True)
class Code:
    """One family of refusals: its name, what would be wrong with the number, what to do instead, and an example."""

    name: str
    reason: str
    remedy: str
    example: str


CODES: Mapping[str, Code] = {
    "F101": Code(
        "fan-out",
        "A row would be counted once for every row that it is joined to, and its amount as often.",
        "Join by the grain of the other table; sum a column of a joined table on that table itself, or multiply it by "
        "a column of the row that says how many times it counts.",
        "`function: sum, expr: customer.credit_limit` over orders: a limit once for every order",
    ),
    "F102": Code(
        "chasm",
        "Rows of two tables that only share a third would be paired with each other, and each counted many times.",
        "Make a metric of each table and combine the metrics (`expr`, `ratio`): each is counted alone, then they meet.",
        "a table that joins both `orders` and `visits` of a customer, one to many",
    ),
    "F103": Code(
        "ambiguous path",
        "More than one way of joins leads to what is named, and the ways give different numbers.",
        "Name the way: `customer.region.name` or `store.region.name`.",
        "revenue by `regions.name`, where both the customer and the store have a region",
    ),
    "F104": Code(
        "many-to-many",
        "Both sides of the join would be counted as often as they have partners on the other.",
        "Make a table with one row for each pair (a bridge), and let it join each side, many to one.",
        "`cardinality: many_to_many`",
    ),
    "F105": Code(
        "average of averages",
        "A mean of means counts small groups as much as large ones.",
        "Make a `ratio` of the sums above and below, or an average over the rows themselves.",
        '`expr: "(satisfaction_east + satisfaction_west) / 2"`, or an average of a column under `averaged:`',
    ),
    "F106": Code(
        "unsafe re-aggregation",
        "The figures of parts do not give the figure of the whole by this function.",
        "Say how a level adds up over time (`over_time: last`), or compute the whole from its rows.",
        "a sum of a balance over the days of a month; a distinct count that is carried forward",
    ),
    "F107": Code(
        "unit mismatch",
        "What the formula gives is not what `measured_in` says, or it adds what cannot be added.",
        "Mend the formula or `measured_in`; convert one of the two first.",
        "`revenue + training_hours` (EUR + hours); a ratio of EUR to people in `%`",
    ),
    "F108": Code(
        "unknown name",
        "A name leads nowhere; a guess might be another thing.",
        "Take the nearest name that is told, or define it.",
        "`expr: amonut` (did you mean 'amount'?)",
    ),
    "F109": Code(
        "cycle",
        "A metric would be computed from itself.",
        "Break the circle in one of its metrics.",
        '`a: {expr: "b + 1"}` with `b: {expr: "a + 1"}`',
    ),
    "F110": Code(
        "aggregate in an expression",
        "`expr` and `filter` see one row; an aggregate there would see another set of rows than the metric does.",
        "Let `function:` aggregate; ask for a metric of the row's customer with `metric(orders, customer)`.",
        '`filter: "amount > avg(amount)"`',
    ),
    "F111": Code(
        "not allowed in an expression",
        "It is no scalar expression over one row, or its function does not mean the same on every engine.",
        "Use the functions that the language lists; put what is special into the model's SQL.",
        "`expr: read_text('/etc/passwd')`",
    ),
    "F112": Code(
        "wrong type",
        "The function or the field cannot work on a column of this type.",
        "Name another column, or mend its type in the contract.",
        "`function: sum, expr: status`",
    ),
    "F113": Code(
        "grain not unique",
        "More than one row bears the same key: they would be counted twice, or multiply what joins them.",
        "Mend the data, name the grain that holds, or add `key:` to the contract.",
        "two rows of customer 7 in `customers`",
    ),
    "F114": Code(
        "no time or no unit",
        "It is not known when rows happened or to which unit they belong, so they would be missing from some totals.",
        "Add `time:` or `unit:` to the model.",
        "a metric on a table without `unit:`",
    ),
    "F115": Code(
        "contradicting target or anchors",
        "A score would depend on which of two statements is meant.",
        "Part them in time with `from` and `to`, or mend the order of red flag and goal.",
        "`anchors: {goal: 5, red: 5}`",
    ),
    "F116": Code(
        "division by zero",
        "No value could ever come of it.",
        "Divide by something else.",
        '`expr: "revenue / 0"`',
    ),
    "F117": Code(
        "overlapping validity",
        "Two rows of a joined table hold on the same day, so that a fact would be counted with both.",
        "Mend the data: the end of one row is the beginning of the next (the end itself does not belong to it).",
        "prices of product 7 from January to June, and from May on",
    ),
    "F118": Code(
        "no rate",
        "An amount in another currency has no rate, or two; one for one would be a wrong number in silence.",
        "Add the rate that is named, or lengthen `holds:` of the rates.",
        "12 USD on 2025-03-01, and no rate of that day",
    ),
    "F119": Code(
        "metric in a filter",
        "The metric cannot be told for each entity alone.",
        "Use a metric of the kind agg, ratio or expr whose tables all have that entity.",
        '`filter: "metric(headcount, customer) > 3"`',
    ),
    "F120": Code(
        "dimension does not fit",
        "Not every table below the metric has this dimension: half a metric cannot be cut.",
        "Cut by a dimension that all of them have, or give the tables that lack it theirs.",
        "complaints per order by `channel`, where complaints have no channel",
    ),
    "F121": Code(
        "model changes rows",
        "SQL of a model would lose, repeat or aggregate rows, which no metric could know.",
        "Select, join to a grain, filter, rename, cast; aggregate in metrics.",
        "`SELECT DISTINCT`, `UNION`, `GROUP BY` in models/orders.sql",
    ),
    "F122": Code(
        "parts differ",
        "Parts of one table have different columns; what is missing would be empty for some rows in silence.",
        "Name the columns alike with `as:` in the contract, or select them in the model's SQL.",
        "`source: [orders_2024, orders_2025]`, and only one has `channel`",
    ),
    "F123": Code(
        "conversion without partner",
        "Base event and conversion event do not say of whom they are in the same way.",
        "Name an entity that both tables have, and constant properties that stand in both.",
        "visits know a `visitor`, orders a `customer`",
    ),
    "F140": Code(
        "engines disagree",
        "The function means another thing in the engine in which these facts stay.",
        "Write what the message names in its place, or load the facts.",
        "`upper(city)` over facts that stay in PostgreSQL",
    ),
}


@dataclass(frozen=True)
class Fault:
    """Something wrong in one definition: `of` is 'metric', 'table' or 'driver', `path` the field inside its file."""

    of: str
    key: str
    path: tuple[str | int, ...]
    message: str
    hint: str = ""
    code: str = "F108"


class Refusal(QueryError):
    """A question that could only be answered with a wrong number: `code` (see CODES), `message`, `remedy`."""

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        self.code, self.message, self.remedy = code, message, remedy or CODES[code].remedy
        super().__init__(f"{message} ({self.remedy}) [{code}]")


def page() -> str:
    """docs/refusals.md: every code with its reason, its remedy and an example."""
    lines = [
        "# Refusals",
        "",
        "What could give a wrong number is refused, with a code, the place, the reason and the remedy. Made from the",
        "table of codes (`metrics/language/refusals.py`); do not edit.",
        "",
    ]
    for code, told in CODES.items():
        lines += [f"## {code} {told.name}", "", told.reason, ""]
        lines += [f"*Remedy*: {told.remedy}", "", f"*Example*: {told.example}", ""]
    return "\n".join(lines[:-1]) + "\n"

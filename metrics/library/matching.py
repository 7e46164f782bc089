"""Finds which of a table's columns is meant by each column that a formula asks for; what is not certain stays open."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from metrics.library.entry import DATED, RoleColumn, RoleTable

FITTING: Mapping[str, frozenset[str]] = {
    "date": frozenset({"date", "timestamp"}),
    "moment": frozenset({"timestamp"}),
    "number": frozenset({"integer", "decimal", "number"}),
    "boolean": frozenset({"boolean"}),
    "text": frozenset({"text"}),
    "id": frozenset({"text", "integer"}),
}
DAYS = frozenset({"on", "at", "date", "day", "time"})
ONLY_DAY = "the table's only day"
CONDITIONS = frozenset({"is", "has"})


@dataclass(frozen=True)
class Offered:
    """A table of the workspace as it is looked through.

    `types` by column ("" where only the data can tell), `words` that the contract allows in a text column, its `time`.
    """

    key: str
    types: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    time: str | None

    def fitting(self, column: RoleColumn) -> list[str]:
        """The columns whose type would do."""
        return [name for name, kind in self.types.items() if not kind or kind in FITTING[column.type]]


@dataclass(frozen=True)
class Match:
    """What stands for each role column, and why; `missing` are those that nothing certain was found for.

    `hourly` are days that are moments in the table: where they are compared, their hour must not count.
    """

    table: str
    columns: Mapping[str, str]
    why: Mapping[str, str]
    missing: tuple[str, ...]
    hourly: tuple[str, ...] = ()

    @property
    def compared(self) -> Mapping[str, str]:
        """The columns as expressions compare them."""
        return {name: f"CAST({own} AS DATE)" if name in self.hourly else own for name, own in self.columns.items()}


def match(role: RoleTable, needed: Iterable[str], offered: Offered, given: Mapping[str, str]) -> Match:
    """The role's columns in one table of the workspace. What was `given` counts without a question."""
    columns, why = dict[str, str](), dict[str, str]()
    missing = []
    for name in needed:
        if name in given:
            columns[name], why[name] = given[name], "as given"
            continue
        found = _by_name(name, role.columns[name], offered) or _by_word(role.columns[name], offered)
        if found is None and name == role.time:
            found = _by_time(offered)
        if found is None or found[0] in columns.values():  # one column for two meanings is a guess
            missing.append(name)
        else:
            columns[name], why[name] = found
    moments = {quoted(name) for name, kind in offered.types.items() if kind == "timestamp"}
    hourly = [name for name, own in columns.items() if role.columns[name].type == "date" and own in moments]
    return Match(offered.key, columns, why, tuple(missing), tuple(hourly))


def named_like(role: RoleTable, key: str) -> bool:
    """Whether a table of the workspace bears the role's name, or another one that it goes by."""
    return _words(key) in {_words(name) for name in (role.key, *role.also)}


def _by_name(name: str, column: RoleColumn, offered: Offered) -> tuple[str, str] | None:
    fitting = offered.fitting(column)
    for names, why in (((name,), "by its name"), (column.also, "also called so")):
        wanted = {_plain(one, column.type) for one in names}
        found = [own for own in fitting if _plain(own, column.type) in wanted]
        exact = [own for own in found if own in names]
        if len(found) == 1 or len(exact) == 1:
            return quoted((exact or found)[0]), why
        if found:
            return None
    return None


def _by_word(column: RoleColumn, offered: Offered) -> tuple[str, str] | None:
    """A condition that a text column can stand for: `status = 'won'`, where the contract allows that word there."""
    wanted = {_words(word) for word in column.words}
    found = [(own, word) for own, words in offered.words.items() for word in words if _words(word) in wanted]
    if len(found) != 1 or column.type != "boolean":
        return None
    own, word = found[0]
    text = word.replace("'", "''")
    return f"{quoted(own)} = '{text}'", "by its words"


def _by_time(offered: Offered) -> tuple[str, str] | None:
    """The table's time, where it is the only day that the table knows."""
    days = [name for name, kind in offered.types.items() if not kind or kind in FITTING["date"]]
    return (quoted(days[0]), ONLY_DAY) if days == [offered.time] else None


def quoted(name: str) -> str:
    """A column's name as an expression writes it: in quotes where it is no plain word."""
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else '"' + name.replace('"', '""') + '"'


def _plain(name: str, kind: str) -> tuple[str, ...]:
    """The words of a name, without what only tells its type: `delivered_at` and `DeliveredOn` are the same day."""
    words = _words(name)
    if kind in DATED and len(words) > 1 and words[-1] in DAYS:
        return words[:-1]
    if kind == "boolean" and len(words) > 1 and words[0] in CONDITIONS:
        return words[1:]
    return words


def _words(name: str) -> tuple[str, ...]:
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return tuple(word for word in re.split(r"[^a-z0-9]+", parted.casefold()) if word)

"""What the states of a scan rest on: which rows of which datasets, so that equal ground means equal states."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import sqlglot
from sqlglot import exp

from data.digests import Content, Digest
from data.errors import CalendarError
from data.warehouse import identifier
from metrics.definitions.table import Table
from metrics.language.catalog import Catalog
from metrics.language.expressions import select_columns
from metrics.states.compiler import Part, StateQuery, digest
from metrics.time.timeline import Timeline

Origin = tuple[str, str]  # dataset, and the date column of it
_MODEL = re.compile(r'model\."((?:[^"]|"")+)"')
_OWN = re.compile(r'_t\."((?:[^"]|"")+)"')
_DATED = (exp.DataType.Type.DATE, exp.DataType.Type.TIMESTAMP)


@dataclass(frozen=True)
class Ground:
    """The datasets of a refresh with what they hold, behind the tables of a catalog."""

    catalog: Catalog
    contents: Mapping[str, Content]

    def tables(self, tables: Iterable[str]) -> str:
        """A name for all that these tables say and hold."""
        return digest(*(f"{key}:{self._table(key)}" for key in sorted(set(tables))))

    def _table(self, key: str) -> str:
        table = self.catalog.tables[key]
        held = (f"{name}={self.contents[name].whole.text}" for name in self.datasets(table))
        return digest(said(table), *held)

    def datasets(self, table: Table) -> tuple[str, ...]:
        """The datasets that a table reads."""
        return table.datasets or tuple(select_columns(table.sql_text or "", self.contents)[0])

    def origins(self, table: Table, column: str) -> tuple[Origin, ...] | None:
        """The date columns of datasets, one or (of a UNION ALL) several, that a table's column is; None if unclear."""
        found: list[Origin] = []
        plain = [(name, column) for name in table.datasets]
        for origin in plain or _traced(table.sql_text or "", column):
            if origin is None or column_of(self.contents, origin) is None:
                return None
            found.append(origin)
        return tuple(found) if len({dataset for dataset, _ in found}) == len(found) else None


def said(table: Table) -> str:
    """The text that makes a table of datasets."""
    return "+".join(table.datasets) or table.sql_text or ""


def column_of(contents: Mapping[str, Content], origin: Origin) -> Mapping[date, Digest] | None:
    """The digests of a date column by day; None where the dataset has none of that name."""
    content = contents.get(origin[0])
    if content is None:
        return None
    return content.days.get(origin[1]) if content.whole.rows else {}


@dataclass(frozen=True)
class Footing:
    """The ground of one scan: what its rows and groups depend on (`base`), each part, and each period."""

    query: StateQuery
    ground: Ground
    timeline: Timeline

    @cached_property
    def links(self) -> dict[str, str]:
        """What is joined, by alias: the SQL of the join."""
        tree = sqlglot.parse_one(f"SELECT 1 FROM {self.query.source}", read="duckdb")
        return {join.alias_or_name: join.sql(dialect="duckdb") for join in tree.args.get("joins") or ()}

    def joined(self, *texts: str) -> tuple[str, ...]:
        """The aliases of joins that pieces of SQL name, with those that these hang on."""
        found: list[str] = []
        for text in texts:
            for alias, link in self.links.items():
                if alias not in found and f'"{alias}".' in text:
                    found += [one for one in (*self.joined(_without(link, alias)), alias) if one not in found]
        return tuple(found)

    @cached_property
    def periods(self) -> dict[int, Digest] | None:
        """What each base period holds up to the last day that counts; None where that cannot be told by period."""
        own = _OWN.fullmatch(self.query.time)
        main = self.ground.catalog.tables[self.query.table]
        if not self.query.periodic or own is None or not self._local(self._base_texts):
            return None
        origins = self.ground.origins(main, own[1].replace('""', '"'))
        found: dict[int, Digest] = {}
        try:
            for dataset, column in origins or ():
                content = self.ground.contents[dataset]
                if content.whole.rows:
                    held = content.periods(column, self.timeline.number, self.query.as_of)
                    found |= {at: found.get(at, Digest()) + told for at, told in held.items()}
        except CalendarError:  # days that no period of the calendar holds
            return None
        return found if origins else None

    def within(self, low: date, high: date) -> tuple[str, ...]:
        """The tables of facts that hold all rows of some days; none where these are not known."""
        column, contents = self._own_column, self._contents
        if any(column not in content.places for content in contents):
            return ()
        return tuple(place for content in contents for place in content.holding(column, low, high))

    def added(self, at: int, was: Callable[[Digest], bool]) -> tuple[str, ...]:
        """The tables that hold what came to a base period since it `was` something; none if anything else has changed.

        What came is loaded into tables of its own, behind the others: some first ones then hold what there was, and the
        sum of their digests says so.
        """
        if len(self._contents) != 1 or self._own_column not in self._contents[0].places:
            return ()
        low, high = self.timeline.first(at), min(self.timeline.last(at), self.query.as_of)
        sums = list(self._contents[0].sums(self._own_column, low, high))
        known = next((number for number, (_, total) in enumerate(sums, 1) if was(total)), len(sums))
        return tuple(place for place, _ in sums[known:])

    def rows_of(self, tables: Iterable[str]) -> str:
        """A query of all rows of some tables of facts."""
        return " UNION ALL ".join(f"SELECT {self._names} FROM {table}" for table in tables)

    @cached_property
    def _own_column(self) -> str:
        own = _OWN.fullmatch(self.query.time)
        return own[1].replace('""', '"') if own else ""

    @cached_property
    def _contents(self) -> tuple[Content, ...]:
        """What the datasets hold that the table is, where it is no query of its own and its columns are known."""
        table = self.ground.catalog.tables[self.query.table]
        return tuple(self.ground.contents[name] for name in table.datasets) if self._names else ()

    @cached_property
    def _names(self) -> str:
        """The columns of the table."""
        return ", ".join(map(identifier, self.ground.catalog.columns.get(self.query.table) or ()))

    @cached_property
    def base(self) -> str:
        """A name for the rows and the groups of the scan: the same ones, whatever measures are taken of them."""
        main = self.ground.catalog.tables[self.query.table]
        own = _OWN.fullmatch(self.query.time)
        origins = self.ground.origins(main, own[1].replace('""', '"')) if own else None
        by_period = {dataset for dataset, _ in origins or ()}
        beside = [name for name in self.ground.datasets(main) if name not in by_period]
        held = [f"{name}={self.ground.contents[name].whole.text}" for name in beside]
        return digest(
            self.query.shape, self.query.table, said(main), self.query.time, *held,
            *self._base_texts, *self._joins(*self._base_texts),
        )  # fmt: skip

    @cached_property
    def _base_texts(self) -> tuple[str, ...]:
        keys = (f"{name}={sql}" for name, sql in self.query.keys.items() if name != "early")
        return (*self.query.where, *keys)

    def part(self, part: Part) -> str:
        """A name for what a part computes, with what it joins."""
        return digest(part.merge, part.sql, *self._joins(part.sql))

    def local(self, part: Part) -> bool:
        """Whether a part of a period depends on rows of that period only."""
        return self._local((part.sql,))

    def source(self, *texts: str) -> str:
        """What stands after FROM for these pieces of SQL alone."""
        needed = self.joined(*self._base_texts, self.query.time, *texts)
        return " ".join([self.query.main, *(self.links[alias] for alias in self.links if alias in needed)])

    def _local(self, texts: Iterable[str]) -> bool:
        joins = [self.links[alias] for alias in self.joined(*texts)]
        inside = [table for text in (*texts, *joins) for table in _MODEL.findall(text)]
        return self.query.table not in inside and not any("select" in text.lower() for text in texts)

    def _joins(self, *texts: str) -> Iterator[str]:
        for alias in self.joined(*texts):
            yield f"{alias}:{self.links[alias]}"
            yield self.ground.tables(_MODEL.findall(self.links[alias]))

    @cached_property
    def whole(self) -> str:
        """A name for the whole scan, where it cannot be told by period."""
        query = self.query
        texts = (query.source, query.statement or "", *query.where, *(part.sql for part in query.parts.values()))
        tables = {table for text in texts for table in _MODEL.findall(text)}
        keys = [f"{name}={sql}" for name, sql in query.keys.items()]
        named = self.ground.tables({query.table, *tables})
        return digest(query.shape, *texts, query.time, query.as_of.isoformat(), *keys, named)


def _without(link: str, alias: str) -> str:
    """The SQL of a join without the mention of itself."""
    return link.replace(f'"{alias}".', "")


def _traced(text: str, column: str) -> Iterator[tuple[str, str] | None]:
    """The dataset and column behind a column of a SELECT; one of each branch of a UNION ALL, None where unclear."""
    tree = sqlglot.parse_one(text, read="duckdb")
    if tree.find(exp.CTE, exp.Subquery):
        yield None
        return
    branches = list(tree.find_all(exp.Select))
    place = next((at for at, name in enumerate(branches[0].named_selects) if name == column), None)
    for branch in branches:
        yield None if place is None or place >= len(branch.selects) else _behind(branch, branch.selects[place])


def _behind(branch: exp.Select, chosen: exp.Expr) -> tuple[str, str] | None:
    node = chosen.unalias()
    while isinstance(node, exp.Cast) and node.to.this in _DATED:
        node = node.this
    tables = {table.alias_or_name: table.name for table in branch.find_all(exp.Table)}
    if not isinstance(node, exp.Column) or len(set(tables.values())) != len(list(branch.find_all(exp.Table))):
        return None
    alone = next(iter(tables)) if len(tables) == 1 else ""
    dataset = tables.get(node.table or alone)
    return None if dataset is None else (dataset, node.name)

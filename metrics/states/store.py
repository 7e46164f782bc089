"""Keeps states between refreshes: a scan is answered from packs, and only what its facts touched is computed anew."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from data.digests import Digest
from metrics.engines.duck import Engine
from metrics.states.blocks import Block, joined, scan_block
from metrics.states.compiler import StateQuery, digest
from metrics.states.ground import Footing, Ground
from metrics.states.measures import Measure
from metrics.states.merging import merged
from metrics.states.packs import ALWAYS, Pack, Shelf, of_periods, sorted_rows
from metrics.time.timeline import Timeline

MOST_PACKS = 4  # of one scan and year; more are made one when the year is written next
COARSE = ("stock", "first", "open")  # shapes of scans whose rows differ by cell, month and what is counted only
MOST_RANGES = 6  # stretches of touched periods that are scanned each by itself


@dataclass(frozen=True, eq=False)
class Told:
    """What a refresh did for one scan: base periods whose facts it read, and how many it took as they were.

    Of `grown` periods it read only what had come. `fresh` parts were computed for all periods, for a definition is new.
    `stamps` say what each period rests on, for those who keep what follows from states; they do not depend on how a
    running period is cut.
    """

    table: str
    time: str
    base: str
    touched: tuple[int, ...]
    grown: tuple[int, ...]
    kept: int
    fresh: int
    stamps: Mapping[int, str]


@dataclass
class StateStore:
    """A source of blocks (see metrics.states.blocks) over a shelf of packs.

    `compared` are base periods whose first days are compared with a running one, None for all: nobody asks for others.
    Without `reuse` no pack is looked at. `told` and `paths` tell afterwards what was done, and which packs the states
    are made of; `rests` what a measure's own columns rest on besides (what they join).
    """

    engine: Engine
    shelf: Shelf
    ground: Ground
    timeline: Timeline
    compared: frozenset[int] | None = frozenset()
    reuse: bool = True
    told: dict[Measure, Told] = field(default_factory=dict)
    rests: dict[Measure, str] = field(default_factory=dict)
    paths: dict[str, None] = field(default_factory=dict)

    def __call__(self, query: StateQuery) -> Block:
        """The block of a scan, with all its parts, up to the query's last day."""
        footing = Footing(query, self.ground, self.timeline)
        if footing.periods is None or query.shape != "agg":
            block, told = self._whole(query, footing)
        else:
            assembly = _Assembly(self, query, footing)
            block, told = assembly.block()
            self.rests |= {measure: assembly.rests(names.values()) for measure, names in query.columns.items()}
        self.told |= dict.fromkeys(query.columns, told)
        return block

    def _whole(self, query: StateQuery, footing: Footing) -> tuple[Block, Told]:
        """A scan that cannot be told by period: as it was while nothing that it rests on has changed, else anew."""
        scan, stamps = f"whole_{digest(query.shape, query.table)}", {0: footing.whole}
        parts = {name: part.sql for name, part in query.parts.items()}
        found = next((p for p in self.find(scan, ALWAYS) if p.stamps == stamps and p.parts == parts), None)
        pack = found or self.shelf.keep(scan, ALWAYS, parts, stamps, scan_block(self.engine, query))
        self.use(pack)
        block = pack.block
        told = Told(
            query.table, query.time, "", () if found else (0,), (), int(found is not None), 0, _held(block, query.shape)
        )
        return block, told

    def find(self, scan: str, year: str) -> list[Pack]:
        """The packs of a scan and year."""
        return self.shelf.find(scan, year) if self.reuse else []

    def use(self, pack: Pack) -> None:
        """The states are made of this pack, too."""
        self.paths[pack.path.name] = None


def _held(block: Block, shape: str) -> dict[int, str]:
    """What the states of each period are, by themselves; of the COARSE shapes without how a running period is cut.

    Sets are told by their members, or by their bits and whose bits these are.
    """
    table = block.table
    for at, column in enumerate(table.schema):
        if not _adds(column.type) and column.name not in ("cell", "thing", "early", "gone_early"):
            table = table.set_column(at, column.name, pa.array(map(_text, table.column(at).to_pylist()), pa.string()))
    cut = ("early", "gone_early") if shape in COARSE else ()
    names = [name for name in table.column_names if name not in cut]
    grouped = ("month", "cell", "gone", "thing", *(("day", "early") if shape not in COARSE else ()))
    keys = [name for name in grouped if name in names]
    rest = [(name, "sum" if _adds(table.schema.field(name).type) else "list") for name in names if name not in keys]
    rows = sorted_rows(table.select(names).group_by(keys, use_threads=False).aggregate(rest), keys)
    members = [f"{name}={of.to_pylist()}" for name, of in sorted(block.things.items())]
    found = {}
    for month in pc.unique(rows.column("month")).to_pylist():
        if month is not None:
            found[int(month)] = digest(str(of_periods(rows, [month]).to_pydict()), *members)
    return found


def _text(member: object) -> str:
    """A set as text, whatever the order in which an engine told its members."""
    return str(sorted(member, key=str)) if isinstance(member, list) else str(member)


def _adds(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind))


@dataclass
class _Piece:
    """Some parts of one year: a pack that has them (None: none has), and the periods that it does not have right.

    To those that are `grown` only came what lies in these tables: the states of it are added to those of the pack.
    """

    pack: Pack | None
    parts: tuple[str, ...]
    stale: frozenset[int]
    grown: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        """Whether the pack has all of it."""
        return self.pack is not None and not self.stale and not self.grown


class _Assembly:
    """Puts one scan together."""

    def __init__(self, store: StateStore, query: StateQuery, footing: Footing) -> None:
        self.store, self.footing = store, footing
        self.whole_early = query.keys["early"]
        self.query = replace(query, keys={**query.keys, "early": self._early(query)})
        self.scan = digest("agg", footing.base)
        self.keys = tuple(query.keys)
        held = footing.periods or {}
        self.stamps = {at: told.text for at, told in held.items()}
        self.parts = {name: footing.part(part) for name, part in query.parts.items()}
        self.apart = [name for name, part in query.parts.items() if not footing.local(part)]
        self.years: dict[str, list[int]] = {}
        for at in sorted(self.stamps):
            self.years.setdefault(str(store.timeline.last(at).year), []).append(at)
        self.cut = str(query.keys.get("early"))
        self.more: dict[tuple[int, tuple[str, ...]], dict[str, None]] = {}  # parts by what came to which period
        self.came: dict[tuple[int, tuple[str, ...]], Block] = {}

    def _early(self, query: StateQuery) -> str:
        """First days are told apart only where somebody asks for them, so that a new day leaves the others alone."""
        if self.store.compared is None:
            return query.keys["early"]
        if not self.store.compared:
            return "FALSE"
        months = ", ".join(map(str, sorted(self.store.compared)))
        return f"({query.keys['month']} IN ({months}) AND {query.keys['early']})"

    def rests(self, names: Iterable[str]) -> str:
        """What some parts are, with what they join; and all facts, where a part looks beyond the rows of its period."""
        apart = self.footing.whole if any(name in self.apart for name in names) else ""
        return digest(apart, *sorted(self.parts[name] for name in names))

    def block(self) -> tuple[Block, Told]:
        """The block, and what was done for it."""
        pieces = {year: self._pieces(year, periods) for year, periods in self.years.items()}
        wanted: dict[tuple[str, ...], set[int]] = {}
        for piece in (piece for found in pieces.values() for piece in found):
            wanted.setdefault(piece.parts, set()).update(piece.stale)
            for at, tables in piece.grown.items():
                self.more.setdefault((at, tables), {}).update(dict.fromkeys(piece.parts))
        fresh = self._fresh({parts: frozenset(stale) for parts, stale in wanted.items() if stale})
        blocks = [self._year(year, found, fresh) for year, found in pieces.items()]
        if not blocks:
            blocks = [scan_block(self.store.engine, self.query)]
        return joined(blocks), self._told(pieces)

    def _told(self, pieces: Mapping[str, Sequence[_Piece]]) -> Told:
        every = [piece for found in pieces.values() for piece in found]
        touched = {at for piece in every if piece.pack for at in piece.stale}
        grown = {at for piece in every for at in piece.grown}
        new = {at for year, found in pieces.items() if all(p.pack is None for p in found) for at in self.years[year]}
        touched |= new
        kept = len(self.stamps) - len(touched | grown)
        fresh = len({name for piece in every if piece.pack is None for name in piece.parts}) if kept else 0
        stamps = dict(self.stamps)
        query = self.query
        read = tuple(sorted(touched)), tuple(sorted(grown - touched))
        return Told(query.table, query.time, self.footing.base, *read, kept, fresh, stamps)

    def _stamp(self, at: int, apart: bool, facts: Digest | None = None) -> str:
        """What a period of packed states rests on: its facts, and the cut of its first days where that is asked for."""
        cut = self.cut if self.store.compared is None or at in self.store.compared else ""
        return digest(self.footing.whole if apart else facts.text if facts else self.stamps[at], cut)

    def _added(self, at: int, pack: Pack) -> tuple[str, ...]:
        """The tables with all that came to a period since a pack was made; none where something else has changed."""
        if at not in pack.stamps:
            return ()
        return self.footing.added(at, lambda facts: self._stamp(at, False, facts) == pack.stamps[at])

    def _pieces(self, year: str, periods: Sequence[int]) -> list[_Piece]:
        """Which packs answer for which parts of a year: those that have most of it right."""
        found: list[_Piece] = []
        packs = self.store.find(self.scan, year)
        for apart in (False, True):
            names = [name for name in self.parts if (name in self.apart) == apart]
            stamps = {at: self._stamp(at, apart) for at in periods}
            rated = [
                (sum(pack.stamps.get(at) != stamp for at, stamp in stamps.items()), -len(pack.parts), place, pack)
                for place, pack in enumerate(packs)
            ]
            for wrong, _, _, pack in sorted(rated, key=lambda one: one[:3]):
                mine = tuple(sorted(name for name in names if pack.parts.get(name) == self.parts[name]))
                if mine and wrong < len(stamps):
                    stale = frozenset(at for at, stamp in stamps.items() if pack.stamps.get(at) != stamp)
                    grown = {} if apart else {at: more for at in stale if (more := self._added(at, pack))}
                    found.append(_Piece(pack, mine, stale - grown.keys(), grown))
                    names = [name for name in names if name not in mine]
            if names or (not self.parts and not apart and not found):
                found.append(_Piece(None, tuple(sorted(names)), frozenset(periods)))
        return found

    def _fresh(self, wanted: Mapping[tuple[str, ...], frozenset[int]]) -> dict[tuple[str, ...], Block]:
        """The states that are wanted; all parts that are stale in the same periods by one scan."""
        together: dict[frozenset[int], list[str]] = {}
        for parts, stale in wanted.items():
            together.setdefault(stale, []).extend(parts)
        found = {stale: self._computed(tuple(dict.fromkeys(parts)), stale) for stale, parts in together.items()}
        return {parts: found[stale] for parts, stale in wanted.items()}

    def _query(self, parts: Iterable[str]) -> StateQuery:
        """The scan with some parts, and what these need alone."""
        wanted = {name: self.query.parts[name] for name in parts}
        source = self.footing.source(*(part.sql for part in wanted.values()))
        return replace(self.query, source=source, parts=wanted)

    def _computed(self, parts: tuple[str, ...], stale: Collection[int]) -> Block:
        """The states of some parts in some periods, by ranges of days."""
        query = self._query(parts)
        every = len(stale) == len(self.stamps)
        ranges = [(min(stale), max(stale))] if every else _ranges(sorted(stale), sorted(self.stamps))
        line = self.store.timeline
        blocks = []
        for low, high in ranges:
            days = (None, None) if every else (line.first(low), line.last(high))
            one = query if every else self._narrow(query, low, high)
            blocks.append(self._scanned(one, *days))
        return _only(joined(blocks), stale)

    def _scanned(self, query: StateQuery, low: date | None, high: date | None) -> Block:
        block = scan_block(self.store.engine, query, None, low, high)
        at = block.table.column_names.index("month")
        month = block.table.column("month").cast(pa.int64())
        return Block(block.table.set_column(at, "month", month), None, block.things)

    def _came(self, at: int, tables: tuple[str, ...]) -> Block:
        """The states of what came to a period, of all parts that want them."""
        parts = self.more[at, tables]
        if (at, tables) not in self.came:
            line = self.store.timeline
            one = self._narrow(self._query(parts), at, at, tables)
            self.came[at, tables] = self._scanned(one, line.first(at), line.last(at))
        return self.came[at, tables]

    def _narrow(self, query: StateQuery, low: int, high: int, tables: tuple[str, ...] = ()) -> StateQuery:
        """A scan of some base periods out of no more files than must be; the number of one alone is told of no row."""
        line = self.store.timeline
        tables = tables or self.footing.within(line.first(low), line.last(high))
        if tables:
            name = f"{query.table}@{digest(*tables)}"
            self.store.engine.define(name, self.footing.rows_of(tables))
            query = replace(query, source=query.source.replace(f'model."{query.table}" AS', f'model."{name}" AS', 1))
        if low != high:
            return query
        compared = self.store.compared is None or low in self.store.compared
        early = self.whole_early if compared else "FALSE"
        return replace(query, keys={**query.keys, "month": f"CAST({low} AS BIGINT)", "early": early})

    def _year(self, year: str, pieces: Sequence[_Piece], fresh: Mapping[tuple[str, ...], Block]) -> Block:
        """The states of one year; what was not right on the shelf is put there."""
        blocks = [self._piece(year, piece, fresh) for piece in pieces]
        if any(not self._fit(block, blocks[0]) for block in blocks[1:]):
            return self._anew(year)
        near = [place for place, piece in enumerate(pieces) if not self._is_apart(piece)]
        if len(near) < MOST_PACKS:
            near = []
        for place, (piece, block) in enumerate(zip(pieces, blocks, strict=True)):
            if place not in near:
                self._put(year, piece, block)
        if near:
            names = tuple(name for place in near for name in pieces[place].parts)
            self._put(year, _Piece(None, names, frozenset(self.years[year])), _beside([blocks[at] for at in near]))
        return _beside(blocks)

    def _fit(self, one: Block, other: Block) -> bool:
        """Whether two blocks have the same rows."""
        return all(one.table.column(key).equals(other.table.column(key)) for key in self.keys)

    def _is_apart(self, piece: _Piece) -> bool:
        return bool(piece.parts) and piece.parts[0] in self.apart

    def _anew(self, year: str) -> Block:
        """All parts of a year from facts: packs that were found do not fit each other."""
        piece = _Piece(None, tuple(sorted(self.parts)), frozenset(self.years[year]))
        block = self._piece(year, piece, {piece.parts: self._computed(piece.parts, piece.stale)})
        self._put(year, piece, block)
        return block

    def _piece(self, year: str, piece: _Piece, fresh: Mapping[tuple[str, ...], Block]) -> Block:
        periods = frozenset(self.years[year])
        columns = [*self.keys, "n", *piece.parts]
        kept = [_only(piece.pack.block, periods - piece.stale)] if piece.pack else []
        new = [_only(fresh[piece.parts], piece.stale)] if piece.stale else []
        came = [self._came(at, tables) for at, tables in piece.grown.items()]
        chosen = [_chosen(block, columns) for block in (*kept, *new, *came)]
        if piece.held:
            return chosen[0]
        block = joined(chosen)
        if came:
            block = merged(block, self.keys, {name: self.query.parts[name].merge for name in piece.parts})
        return Block(sorted_rows(block.table, self.keys), None, block.things)

    def _put(self, year: str, piece: _Piece, block: Block) -> None:
        """Put what is not there yet on the shelf; the states are made of it."""
        pack = piece.pack
        if pack is None or not piece.held:
            stamps = {at: self._stamp(at, self._is_apart(piece)) for at in sorted(self.years[year])}
            pack = self.store.shelf.keep(self.scan, year, {n: self.parts[n] for n in piece.parts}, stamps, block)
        self.store.use(pack)


def _beside(blocks: Sequence[Block]) -> Block:
    """Blocks with the same rows, the columns of each beside those of the others."""
    columns = {name: block.table.column(name) for block in reversed(blocks) for name in block.table.column_names}
    order = dict.fromkeys(name for block in blocks for name in block.table.column_names)
    things = {name: members for block in blocks for name, members in block.things.items()}
    return Block(pa.table({name: columns[name] for name in order}), None, things)


def _chosen(block: Block, columns: Sequence[str]) -> Block:
    things = {name: members for name, members in block.things.items() if name in columns}
    return Block(block.table.select(columns), None, things)


def _only(block: Block, periods: Collection[int]) -> Block:
    return Block(of_periods(block.table, periods), None, block.things)


def _ranges(stale: Sequence[int], every: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Stretches that hold all touched periods and, unless there are too many of them, no other period with rows."""
    place = {at: number for number, at in enumerate(every)}
    found: list[tuple[int, int]] = []
    for at in stale:
        if found and place[at] == place[found[-1][1]] + 1:
            found[-1] = (found[-1][0], at)
        else:
            found.append((at, at))
    return found if len(found) <= MOST_RANGES else [(stale[0], stale[-1])]

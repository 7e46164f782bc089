"""A refresh that costs what changed: states and values that still hold stay, and only the others are computed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data.digests import Content, Digest, read_contents
from data.snapshots import DatasetState
from data.valuefiles import Cell, Settled, Told, ValueShelf
from data.warehouse import Connection
from flows.compute import Prepared, Progress
from metrics.engines.duck import Engine
from metrics.states.ground import Ground
from metrics.states.packs import Shelf
from metrics.states.scan import read_states
from metrics.states.store import StateStore
from metrics.values.compared import compared_periods
from metrics.values.stamps import Basis, value_stamps
from metrics.values.table import SORTED_BY, compute_values

FEW = 3  # scans that are told one by one
FORGET = -1  # rows of a dataset whose days nobody has counted: it stays in an engine of its own


@dataclass(frozen=True)
class Shelves:
    """What a refresh may build on, and adds to: packs of states and value files. Without `reuse` all is computed."""

    states: Shelf
    values: ValueShelf
    reuse: bool = True


@dataclass(frozen=True)
class Renewed:
    """What a refresh leaves: value files, the paths of packs of states, and in numbers what it did (JSON)."""

    values: Settled
    states: tuple[str, ...]
    done: Mapping[str, Any]


def contents_of(connection: Connection, datasets: Mapping[str, DatasetState]) -> dict[str, Content]:
    """What each dataset holds, by the digests in its fact files; without such files, by its fingerprint."""
    loaded = {name for name, state in datasets.items() if state.files}
    found = {
        name: Content(Digest(FORGET, 0, int(s.fingerprint, 16))) for name, s in datasets.items() if name not in loaded
    }
    return found | read_contents(connection, loaded)


def renew(
    prepared: Prepared, engine: Engine, contents: Mapping[str, Content], shelves: Shelves, progress: Progress
) -> Renewed:
    """Bring states and values up to date: what still holds of earlier snapshots, and of attempts that failed, stays."""
    states = StateStore(
        engine,
        shelves.states,
        Ground(prepared.catalog, contents),
        prepared.frame.timeline,
        compared_periods(prepared.catalog, prepared.frame),
        shelves.reuse,
    )
    progress("reading facts", 0.0)
    found = read_states(engine, prepared.catalog, prepared.measures, prepared.frame, source=states)
    basis = Basis(prepared.frame, prepared.clock, prepared.fresh, states.told, states.rests, found.grid.first, code())
    wanted = value_stamps(prepared.catalog, basis)
    known = shelves.values.cells
    stale = {cell for cell, stamp in wanted.items() if cell not in known or known[cell].stamp != stamp}

    def computed(cells: set[Cell]) -> pa.Table:
        years: dict[str, set[int]] = {}
        for metric, year in cells:
            years.setdefault(metric, set()).add(year)
        return compute_values(prepared.catalog, found, prepared.clock, prepared.fresh, progress, years)

    values = computed(stale)
    also = _begun_or_fallen_silent(known, wanted, stale, values)
    if also:
        order = [(name, "ascending") for name in SORTED_BY]
        values, stale = pa.concat_tables([values, computed(also)]).sort_by(order), stale | also
    settled = shelves.values.settle(wanted, stale, values, SORTED_BY)
    done = {"states": _told(states), "values": {"computed": len(stale), "kept": len(wanted) - len(stale)}}
    return Renewed(settled, tuple(f"states/{name}" for name in states.paths), done)


def _begun_or_fallen_silent(
    known: Mapping[Cell, Told], wanted: Mapping[Cell, str], stale: set[Cell], values: pa.Table
) -> set[Cell]:
    """Cells that must be computed all the same: their metric has its first figures ever, or lost all it had.

    A metric without any has a row for each period at the top unit, from the beginning of time on.
    """
    says = pc.or_(pc.is_valid(values.column("value")), pc.greater(values.column("expected"), 0))
    spoken = set(pc.unique(values.column("metric").filter(says)).to_pylist())
    found = set()
    for metric in {metric for metric, _ in stale}:
        mine = {cell for cell in wanted if cell[0] == metric}
        before = any(known[cell].spoken for cell in mine if cell in known)
        now = metric in spoken or any(known[cell].spoken for cell in mine - stale)
        if before != now:
            found |= mine - stale
    return found


def _told(states: StateStore) -> list[dict[str, Any]]:
    """For each scan: which periods were computed, how many were taken as they were, how many definitions were new."""
    name = states.timeline.name
    return [
        {
            "table": told.table,
            "by": told.time,
            "periods": "all" if not told.base else [name(at) for at in told.touched],
            "grown": [name(at) for at in told.grown],
            "kept": told.kept,
            "new": told.fresh,
        }
        for told in dict.fromkeys(states.told.values())
        if told.touched or told.grown or told.fresh
    ]


def in_words(done: Mapping[str, Any]) -> str:
    """What a refresh did, in one line for people: which periods of which tables it read, how many values it made."""
    whole = [scan for scan in done["states"] if scan["periods"] == "all" or not (scan["kept"] or scan["new"])]
    scans = list(
        dict.fromkeys(_scan_in_words(scan) for scan in done["states"] if scan not in whole or len(whole) <= FEW)
    )
    if len(whole) > FEW:
        scans.insert(0, f"{len({scan['table'] for scan in whole})} tables read whole")
    if len(scans) > 2 * FEW:
        scans = [*scans[: 2 * FEW], f"and {len(scans) - 2 * FEW} more"]
    computed, kept = done["values"]["computed"], done["values"]["kept"]
    share = f"values of {computed} of {computed + kept} metric years"
    return "; ".join([*(scans or ["no facts had to be read"]), share])


def _scan_in_words(scan: Mapping[str, Any]) -> str:
    periods = scan["periods"]
    if periods == "all":
        return f"{scan['table']}: read whole"
    told = [f"read {_stretches(periods)}"] if periods else []
    told += [f"read what came to {_stretches(scan['grown'])}"] if scan.get("grown") else []
    told += [f"{scan['kept']} periods kept"] if scan["kept"] else []
    told += [f"{scan['new']} new columns read for all periods"] if scan["new"] else []
    return f"{scan['table']}: {', '.join(told)}"


def _stretches(periods: Sequence[str]) -> str:
    return ", ".join(periods) if len(periods) <= 4 else f"{len(periods)} periods from {periods[0]} to {periods[-1]}"


@cache
def code() -> str:
    """A fingerprint of the programs that compute."""
    digest = hashlib.sha256()
    here = Path(__file__).parent.parent
    for path in sorted(
        [*(here / "metrics").rglob("*.py"), *(here / "data").glob("*.py"), *(here / "flows").glob("*.py")]
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()

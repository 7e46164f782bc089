"""Loads every dataset of every source into immutable fact files; what did not change is not loaded again."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from connectors.base import DatasetModel, Part, Place, SourceModel
from connectors.changes import changed, changes_since, leave_out_gone, mark_of
from connectors.in_place import InPlace, InPlaceDataset
from connectors.placing import SPLIT_ABOVE, Shelf
from connectors.registry import kinds
from connectors.segments import Seen, look, segmented
from connectors.settings import hushed, resolve
from connectors.staging import Staged, newest, scratch, stage
from data.away import Away
from data.errors import ContractError, FourfoldError, SourceError
from data.snapshots import DatasetState, Manifest, Segment
from data.warehouse import ENGINE_VERSION, connect, drafting

LOADER_VERSION = 2  # raise it when the same files would now give other rows
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Engine:
    """How much of the machine a load may take, and above how many rows `split_by_year` makes a file per year.

    `memory_limit` is written as DuckDB does ("4GB"); None leaves both to DuckDB (all cores, 80 % of memory).
    """

    threads: int | None = None
    memory_limit: str | None = None
    split_above: int = SPLIT_ABOVE


@dataclass(frozen=True)
class _Job:
    source_name: str
    source: SourceModel
    name: str
    dataset: DatasetModel


def load(
    sources: Mapping[str, SourceModel],
    workspace: Path,
    var: Path,
    previous: Manifest | None = None,
    progress: Progress | None = None,
    *,
    engine: Engine | None = None,
    away: Callable[[], Away] | None = None,
) -> dict[str, DatasetState]:
    """Load all datasets; by dataset name, what a manifest says of it.

    Only a publisher may call this (it writes to `var`). `progress` is told what is being loaded and the share done
    (0..1). A dataset whose files, contract and loader are those of `previous` keeps its fact files. All problems of all
    datasets are told at once: ContractError if only contracts were broken, else SourceError. `away` reaches the engine
    in which datasets of `connector: in_place` stay.
    """
    jobs = list(_jobs(sources))
    states: dict[str, DatasetState] = {}
    faults: list[FourfoldError] = []
    for number, job in enumerate(jobs):
        if progress:
            progress(f"Loading {job.name}", number / len(jobs))
        try:
            if job.source.connector == InPlace.kind:
                states[job.name] = _look(job, Place(job.source_name, job.name, workspace, scratch(var)), away)
            else:
                states[job.name] = _load(job, workspace, var, previous, engine or Engine())
        except (SourceError, ContractError) as fault:
            told = hushed(str(fault), job.source.settings)
            faults.append(fault if told == str(fault) else type(fault)(told))
    if len({str(fault) for fault in faults}) == 1:
        raise faults[0]
    if faults:
        kind = ContractError if all(isinstance(fault, ContractError) for fault in faults) else SourceError
        raise kind("\n".join(dict.fromkeys(str(fault) for fault in faults)))
    if progress:
        progress("Loaded", 1.0)
    return states


def _jobs(sources: Mapping[str, SourceModel]) -> Iterator[_Job]:
    seen: dict[str, str] = {}
    for source_name, source in sources.items():
        for name, dataset in source.datasets.items():
            if name in seen:
                raise SourceError(
                    f"dataset '{name}' stands in source '{seen[name]}' and in source '{source_name}'; rename one"
                )
            seen[name] = source_name
            yield _Job(source_name, source, name, dataset)


def _look(job: _Job, place: Place, away: Callable[[], Away] | None) -> DatasetState:
    """A dataset that stays where it is; its fingerprint covers the contract, too."""
    if away is None or not isinstance(job.dataset, InPlaceDataset):
        raise SourceError(f"{place}: `connector: in_place` needs `engine: {{kind: .., address: ..}}` in workspace.yaml")
    found = InPlace().look(place, job.dataset, away())
    whole = hashlib.sha256(json.dumps([_contract(job), found.fingerprint]).encode()).hexdigest()[:32]
    return replace(found, fingerprint=whole)


def _load(job: _Job, workspace: Path, var: Path, previous: Manifest | None, engine: Engine) -> DatasetState:
    place = Place(job.source_name, job.name, workspace, scratch(var))
    settings = resolve(job.source_name, job.source.settings)
    parts = kinds()[job.source.connector].parts(place, settings, job.dataset)
    before = previous.datasets.get(job.name) if previous else None
    seen = [look(part, before) for part in parts]
    fingerprint = _fingerprint(_contract(job), seen)
    whole = before is not None and all((var / file.path).is_file() for file in before.files)
    if before and whole and before.fingerprint == fingerprint:
        return replace(before, source=job.source_name)
    with connect(threads=engine.threads, memory_limit=engine.memory_limit, spill=place.scratch) as connection:
        shelf = Shelf(connection, var, job.name, job.dataset, _contract(job))

        def read(chunk: Sequence[Seen]) -> Segment:
            return _read(shelf, place, chunk, engine)

        known = before if before and whole and before.contract == fingerprint_of(shelf.contract) else None
        change = changes_since(known, parts)
        if change is None:
            segments = segmented(shelf, seen, known, read)
        else:
            segments = (changed(shelf, place, change, engine.split_above),)
        mark = mark_of(shelf, segments, change, parts)
    staged = Staged(
        sum(one.rows for one in segments),
        sum(one.quarantined for one in segments),
        tuple(dict.fromkeys(name for one in segments for name in one.ignored)),
        next((one.reason for one in segments if one.reason), ""),
    )
    _refuse_empty(place, job.dataset, parts, staged)
    _refuse_bad(place, job.dataset, staged)
    files = tuple(file for one in segments for file in one.files)
    return DatasetState(
        dataset=job.name,
        source=job.source_name,
        files=files,
        fingerprint=fingerprint or fingerprint_of(_contract(job), *(file.path for file in files)),
        rows=staged.rows,
        quarantined=staged.quarantined,
        loaded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        newest=max((one.newest for one in segments if one.newest), default=None),
        read_from=tuple(part.name for part in parts),
        ignored=staged.ignored,
        segments=segments if fingerprint else (),
        contract=fingerprint_of(_contract(job)),
        mark=mark,
    )


def _read(shelf: Shelf, place: Place, chunk: Sequence[Seen], engine: Engine) -> Segment:
    """Some parts, read together into files of their own, which equal rows of other parts do not share."""
    shelf = replace(shelf, contract=json.dumps([shelf.contract, [one.part.name for one in chunk]]))
    with drafting(shelf.connection, shelf.var / "facts") as draft:
        staged = stage(shelf.connection, draft.alias, place, shelf.dataset, [one.part for one in chunk])
        staged = replace(staged, rows=staged.rows - leave_out_gone(shelf, f"{draft.alias}.main"))
        latest = newest(shelf.connection, draft.alias, shelf.dataset)
        placed = shelf.settle(draft, _fingerprint(shelf.contract, chunk), engine.split_above)
    known = tuple(one.state for one in chunk if one.state)
    return Segment(known, placed.files, staged.rows, staged.quarantined, latest, staged.ignored, staged.first_reason)


def _contract(job: _Job) -> str:
    """What, besides the source's content, decides which rows come out."""
    text = job.dataset.model_dump_json(by_alias=True)
    return json.dumps([LOADER_VERSION, ENGINE_VERSION, job.source.connector, text])


def _fingerprint(contract: str, seen: Sequence[Seen]) -> str | None:
    """Names and contents of all parts under this contract; None if a part can only be known by reading it."""
    states = [one.state for one in seen]
    prints = [(state.name, state.fingerprint) for state in states if state is not None]
    return None if len(prints) < len(states) else fingerprint_of(contract, json.dumps(prints))


def fingerprint_of(contract: str, *contents: str) -> str:
    """The fingerprint of contents under a contract."""
    return hashlib.sha256(json.dumps([contract, *contents]).encode()).hexdigest()[:32]


def _refuse_bad(place: Place, dataset: DatasetModel, staged: Staged) -> None:
    """More bad rows than the contract bears are no accident of single rows: a format has changed."""
    read = staged.rows + staged.quarantined
    if dataset.bad_rows is None or staged.quarantined <= dataset.bad_rows * read:
        return
    raise ContractError(
        f"{place}: {staged.quarantined} of {read} rows break the contract, and `bad_rows` allows "
        f"{dataset.bad_rows:.0%}; the first: {staged.first_reason}. Mend the source or the contract"
    )


def _refuse_empty(place: Place, dataset: DatasetModel, parts: Sequence[Part], staged: Staged) -> None:
    if staged.rows or dataset.empty == "allow":
        return
    where = ", ".join(part.name for part in parts[:3]) + (" and others" if len(parts) > 3 else "")
    if staged.quarantined:
        raise ContractError(
            f"{place}: all {staged.quarantined} rows of {where} break the contract; the first: {staged.first_reason}"
        )
    raise SourceError(f"{place}: {where} holds no rows; export it again, or say `empty: allow` if that can be right")

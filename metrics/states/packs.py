"""Packs: immutable files that keep the states of one scan, of some of its parts, of one year; shared by snapshots.

A pack says itself what it was computed from (its stamps), so that whoever finds one, also after a kill, can tell what
of it still holds.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data.warehouse import sync
from metrics.states.blocks import Block

FORMAT = 1  # raise it when the same statements would now leave other states behind
SUFFIX = ".states"
_HEAD = b"fourfold"
ALWAYS = "all"  # in the place of a year: the states of a scan that cannot be told by period


@dataclass(frozen=True)
class Pack:
    """One file: the states of some `parts` (column > identity of what it computes) of some periods.

    `stamps` say of each period what facts it was computed from: equal stamps, equal states.
    """

    path: Path
    parts: Mapping[str, str]
    stamps: Mapping[int, str]

    @classmethod
    def read(cls, path: Path) -> "Pack | None":
        """The pack in a file; None where the file is not one of this format."""
        try:
            with pa.memory_map(str(path)) as source:
                head = json.loads(pa.ipc.open_stream(source).schema.metadata[_HEAD])
        except (pa.ArrowInvalid, KeyError, ValueError, TypeError):
            return None
        if head["format"] != FORMAT:
            return None
        return cls(path, head["parts"], {int(period): stamp for period, stamp in head["stamps"].items()})

    @cached_property
    def block(self) -> Block:
        """The states, from the file as it lies there: what is not looked at is not read."""
        source = pa.memory_map(str(self.path))
        tables = list(_streams(source))
        names = json.loads(pa.ipc.open_stream(pa.memory_map(str(self.path))).schema.metadata[_HEAD])["tables"]
        found = dict(zip(names, tables, strict=True))
        things = {name[1:]: table.column(0).combine_chunks() for name, table in found.items() if name[0] == "."}
        return Block(found["table"].replace_schema_metadata(None), found.get("first_days"), things)


def _streams(source: Any) -> Iterator[pa.Table]:
    while source.tell() < source.size():
        yield pa.ipc.open_stream(source).read_all()


@dataclass(frozen=True)
class Shelf:
    """The folder of all packs of a workspace."""

    folder: Path

    def find(self, scan: str, year: str) -> list[Pack]:
        """Every pack of a scan and year, also those that no snapshot names; the newest first."""
        paths = sorted(self.folder.glob(f"{scan}-{year}-*{SUFFIX}"), key=lambda path: -path.stat().st_mtime_ns)
        return [pack for pack in map(Pack.read, paths) if pack is not None]

    def keep(self, scan: str, year: str, parts: Mapping[str, str], stamps: Mapping[int, str], block: Block) -> Pack:
        """Write a pack, whole or not at all; it is there, with its name, when this returns."""
        told = json.dumps([FORMAT, sorted(parts.items()), sorted(stamps.items())]).encode()
        path = self.folder / f"{scan}-{year}-{hashlib.sha256(told).hexdigest()[:16]}{SUFFIX}"
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / f"{secrets.token_hex(6)}.partial"
        tables = {"table": block.table}
        if block.first_days is not None:
            tables["first_days"] = block.first_days
        tables |= {f".{name}": pa.table({"thing": array}) for name, array in block.things.items()}
        head = {"format": FORMAT, "parts": dict(parts), "stamps": dict(stamps), "tables": list(tables)}
        with partial.open("wb") as out:
            for name, table in tables.items():
                marked = table.replace_schema_metadata({_HEAD: json.dumps(head)} if name == "table" else None)
                with pa.ipc.new_stream(out, marked.schema) as writer:
                    writer.write_table(marked.combine_chunks())
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
        sync(self.folder)
        return Pack(path, parts, stamps)


def sorted_rows(table: pa.Table, keys: Collection[str]) -> pa.Table:
    """The rows in the order of their keys, so that packs of the same facts have the same rows in the same places."""
    return table.take(pc.sort_indices(table, sort_keys=[(name, "ascending") for name in keys]))


def of_periods(table: pa.Table, periods: Collection[int]) -> pa.Table:
    """The rows of some periods."""
    wanted = pa.array(sorted(periods), table.schema.field("month").type)
    return table.filter(pc.is_in(table.column("month"), value_set=wanted))

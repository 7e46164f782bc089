"""A small workspace for tests of sources: write files, load them for real, look at rows and quarantine."""

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

from connectors.base import SourceModel
from connectors.load import Engine, load
from connectors.registry import read_source
from data.documents import Problems, read
from data.snapshots import DatasetState, Manifest
from data.warehouse import open_facts


@dataclass(frozen=True)
class Loaded:
    """What came out: rows as tuples, quarantine as (file, line, reason, raw)."""

    state: DatasetState
    rows: list[tuple[Any, ...]]
    quarantine: list[tuple[Any, ...]]

    @property
    def reasons(self) -> list[str]:
        """The reasons alone, in order."""
        return [row[2] for row in self.quarantine]

    @property
    def places(self) -> list[tuple[str, int]]:
        """(file, line) of each refused row."""
        return [(row[0], row[1]) for row in self.quarantine]


class Workbench:
    """A workspace folder with one source `erp` and one dataset `orders`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.var = folder / "var"
        (folder / "files").mkdir(parents=True, exist_ok=True)
        (folder / "sources").mkdir(exist_ok=True)

    def write(self, name: str, content: str | bytes) -> Path:
        """A file below `files`; text as UTF-8 with the line ends it has."""
        path = self.folder / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def source(self, dataset: str, connector: str = "files", settings: str = "{}") -> SourceModel:
        """The source whose dataset `orders` is this YAML; DefinitionError if it cannot be meant."""
        text = f"connector: {connector}\nsettings: {settings}\ndatasets:\n  orders:\n"
        path = self.folder / "sources" / "erp.yaml"
        path.write_text(text + indent(dedent(dataset).strip("\n"), "    ") + "\n", encoding="utf-8")
        problems = Problems()
        document = read(path, self.folder, problems)
        model = None if document is None else read_source(document, problems)
        problems.raise_if_any()
        assert model is not None
        return model

    def load(
        self,
        dataset: str,
        *,
        connector: str = "files",
        settings: str = "{}",
        previous: Manifest | None = None,
        engine: Engine | None = None,
    ) -> Loaded:
        """Load `orders` and read back what is in its fact files."""
        source = self.source(dataset, connector, settings)
        state = load({"erp": source}, self.folder, self.var, previous, engine=engine)["orders"]
        return self.read(state)

    def read(self, state: DatasetState) -> Loaded:
        """What the fact files of `state` hold, in the order they hold it."""
        with open_facts(self.var, state.files) as facts:
            rows = facts.execute("SELECT * FROM source.orders").fetchall()
            quarantine = facts.execute("SELECT * FROM quarantine.orders").fetchall()
        return Loaded(state, rows, quarantine)

"""Brings definitions of dbt and Apache Ossie into a workspace's files, and writes those of a workspace as Ossie."""

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from data.documents import Problems, read
from data.errors import CommandError
from flows.workspace import Workspace, assemble
from metrics.interop.carry import carry
from metrics.interop.ledger import Left
from metrics.interop.ossie_read import Read, changed_elsewhere, read_ossie
from metrics.interop.ossie_write import Definitions, write_ossie
from metrics.interop.reading import read_dbt
from metrics.interop.tables import TableFile

MANIFEST = "semantic_manifest.json"
PARSED = (".json", ".yml", ".yaml")
PASSED_BY = {"dbt_packages", "node_modules", "logs", "var"}  # folders of dbt that hold other projects or no definitions


@dataclass(frozen=True)
class Import:
    """What an import wrote or would write (path in the workspace > text), and what stayed behind."""

    files: Mapping[str, str]
    left: tuple[Left, ...]


def import_dbt(path: Path, workspace: Path | None, perspective: str, unit: str | None = None) -> Import:
    """Definitions of a dbt project: its folder, its `semantic_manifest.json`, or one YAML file. Writes nothing.

    With a workspace, rows belong to its top unit unless `unit` names another, and its datasets are known. Raises
    `CommandError` where there is nothing to read.
    """
    home = _home(workspace)
    documents = {_name(file, path): parsed(file) for file in _files_of(path)}
    semantics, left = read_dbt(documents)
    if not semantics.models and not semantics.metrics:
        raise CommandError(
            f"{path} holds no semantic models and no metrics; name a {MANIFEST}, a YAML file or a project"
        )
    columns = _datasets(home) if home else None
    carried = carry(semantics, _unit(home, unit), columns)
    files = {f"models/{key}.yaml": written(file.content) for key, file in carried.tables.items()}
    files |= {f"models/{key}.sql": file.sql for key, file in carried.tables.items() if file.sql}
    there = _perspectives(home)
    for key, content in carried.metrics.items():
        files[f"metrics/{there.get(key, perspective)}/{key}.yaml"] = written(content)
    return Import(files, (*left, *carried.left, *_sources(home, carried.tables.values())))


def import_ossie(path: Path, workspace: Path | None, perspective: str, unit: str | None = None) -> Import:
    """Definitions of an Ossie document (JSON or YAML). Writes nothing; raises `CommandError` for what is none."""
    home = _home(workspace)
    found = read_ossie(path.name, parsed(path), _unit(home, unit))
    if not found.tables and not found.metrics:
        raise CommandError(f"{path} holds no datasets; an Ossie document has them under `semantic_model`")
    found.perspectives |= {key: one for key, one in _perspectives(home).items() if key in found.metrics}
    return Import(_ossie_files(found, perspective), tuple(found.left))


def _ossie_files(found: Read, perspective: str) -> dict[str, str]:
    files = {f"models/{key}.yaml": written(content) for key, content in found.tables.items()}
    files |= {f"models/{content['sql']}": found.sql[key] for key, content in found.tables.items() if key in found.sql}
    for key, content in found.metrics.items():
        files[f"metrics/{found.perspectives.get(key, perspective)}/{key}.yaml"] = written(content)
    if found.drivers:
        files["drivers.yaml"] = written(list(found.drivers))
    return files


def export_ossie(folder: Path) -> tuple[dict[str, Any], tuple[Left, ...]]:
    """A workspace's tables, metrics and drivers as an Ossie document, and what only its extensions hold."""
    workspace = assemble(folder)
    document, left = write_ossie(_slug(workspace.name), definitions_of(folder, workspace), workspace.catalog)
    return document, tuple(left)


def definitions_of(folder: Path, workspace: Workspace) -> Definitions:
    """The definitions of a workspace as its files say them."""
    problems = Problems()

    def content(file: Path) -> Any:
        document = read(file, folder, problems)
        problems.raise_if_any()
        assert document is not None
        return document.content

    tables = {file.stem: content(file) for file in sorted((folder / "models").glob("*.yaml"))}
    sql = {key: table.sql_text for key, table in workspace.catalog.tables.items() if table.sql_text}
    paths = {file.stem: file for file in sorted((folder / "metrics").glob("*/*.yaml"))}
    metrics = {key: content(file) for key, file in paths.items()}
    drivers = folder / "drivers.yaml"
    return Definitions(
        tables,
        sql,
        metrics,
        {key: file.parent.name for key, file in paths.items()},
        tuple(content(drivers)) if drivers.exists() else (),
    )


def changes_elsewhere(path: Path, workspace: Path) -> list[Left]:
    """What of an Ossie document was changed outside of Fourfold since it was written from this workspace."""
    home = assemble(workspace)
    return changed_elsewhere(read_ossie(path.name, parsed(path), ""), home.catalog)


def write(found: Import, folder: Path, *, replace: bool = False) -> list[Path]:
    """Write the files below a folder. Raises `CommandError` if one is there already, unless they are to be replaced."""
    there = [name for name, text in found.files.items() if _differs(folder / name, text)]
    if there and not replace:
        raise CommandError(
            f"{', '.join(there[:5])} {'is' if len(there) == 1 else 'are'} there already; --replace overwrites"
        )
    paths = []
    for name, text in found.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def _differs(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") != text


def parsed(path: Path) -> Any:
    """A JSON or YAML file as plain content. Raises `CommandError` with the place for what is neither."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror or error}") from error
    try:
        return json.loads(text) if path.suffix == ".json" else YAML(typ="safe", pure=True).load(text)
    except (ValueError, YAMLError) as error:
        raise CommandError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error


def written(content: Any) -> str:
    """Content as YAML, in the order in which it is given."""
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 110
    out = io.StringIO()
    yaml.dump(content, out)
    return out.getvalue()


def _files_of(path: Path) -> list[Path]:
    """The files to read: the manifest of a project if it has one, else its YAML."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise CommandError(f"{path} is neither a file nor a folder; name a {MANIFEST}, a YAML file or a dbt project")
    for place in (path / MANIFEST, path / "target" / MANIFEST):
        if place.is_file():
            return [place]
    found = [file for file in sorted(path.rglob("*")) if file.suffix in PARSED[1:] and not _elsewhere(file, path)]
    if not found:
        raise CommandError(f"{path} holds no {MANIFEST} and no YAML; run `dbt parse` there, or name the file")
    return found


def _elsewhere(file: Path, root: Path) -> bool:
    return any(part in PASSED_BY or part.startswith(".") for part in file.relative_to(root).parts)


def _name(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix() if file != root else file.name


def _home(workspace: Path | None) -> Workspace | None:
    return assemble(workspace) if workspace is not None else None


def _unit(home: Workspace | None, unit: str | None) -> str:
    if unit is not None:
        return unit
    if home is None or home.tree is None:
        raise CommandError("to which unit rows belong is not known; name a workspace with units.yaml, or give --unit")
    return home.tree.root


def _perspectives(home: Workspace | None) -> dict[str, str]:
    """The perspective of every metric that is there: one that comes again stays where it was put."""
    return {key: metric.perspective for key, metric in home.metrics.items()} if home else {}


def _datasets(home: Workspace) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(column.as_ or key for key, column in dataset.columns.items())
        for source in home.sources.values()
        for name, dataset in source.datasets.items()
    }


def _sources(home: Workspace | None, tables: Iterable[TableFile]) -> list[Left]:
    """Tables whose dataset no source of the workspace brings yet."""
    known = _datasets(home) if home else {}
    return [
        Left(f"models/{table.key}.yaml", f"source: {table.relation}", "no source brings this dataset yet", DATASET)
        for table in tables
        if table.relation not in known
    ]


DATASET = "add it with its columns to a file in sources/"


def _slug(name: str) -> str:
    return "_".join("".join(letter if letter.isalnum() else " " for letter in name.lower()).split()) or "workspace"

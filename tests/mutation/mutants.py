"""Finds every mutant of the catalogue, and makes one of them: a module's syntax tree with a single breakage."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.catalogue import AREAS, EQUIVALENT, Way, ways

ROOT = Path(__file__).resolve().parent.parent.parent
QUIET = ("QueryError", "Fault", "ExpressionError", "DefinitionError", "Problem", "misplaced", "Refusal", "refuse")


@dataclass(frozen=True)
class Mutant:
    """One breakage: where it is, what was broken and how. `number` is its place among those of the file."""

    file: str
    number: int
    line: int
    inside: str
    kind: str
    told: str

    @property
    def module(self) -> str:
        """The dotted name of the module that is broken."""
        return self.file.removesuffix(".py").replace("/", ".")

    @property
    def name(self) -> str:
        """What the list of survivors and the table of equivalents call it."""
        return f"{self.inside}: {self.told}"


def files() -> list[tuple[str, str]]:
    """(area, file) of all code that the catalogue breaks."""
    found = []
    for area, patterns in AREAS.items():
        for pattern in patterns:
            paths = sorted(ROOT.glob(pattern))
            if not paths:
                raise FileNotFoundError(f"tests/mutation/catalogue.py: no file is called {pattern}; mend AREAS")
            found += [(area, path.relative_to(ROOT).as_posix()) for path in paths if path.name != "__init__.py"]
    return found


def mutants_of(file: str) -> list[Mutant]:
    """Every mutant of a file but those that are known to change nothing."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    every = [
        Mutant(file, number, site.line, site.inside, way.kind, way.told)
        for number, (site, way) in enumerate(_sites(tree))
    ]
    return [one for one in every if (file, one.name) not in EQUIVALENT]


def broken(mutant: Mutant) -> ast.Module:
    """The syntax tree of the mutant's module."""
    tree = ast.parse((ROOT / mutant.file).read_text(encoding="utf-8"))
    site, way = list(_sites(tree))[mutant.number]
    new = ast.copy_location(way.broken(), site.node)
    held = getattr(site.parent, site.field)
    if isinstance(held, list):
        held[held.index(site.node)] = new
    else:
        setattr(site.parent, site.field, new)
    return ast.fix_missing_locations(tree)


@dataclass(frozen=True)
class _Site:
    node: ast.AST
    parent: ast.AST
    field: str
    line: int
    inside: str


def _sites(tree: ast.Module) -> Iterator[tuple[_Site, Way]]:
    for site in _walk(tree, tree, "body", "module", 0):
        for way in ways(site.node):
            yield site, way


def _walk(node: ast.AST, parent: ast.AST, field: str, inside: str, line: int) -> Iterator[_Site]:
    """All nodes that compute: no docstrings, no annotations, no words of errors, no definitions of data."""
    line = getattr(node, "lineno", line)
    if isinstance(node, ast.FunctionDef):
        inside = node.name
    yield _Site(node, parent, field, line, inside)
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "type_comment", "decorator_list", "format_spec"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _silent(child, inside):
                yield from _walk(child, node, name, inside, line)


def _silent(node: ast.AST, inside: str) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True  # a docstring
    if isinstance(node, ast.Raise | ast.Assert | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Assign | ast.AnnAssign) and inside == "module":
        return True  # tables of data; what they do shows where they are used
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Name) and called.id in QUIET

"""Finds every mutant of the catalogue, and makes one of them: a module's syntax tree with a single breakage."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.mutation.catalogue import AREAS, EQUIVALENT, Way, ways

ROOT = Path(__file__).resolve().parent.parent.parent
QUIET = ("QueryError", "Fault", "ExpressionError", "DefinitionError", "Problem", "misplaced", "Refusal", "refuse")


@dataclass(frozen=True)
class Home:
    """A function of a module or class, as the interpreter names it: `read`, `Cells.read`; "" is the module itself."""

    name: str
    line: int
    last: int
    in_head: bool = False  # what is broken is a default of a parameter, not the body


NOWHERE = Home("", 0, 0)


@dataclass(frozen=True)
class Mutant:
    """One breakage: where it is, what was broken and how. `number` is its place among those of the file.

    `turn` counts those of the same name in a file from 0: `1 > 2` may be made in several places of a function.
    `lines` are the first and last line of the statement that is broken: a test that runs none of them cannot notice.
    `home` is the function of the module or class that holds it, with the line of its first decorator or of itself.
    """

    file: str
    number: int
    line: int
    inside: str
    kind: str
    told: str
    lines: tuple[int, int]
    home: "Home"
    turn: int = 0

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
    return [
        one
        for one in every_mutant_of(file)
        if (file, one.name) not in EQUIVALENT and (file, f"{one.name} #{one.turn}") not in EQUIVALENT
    ]


def every_mutant_of(file: str) -> list[Mutant]:
    """Every mutant of a file."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    turns: Counter[tuple[str, str]] = Counter()
    found = []
    for number, (site, way) in enumerate(_sites(tree)):
        turn = turns[site.inside, way.told]
        turns[site.inside, way.told] += 1
        found.append(Mutant(file, number, site.line, site.inside, way.kind, way.told, site.lines, site.home, turn))
    return found


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
    lines: tuple[int, int]
    home: Home


def _sites(tree: ast.Module) -> Iterator[tuple[_Site, Way]]:
    for site in _walk(_Site(tree, tree, "body", 0, "module", (0, 0), NOWHERE), ""):
        for way in ways(site.node):
            yield site, way


def _walk(site: _Site, path: str) -> Iterator[_Site]:
    """All nodes that compute: no docstrings, no annotations, no words of errors, no definitions of data.

    `path` is what the interpreter puts before the name of a function that is defined here.
    """
    node = site.node
    site = replace(site, line=getattr(node, "lineno", site.line), lines=_lines(node) or site.lines)
    if isinstance(node, ast.FunctionDef):
        site = replace(site, inside=node.name, home=_home(node, path) if site.home == NOWHERE else site.home)
    elif isinstance(node, ast.ClassDef):
        path += f"{node.name}."
    yield site
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "type_comment", "decorator_list", "format_spec"):
            continue
        below = site
        if name == "args" and isinstance(node, ast.FunctionDef) and site.home.name == path + node.name:
            below = replace(site, lines=(site.home.line, site.home.last), home=replace(site.home, in_head=True))
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _silent(child, site.inside):
                yield from _walk(replace(below, node=child, parent=node, field=name), path)


def _home(node: ast.FunctionDef, path: str) -> Home:
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    return Home(path + node.name, first, node.end_lineno or node.lineno)


def _lines(node: ast.AST) -> tuple[int, int] | None:
    """The lines of a statement, or of its head where others stand in it."""
    if isinstance(node, ast.match_case):
        return node.pattern.lineno, max(node.pattern.lineno, node.body[0].lineno - 1)
    if not isinstance(node, ast.stmt):
        return None
    inner = [node.cases[0].pattern] if isinstance(node, ast.Match) else getattr(node, "body", [])
    last = inner[0].lineno - 1 if inner else node.end_lineno or node.lineno
    return node.lineno, max(node.lineno, last)


def _silent(node: ast.AST, inside: str) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True  # a docstring
    if isinstance(node, ast.Raise | ast.Assert | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Assign | ast.AnnAssign) and inside == "module":
        return True  # tables of data; what they do shows where they are used
    if isinstance(node, ast.keyword) and node.arg == "strict" and ast.unparse(node.value) == "True":
        return True  # zip's own assertion that nothing is lost
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Name) and called.id in QUIET

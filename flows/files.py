"""The files of a workspace while it is read: documents by name, so that later problems find their place in them."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel

from data.documents import Document, Problem, Problems, check, parse, read

Model = TypeVar("Model", bound=BaseModel)
NOTHING: Mapping[str, str] = MappingProxyType({})


class Files:
    """Reads documents and remembers them, so that later problems find their place.

    `instead` holds texts by name (metrics/financial/revenue.yaml) that count as if they lay in the folder: a draft.
    """

    def __init__(self, folder: Path, problems: Problems, instead: Mapping[str, str] = NOTHING) -> None:
        self.folder, self.problems, self.instead = folder, problems, instead
        self.documents: dict[str, Document] = {}
        self.unread: set[str] = set()  # metrics and tables whose own files are at fault: naming them is not

    def document(self, path: Path) -> Document | None:
        """One file, remembered; None with its problems told where it cannot be read."""
        name = path.relative_to(self.folder).as_posix()
        if name in self.instead:
            document = parse(self.instead[name], path, name, self.problems)
        else:
            document = read(path, self.folder, self.problems)
        if document:
            self.documents[document.name] = document
        return document

    def paths(self, pattern: str) -> list[Path]:
        """Every file that matches, drafts included, sorted."""
        drafts = {self.folder / name for name in self.instead if PurePosixPath(name).match(pattern)}
        return sorted({*self.folder.glob(pattern), *drafts})

    def one(self, name: str, model: type[Model], optional: bool = False) -> Model | None:
        """One file as a model; a missing optional file is None without a problem."""
        path = self.folder / name
        if optional and not path.exists():
            return None
        document = self.document(path)
        return check(model, document, self.problems) if document else None

    def many(self, pattern: str, model: type[Model]) -> dict[str, Model]:
        """Every file that matches, by file name without suffix."""
        found: dict[str, Model] = {}
        for path in self.paths(pattern):
            document = self.document(path)
            parsed = check(model, document, self.problems) if document else None
            if parsed is not None:
                found[path.stem] = parsed
        return found

    def keyed(self, path: Path, model: type[Model], extra: Mapping[str, Any]) -> Model | None:
        """One file as a model whose `extra` fields come from its path or from beside it."""
        document = self.document(path)
        if document is None:
            return None
        if not isinstance(document.content, dict):
            self.problems.add(document.problem((), "holds no fields"))
            return None
        clash = [name for name in extra if name in document.content]
        for name in clash:
            self.problems.add(document.problem((name,), f"'{name}' comes from the file's path", "remove the line"))
        whole = Document(document.path, document.name, {**document.content, **extra}, document.places, document.lines)
        return None if clash else check(model, whole, self.problems)

    def fault(self, name: str, path: tuple[str | int, ...], message: str, hint: str = "", code: str = "") -> None:
        """A problem inside a document that was read; a file that is not there gets a plain one."""
        if message.startswith(tuple(f"'{key}' is not a " for key in self.unread)):
            return
        document = self.documents.get(name)
        problem = document.problem(path, message, hint, code) if document else None
        self.problems.add(problem or Problem(name, message, hint=hint, code=code))

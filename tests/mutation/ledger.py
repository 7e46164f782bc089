"""Keeps what became of each mutant in a file, so that a run can go on where another one ended."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.mutation.mutants import ROOT, Mutant
from tests.mutation.trial import Outcome

FOLDER = ROOT / "var" / "mutants"


@dataclass(frozen=True)
class Case:
    """A mutant as the ledger knows it: by its name and turn, and the text of its function."""

    area: str
    mutant: Mutant
    text: str

    @property
    def key(self) -> str:
        return f"{self.mutant.file} {self.mutant.name} #{self.mutant.turn} {self.text}"


def cases(mutants: Iterable[tuple[str, Mutant]]) -> list[Case]:
    """The mutants with their keys; lines may move, a function that changed makes its mutants new ones."""
    found = []
    for area, mutant in mutants:
        lines = (ROOT / mutant.file).read_text(encoding="utf-8").splitlines()
        body = "\n".join(lines[mutant.home.line - 1 : mutant.home.last])
        found.append(Case(area, mutant, hashlib.sha256(body.encode()).hexdigest()[:12]))
    return found


class Ledger:
    """The outcomes so far, one JSON line each; the last one of a mutant holds."""

    def __init__(self, folder: Path) -> None:
        self._file, self._list = folder / "outcomes.jsonl", folder / "survivors.txt"
        folder.mkdir(parents=True, exist_ok=True)
        self._outcomes: dict[str, Outcome] = {}
        for line in self._file.read_text(encoding="utf-8").splitlines() if self._file.exists() else []:
            kept = json.loads(line)
            key = kept.pop("key")
            self._outcomes[key] = Outcome(**kept)

    def outcome(self, case: Case) -> Outcome | None:
        return self._outcomes.get(case.key)

    def keep(self, case: Case, outcome: Outcome) -> None:
        """Note it, at once in the file."""
        self._outcomes[case.key] = outcome
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": case.key, **asdict(outcome)}) + "\n")

    def unnoticed(self, every: list[Case]) -> list[str]:
        """What no test noticed, a line each, also as a file beside the outcomes."""
        found = [
            f"{outcome.word:9}  {case.mutant.file}:{case.mutant.line}  {case.mutant.kind}  {case.mutant.name}"
            for case in every
            if (outcome := self.outcome(case)) and outcome.word != "noticed"
        ]
        self._list.write_text("".join(f"{line}\n" for line in found), encoding="utf-8")
        return found

"""The breakages that `make mutants` makes are what they say: one at a time, each a module that can be run."""

import ast

from tests.mutation.catalogue import EQUIVALENT, ways
from tests.mutation.mutants import ROOT, broken, every_mutant_of, files, mutants_of

ONE = "metrics/scoring/rollup.py"


def test_each_mutant_differs_from_the_code_and_from_every_other() -> None:
    """One breakage at a time, none twice."""
    whole = ast.unparse(ast.parse((ROOT / ONE).read_text(encoding="utf-8")))
    made = [ast.unparse(broken(one)) for one in mutants_of(ONE)]
    assert len(made) > 20
    assert whole not in made
    assert len(set(made)) == len(made)


def test_each_mutant_can_be_compiled() -> None:
    """A module that cannot run would be noticed by any test, and prove nothing."""
    for one in mutants_of("metrics/scoring/anchors.py"):
        compile(broken(one), one.file, "exec")


def test_the_catalogue_knows_joins_windows_filters_and_merges_in_sql() -> None:
    """SQL stands in Python's strings, and is broken there."""
    node = ast.Constant("SELECT sum(v) FROM a LEFT JOIN b ON a.k = b.k WHERE m BETWEEN 1 AND 2")
    assert {way.kind for way in ways(node)} == {"SQL join", "SQL filter", "SQL merge", "SQL window"}
    assert not ways(ast.Constant("a note for people"))


def test_equivalents_name_mutants_that_exist() -> None:
    """A reason for code that has changed since would hide a survivor."""
    known = {
        (file, name)
        for _, file in files()
        for one in every_mutant_of(file)
        for name in (one.name, f"{one.name} #{one.turn}")
    }
    assert sorted(EQUIVALENT.keys() - known) == []

"""Puts a mutant's code into functions that are loaded already, so that no library and no test is loaded again."""

import gc
from collections import defaultdict
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from tests.mutation.mutants import ROOT, Mutant, broken


class Live:
    """The functions of some files that are in memory, however they are wrapped or under whatever name imported."""

    def __init__(self, files: set[str]) -> None:
        paths = {str(ROOT / file): file for file in files}
        self._found: dict[tuple[str, str, int], list[FunctionType]] = defaultdict(list)
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and one.__code__.co_filename in paths:
                code = one.__code__
                self._found[paths[code.co_filename], code.co_qualname, code.co_firstlineno].append(one)
        self.caches = caches()

    def swap(self, mutant: Mutant) -> None:
        """Break the code of the mutant's function in this process.

        Errors: LookupError where no such function is in memory; ValueError where the broken one cannot stand there.
        """
        key = (mutant.file, mutant.home.name, mutant.home.line)
        if not self._found[key]:
            raise LookupError(f"{mutant.file}:{mutant.line}: {mutant.home.name} is not in memory")
        old = self._found[key][0]
        whole = compile(broken(mutant), old.__code__.co_filename, "exec")
        if mutant.home.in_head:
            _new_defaults(whole, old, self._found[key])
            return
        (home,) = (code for code in _codes(whole) if (code.co_qualname, code.co_firstlineno) == key[1:])
        for new in (home, *_codes(home)):  # also functions that it made when the module was loaded
            for one in self._found.get((mutant.file, new.co_qualname, new.co_firstlineno), ()):
                if _kin(one.__code__, new):
                    one.__code__ = new


def caches() -> "list[_lru_cache_wrapper[Any]]":
    """Every cache of our functions' results: what whole code has computed is not to stand for a mutant's."""
    return [one for one in gc.get_objects() if isinstance(one, _lru_cache_wrapper) and _is_ours(one.__wrapped__)]


def _is_ours(function: object) -> bool:
    code = getattr(function, "__code__", None)
    return isinstance(code, CodeType) and Path(code.co_filename).is_relative_to(ROOT)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


def _kin(old: CodeType, new: CodeType) -> bool:
    """Whether one was made from the other: lambdas of one line have the same name."""
    return list(old.co_positions())[-1:] == list(new.co_positions())[-1:] and old.co_freevars == new.co_freevars


def _new_defaults(whole: CodeType, old: FunctionType, every: list[FunctionType]) -> None:
    """Defaults are values of a definition that runs: run the module once more, aside, and take them from there."""
    namespace = {**old.__globals__}
    exec(whole, namespace)
    codes = {id(code) for code in _codes(whole) if code.co_qualname == old.__qualname__}
    (made,) = (one for one in gc.get_objects() if isinstance(one, FunctionType) and id(one.__code__) in codes)
    for one in every:
        one.__defaults__, one.__kwdefaults__ = made.__defaults__, made.__kwdefaults__

"""Spares each run the walk through everything that stays: the framework collects garbage whole after every run.

Imports, an open snapshot and what is remembered of it live long and are many objects: they are put aside from the
collector again and again, and seldom taken back for one true collection, so that nothing dead stays for good.
"""

import gc
import itertools

ASIDE = 20  # runs; to put aside costs nothing, and just after the framework's own collection hardly anything is dead
TRULY = 1000  # runs; a true collection of a large company takes half a second
_runs = itertools.count()


def settle() -> None:
    """Called at the beginning of each run."""
    run = next(_runs)
    if run % TRULY == 0:
        gc.unfreeze()
        gc.collect()
    if run % ASIDE == 0 or run < ASIDE // 2:
        gc.freeze()

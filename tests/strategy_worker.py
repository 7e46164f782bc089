"""A process that carries out random commands until it ends or is killed: `python -m tests.strategy_worker URL SEED N`.

It prints each audit row's id after its commit: what was printed must be there, whatever happens to the process.
"""

import sys
from random import Random

from strategy.state import open_state
from tests.strategy_rooms import Books
from tests.strategy_walk import Walk

LOOK = 20  # commands between two looks at what there is: what others do meanwhile makes honest conflicts


def work(walk: Walk, count: int, *, aloud: bool = False) -> list[int]:
    """Carry out `count` commands; returns the audit rows of those that were not refused."""
    done = []
    for number in range(count):
        if number % LOOK == 0:
            walk.look()
        command = walk.command()
        audit = walk.do(command, walk.who(command))
        if audit is not None:
            done.append(audit)
            if aloud:
                print(audit, flush=True)  # noqa: T201  that it is told is the point
    return done


if __name__ == "__main__":
    url, seed, many = sys.argv[1], sys.argv[2], int(sys.argv[3])
    work(Walk(Books(open_state(url)), Random(int(seed)), label=seed), many, aloud=True)

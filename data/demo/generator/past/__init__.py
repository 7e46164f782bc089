"""What the people of Velora did about the strategy in two years, as dated lines that a replay carries out.

The numbers in it are only named; they are looked up in the data, so that the past cannot contradict them.
"""

import json
from pathlib import Path

from data.demo.generator.clock import Clock, stream
from data.demo.generator.past import acting, governing, planning, reviewing
from data.demo.generator.past.telling import Teller

PARTS = (governing.lines, planning.lines, acting.lines, reviewing.lines)


def write_past(path: Path, clock: Clock, seed: int) -> int:
    """Write all lines, oldest first; returns how many."""
    teller = Teller(clock, stream(seed, "past"))
    for part in PARTS:
        part(teller)
    told = sorted(teller.deeds, key=lambda deed: deed.at)  # stable: deeds of one moment stay in their order
    lines = [
        {"at": deed.at.isoformat(), "who": deed.who, "do": deed.do, **({"with": deed.given} if deed.given else {})}
        for deed in told
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), encoding="utf-8")
    return len(lines)

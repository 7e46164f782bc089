"""A publisher process for tests that kill it: loads, publishes and prunes for ever, each time other data.

Usage: python -m tests.integration.publisher <workspace>. Snapshot n holds n rows in `orders` and n in its values file.
"""

import sys
from datetime import UTC, date, datetime
from pathlib import Path

from connectors.load import load
from data.snapshots import Manifest, Store
from data.warehouse import building, connect
from tests.loading import Workbench

DATASET = "path: o.csv\ncolumns: {id: integer, day: date, text: text}\nkey: [id]\ncursor: day\n"
ROWS = 2000


def publish_one(bench: Workbench, store: Store) -> None:
    """One whole refresh; the number of rows tells the snapshots apart."""
    with store.publishing():
        before = store.current()
        count = ROWS + (before.datasets["orders"].rows - ROWS + 1 if before else 1)
        bench.write("o.csv", "id,day,text\n" + "".join(f"{n},2024-01-01,{'x' * 50}\n" for n in range(count)))
        states = load({"erp": bench.source(DATASET)}, bench.folder, bench.var, before)
        name = store.new_id()
        with connect() as connection, building(connection, store.folder(name) / "values.duckdb") as alias:
            connection.execute(f"CREATE TABLE {alias}.values_ AS SELECT range AS id FROM range({count})")
        day = date(2024, 1, 1)
        now = datetime.now(UTC).isoformat()
        store.publish(Manifest(name, now, day, day, states, "values.duckdb", extra={"count": count}))
        store.prune(3)
        store.log({"snapshot": name, "count": count})


def main(folder: Path) -> None:
    """Publish until killed."""
    bench, store = Workbench(folder), Store(folder / "var")
    while True:
        publish_one(bench, store)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""A real Spark: a standalone master, two workers and a Connect server from PyPI's pyspark, on loopback."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data.away import reach
from tests.integration.away import Place, Put

WAIT = 120  # seconds until the Connect server answers
SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"


def spark_home() -> Path | None:
    """Where pyspark with its jars lies: in the environment of FOURFOLD_SPARK_PYTHON (`make spark`); None without."""
    python = os.environ.get("FOURFOLD_SPARK_PYTHON", "")
    if not python or shutil.which("java") is None:
        return None
    found = sorted(Path(python).parent.parent.glob("lib/python*/site-packages/pyspark/jars"))
    return found[0].parent if found else None


@contextmanager
def cluster(home: Path, folder: Path) -> Iterator[Place]:
    """Start the cluster, wait until it answers, and stop it; its logs and tables lie in `folder`."""
    master, connect = _free(), _free()
    started: list[subprocess.Popen[bytes]] = []
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_WORKER_DIR": str(folder / "work"),
        "PYSPARK_PYTHON": os.environ["FOURFOLD_SPARK_PYTHON"],
    }

    def start(name: str, *command: str) -> None:
        with (folder / f"{name}.log").open("wb") as log:
            started.append(
                subprocess.Popen(
                    command, stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=folder, start_new_session=True
                )
            )

    spark_class, at = str(home / "bin" / "spark-class"), f"spark://127.0.0.1:{master}"
    common = ("--host", "127.0.0.1", "--webui-port", "0")
    try:
        start("master", spark_class, "org.apache.spark.deploy.master.Master", "--port", str(master), *common)
        _answers(master, folder)
        for number in (1, 2):
            worker = ("org.apache.spark.deploy.worker.Worker", "--cores", "1", "--memory", "1g", *common, at)
            start(f"worker{number}", spark_class, *worker)
        settings = {
            "spark.connect.grpc.binding.port": connect,
            "spark.driver.host": "127.0.0.1",
            "spark.executor.memory": "512m",
            "spark.sql.shuffle.partitions": 4,
            "spark.ui.enabled": "false",
        }
        flags = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
        submit = (str(home / "bin" / "spark-submit"), "--master", at, "--class", SERVER, *flags, "spark-internal")
        start("connect", *submit)
        _answers(connect, folder)
        yield Place("spark", f"sc://127.0.0.1:{connect}", _put(f"sc://127.0.0.1:{connect}", folder / "tables"))
    finally:
        for process in reversed(started):
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def _put(address: str, folder: Path) -> Put:
    def put(name: str, table: pa.Table) -> None:
        (folder / name).mkdir(parents=True)
        pq.write_table(table, folder / name / "part.parquet")
        away = reach("spark", address)
        away.table(f"DROP TABLE IF EXISTS {name}")
        away.table(f"CREATE TABLE {name} USING parquet LOCATION '{folder / name}'")

    return put


def _free() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _answers(port: int, folder: Path) -> None:
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.3)
    raise TimeoutError(f"Spark does not answer on port {port}; see the logs in {folder}")

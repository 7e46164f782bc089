"""MetricFlow beside the tests: one process of its own environment that answers as long as the tests run."""

import json
import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

VARIABLE = "FOURFOLD_METRICFLOW_PYTHON"
PROCESS = Path(__file__).parent / "oracle_process.py"


class Refused(Exception):
    """What MetricFlow does not answer, in its own words."""


class Oracle:
    """MetricFlow, started once; ends with the block that holds it."""

    def __init__(self, python: str) -> None:
        plain = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        command = [python, "-W", "ignore", str(PROCESS)]
        self.process = subprocess.Popen(  # it lives as long as the block that holds it
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=plain
        )

    def __enter__(self) -> "Oracle":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)

    def ask(self, op: str, **asked: Any) -> dict[str, Any]:
        """One answer; raises `Refused` for what MetricFlow refuses."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps({"op": op, **asked}, default=str) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(
                f"MetricFlow's process ended with {self.process.wait(timeout=30)}; run {PROCESS} by hand"
            )
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise Refused(f"{answer['error']}: {answer['text']}")
        return answer

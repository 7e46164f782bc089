"""Spark, spoken to through Spark Connect: any cluster that has the Connect server, with the light client of PyPI."""

import logging
import warnings
from importlib import import_module
from typing import Any

import pyarrow as pa

from data.away import duck_types
from data.errors import QueryError, SourceError

KIND = "spark"
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",  # dates mean the same everywhere
    "spark.sql.ansi.enabled": "true",  # an overflow is an error, never a wrong number
}


class Spark:
    """A session of Spark Connect."""

    dialect = "spark"
    text = "STRING"
    digest = "CAST(sum(CAST(xxhash64(struct(t.*)) AS DECIMAL(38, 0))) AS STRING)"

    def __init__(self, session: Any, place: str) -> None:
        self._session, self.place = session, place

    def quoted(self, name: str) -> str:
        """A column's name between backticks."""
        return "`" + name.replace("`", "``") + "`"

    def table(self, sql: str) -> pa.Table:
        """The result of a query; QueryError with Spark's first line where it refuses."""
        try:
            return self._session.sql(sql).toArrow()
        except Exception as error:
            if not _of_spark(error):
                raise
            raise QueryError(f"Spark at {self.place} refused a query: {_first_line(error)}") from error

    def columns(self, relation: str) -> dict[str, str]:
        """Column > DuckDB's name of the like type; SourceError where Spark knows no such table."""
        try:
            return duck_types(self.table(f"SELECT * FROM {relation} LIMIT 0").schema)
        except QueryError as error:
            raise SourceError(f"Spark at {self.place} cannot read {relation}: {error}") from error

    def interrupt(self) -> None:
        """Ask the cluster to give up what runs in this session."""
        self._session.interruptAll()

    def close(self) -> None:
        """End the session."""
        self._session.stop()


def connect(address: str) -> Spark:
    """A session at `sc://host:port`; the address may carry a token, which is never told."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # the client's word on pandas 3, which is not used here
            logging.getLogger("SQLQueryContextLogger").disabled = True  # it prints what this raises, with a long trace
            builder = import_module("pyspark.sql").SparkSession.builder  # only who has a Spark needs its client
    except ImportError as error:
        remedy = "install its client: pip install -r requirements-spark.txt"
        raise SourceError(f"workspace.yaml: engine: spark needs the package pyspark-client; {remedy}") from error
    place = address.split(";", 1)[0]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            session = builder.remote(address).getOrCreate()
        for name, value in SETTINGS.items():
            session.conf.set(name, value)
    except Exception as error:
        if not _of_spark(error):
            raise
        remedy = "start its Connect server, or mend the address in workspace.yaml: engine"
        raise SourceError(f"Spark at {place} does not answer ({_first_line(error)}); {remedy}") from error
    return Spark(session, place)


def _of_spark(error: Exception) -> bool:
    """Whether an error comes from Spark or the way there, not from this code."""
    return type(error).__module__.split(".")[0] in ("pyspark", "grpc")


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)

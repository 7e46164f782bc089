"""Functions that may be written on an engine agree there with DuckDB, value for value."""

import pytest

from data.away import reach
from metrics.engines.dialects import LACKS, lacking
from metrics.language.expressions import parse
from metrics.language.functions import FUNCTIONS
from tests.integration.away import Place, postgres_place
from tests.integration.engine_functions import differences
from tests.integration.function_samples import SAMPLE, SAMPLES


def test_every_function_has_a_sample() -> None:
    """A function that is added to the allow-list is compared on every engine, or the list of samples is short."""
    assert set(FUNCTIONS) - set(SAMPLES) == set()


def test_functions_agree_in_postgresql(postgres: str) -> None:
    """What does not agree is on the list of what PostgreSQL lacks, with a reason and a remedy."""
    place = postgres_place(postgres)
    place.put("sample", SAMPLE)
    assert differences(reach("postgres", place.address)) == []


@pytest.mark.parametrize(("dialect", "name"), [(d, n) for d, lacks in LACKS.items() for n in lacks])
def test_what_an_engine_lacks_is_found_in_an_expression(dialect: str, name: str) -> None:
    """The list is of names that a sample shows; a name that nothing can match would refuse nothing."""
    every = [text for texts in SAMPLES.values() for text in texts]
    assert any(any(found.startswith(name) for found in lacking(parse(text), dialect)) for text in every)


@pytest.mark.soak
def test_functions_agree_in_spark(spark: Place) -> None:
    """What does not agree is on the list of what Spark lacks, with a reason and a remedy."""
    spark.put("sample", SAMPLE)
    assert differences(reach("spark", spark.address)) == []

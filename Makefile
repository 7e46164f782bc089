# What must be green before a push: make check. Everything runs in the environment that ./run makes.
.POSIX:
PYTHON = .venv/bin/python
TESTS = tests

.PHONY: check lint unit test soak metricflow spark mutants screenshots format lock setup

check: setup lint unit   ## ruff, types, floors, unit and contract tests, the house: under 3 minutes on 2 cores

setup:
	@if [ "$(PYTHON)" = .venv/bin/python ]; then ./run setup dev; fi

lint: setup
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -c "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_logo=True))"
	$(PYTHON) -m mypy

unit: setup
	$(PYTHON) -m pytest -q -n 2 tests/test_house.py tests/unit $$(ls -d tests/contracts 2>/dev/null)

test:                    ## the whole suite
	./run test

soak: setup              ## long random runs, with many more examples
	HYPOTHESIS_PROFILE=soak FOURFOLD_HISTORIES=10000 FOURFOLD_FUZZ=100000 FOURFOLD_METRICFLOW_QUESTIONS=500 \
	  $(PYTHON) -m pytest -m "soak or not soak" tests/unit tests/soundness tests/integration tests/interop

metricflow:              ## an environment of its own with PyPI's MetricFlow, which the tests ask beside Fourfold
	sh tests/interop/oracle_setup.sh .venv-metricflow

spark:                   ## an environment of its own with PyPI's pyspark, whose jars the tests start a cluster from
	python3 -m venv .venv-spark && .venv-spark/bin/pip install --quiet pyspark==4.3.0

mutants: setup           ## break the code in every way of a catalogue; lists what no test notices (args="--sample 100")
	$(PYTHON) -m tests.mutation $(args)

screenshots: setup       ## pictures for README and docs, made by a browser from the demo
	FOURFOLD_SCREENSHOTS=docs/img $(PYTHON) -m pytest -q -m browser tests/e2e

format: setup
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

lock:                    ## pin anew what requirements*.txt bring along (needs uv)
	printf '' > constraints.txt
	{ echo '# Versions of everything that requirements*.txt bring along; made by `make lock`, do not edit.'; \
	  uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate requirements-dev.txt; } > constraints.tmp
	mv constraints.tmp constraints.txt

#!/bin/sh
# Makes the environment of the oracle: MetricFlow with all it brings, apart from ours. Usage: oracle_setup.sh <folder>
# Then: FOURFOLD_METRICFLOW_PYTHON=<folder>/bin/python ./run test tests/interop
set -eu
folder=${1:?name the folder of the environment}
pinned="metricflow==0.213.0"
if [ -x "$folder/bin/python" ] && [ "$(cat "$folder/made-of" 2>/dev/null)" = "$pinned" ]; then exit 0; fi
if command -v uv >/dev/null 2>&1; then
    uv venv --quiet --allow-existing --python '>=3.11,<3.15' "$folder"
    uv pip install --quiet --python "$folder/bin/python" "$pinned"
else
    python3 -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$pinned"
fi
printf '%s' "$pinned" >"$folder/made-of"

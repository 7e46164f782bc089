"""What a command found, as words for a human and as plain content for a machine."""

from typing import Any

from data.snapshots import Manifest
from flows.increment import in_words


def refreshed(manifest: Manifest) -> dict[str, Any]:
    """A snapshot for a machine: rows and quarantined rows by dataset, what was computed for it, seconds by step."""
    return {
        "snapshot": manifest.id,
        "as_of": manifest.as_of.isoformat(),
        "datasets": {
            name: {"rows": state.rows, "quarantined": state.quarantined} for name, state in manifest.datasets.items()
        },
        "values": manifest.extra.get("values"),
        "answers_failed": manifest.extra.get("answers_failed"),
        "done": manifest.extra.get("done"),
        "seconds": dict(manifest.seconds),
    }


def refreshed_in_words(manifest: Manifest) -> str:
    """A snapshot in a few lines: what it holds, what had to be computed for it.

    Quarantined rows and known answers that are not met get a line of their own.
    """
    states = manifest.datasets.values()
    rows = sum(state.rows for state in states)
    lines = [
        f"Snapshot {manifest.id}: {rows:,} rows of {len(states)} datasets, "
        f"{manifest.extra.get('values', 0):,} values, facts up to {manifest.as_of}."
    ]
    if done := manifest.extra.get("done"):
        lines.append(f"Computed for it: {in_words(done)}.")
    quarantined = {state.dataset: state.quarantined for state in states if state.quarantined}
    if quarantined:
        told = ", ".join(f"{name} {count:,}" for name, count in quarantined.items())
        lines.append(f"Rows that broke their contract lie in quarantine (page Data health): {told}.")
    if failed := manifest.extra.get("answers_failed"):
        lines.append(f"{failed} known answers are not met; compare `tests:` in the metrics' files with their values.")
    return "\n".join(lines)

"""JSON in arguments, as AWS and its provider write it back: compact, with sorted keys."""

import json
from typing import Any

import pulumi

_COMPACT = (",", ":")


def json_text(value: Any) -> str:
    """Return JSON of a value that holds no outputs."""
    return json.dumps(value, sort_keys=True, separators=_COMPACT)


def json_output(value: Any) -> pulumi.Output[str]:
    """Return JSON of a value that may hold outputs; a text written otherwise shows as changed."""
    return pulumi.Output.json_dumps(value, sort_keys=True, separators=_COMPACT)

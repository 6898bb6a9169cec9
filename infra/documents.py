"""The documents made from the program: ``openapi.json`` and the schema of the stack files.

``python -m infra.documents`` writes both; a test keeps them equal to the program.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.config import StackConfig

if TYPE_CHECKING:
    from infra.triggers.http import RestApi

ROOT = Path(__file__).parent.parent
OPENAPI = ROOT / "openapi.json"
STACK_SCHEMA = ROOT / "docs" / "stack-config.schema.json"
PROJECT = "serverless-app"


def openapi(api: "RestApi") -> dict[str, Any]:
    """Give the OpenAPI document of the program's API, from its routes."""
    paths: dict[str, dict[str, Any]] = {}
    for route in api.routes:
        paths.setdefault(route.path, {})[route.method.lower()] = dict(route.operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": PROJECT, "version": "1.0.0"},
        "paths": paths,
        "components": {"schemas": dict(api.components)},
    }


def stack_schema() -> dict[str, Any]:
    """Give the JSON schema of ``Pulumi.<stack>.yaml``, for editors."""
    schema = StackConfig.model_json_schema(by_alias=True)
    keys = {f"{PROJECT}:{key}": rules for key, rules in schema["properties"].items()}
    required = [f"{PROJECT}:{key}" for key in schema.get("required", [])]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Stack configuration of {PROJECT}",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": keys,
                "required": required,
                # Keys of the project are ours to check; those of providers are not.
                "patternProperties": {f"^(?!{PROJECT}:)": {}},
                "additionalProperties": False,
            }
        },
        "required": ["config"],
        "$defs": schema["$defs"],
    }


def main() -> None:
    """Write both documents."""
    from infra.recorder import run

    api: RestApi = run("prod").names["api"]
    for path, document in ((OPENAPI, openapi(api)), (STACK_SCHEMA, stack_schema())):
        path.write_text(json.dumps(document, indent=2) + "\n")
        sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()

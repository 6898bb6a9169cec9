"""The documents made from the program.

``openapi.json``, the schema of the stack files, the diagram of the architecture, the emulator's
endpoints in ``Pulumi.compose.yaml`` and the table in ``docs/configuration.md``:
``python -m blueprint.documents.documents`` writes them; a test keeps them equal to the program.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blueprint.documents.architecture import diagram
from blueprint.documents.architecture_svg import draw
from blueprint.documents.config_table import table
from blueprint.documents.endpoints import listed
from blueprint.recorder import PROJECT, ROOT, run
from infra.config.stack import StackConfig

if TYPE_CHECKING:
    from infra.triggers.http.rest_api import RestApi

OPENAPI = ROOT / "openapi.json"
STACK_SCHEMA = ROOT / "docs" / "stack-config.schema.json"
COMPOSE = ROOT / "Pulumi.compose.yaml"
ARCHITECTURE = ROOT / "docs" / "architecture.svg"
CONFIGURATION = ROOT / "docs" / "configuration.md"
_KEY = {
    "type": "apiKey",
    "in": "header",
    "name": "x-api-key",
    "description": "Required where the stack's `api.authorization` is `api_key`: its output "
    "`api_key`. Ignored elsewhere.",
}
_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "Required where the stack's `api.authorization` is `cognito`: an access token "
    "of its user pool, from its output `token_endpoint`. It must have the scope that the "
    "operation names, after the resource server's identifier: `<identifier>/users.read`. Ignored "
    "elsewhere.",
}
_MARKS = ("<!-- configuration: written by `make documents` -->\n", "<!-- end of configuration -->")
_ENDPOINTS = ("  aws:endpoints:\n", "  # end of endpoints")


def openapi(api: "RestApi") -> dict[str, Any]:
    """Return the OpenAPI document of the program's API, from its routes.

    It is one for all stacks: what callers must send is optional in it, for not all ask for it.
    """
    # Here, for they load the provider, as the program does.
    from infra.triggers.http.authorization import TOKEN
    from infra.triggers.http.errors import documented

    paths: dict[str, dict[str, Any]] = {}
    for route in api.routes:
        paths.setdefault(route.path, {})[route.method.lower()] = {
            **route.operation,
            "security": [{}, {"ApiKey": []}, *route.operation.get("security", ())],
            "responses": documented(route.operation),
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": PROJECT, "version": "1.0.0"},
        "paths": paths,
        "components": {
            "schemas": dict(api.components),
            "securitySchemes": {"ApiKey": _KEY, TOKEN: _TOKEN},
        },
    }


def stack_schema() -> dict[str, Any]:
    """Return the JSON schema of ``Pulumi.<stack>.yaml``, for editors."""
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


def configuration(text: str) -> str:
    """Return the text with the table of configuration between its marks."""
    return _between(_MARKS, text, f"\n{table()}\n\n")


def _between(marks: tuple[str, str], text: str, content: str) -> str:
    before, _, rest = text.partition(marks[0])
    _, _, after = rest.partition(marks[1])
    return f"{before}{marks[0]}{content}{marks[1]}{after}"


def documents() -> dict[Path, str]:
    """Return the content that each document should have."""
    prod = run("prod")
    api: RestApi = prod.names["api"]
    types = [resource.type for resource in prod.recorder.resources]
    return {
        OPENAPI: json.dumps(openapi(api), indent=2) + "\n",
        STACK_SCHEMA: json.dumps(stack_schema(), indent=2) + "\n",
        COMPOSE: _between(_ENDPOINTS, COMPOSE.read_text(), listed(types)),
        ARCHITECTURE: draw(diagram(prod.recorder)),
        CONFIGURATION: configuration(CONFIGURATION.read_text()),
    }


def main() -> None:
    """Write all documents."""
    for path, content in documents().items():
        path.write_text(content)
        sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()

"""Writes the documents that are generated from the program.

They are ``openapi.json``, the schema of the stack files, the diagram of the architecture, and the
tables in ``docs/configuration.md`` and ``docs/architecture.md``. ``app documents`` writes them. A
test fails if a checked-in document differs from the program's.
"""

import json
from pathlib import Path
from typing import Any

from blueprint.documents.architecture import diagram
from blueprint.documents.architecture_svg import draw
from blueprint.documents.config_table import table
from blueprint.documents.openapi import openapi
from blueprint.documents.rebuilds import table as rebuilds
from blueprint.project import ROOT, project_name
from blueprint.recorder import run

OPENAPI = ROOT / "openapi.json"
STACK_SCHEMA = ROOT / "docs" / "stack-config.schema.json"
ARCHITECTURE = ROOT / "docs" / "architecture.svg"
ARCHITECTURE_PAGE = ROOT / "docs" / "architecture.md"
CONFIGURATION = ROOT / "docs" / "configuration.md"
_MARKS = ("<!-- configuration: written by `make documents` -->\n", "<!-- end of configuration -->")
_REBUILDS = ("<!-- rebuilds: written by `make documents` -->\n", "<!-- end of rebuilds -->")


def stack_schema() -> dict[str, Any]:
    """Return the JSON schema of ``Pulumi.<stack>.yaml``, for editors."""
    from config import AppConfig  # the program's: this module also serves other revisions

    project = project_name()
    schema = AppConfig.model_json_schema(by_alias=True)
    keys = {f"{project}:{key}": rules for key, rules in schema["properties"].items()}
    required = [f"{project}:{key}" for key in schema.get("required", [])]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Stack configuration of {project}",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": keys,
                "required": required,
                # The project's keys are checked here; those of providers are not.
                "patternProperties": {f"^(?!{project}:)": {}},
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
    return {
        OPENAPI: json.dumps(openapi(prod.names["api"]), indent=2) + "\n",
        STACK_SCHEMA: json.dumps(stack_schema(), indent=2) + "\n",
        ARCHITECTURE: draw(diagram(prod.recorder)),
        ARCHITECTURE_PAGE: _between(
            _REBUILDS, ARCHITECTURE_PAGE.read_text(), f"\n{rebuilds()}\n\n"
        ),
        CONFIGURATION: configuration(CONFIGURATION.read_text()),
    }


def write() -> list[Path]:
    """Write all documents, and return their paths.

    Raises:
        pulumi.RunError: the program refused the configuration of ``prod``.
        ProgramFailed: the program raised any other error.
    """
    written = documents()
    for path, content in written.items():
        path.write_text(content)
    return list(written)

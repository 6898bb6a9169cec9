"""Run by the scanners' own Python: checkov on folders of Terraform JSON, reported as JSON.

In one process, where the command line would start anew for each folder, which takes longer than
all its checks. It also tells which resource types checkov's own checks look at.
"""

import json
import logging
import sys
from pathlib import Path
from typing import Any

from checkov.runner_filter import RunnerFilter
from checkov.terraform.checks.resource.registry import resource_registry
from checkov.terraform.checks.utils.base_cloudsplaining_iam_scanner import (
    BaseTerraformCloudsplainingIAMScanner as Policies,
)
from checkov.terraform_json import parser
from checkov.terraform_json.runner import TerraformJsonRunner

# Breaks off, for it asks for a graph that this framework does not give it. CKV_AWS_59 looks at the
# same: whether everybody may call a method.
_BROKEN = ["CKV2_AWS_70"]


_cleaned = parser._clean_simple_type_list


def _decoded(values: list[Any]) -> list[Any]:
    """Decode policies: in HCL they are expressions, which checkov has evaluated for its checks.

    Left as text, as in JSON they are, most of its checks of policies pass them unseen.
    """
    return [
        json.loads(value) if isinstance(value, str) and '"Statement"' in value else value
        for value in _cleaned(values)
    ]


parser._clean_simple_type_list = _decoded


class _Errors(logging.Handler):
    """Keeps what checkov logs of a check that breaks off: it reports nothing of it otherwise."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message."""
        self.messages.append(record.getMessage())


def _address(record: Any) -> str:
    """Return type and name: a file holds one type, and checkov often leaves it out."""
    type_ = Path(record.file_path).name.removesuffix(".tf.json")
    return f"{type_}.{record.resource.rpartition('.')[2]}"


def _scan(folder: str) -> dict[str, Any]:
    # Keeps policies by file and name: the next folder's would be taken for the last one's.
    Policies.policy_document_cache.clear()
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    report: Any = TerraformJsonRunner().run(
        root_folder=folder,
        runner_filter=RunnerFilter(framework=["terraform_json"], skip_checks=_BROKEN),
    )
    logging.getLogger().removeHandler(errors)
    return {
        "passed": [[r.check_id, _address(r)] for r in report.passed_checks],
        "failed": [[r.check_id, _address(r), r.check_name] for r in report.failed_checks],
        "errors": [*errors.messages, *(f"cannot read {path}" for path in report.parsing_errors)],
    }


def main() -> None:
    """Scan the folders that are named as arguments."""
    reports = {folder: _scan(folder) for folder in sys.argv[1:]}
    json.dump({"known": sorted(resource_registry.checks), "reports": reports}, sys.stdout)


if __name__ == "__main__":
    main()

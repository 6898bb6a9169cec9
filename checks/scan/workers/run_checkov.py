"""Runs checkov on folders of Terraform JSON, and writes a report as JSON.

The scanners' Python runs it, in one process for all folders: checkov's command line takes longer to
start than to check. The report also lists the resource types that checkov has checks for.
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

# This check crashes because it needs a graph that this framework does not provide. CKV_AWS_59
# checks the same: whether everybody can call a method.
_BROKEN = ["CKV2_AWS_70"]


_cleaned = parser._clean_simple_type_list


def _decoded(values: list[Any]) -> list[Any]:
    """Decode policies, which are text in JSON.

    checkov's checks expect the evaluated expressions of HCL, and pass most policies that are text.
    """
    return [
        json.loads(value) if isinstance(value, str) and '"Statement"' in value else value
        for value in _cleaned(values)
    ]


parser._clean_simple_type_list = _decoded


class _Errors(logging.Handler):
    """Collects checkov's log messages about checks that crash, which its report leaves out."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Collect the message."""
        self.messages.append(record.getMessage())


def _address(record: Any) -> str:
    """Return type and name; the type is the file's, because checkov often leaves it out."""
    type_ = Path(record.file_path).name.removesuffix(".tf.json")
    return f"{type_}.{record.resource.rpartition('.')[2]}"


def _scan(folder: str) -> dict[str, Any]:
    # checkov caches policies by file and name, and would mistake the last folder's for this one's.
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
    """Scan the folders given as arguments."""
    reports = {folder: _scan(folder) for folder in sys.argv[1:]}
    json.dump({"known": sorted(resource_registry.checks), "reports": reports}, sys.stdout)


if __name__ == "__main__":
    main()

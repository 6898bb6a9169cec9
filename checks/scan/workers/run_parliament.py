"""Runs parliament on IAM documents, read and reported as JSON. The scanners' Python runs it."""

import json
import sys
import warnings

warnings.filterwarnings("ignore")  # parliament's own

from parliament import analyze_policy_string  # noqa: E402


def main() -> None:
    """Read documents from standard input, and write each one's findings."""
    documents: list[str] = json.load(sys.stdin)
    found = [
        [
            [finding.issue, str(finding.detail)]
            for finding in analyze_policy_string(document).findings
        ]
        for document in documents
    ]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()

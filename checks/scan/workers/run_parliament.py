"""Run by the scanners' own Python: parliament on IAM documents, given and answered as JSON."""

import json
import sys
import warnings

warnings.filterwarnings("ignore")  # of its own sources

from parliament import analyze_policy_string  # noqa: E402


def main() -> None:
    """Read documents from standard input; write the findings of each."""
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

"""``.github/ephemeral-stack``, with a stand-in for the Pulumi CLI.

The stand-in does what version 3.272 was seen to do. ``tests/engine/test_ephemeral_stack.py`` runs
the script with the CLI itself.
"""

import os
import sys
from pathlib import Path

from blueprint.project import ROOT
from tests.support.ephemeral import STACK, check, checkout, configure
from tests.support.stacks import PROJECT

PULUMI = """#!{python}
import sys
from pathlib import Path
import yaml

known = Path({known!r})
match sys.argv[1:]:
    case ["stack", "select", stack]:
        sys.exit(0 if stack in known.read_text().split() else "no stack named " + stack)
    case ["stack", "init", stack, "--secrets-provider", provider]:
        known.write_text(known.read_text() + stack + "\\n")
        Path(f"Pulumi.{{stack}}.yaml").write_text(
            f"secretsprovider: {{provider}}\\nencryptedkey: QUJD\\n")
    case ["config", "set", "--stack", stack, "--path", path, value, *kind]:
        assert kind in ([], ["--type", "bool"]), kind
        file = Path(f"Pulumi.{{stack}}.yaml")
        whole = yaml.safe_load(file.read_text())
        project = yaml.safe_load(Path("Pulumi.yaml").read_text())["name"]
        namespace, _, rest = path.rpartition(":")
        first, *between = rest.split(".")
        keys = [f"{{namespace or project}}:{{first}}", *between]
        place = whole.setdefault("config", {{}})
        for key in keys[:-1]:
            place = place.setdefault(key, {{}})
        place[keys[-1]] = value == "true" if kind else value
        file.write_text(yaml.safe_dump(whole, sort_keys=False))
    case other:
        sys.exit(f"unexpected: {{other}}")
"""


def test_the_script_does_without_the_projects_name() -> None:
    assert PROJECT not in (ROOT / ".github/ephemeral-stack").read_text()


def test_a_stack_is_made_once_and_configured_in_every_checkout(tmp_path: Path) -> None:
    """The workflow that destroys the stack has another checkout than the one that made it."""
    known, pulumi = tmp_path / "known", tmp_path / "bin" / "pulumi"
    known.touch()
    pulumi.parent.mkdir()
    pulumi.write_text(PULUMI.format(python=sys.executable, known=str(known)))
    pulumi.chmod(0o700)
    path = {"PATH": f"{pulumi.parent}:{os.environ['PATH']}"}
    first, second = (checkout(tmp_path / name) for name in ("first", "second"))
    made = configure(first, path)
    check(made)
    assert made["encryptedkey"] == "QUJD"  # as `stack init` wrote it
    assert configure(first, path) == made
    check(configure(second, path))
    assert known.read_text().split() == [STACK]

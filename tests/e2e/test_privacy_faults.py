"""The faults that test_privacy.py sends lead through all services that each function calls."""

import re

from images.sources import handler_sources
from tests.support.functions import FUNCTIONS, expected
from tests.support.samples import ROOT


def test_every_function_meets_the_faults_of_all_that_it_asks() -> None:
    """A function's ``expected.py`` names the services, and its ``canary.py`` makes an event."""
    asked: dict[str, set[str]] = {}
    for function in FUNCTIONS:
        # In all modules of its image: some share what makes their clients.
        sources = "".join(
            path.read_text()
            for path in handler_sources(ROOT, function.replace("-", "_"))
            if path.suffix == ".py"
        )
        services = re.findall(r'aws\.client\(\s*"(\w+)"', sources)
        # Secrets are asked for by another provider of e-mails: test_sendgrid.py has its faults.
        asked[function] = {name for name in services if name != "secretsmanager"}
    assert asked == {function: set(each.services) for function, each in expected().items()}

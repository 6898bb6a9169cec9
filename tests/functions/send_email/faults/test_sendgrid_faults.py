"""Faults between send-email and SendGrid, whose API a stand-in has."""

from collections.abc import Iterator

import pytest

from checks.chaos.fault_plan import Fault, Kind, Plan
from checks.chaos.proxy import Proxy, host_of_functions
from local import cloud as local_cloud
from local.cloud import Cloud
from local.emulator import free_port
from tests.support.e2e.by_sendgrid import EMAIL, mails, notify
from tests.support.e2e.system import log_records, until

pytestmark = pytest.mark.long  # a cloud of its own


@pytest.fixture(scope="module")
def proxy_port(docker: bool) -> Iterator[tuple[Proxy, int]]:
    port = free_port()
    with Proxy(port, host=host_of_functions(docker=docker)) as proxy:
        yield proxy, port


@pytest.fixture(scope="module")
def proxy(proxy_port: tuple[Proxy, int]) -> Proxy:
    return proxy_port[0]


@pytest.fixture(scope="module")
def cloud(docker: bool, proxy_port: tuple[Proxy, int]) -> Iterator[Cloud]:
    proxy, port = proxy_port
    with local_cloud.start(
        port=port, functions_port=proxy.port, docker=docker, config_overrides={"email": EMAIL}
    ) as running:
        yield running


@pytest.mark.parametrize(
    ("kind", "outcome", "sends"),
    [
        ("fail", "unreachable", 0),
        ("refuse", "rejected", 1),
        ("drop", "failed", 0),
        ("lose_reply", "failed", 1),
        ("throttle", "throttled", 0),  # the last, for the next e-mail would wait, too
    ],
)
def test_what_the_provider_answers_decides_what_follows(
    cloud: Cloud, proxy: Proxy, kind: Kind, outcome: str, sends: int
) -> None:
    """After ``failed`` the lease holds; the others are released, and count as no attempt."""
    before = outcomes(cloud).count(outcome)
    fault = Fault(kind=kind, service="sendgrid", calls=[1])
    with proxy.inject(Plan(seed=1, faults=[fault])):
        to = notify(cloud)
        until(lambda: outcomes(cloud).count(outcome) > before)
    if kind == "refuse":  # which comes again at once: the next fault is not meant for it
        until(lambda: mails(cloud, to))
    assert len(mails(cloud, to)) == sends


def outcomes(cloud: Cloud) -> list[str]:
    group = cloud.outputs["log_groups"]["functions"]["send-email"]
    records = log_records(cloud.client("logs"), group)
    return [record["outcome"] for record in records if "outcome" in record]

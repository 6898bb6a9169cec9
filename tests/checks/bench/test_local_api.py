"""Tests the measurement of requests: with a small server, and with both real systems."""

import contextlib
import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from checks.bench import BenchError, local_api, local_systems

pytestmark = pytest.mark.long  # starts both systems

GET = local_systems.Request(function="none", method="GET", resource="/x", path="/x", body=None)


@contextlib.contextmanager
def server(status):
    """Serve one status; yield the URL and the connections' ports of all requests."""
    ports = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            ports.append(self.client_address[1])
            self.send_response(status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_address[1]}/x", ports
        serving.shutdown()


def test_each_caller_has_a_connection_and_its_share_of_the_requests():
    with server(200) as (url, ports):
        taken = local_api.ask(url, 4, 20, GET)
    assert len(taken) == len(ports) == 20
    assert sorted(ports.count(port) for port in set(ports)) == [5, 5, 5, 5]
    assert all(seconds > 0 for seconds in taken)


def test_a_refusal_is_no_fast_answer():
    with server(429) as (url, _), pytest.raises(BenchError, match="answered 429"):
        local_api.ask(url, 2, 4, GET)


def test_percentiles_of_rounds_are_compared_by_their_medians():
    usual = [0.01] * 98 + [0.05] * 2
    slow = [0.02] * 98 + [0.06] * 2
    ours = {("ours", 1): [usual, slow, slow], ("bare", 1): [usual] * 3}
    half, most = local_api.rows(ours)
    assert (half.name, half.value, half.reached) == ("1 caller, p50", pytest.approx(2), False)
    assert (most.name, most.value, most.reached) == ("1 caller, p99", pytest.approx(1.2), True)


@pytest.mark.parametrize("system", [local_systems.ours, local_systems.bare])
def test_both_systems_answer_by_the_same_handler(system):
    with system() as url:
        parts = urlsplit(url)
        caller = http.client.HTTPConnection(parts.netloc, timeout=30)
        with contextlib.closing(caller):
            request = local_systems.request()
            headers = {"Content-Type": "application/json"}
            caller.request(request.method, parts.path, request.body, headers)
            response = caller.getresponse()
            assert (response.status, response.read()) == (200, b"{}")
    assert caller.host == "127.0.0.1"
    with pytest.raises(OSError, match="refused"):
        caller.connect()

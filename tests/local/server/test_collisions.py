"""Each test fails if the emulator's own function takes the place of the one that it calls."""

import socketserver
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from ministack.services import cloudwatch_logs  # type: ignore[import-untyped]

from local.server.collisions import describe_log_groups, from_env, register_session


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """Let threads take turns all the time, so that what can collide does."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_environments_that_start_at_once_all_get_credentials() -> None:
    def start(environment: int) -> None:
        for number in range(300):
            register_session(f"ASIA{environment}-{number}", {"Arn": "arn:aws:sts::1:role/a"})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(start, range(8)))


def test_many_calls_of_docker_at_once_discard_no_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    together = threading.Barrier(30)

    class Docker(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.endswith("/_ping"):
                together.wait(20)
            body = b'{"ApiVersion": "1.41"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        protocol_version = "HTTP/1.1"

        def address_string(self) -> str:
            return ""

    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True
        request_queue_size = 30

    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker")
    with Server(f"{tmp_path}/docker", Docker) as server, ThreadPoolExecutor(31) as pool:
        pool.submit(server.serve_forever, 0.05)
        client = from_env(timeout=20)
        for call in [pool.submit(client.ping) for _ in range(30)]:
            call.result()
        client.close()
        server.shutdown()
    assert [r for r in caplog.records if "pool is full" in r.getMessage()] == []


def test_log_groups_are_listed_while_functions_log() -> None:
    group = {"logGroupName": "busy"}
    cloudwatch_logs._create_log_group(group)
    done = threading.Event()

    def log() -> None:
        number = 0
        while not done.is_set():
            cloudwatch_logs._create_log_stream({**group, "logStreamName": f"{number}"})
            number += 1
            if number > 99:
                cloudwatch_logs._delete_log_stream({**group, "logStreamName": f"{number - 100}"})

    with ThreadPoolExecutor(1) as pool:
        logging = pool.submit(log)
        try:
            for _ in range(300):
                assert b"busy" in describe_log_groups({})[2]
        finally:
            done.set()
            logging.result()

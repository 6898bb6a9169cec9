"""The AWS CLI, run in forks of one process that has loaded it: a third of the processor time."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

# Passes what a program is started with, and its open files, to the process; exits as its fork did.
COMMAND = """#!{python} -IS
import json, os, socket, sys

with socket.socket(socket.AF_UNIX) as server:
    server.connect({place!r})
    start = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(server, [len(start).to_bytes(4, "big")], [0, 1, 2])
    server.sendall(start)
    sys.exit(int(server.recv(9) or 255))
"""


@contextmanager
def aws_command(folder: Path, endpoint: str) -> Iterator[None]:
    """Make a program ``aws`` in a folder, whose calls go to an endpoint.

    Without its option, this CLI would send SQS requests to AWS, whatever the environment says.
    """
    with (
        tempfile.TemporaryDirectory() as short,  # a socket's path has a hundred characters
        socket.socket(socket.AF_UNIX) as server,
    ):
        place = f"{short}/aws"
        server.bind(place)
        server.listen()
        command = folder / "aws"
        command.write_text(COMMAND.format(python=sys.executable, place=place))
        command.chmod(0o700)
        program = "import sys; from tests.support import aws_cli; aws_cli.serve(*sys.argv[1:])"
        serving = subprocess.Popen(
            [sys.executable, "-c", program, str(server.fileno()), endpoint],
            pass_fds=[server.fileno()],
        )
        try:
            yield
        finally:
            serving.terminate()
            serving.wait()


def serve(descriptor: str, endpoint: str) -> NoReturn:
    """Run the AWS CLI for each connection to a socket."""
    from awscli.clidriver import create_clidriver

    create_clidriver()  # loads the rest of it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    with socket.socket(fileno=int(descriptor)) as server:
        while True:
            client, _ = server.accept()
            with client:
                if not os.fork():
                    run(client, endpoint)


def run(client: socket.socket, endpoint: str) -> NoReturn:
    """Run the AWS CLI as the program that has connected was started, and end this process."""
    from awscli.clidriver import main

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    code = 255
    try:
        size, files, _, _ = socket.recv_fds(client, 4, 3)
        with client.makefile("rb") as stream:
            start = stream.read(int.from_bytes(size, "big"))
        arguments, folder, environment = json.loads(start)
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        sys.stdin, sys.stdout, sys.stderr = (
            open(number, mode, closefd=False)  # noqa: SIM115  until the process ends
            for number, mode in enumerate(["r", "w", "w"])
        )
        os.chdir(folder)
        data = os.environ["AWS_DATA_PATH"]  # the CLI has set it
        os.environ.clear()
        os.environ.update({**environment, "AWS_DATA_PATH": data})
        sys.argv = ["aws", "--endpoint-url", endpoint, *arguments]
        code = main()
        sys.stdout.flush()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 255
    except Exception:  # noqa: BLE001  the fork must not continue as its parent
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        client.sendall(str(code).encode())
        os._exit(0)

"""The commands that talk to a running local cloud. Each returns its exit code."""

import json
import sys
from pathlib import Path
from typing import Any

from local import invocation, tokens
from local.aws import Aws, AwsError
from local.deployed import FunctionRef
from local.errors import LocalError, NotRunning
from local.files import UPLOADS, Files
from local.log_format import Formatter, wants_colour
from local.logs import LogReader
from local.mail import readable, sent
from local.processes import stop_group
from local.state import State, StateDirectory
from ops.redrive.command import run as run_redrive


def outputs(directory: StateDirectory, *, name: str | None) -> int:
    """Print the stack's outputs as JSON; of one output the bare value, if it is text."""
    values = directory.load().deployed.outputs
    if name is None:
        print(json.dumps(values, indent=2))
    elif name not in values:
        known = ", ".join(sorted(values)) or "none"
        raise LocalError(f"There is no output {name!r}. Outputs: {known}.")
    else:
        value = values[name]
        print(value if isinstance(value, str) else json.dumps(value, indent=2))
    return 0


def logs(directory: StateDirectory, *, function: str | None, follow: bool) -> int:
    """Print what the functions have logged, and follow it if asked to."""
    state = directory.load()
    functions = state.deployed.functions
    chosen = {function: _function(state, function)} if function else functions
    reader = LogReader(_aws(state), chosen)
    formatter = Formatter(functions, colour=wants_colour(sys.stdout))
    try:
        for log in reader.follow(directory.locked) if follow else reader.poll():
            print(formatter.format(log), flush=True)
    except KeyboardInterrupt:
        return 0
    except AwsError:
        if directory.locked():
            raise
    if follow:
        print("The local cloud was stopped.", file=sys.stderr)
    return 0


def invoke(directory: StateDirectory, *, function: str, event: str | None) -> int:
    """Invoke a function and print its answer."""
    state = directory.load()
    ref = _function(state, function)
    answer = invocation.invoke(_aws(state), ref, invocation.read_event(event))
    print(json.dumps(answer, indent=2, ensure_ascii=False))
    return 0


def token(directory: StateDirectory, *, scope: list[str] | None) -> int:
    """Print an access token for the API, bare, for scripts."""
    print(tokens.fetch(directory.load().deployed.outputs, " ".join(scope or ()) or None))
    return 0


def mail(directory: StateDirectory, *, as_json: bool) -> int:
    """Print the e-mails that were sent."""
    messages = sent(directory.load().port)
    if as_json:
        print(json.dumps(messages, indent=2, ensure_ascii=False))
    elif not messages:
        print("No e-mail was sent yet; one takes a second or two.")
    else:
        print(f"\n\n{'─' * 72}\n".join(readable(message) for message in messages))
    return 0


def upload(directory: StateDirectory, *, file: Path, key: str | None) -> int:
    """Store a file in the bucket."""
    key = key or UPLOADS + file.name
    _files(directory).upload(file, key)
    print(f"Stored as {key}")
    if not key.startswith(UPLOADS):
        print(f"Nothing processes it: only files under {UPLOADS} are.", file=sys.stderr)
    return 0


def files(directory: StateDirectory, *, prefix: str) -> int:
    """List the files in the bucket."""
    found = list(_files(directory).list(prefix))
    for item in found:
        print(f"{item.modified}  {item.size:>12,}  {item.key}")
    if not found:
        print(f"No files under {prefix or 'any prefix'} yet.", file=sys.stderr)
    return 0


def download(directory: StateDirectory, *, key: str, file: Path | None) -> int:
    """Write a file of the bucket to this machine."""
    file = file or Path(Path(key).name)
    _files(directory).download(key, file)
    print(f"Written to {file}")
    return 0


def redrive(directory: StateDirectory, **options: Any) -> int:
    """Show what is in a dead-letter queue, or have it processed again."""
    state = directory.load()
    return run_redrive(state.deployed.outputs, _aws(state).client, **options)


def down(directory: StateDirectory) -> int:
    """Stop the running local cloud; it is no error if none runs."""
    try:
        state = directory.load()
    except NotRunning as error:
        if directory.locked():
            raise
        print(error, file=sys.stderr)
        return 0
    stop_group(state.pid, ended=lambda: not directory.locked())
    directory.clear()
    print("Stopped.")
    return 0


def _aws(state: State) -> Aws:
    return Aws(state.endpoint, state.region)


def _files(directory: StateDirectory) -> Files:
    state = directory.load()
    return Files(_aws(state), state.deployed.outputs)


def _function(state: State, name: str) -> FunctionRef:
    functions = state.deployed.functions
    if name not in functions:
        known = ", ".join(sorted(functions)) or "none"
        raise LocalError(f"There is no function {name!r}. Functions: {known}.")
    return functions[name]

"""The commands that talk to a running local cloud. Each returns its exit code."""

import json
import sys
import time
import webbrowser
from dataclasses import asdict
from pathlib import Path

from botocore.exceptions import BotoCoreError

from local import invocation, past_logs, tokens
from local.aws import AwsError
from local.debug import attach_hint, debugging
from local.errors import LocalError, NotRunning, WrongUsage, unknown
from local.files import Files, key_for, unprocessed
from local.log_format import Formatter
from local.logs import LogReader
from local.mail import readable, sent
from local.processes import SAVE_SECONDS, STOP_SECONDS, catch_signals, stop_group
from local.server.console import settings
from local.state import StateDirectory
from local.uploads import UploadNames
from ops.terminal import reader_has_gone, wants_colour


def outputs(directory: StateDirectory, *, name: str | None, as_json: bool) -> int:
    """Print the stack's outputs as JSON, by name; or one, as text without quotes or as JSON."""
    values = directory.load().deployed.outputs
    if name is None:
        print(json.dumps(values, indent=2, sort_keys=True))
    elif name not in values:
        raise unknown("output", name, values)
    else:
        value = values[name]
        bare = isinstance(value, str) and not as_json
        print(value if bare else json.dumps(value, indent=2, sort_keys=True))
    return 0


def logs(directory: StateDirectory, *, function: str | None, follow: bool) -> int:
    """Print what the functions logged, and follow it if asked to.

    If no local cloud is running, what was logged before is printed.
    """
    try:
        state = directory.load()
    except NotRunning as error:
        from blueprint.functions.names import function_names  # loads YAML, only for this

        everything = [] if follow else past_logs.read(directory.history, None)
        if not everything:
            raise
        known = {log.function for log in everything}.union(function_names(directory.root))
        if function and function not in known:
            raise unknown("function", function, known) from None
        past = past_logs.read(directory.history, function) if function else everything
        formatter = Formatter({log.function for log in past}, colour=wants_colour(sys.stdout))
        for log in past:
            print(formatter.format(log))
        said = "These are the logs so far" if past else f"{function} logged nothing"
        print(f"{said}. {error}", file=sys.stderr)
        return 0
    functions = state.deployed.functions
    chosen = {function: state.deployed.function(function)} if function else functions
    aws = state.clients()
    reader, names = LogReader(aws, chosen), UploadNames(aws, state.deployed.outputs)
    formatter = Formatter(functions, colour=wants_colour(sys.stdout))

    def wanted() -> bool:
        return directory.locked() and not reader_has_gone()

    try:
        for log in reader.follow(wanted) if follow else reader.poll():
            print(formatter.format(names.named(log)), flush=True)
    except KeyboardInterrupt:
        return 0
    except AwsError:
        if directory.locked():
            raise
    if follow and not directory.locked():
        print("The local cloud was stopped.", file=sys.stderr)
    return 0


def invoke(directory: StateDirectory, *, function: str, event: str | None) -> int:
    """Invoke a function and print its answer."""
    state = directory.load()
    ref = state.deployed.function(function)
    answer = invocation.invoke(state.clients(), ref, invocation.read_event(event))
    print(json.dumps(answer, indent=2, ensure_ascii=False))
    return 0


def debug(directory: StateDirectory, *, function: str, port: int) -> int:
    """Run a function's invocations under a debugger, and print its logs, until Ctrl-C."""
    state = directory.load()
    ref, aws = state.deployed.function(function), state.clients()
    names = UploadNames(aws, state.deployed.outputs)
    formatter = Formatter(state.deployed.functions, colour=wants_colour(sys.stdout))
    catch_signals()
    try:
        with debugging(aws, ref, port=port):
            print(f"{attach_hint(function, port)} Ctrl-C ends debugging.", flush=True)
            reader = LogReader(aws, {function: ref}, since_ms=int(time.time() * 1000))
            for log in reader.follow(directory.locked):
                print(formatter.format(names.named(log)), flush=True)
    except KeyboardInterrupt:
        print(f"\n{function} runs without a debugger again.", flush=True)
        return 0
    except BotoCoreError:
        pass  # the emulator has ended, or is about to
    print("The local cloud was stopped.", file=sys.stderr)
    return 1


def token(directory: StateDirectory, *, scopes: list[str], as_json: bool) -> int:
    """Print an access token for the API."""
    text = tokens.fetch(directory.load().deployed.outputs, " ".join(scopes) or None)
    print(json.dumps({"access_token": text}) if as_json else text)
    return 0


def mail(directory: StateDirectory, *, as_json: bool) -> int:
    """Print the e-mails that were sent."""
    messages = sent(directory.load().clients())
    if as_json:
        print(json.dumps(messages, indent=2, ensure_ascii=False))
    elif not messages:
        print("No e-mail was sent yet; one takes a second or two.")
    else:
        print(f"\n\n{'─' * 72}\n".join(readable(message) for message in messages))
    return 0


def console(directory: StateDirectory, *, open_it: bool) -> int:
    """Print the address of the console; open it in the browser if asked to."""
    state = directory.load()
    print(settings.address(directory.emulator, state.endpoint))
    once = settings.address_for_once(directory.emulator, state.endpoint) if open_it else ""
    if open_it and not webbrowser.open(once):
        raise LocalError("There is no browser on this machine. Open the address above in one.")
    return 0


def upload(directory: StateDirectory, *, file: Path, key: str | None) -> int:
    """Store a file in the bucket."""
    state = directory.load()
    bucket = Files(state.clients(), state.deployed.outputs)
    if file.is_dir():
        raise WrongUsage(f"{file} is a folder. Upload its files one by one.")
    key = key_for(file, key)
    bucket.upload(file, key)
    print(f"Stored as {key}")
    if sentence := unprocessed(state.deployed, key):
        print(sentence, file=sys.stderr)
    return 0


def files(directory: StateDirectory, *, prefix: str, as_json: bool) -> int:
    """List the files in the bucket."""
    found = list(_files(directory).list(prefix))
    if as_json:
        print(json.dumps([asdict(item) for item in found], indent=2, ensure_ascii=False))
        return 0
    for item in found:
        print(f"{item.modified}  {item.size:>12,}  {item.key}")
    if not found:
        print(f"There are no files{f' under {prefix}' if prefix else ''} yet.", file=sys.stderr)
    return 0


def download(directory: StateDirectory, *, key: str, file: Path | None) -> int:
    """Write a file of the bucket to this machine."""
    last = Path(key).name
    if file is None or file.is_dir():
        file = (file or Path()) / last
    _files(directory).download(key, file)
    print(f"Written to {file}")
    return 0


def down(directory: StateDirectory) -> int:
    """Stop the running local cloud; it is no error if none runs."""
    try:
        state = directory.load()
    except NotRunning:
        if directory.locked():
            raise
        crashed = directory.emulator.exists()
        directory.clear()
        nothing = "No local cloud is running: there is nothing to stop."
        print(
            "Removed what the crashed cloud left behind." if crashed else nothing, file=sys.stderr
        )
        return 0
    # Tells `up`, which may follow the logs in another terminal, that this is not a failure.
    directory.save(state.model_copy(update={"stopping": True}))
    seconds = SAVE_SECONDS if state.keep else STOP_SECONDS
    stop_group(state.pid, ended=lambda: not directory.locked(), seconds=seconds)
    if state.keep:
        directory.keep(state)
    directory.clear()
    print("Stopped. Its data come back with: app up --keep" if state.keep else "Stopped.")
    return 0


def _files(directory: StateDirectory) -> Files:
    state = directory.load()
    return Files(state.clients(), state.deployed.outputs)

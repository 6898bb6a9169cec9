"""``app env`` and ``app aws``: let the AWS CLI and boto3 work on the local cloud."""

import os
import re
import shlex
import shutil
import signal
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from local.errors import LocalError
from local.state import State, StateDirectory
from local.terminal_json import terminal_json

_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_IN_THE_WAY = {
    "AWS_DEFAULT_PROFILE",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
}


def env(directory: StateDirectory, *, as_json: bool) -> int:
    """Print what a shell must set, and remove, to work on the local cloud."""
    changes = variables(directory.load(), os.environ)
    print(terminal_json(changes) if as_json else shell(changes))
    return 0


def aws(directory: StateDirectory, arguments: Sequence[str]) -> NoReturn:
    """Become the AWS CLI, with the local cloud's credentials and none of the user's settings.

    Raises:
        LocalError: it is not installed.
    """
    state = directory.load()
    beside = Path(sys.executable).with_name("aws")
    program = shutil.which("aws") or (os.fspath(beside) if beside.exists() else None)
    if program is None:
        raise LocalError(
            "The AWS CLI is not installed. Install it "
            "(https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html), or "
            'use another program: eval "$(app env)"'
        )
    changes = variables(state, os.environ)
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    environment = {n: v for n, v in os.environ.items() if n not in changes} | nowhere
    environment |= {name: value for name, value in changes.items() if value is not None}
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and the CLI would too
    sys.stdout.flush()
    # Version 1 does not read the variable for every service.
    endpoint = ["--endpoint-url", state.endpoint]
    os.execve(program, ["aws", *endpoint, *arguments], environment)  # noqa: S606 - the user's words


def variables(state: State, present: Iterable[str]) -> dict[str, str | None]:
    """Return the values of environment variables; None for those to remove.

    ``present`` names the variables that are set.
    """
    given = state.credentials
    values: dict[str, str | None] = dict.fromkeys(
        sorted(_IN_THE_WAY | {n for n in present if n.startswith("AWS_ENDPOINT_URL_")})
    )
    return values | {
        "AWS_ACCESS_KEY_ID": given.access_key,
        "AWS_SECRET_ACCESS_KEY": given.secret_key,
        "AWS_DEFAULT_REGION": state.region,
        "AWS_REGION": state.region,
        "AWS_ENDPOINT_URL": state.endpoint,
    }


def shell(changes: Mapping[str, str | None]) -> str:
    """Return commands for sh that set and remove environment variables.

    A shell has no variables of other names than these, and would run what they hold.
    """
    removed = [n for n, value in changes.items() if value is None and _NAME.fullmatch(n)]
    kept = {name: value for name, value in changes.items() if value is not None}
    lines = [f"export {name}={shlex.quote(value)}" for name, value in kept.items()]
    return "\n".join([*([f"unset {' '.join(removed)}"] if removed else []), *lines])

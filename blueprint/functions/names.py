"""Names of functions: what is allowed, and why."""

import keyword
import re
from pathlib import Path

from blueprint.project import project_name, stack_settings, stacks
from blueprint.suggestions import unknown_name

_RESERVED = {"domain", "runtime"}
_WORDS = {*keyword.kwlist, *keyword.softkwlist, "type"}  # the last since Python 3.12
_LONGEST = 28  # what fits into the lines that `app new` writes
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class WrongName(ValueError):
    """A name that cannot be used: the message says what is allowed."""

    exit_code = 2


def namespace(root: Path) -> str:
    """Return the project's name as its configuration keys begin with it.

    It is another than that in ``Pulumi.yaml`` where somebody changed that file alone.

    Raises:
        ProjectError: a file of the project is missing or malformed.
        WrongName: the keys begin with several names, and none is that in ``Pulumi.yaml``.
    """
    name = project_name(root)
    keys = [key for stack in stacks(root) for key in stack_settings(stack, root) if ":" in key]
    found = {key.partition(":")[0] for key in keys} - {"aws"}
    if name in found or not found:
        return name
    if len(found) > 1:
        raise WrongName(
            f"Pulumi.yaml names the project {name!r}, and no key of the stack files begins with "
            f"{name}:. Set `name` to what they begin with: {', '.join(sorted(found))}"
        )
    return found.pop()


def stack_files(root: Path) -> list[Path]:
    """Return the configuration files of all stacks."""
    return sorted(root.glob("Pulumi.*.yaml"))


def folder_of(name: str) -> str:
    """Return the name of a function's folders, such as ``count_users`` of ``count-users``."""
    return name.replace("-", "_")


def function_names(root: Path) -> list[str]:
    """Return the names of all functions, sorted."""
    handlers = root.glob("handlers/*/handler.py")
    return sorted(path.parent.name.replace("_", "-") for path in handlers)


def longest_name(root: Path) -> int:
    """Return how many characters a new function's name may have in every stack."""
    from infra.config.names import room_for_function  # imports Pulumi

    return min(_LONGEST, room_for_function(project_name(root), stacks(root)))


def check_new(root: Path, name: str) -> None:
    """Check the name of a function that is to be added.

    Raises:
        WrongName: the name cannot be used.
    """
    if not _NAME.fullmatch(name):
        raise WrongName(
            f"The name {name!r} is not allowed. Use lower-case letters, digits and single hyphens "
            "between them; begin with a letter, as in count-users."
        )
    if len(name) > (longest := longest_name(root)):
        has = f"The name {name!r} has {len(name)} characters; at most {longest} are"
        if longest == _LONGEST:
            raise WrongName(f"{has} allowed. Choose a shorter name.")
        raise WrongName(
            f"{has} left next to the names of the project and its stacks. Choose a shorter name, "
            "or, before the first deployment, a shorter one for the project: app rename <name>"
        )
    folder = folder_of(name)
    if folder in _WORDS or folder in _RESERVED:
        raise WrongName(
            f"The name {name!r} is not allowed: it is a word of Python or a shared folder of "
            "handlers/. Choose another, such as a verb and a noun."
        )
    if taken := _taken(root, name):
        raise WrongName(
            f"The name {name!r} is taken: {taken[0].relative_to(root)} exists. Choose another, or "
            f"remove that function first: app remove {name}"
        )


def has_files(root: Path, name: str) -> bool:
    """Return whether a function has files, even if the program does not make it."""
    allowed = _NAME.fullmatch(name) and folder_of(name) not in _RESERVED
    return bool(allowed and _taken(root, name))


def _taken(root: Path, name: str) -> list[Path]:
    return [path for path in folders(root, name) if _holds_files(path)]


def _holds_files(folder: Path) -> bool:
    """Return whether a folder has files of its own: Git leaves bytecode where it removes all."""
    return any(path.is_file() and path.suffix != ".pyc" for path in folder.rglob("*"))


def feature_names(root: Path) -> list[str]:
    """Return the names of all features, such as ``live-push``, sorted."""
    modules = root.glob("features/*.py")
    return sorted(m.stem.replace("_", "-") for m in modules if m.stem != "__init__")


def check_known(root: Path, name: str, *, features: bool = False) -> None:
    """Check that there is a function of a name; with ``features``, a feature was allowed, too.

    Raises:
        WrongName: there is none; the message lists what there is.
    """
    if name in function_names(root):
        return
    known = {"Functions": function_names(root)}
    if features:
        known["Features"] = feature_names(root)
    raise WrongName(unknown_name("function or feature" if features else "function", name, known))


def folders(root: Path, name: str) -> list[Path]:
    """Return the three folders of a function."""
    folder = folder_of(name)
    return [root / place / folder for place in ("handlers", "images", "tests/functions")]

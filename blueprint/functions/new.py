"""Adds a function: its three folders, from templates, and its paragraph of the program."""

import ast
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from string import Template
from typing import Literal, get_args

from blueprint.functions import stack_keys
from blueprint.functions.files import read, write
from blueprint.functions.lines import with_sorted_imports, wrapped
from blueprint.functions.names import WrongName, check_new, folder_of, folders, function_names
from blueprint.functions.program import Paragraph, bound_names, paste, used_names
from blueprint.functions.requirements import pinned
from blueprint.functions.source import ProgramError

Trigger = Literal["http", "queue", "bucket", "stream", "schedule"]
TRIGGERS: tuple[Trigger, ...] = get_args(Trigger)

_BUCKET_TRIGGER = "from infra.triggers.bucket_trigger import BucketTrigger, BucketTriggerArgs"
"""The one trigger that a program may have in its features only."""

_USED = ("users", "cors")
"""Variables of the example's program that the paragraphs use."""

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, kw_only=True)
class New:
    """What was written, and what remains to be pasted into ``__main__.py``."""

    files: list[Path]
    paragraph: Paragraph


def new(root: Path, name: str, trigger: Trigger, *, pasted: bool = False) -> New:
    """Write a function's folders, and its keys in the stack files that need them.

    Args:
        root: the project's folder.
        name: the function's name, such as ``count-users``.
        trigger: what invokes it.
        pasted: whether to write its paragraph into ``__main__.py``, too.

    Raises:
        ProgramError: the program has no place for the paragraph; nothing was written.
        ProjectError: a stack file must be edited by hand; nothing was written.
        WrongName: the name is not allowed; nothing was written.
        RequirementsError: a pin is missing; nothing was written.
    """
    check_new(root, name)
    main = root / "__main__.py"
    added = paragraph(root, name, trigger)
    _check_variables(name, added, read(main))
    contents = render(root, name, trigger)
    _check_modules(name, contents)
    if pasted:
        contents[main] = _pasted(read(main), added)
    contents |= stack_keys.added(root, name, waited_for=trigger == "http")
    for path, content in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, content)
    return New(files=list(contents), paragraph=added)


def _check_variables(name: str, paragraph: Paragraph, program: str) -> None:
    """Check that a function's paragraph replaces no variable of the program.

    Raises:
        WrongName: it would.
    """
    names = {folder_of(name), *bound_names(paragraph.statements)}
    if taken := sorted(names & bound_names(program)):
        raise WrongName(
            f"The name {name!r} is not allowed: __main__.py has a variable {taken[0]} already. "
            "Choose another, such as a verb and a noun."
        )


def _check_modules(name: str, contents: dict[Path, str]) -> None:
    """Check that a function's name is not what its own modules call something else.

    Raises:
        WrongName: it is.
    """
    for path, content in contents.items():
        bound = [
            node.name
            for node in ast.walk(ast.parse(content if path.suffix == ".py" else ""))
            if isinstance(node, ast.alias | ast.FunctionDef)
        ]
        if bound.count(folder_of(name)) > 1:
            raise WrongName(
                f"The name {name!r} is not allowed: {path.name} of the function has something else "
                "of this name. Choose another, such as a verb and a noun."
            )


def _pasted(program: str, paragraph: Paragraph) -> str:
    """Return the program with the paragraph.

    Raises:
        ProgramError: the program lacks a place for it, or a variable that it uses.
    """
    after = paste(program, paragraph)
    missing = [name for name in _USED if name in used_names(after) - bound_names(program)]
    if missing:
        raise ProgramError(
            f"__main__.py has no variable {' and no variable '.join(missing)}, and the paragraph "
            "uses it. Print the paragraph, and paste it with a variable of yours: app new without "
            "--paste"
        )
    return after


def render(root: Path, name: str, trigger: Trigger) -> dict[Path, str]:
    """Return the files of a new function, by path."""
    words = _words(root, name)
    target_folders = dict(zip(("handlers", "images", "tests"), folders(root, name), strict=True))
    contents = {}
    for template in sorted([*_TEMPLATES.glob("all/*/*.in"), *_TEMPLATES.glob(f"{trigger}/*/*.in")]):
        path = target_folders[template.parent.name] / Template(template.stem).substitute(words)
        contents[path] = with_sorted_imports(Template(template.read_text()).substitute(words))
    requirements = target_folders["images"] / "requirements.in"
    contents[requirements.with_suffix(".txt")] = pinned(root, contents[requirements].split())
    return contents


def paragraph(root: Path, name: str, trigger: Trigger) -> Paragraph:
    """Return what a new function adds to the program."""
    folder, words = folder_of(name), _words(root, name)
    described, extra = {
        "http": (f"GET /{name}", "memory_mb=512, timeout=20, environment=cors,"),
        "queue": (f"Messages of {name}-messages", "memory_mb=256, timeout=30,"),
        "stream": ("New users", "memory_mb=256, timeout=30,"),
        "bucket": (f"Files of {words['bucket']}", "memory_mb=256, timeout=60, asynchronous=True,"),
        "schedule": ("Once a day", "memory_mb=256, timeout=60, asynchronous=True,"),
    }[trigger]
    entry = wrapped(
        f'    "{name}": Function(\n'
        f'        description="{described}", {extra}\n'
        '        grants=[users.query("by-day", env="USERS_TABLE")])'
    )
    function = f'functions["{name}"]'
    match trigger:
        case "http":
            constant = folder.upper()
            return Paragraph(
                entry=entry,
                imported=f"from handlers.{folder}.operation import {constant}",
                route=wrapped(f'Route("GET", "/{name}", {function}, {constant})'),
            )
        case "queue":
            return Paragraph(
                entry=entry,
                resource=wrapped(
                    f'{folder}_messages = stack.queue("{name}-messages", consumer_timeout=30)'
                ),
                trigger=wrapped(
                    f'{folder}_queue = QueueTrigger("{name}-queue", QueueTriggerArgs(\n'
                    f"    queue={folder}_messages, function={function},\n"
                    "    batch_size=10, max_concurrency=2))"
                ),
                queue=f"{folder}_queue",
            )
        case "stream":
            return Paragraph(
                entry=entry,
                trigger=wrapped(
                    f'{folder}_stream = StreamTrigger("{name}-stream", StreamTriggerArgs(\n'
                    f"    table=users, function={function},\n"
                    '    pattern={"eventName": ["INSERT"],\n'
                    '             "dynamodb": {"Keys": {"id": {"S": [{"prefix": "user_"}]}}}}))'
                ),
                stream=f"{folder}_stream",
            )
        case "bucket":
            return Paragraph(
                entry=entry,
                imported="" if _BUCKET_TRIGGER in words["program"] else _BUCKET_TRIGGER,
                resource=f'{folder}_files = stack.bucket("{words["bucket"]}", expire_days={{}})',
                trigger=wrapped(
                    f'BucketTrigger("{name}-uploads", BucketTriggerArgs(\n'
                    f'    bucket={folder}_files, function={function}, prefix="in/", outputs=()))'
                ),
            )
        case "schedule":
            return Paragraph(
                entry=entry,
                trigger=f'ScheduleTrigger("{words["schedule"]}", ScheduleTriggerArgs(\n'
                f'    function={function}, expression="cron(30 0 * * ? *)"))',
            )


def _words(root: Path, name: str) -> dict[str, str]:
    folder = folder_of(name)
    first, *others = name.split("-")
    camel = first + "".join(word.capitalize() for word in others)
    program = read(root / "__main__.py")
    return {
        "name": name,
        "folder": folder,
        "constant": folder.upper(),
        "camel": camel,
        "schedule": _free_schedule(program, name, max(map(len, [*function_names(root), name]))),
        "bucket": _free_bucket(program),
        "program": program,
    }


def _free_schedule(program: str, name: str, longest: int) -> str:
    """Return a name for a new schedule, as long as functions' names: it has a role, as they have.

    The function's name itself is taken, by the function's role.
    """
    ends = (f"-{'run' if number == 1 else number}" for number in count(1))
    names = (f"{name[: max(longest - len(end), 1)].rstrip('-')}{end}" for end in ends)
    return next(name for name in names if f'"{name}"' not in program)


def _free_bucket(program: str) -> str:
    """Return a name for a new bucket: S3 notifies one function of a bucket's objects."""
    names = (f"files-{number}" if number > 1 else "files" for number in count(1))
    return next(name for name in names if f'stack.bucket("{name}"' not in program)

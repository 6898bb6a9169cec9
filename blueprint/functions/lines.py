"""Lines of Python as the linter wants them, where their order and length depend on a name."""

import re
import textwrap

LONGEST = 100


def with_sorted_imports(module: str) -> str:
    """Return a module with the imports of our own packages sorted, and in several lines if long."""

    def broken(line: str) -> str:
        start, names = line.split(" import ")
        several = "".join(f"    {name},\n" for name in names.split(", "))
        return f"{line}\n" if len(line) <= LONGEST else f"{start} import (\n{several})\n"

    return re.sub(
        r"(?:^from (?:handlers|tests)\..*\n)+",
        lambda block: "".join(map(broken, sorted(block[0].splitlines(), key=str.split))),
        module,
        flags=re.MULTILINE,
    )


def wrapped(text: str) -> str:
    """Return statements or an item of a literal in lines that fit, once indented by a level."""
    return "\n".join(
        part
        for line in text.split("\n")
        for part in textwrap.wrap(
            line,
            LONGEST - 4,
            subsequent_indent=" " * 8,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )

"""Explains an error of AWS by the variable that names a wrong resource, if one does."""

from collections.abc import Mapping, Sequence

from local.history.grants import naming
from local.history.program import Program


def explain(
    physical: Sequence[str],
    *,
    denied: bool,
    function: str,
    variables: Mapping[str, str],
    program: Program,
) -> str | None:
    """Return what is wrong with the resources that a failed call named; None if nothing is known.

    Args:
        physical: names of tables, queues or buckets, as the call has them.
        denied: whether IAM refused it.
        function: the function that called, by its name in the program.
        variables: those of its environment, as it ran.
        program: the deployed program.
    """
    for name in physical:
        holders = naming(name, variables)
        meant = [_meant(holder, name, function, denied, program) for holder in holders]
        wrong = next(filter(None, meant), "")
        variable_names = " and ".join(holders)
        if name not in program.names:
            holder = f", the value of {variable_names} of {function}," if variable_names else ""
            return f"{name}{holder} does not exist in this stack{wrong}."
        if wrong:
            return f"{variable_names} of {function} names {program.name(name)}{wrong}."
    return None


def _meant(variable: str, physical: str, function: str, denied: bool, program: Program) -> str:
    """Return what the variable should name: by the program, or by other functions; else nothing.

    Another function's variable of the same name may rightly name something else, so that is
    mentioned only after a refusal.
    """
    program_value = program.environments.get(function, {}).get(variable)
    if program_value and not naming(physical, {"": program_value}):
        return f"; the program sets {variable} to {_shown(program_value, program)}"
    others = [
        known[variable]
        for name, known in program.environments.items()
        if name != function and variable in known
    ]
    usual = max(sorted(set(others)), key=others.count, default="")
    if denied and usual and not naming(physical, {"": usual}):
        return f"; in other functions, {variable} is {_shown(usual, program)}"
    return ""


def _shown(value: str, program: Program) -> str:
    physical = value.rstrip("/").rpartition("/")[2]
    name = program.name(physical)
    return value if name == physical else f"{value} ({name})"

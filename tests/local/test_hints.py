"""A failed call is explained by the variable that names a wrong resource."""

import pytest

from local.history.hints import explain
from local.history.program import Program

PROGRAM = Program(
    "h",
    {"app-users-1": "users", "app-ledger-1": "ledger", "app-emails-1": "emails"},
    environments={
        "get-user": {"USERS_TABLE": "app-users-1"},
        "create-user": {"USERS_TABLE": "app-users-1", "LEDGER_TABLE": "app-ledger-1"},
        "typo": {"USERS_TABLE": "users"},
        "queue": {"EMAIL_QUEUE_URL": "http://127.0.0.1:1/0/app-emails-1"},
    },
)


@pytest.mark.parametrize(
    ("function", "variables", "physical", "denied", "said"),
    [
        (
            "get-user", {"USERS_TABLE": "app-user-1"}, "app-user-1", True,
            "app-user-1, the value of USERS_TABLE of get-user, does not exist in this stack; "
            "the program sets USERS_TABLE to app-users-1 (users).",
        ),
        (
            "typo", {"USERS_TABLE": "users"}, "users", True,
            "users, the value of USERS_TABLE of typo, does not exist in this stack; "
            "in other functions, USERS_TABLE is app-users-1 (users).",
        ),
        (
            "get-user", {"USERS_TABLE": "app-ledger-1"}, "app-ledger-1", False,
            "USERS_TABLE of get-user names ledger; "
            "the program sets USERS_TABLE to app-users-1 (users).",
        ),
        (
            "queue", {"EMAIL_QUEUE_URL": "http://127.0.0.1:1/0/old"}, "old", False,
            "old, the value of EMAIL_QUEUE_URL of queue, does not exist in this stack; the program "
            "sets EMAIL_QUEUE_URL to http://127.0.0.1:1/0/app-emails-1 (emails).",
        ),
        ("get-user", {}, "made-up", True, "made-up does not exist in this stack."),
        ("get-user", {"USERS_TABLE": "app-users-1"}, "app-users-1", True, None),
        ("get-user", {"USERS_TABLE": "app-users-1"}, "app-ledger-1", True, None),
        ("typo", {"USERS_TABLE": "app-ledger-1"}, "app-ledger-1", False,
         "USERS_TABLE of typo names ledger; the program sets USERS_TABLE to users."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_name(
    function: str, variables: dict[str, str], physical: str, denied: bool, said: str | None
) -> None:
    found = explain(
        [physical], denied=denied, function=function, variables=variables, program=PROGRAM
    )
    assert found == said


def test_what_other_functions_call_so_matters_only_to_a_refusal() -> None:
    """The same variable may name another table in another function."""
    program = Program(
        "h",
        {"app-users-1": "users", "app-ledger-1": "ledger"},
        environments={"a": {"TABLE": "app-users-1"}, "b": {"TABLE": "app-ledger-1"}},
    )

    def of(denied: bool) -> str | None:
        return explain(
            ["app-users-1"],
            denied=denied,
            function="a",
            variables={"TABLE": "app-users-1"},
            program=program,
        )

    assert of(denied=False) is None
    assert of(denied=True) == (
        "TABLE of a names users; in other functions, TABLE is app-ledger-1 (ledger)."
    )

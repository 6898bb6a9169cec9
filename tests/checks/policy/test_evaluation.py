"""Rules: their evaluation and their messages."""

from dataclasses import replace

import pytest

from checks.policy.rules.catalogue import RULES
from checks.policy.rules.model import UNKNOWN, Resource, Stack
from checks.policy.rules.rule import evaluate
from tests.support.policy.mutations import Break, after
from tests.support.policy.told import NAMES, broken, judged, prod

NOTIFICATION = "s3/bucketNotification:BucketNotification uploads-notification"


def test_a_message_says_what_is_wrong_and_what_to_do() -> None:
    change = Break(
        rule="6",
        of="lambda/function:Function create-user",
        path=("imageUri",),
        to="registry.example.com/create-user:latest",
    )
    assert broken(after(prod(), change)) == {
        NAMES["6"]: [
            "Function create-user: imageUri is 'registry.example.com/create-user:latest'; it must "
            "be <repository>@sha256:<digest>: Lambda ignores a moved tag"
        ]
    }


def test_a_secret_is_not_repeated() -> None:
    change = Break(
        rule="13",
        of="lambda/function:Function create-user",
        path=("environment", "variables", "DB_PASSWORD"),
        to="hunter2",
    )
    assert "hunter2" not in str(broken(after(prod(), change))[NAMES["13"]])


@pytest.mark.parametrize("text", ["{", "[]", '{"Statement": "all"}'])
def test_what_is_no_document_breaks_the_rules_that_read_it(text: str) -> None:
    change = Break(rule="40", of="s3/bucketPolicy:BucketPolicy storage-policy", path=("policy",),
                   to=text)  # fmt: skip
    (problem,) = broken(after(prod(), change))[NAMES["40"]]
    assert text in problem or "Statement 'all'" in problem


def test_what_is_found_before_something_is_unknown_stays_found() -> None:
    rule = next(rule for rule in RULES if rule.name == NAMES["36"])
    table = Resource(
        urn="urn",
        type="aws:dynamodb/table:Table",
        name="users",
        properties={"serverSideEncryption": {"enabled": False, "kmsKeyArn": UNKNOWN}},
    )
    verdict = evaluate(rule, Stack([table], production=True))
    assert [str(violation) for violation in verdict.violations] == [
        "Table users: serverSideEncryption.enabled is False; it must be true"
    ]
    rule = next(rule for rule in RULES if rule.name == NAMES["14"])
    permission = Resource(
        urn="urn",
        type="aws:lambda/permission:Permission",
        name="invoke",
        properties={"action": "lambda:*", "principal": UNKNOWN},
    )
    verdict = evaluate(rule, Stack([permission], production=True))
    assert (len(verdict.violations), len(verdict.undecided)) == (1, 1)


@pytest.mark.parametrize(
    ("prefixes", "rows"),
    [
        (("uploads/", "processed/"), set()),  # create-user reads what process-upload writes
        (("processed/", "uploads/"), {"46"}),
    ],
)
def test_several_functions_of_a_bucket_are_told_apart_by_arn(
    prefixes: tuple[str, str], rows: set[str]
) -> None:
    resources = prod()
    names = ("process-upload-live", "create-user-live")
    arns = {name: f"arn:aws:lambda:eu-central-1:123456789012:function:{name}" for name in names}
    change = Break(
        rule="46",
        of=NOTIFICATION,
        path=("lambdaFunctions",),
        to=[
            {"lambdaFunctionArn": arns[name], "filterPrefix": prefix}
            for name, prefix in zip(names, prefixes, strict=True)
        ],
        refers=tuple(f"lambda/alias:Alias {name}" for name in names),
    )
    resources = after(resources, change)
    # create-user's failed events would be lost, which breaks row 9.
    broken_too = {NAMES["9"]}
    assert judged(resources)[NAMES["46"]].undecided  # ARNs are known after the deployment
    deployed = [
        replace(r, properties={**r.properties, "arn": arns[r.name]}) if r.name in arns else r
        for r in resources
    ]
    assert set(broken(deployed)) == {NAMES[row] for row in rows} | broken_too


@pytest.mark.parametrize(("asks", "rows"), [(True, set()), (False, {"28"})])
def test_an_api_key_is_enough(asks: bool, rows: set[str]) -> None:
    method = "apigateway/method:Method api-post-users"
    resources = after(prod(), Break(rule="28", of=method, path=("authorization",), to="NONE"))
    resources = after(resources, Break(rule="28", of=method, path=("apiKeyRequired",), to=asks))
    assert set(broken(resources)) == {NAMES[row] for row in rows}

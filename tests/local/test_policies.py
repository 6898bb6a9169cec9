import json

from infra.emulator_roles import for_role
from local.resources.policies import for_resource

TLS_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sqs:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
ALLOW = {"Effect": "Allow", "Action": ["sqs:ReceiveMessage"], "Resource": "q"}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def test_one_message_means_a_batch():
    policy = document({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "q"})
    assert json.loads(for_role(policy))["Statement"] == [
        {"Effect": "Allow", "Action": ["sqs:SendMessage", "sqs:SendMessageBatch"], "Resource": "q"}
    ]


def test_one_alias_means_a_list_of_them():
    for action in ("lambda:GetAlias", "lambda:UpdateAlias"):
        policy = document({"Effect": "Allow", "Action": action, "Resource": "f"})
        assert json.loads(for_role(policy))["Statement"] == [
            {"Effect": "Allow", "Action": [action, "lambda:ListAliases"], "Resource": "f"}
        ]


def test_a_version_of_an_object_means_the_object():
    policy = document({"Effect": "Allow", "Action": "s3:DeleteObjectVersion", "Resource": "b/*"})
    assert json.loads(for_role(policy))["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["s3:DeleteObjectVersion", "s3:DeleteObject"],
            "Resource": "b/*",
        }
    ]


def test_other_permissions_stay_as_they_are():
    policy = document(ALLOW, {"Effect": "Deny", "Action": ["ses:SendEmail"], "Resource": "i"})
    assert json.loads(for_role(policy)) == json.loads(policy)


def test_sending_mail_is_allowed_on_everything_without_conditions_on_mail():
    condition = {"StringEquals": {"ses:FromAddress": "a@b"}, "Bool": {"aws:x": "true"}}
    given = {
        "Effect": "Allow",
        "Action": ["ses:SendEmail", "sqs:GetQueueUrl"],
        "Resource": ["identity"],
        "Condition": condition,
    }
    assert json.loads(for_role(document(given)))["Statement"] == [
        given,
        {
            "Effect": "Allow",
            "Action": ["ses:SendEmail"],
            "Resource": "*",
            "Condition": {"Bool": {"aws:x": "true"}},
        },
    ]


def test_a_resource_may_be_reached_without_tls():
    assert json.loads(for_resource(document(TLS_ONLY, ALLOW)))["Statement"] == [ALLOW]
    assert for_resource(document(TLS_ONLY)) is None
    assert for_resource(json.dumps({"Statement": TLS_ONLY})) is None


def test_other_denials_stay():
    stricter = TLS_ONLY | {"Condition": TLS_ONLY["Condition"] | {"StringEquals": {"a": "b"}}}
    kept = stricter | {"Action": ["sqs:*"]}
    assert json.loads(for_resource(document(stricter)))["Statement"] == [kept]

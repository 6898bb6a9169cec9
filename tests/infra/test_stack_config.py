"""A stack's configuration: typed, complete, and refused with every bad key named at once."""

import json
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pulumi
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from blueprint.project import stack_settings
from blueprint.recorder import run
from config import AppConfig, Schedules
from infra.config.api import Api
from infra.config.names import room_for_names
from tests.support.configuration import EMAIL, loaded, refused
from tests.support.functions import ONE
from tests.support.stacks import FUNCTIONS, PROJECT, STACKS

POOL = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_AbCdEfGhI"
CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/1a2b3c4d"


def with_(section: str, value: Any) -> dict[str, Any]:
    if section == "email" and isinstance(value, dict):
        value = EMAIL | value
    return {"email": EMAIL} | {section: value}


def test_the_least_configuration() -> None:
    config = loaded({"email": EMAIL})
    assert config.retain  # data is safe where nobody decided
    assert config.logs.retention_days == 30
    assert config.api.throttle.rate_limit == 50
    assert config.api.throttle.burst_limit == 100
    assert config.api.usage_plan is None
    assert config.alarms.email is None
    assert config.uploads.expiry == {}


@pytest.mark.parametrize("stack", STACKS)
def test_the_stacks_own(stack: str) -> None:
    keys = stack_settings(stack)
    own = {k.removeprefix(f"{PROJECT}:"): v for k, v in keys.items() if k.startswith(PROJECT)}
    config = loaded(own)
    assert config.retain == (stack == "prod")
    assert set(keys) - {f"{PROJECT}:{key}" for key in own} <= {"aws:region", "aws:defaultTags"}


def test_production_names_all_that_it_lacks() -> None:
    lacking = {"removalPolicy": "destroy", "logs": {"retentionDays": 180}}
    lacking |= {"functions": {FUNCTIONS[0]: {"reservedConcurrency": 1}}}
    assert loaded({"email": EMAIL} | lacking)
    assert refused({"email": EMAIL, "environment": "production"} | lacking) == [
        "removalPolicy: must be retain, so that data outlives the stack "
        "(environment is production)",
        "logs.retentionDays: must be at least 365, so that you can find out later what happened "
        "(environment is production)",
        "logs.bucketAccess: must be true, so that you can find out later who read or wrote an "
        "object (environment is production)",
        "functions: must be given a reservedConcurrency for each function, so that none uses up "
        "what another one needs (environment is production); missing for "
        f"{', '.join(FUNCTIONS[1:])}",
        "api.authorization: must be cognito, or at least api_key, so that every caller is known "
        "(environment is production)",
        "api.firewall: must be set, with a rateLimit, so that requests known to be hostile never "
        "reach the functions (environment is production)",
        "encryption.customerKey: must be true, so that this account decides who may read the "
        "data, and sees who does (environment is production)",
        "network: must be set, with a cidr, so that functions reach what they need and not the "
        "internet (environment is production)",
        "alarms.email: must be an address, so that somebody is notified of alarms "
        "(environment is production)",
    ]


def test_what_production_lacks_is_named_beside_what_is_wrong() -> None:
    problems = refused(
        {"environment": "production", "removalPolicy": "destroy", "logs": {"x": 1}, "uploads": 1}
    )
    paths = [problem.partition(":")[0] for problem in problems]
    assert paths == [
        "removalPolicy", "logs.x", "functions", "api.authorization", "api.firewall",
        "encryption.customerKey", "network", "alarms.email", "email", "uploads",
    ]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS)
def test_production_reserves_concurrency_for_every_function(function: str) -> None:
    settings = stack_settings("prod")
    given = settings[f"{PROJECT}:functions"]
    own = {key: value for key, value in given[function].items() if key != "reservedConcurrency"}
    [problem] = refused(settings | {f"{PROJECT}:functions": {**given, function: own}}, stack="prod")
    assert problem.startswith("functions: must be given a reservedConcurrency for")


def test_what_production_reserves_fits() -> None:
    """The quota is 1,000, of which 100 stay unreserved; triggers need no more than is reserved.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """
    own = {k.removeprefix(f"{PROJECT}:"): v for k, v in stack_settings("prod").items()}
    config = AppConfig.model_validate({k: v for k, v in own.items() if not k.startswith("aws:")})
    reserved = {name: config.function(name).reserved_concurrency or 0 for name in FUNCTIONS}
    assert sum(reserved.values()) <= 900
    assert reserved["send-email"] >= config.email.max_concurrency
    for function in {"create-user", "get-user"} & reserved.keys():
        assert reserved[function] >= config.api.throttle.burst_limit


def test_a_stack_named_prod_says_what_it_is() -> None:
    with pytest.raises(
        pulumi.RunError, match="environment: must be production for a stack of this name"
    ):
        run("prod", settings={f"{PROJECT}:environment": None})


def test_keys_of_others_are_none_of_ours() -> None:
    others = {
        "aws:region": "eu-central-1",
        "other-app:email": "x",
        f"{PROJECT}-of-others:email": "x",
    }
    assert loaded({"email": EMAIL} | others).email.sender == EMAIL["sender"]


@pytest.mark.parametrize(
    "namespace", [PROJECT[:-1], f"{PROJECT}s", PROJECT.upper()[0] + PROJECT[1:]]
)
def test_a_misspelt_namespace_is_named(namespace: str) -> None:
    assert refused({"email": EMAIL, f"{namespace}:logs": {}}) == [
        f"logs: is given as {namespace}:logs; write {PROJECT}:logs"
    ]


def test_keys_of_a_project_that_was_renamed_are_found() -> None:
    keys = {"aws:region": "eu-central-1", "other-app:email": EMAIL, "other-app:logs": {}}
    assert refused(keys, project="acme-orders") == [
        "email: is required; the file has `other-app:email`, `other-app:logs`: the project is now "
        "called acme-orders, so its keys begin with `acme-orders:`. Rename the project everywhere: "
        "app rename acme-orders"
    ]


def test_every_bad_key_is_named_at_once() -> None:
    assert refused(
        {
            "removalPolicy": "keep",
            "logs": {"level": "INFO", "retentionDays": 8},
            "functions": {"create-user": {"memoryMb": 64, "memory": 64}, "creat-user": {}},
            "images": {"keeep": 7},
            "api": {"usagePlan": {"rateLimit": 1, "burstLimit": 1, "quota": {"perod": "DAY"}}},
            "email": {"maxConcurrency": 1},
            "uploads": [1],
            "alarm": {},
        }
    ) == [
        "removalPolicy: is \"keep\"; input should be 'retain' or 'destroy'",
        "logs.retentionDays: is 8; input should be 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, "
        "400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653",
        "logs.level: unknown key; allowed: bucketAccess, retentionDays",
        "functions.create-user.memoryMb: is 64; input should be greater than or equal to 128",
        'functions.create-user.memory: unknown key (did you mean "memoryMb"?); allowed: '
        "architecture, memoryMb, provisionedConcurrency, reservedConcurrency, snapStart, tmpMb",
        "functions.creat-user: no such function; allowed: " + ", ".join(FUNCTIONS),
        'images.keeep: unknown key (did you mean "keep"?); allowed: base, keep, source',
        "api.usagePlan.quota.limit: is required",
        'api.usagePlan.quota.perod: unknown key (did you mean "period"?); allowed: limit, period',
        "email.sender: is required",
        "email.maxConcurrency: is 1; input should be greater than or equal to 2",
        "uploads: is [1]; must be a section; its keys are expireDays, imageMaxSide, maxParseMb, "
        "maxRequestMb, thumbnailSide",
        'alarm: unknown key (did you mean "alarms"?); allowed: alarms, api, architecture, email, '
        "emulator, encryption, environment, functions, graphql, images, live, logs, network, "
        "permissionsBoundary, "
        "release, removalPolicy, "
        "schedules, uploads",
    ]


def test_what_is_required() -> None:
    assert refused({}) == ["email: is required"]
    assert refused({"email": {}}) == ["email.sender: is required"]


@pytest.mark.parametrize(
    ("section", "value"),
    [
        ("architecture", "x86_64"),
        ("functions", {name: {} for name in FUNCTIONS}),
        ("functions", {ONE: {"memoryMb": 128, "architecture": "arm64", "tmpMb": 512}}),
        ("functions", {ONE: {"memoryMb": 10_240, "architecture": "x86_64",
                                    "tmpMb": 10_240}, "process-upload": {"memoryMb": 512}}),
        ("functions", {"send-email": {"reservedConcurrency": 5}}),
        ("functions", {ONE: {"reservedConcurrency": 1, "provisionedConcurrency": 1}}),
        ("functions", {ONE: {"provisionedConcurrency": 1, "snapStart": False,
                                    "tmpMb": 513}}),
        ("functions", {ONE: {"snapStart": True, "tmpMb": 512,
                                    "reservedConcurrency": 1}}),
        ("images", {"keep": 5}),
        ("images", {"keep": 1_000}),
        ("images", {"base": "python"}),
        ("images", {"base": f"localhost:5000/a/b_c:3.13-x@sha256:{'0' * 64}"}),
        ("images", {"base": f"python@sha256:{'f' * 64}"}),
        ("api", {"throttle": {"rateLimit": 0.5, "burstLimit": 1}}),
        ("api", {"throttle": {"rateLimit": 10_000, "burstLimit": 5_000}}),
        ("api", {"corsOrigins": ["https://a.example.com", "http://localhost:3000"]}),
        ("api", {"corsOrigins": ["http://127.0.0.1:65535", "https://xn--e1afmkfd.xn--p1ai"]}),
        ("api", {"domain": {"name": "api.example.com", "certificateArn": CERTIFICATE}}),
        ("api", {"domain": {"name": "a.example.com", "hostedZoneId": "Z0123",
                            "certificateArn": CERTIFICATE.replace(":aws:", ":aws-cn:")}}),
        ("api", {"accountLogRole": False}),
        ("api", {"accountLogRole": True}),
        ("api", {"authorization": "none"}),
        ("api", {"authorization": "api_key",
                 "usagePlan": {"rateLimit": 1, "burstLimit": 1,
                               "quota": {"limit": 1, "period": "WEEK"}}}),
        ("api", {"authorization": "cognito"}),
        ("api", {"authorization": "cognito", "cognito": {}}),
        ("api", {"authorization": "cognito",
                 "cognito": {"userPoolArn": POOL, "resourceServer": "https://api.example.com"}}),
        ("api", {"authorization": "cognito", "cognito": {"callbackUrls": [
            "https://app.example.com", "https://app.example.com:8443/a/b_(c);d=%20",
            "http://localhost:3000/callback", "http://localhost/"]}}),
        ("email", {"batchWindowSeconds": 0}),
        ("email", {"batchWindowSeconds": 300}),
        ("email", {"maxConcurrency": 2}),
        ("email", {"maxConcurrency": 1_000}),
        ("email", {"createIdentity": False}),
        ("uploads", {"imageMaxSide": 16, "thumbnailSide": 16}),
        ("uploads", {"imageMaxSide": 10_000, "thumbnailSide": 2_000}),
        ("uploads", {"maxParseMb": 1}),
        ("uploads", {"maxParseMb": 200, "expireDays": 1}),
        ("logs", {"retentionDays": 3_653}),
        ("logs", {"bucketAccess": True}),
        ("api", {"firewall": {"rateLimit": 10}}),
        ("api", {"firewall": {"rateLimit": 2_000_000_000}}),
        ("network", {"cidr": "10.0.0.0/16"}),
        ("network", {"cidr": "10.255.255.192/26"}),
        ("network", {"cidr": "172.31.0.0/16"}),
        ("network", {"cidr": "192.168.0.0/16"}),
        ("schedules", {"cleanup": "rate(10 minutes)", "report": "cron(0 6 ? * MON-FRI *)"}),
        ("removalPolicy", "destroy"),
    ],
)  # fmt: skip
def test_within_bounds(section: str, value: Any) -> None:
    loaded(with_(section, value))


@pytest.mark.parametrize(
    ("section", "value", "path"),
    [
        ("architecture", "amd64", "architecture"),
        *(("functions", {ONE: {key: value}}, f"functions.{ONE}.{key}")
          for key, value in (("memoryMb", 127), ("memoryMb", 10_241), ("architecture", "amd64"),
                             ("tmpMb", 511), ("tmpMb", 10_241), ("reservedConcurrency", 0),
                             ("provisionedConcurrency", 0), ("snapStart", "yes"))),
        ("functions", {"create_user": {"memoryMb": 512}}, "functions.create_user"),
        ("functions", {"process-upload": {"memoryMb": 511}}, "functions"),
        ("functions", {"send-email": {"reservedConcurrency": 4}}, "email"),
        ("images", {"keep": 4}, "images.keep"),
        ("images", {"keep": 1_001}, "images.keep"),
        ("images", {"base": ""}, "images.base"),
        ("images", {"base": "Python:3.13"}, "images.base"),
        ("images", {"base": "https://example.com/python:3.13"}, "images.base"),
        ("images", {"base": "python:3.13@sha256:0"}, "images.base"),
        ("images", {"base": f"python:3.13@sha256:{'F' * 64}"}, "images.base"),
        ("images", {"base": "python:3.13 "}, "images.base"),
        ("images", {"base": f"python:3.13@md5:{'0' * 32}"}, "images.base"),
        ("api", {"throttle": {"rateLimit": 0, "burstLimit": 1}}, "api.throttle.rateLimit"),
        ("api", {"throttle": {"rateLimit": 10_001, "burstLimit": 1}}, "api.throttle.rateLimit"),
        ("api", {"throttle": {"rateLimit": 1, "burstLimit": 0}}, "api.throttle.burstLimit"),
        ("api", {"throttle": {"rateLimit": 1, "burstLimit": 5_001}}, "api.throttle.burstLimit"),
        ("api", {"throttle": {"rateLimit": 1}}, "api.throttle.burstLimit"),
        ("api", {"usagePlan": {"rateLimit": 1, "burstLimit": 1, "quota": {"limit": 0}}},
         "api.usagePlan.quota.limit"),
        ("api", {"corsOrigins": ["*"]}, "api.corsOrigins.0"),
        ("api", {"corsOrigins": ["https://a.example.com", "https://b.example.com/"]},
         "api.corsOrigins.1"),
        ("api", {"corsOrigins": ["https://a.example.com\n"]}, "api.corsOrigins.0"),
        ("api", {"corsOrigins": ['https://a"b.example.com']}, "api.corsOrigins.0"),
        ("api", {"domain": {"name": "localhost", "certificateArn": CERTIFICATE}},
         "api.domain.name"),
        ("api", {"domain": {"name": "api.example.com", "certificateArn": "arn:aws:iam:x"}},
         "api.domain.certificateArn"),
        ("api", {"authorization": "iam"}, "api.authorization"),
        ("api", {"authorization": "NONE"}, "api.authorization"),
        ("api", {"authorization": "cognito", "cognito": {"userPoolArn": "eu-central-1_AbCdEfGhI"}},
         "api.cognito.userPoolArn"),
        ("api", {"authorization": "cognito", "cognito": {"resourceServer": ""}},
         "api.cognito.resourceServer"),
        ("api", {"authorization": "cognito", "cognito": {"callbackUrls": [
            "https://a.example.com/", "http://a.example.com/"]}}, "api.cognito.callbackUrls.1"),
        ("email", {"sender": "nobody"}, "email.sender"),
        ("email", {"sender": "Me <me@example.com>"}, "email.sender"),
        ("email", {"sender": "me@example.com\nBcc: you@example.com"}, "email.sender"),
        ("email", {"batchWindowSeconds": -1}, "email.batchWindowSeconds"),
        ("email", {"batchWindowSeconds": 301}, "email.batchWindowSeconds"),
        ("email", {"maxConcurrency": 1_001}, "email.maxConcurrency"),
        ("uploads", {"imageMaxSide": 15}, "uploads.imageMaxSide"),
        ("uploads", {"imageMaxSide": 10_001}, "uploads.imageMaxSide"),
        ("uploads", {"thumbnailSide": 15}, "uploads.thumbnailSide"),
        ("uploads", {"thumbnailSide": 2_001}, "uploads.thumbnailSide"),
        ("uploads", {"imageMaxSide": 100, "thumbnailSide": 101}, "uploads"),
        ("uploads", {"maxParseMb": 0}, "uploads.maxParseMb"),
        ("uploads", {"maxParseMb": 201}, "uploads.maxParseMb"),
        ("uploads", {"expireDays": 0}, "uploads.expireDays"),
        ("schedules", {"cleanup": "hourly"}, "schedules.cleanup"),
        ("schedules", {"cleanup": "rate(0 hours)"}, "schedules.cleanup"),
        ("alarms", {"email": "nobody"}, "alarms.email"),
        ("api", {"firewall": {}}, "api.firewall.rateLimit"),
        ("api", {"firewall": {"rateLimit": 9}}, "api.firewall.rateLimit"),
        ("api", {"firewall": {"rateLimit": 2_000_000_001}}, "api.firewall.rateLimit"),
        ("logs", {"bucketAccess": "yes"}, "logs.bucketAccess"),
        ("network", {}, "network.cidr"),
        ("network", True, "network"),
        # Of a wrong type: text is no number, and true is none either.
        ("images", {"keep": "20"}, "images.keep"),
        ("images", {"keep": 20.5}, "images.keep"),
        ("email", {"batchWindowSeconds": True}, "email.batchWindowSeconds"),
        ("email", {"createIdentity": "no"}, "email.createIdentity"),
        ("email", {"createIdentity": 0}, "email.createIdentity"),
        ("api", {"corsOrigins": "https://a.example.com"}, "api.corsOrigins"),
        ("api", {"usagePlan": True}, "api.usagePlan"),
        ("functions", {ONE: {"memoryMb": [512]}}, f"functions.{ONE}.memoryMb"),
        ("functions", {ONE: {"snapStart": 1}}, f"functions.{ONE}.snapStart"),
        ("functions", {ONE: 512}, f"functions.{ONE}"),
        ("functions", {ONE: None}, f"functions.{ONE}"),
        ("functions", [ONE], "functions"),
        ("logs", "INFO", "logs"),
        ("logs", [], "logs"),
        ("logs", "{", "logs"),
        ("removalPolicy", {"prod": "retain"}, "removalPolicy"),
        ("removalPolicy", "", "removalPolicy"),
    ],
)  # fmt: skip
def test_out_of_bounds(section: str, value: Any, path: str) -> None:
    [problem] = refused(with_(section, value))
    assert problem.startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"log": {}}, 'log: unknown key (did you mean "logs"?); allowed: alarms, api, archi'),
        ({"removal_policy": "retain"},
         'removal_policy: unknown key (did you mean "removalPolicy"?)'),
        ({"zzz": "1"}, "zzz: unknown key; allowed: alarms"),
        ({"logs": {"retention_days": 7}},
         'logs.retention_days: unknown key (did you mean "retentionDays"?)'),
        ({"api": {"domain": {"name": "a.bc", "certificateArn": CERTIFICATE, "zone": 1}}},
         "api.domain.zone: unknown key; allowed: certificateArn, hostedZoneId, name"),
        ({"api": {"throttle": {"rateLimit": 1, "burstLimit": 1, "quota": {}}}},
         "api.throttle.quota: unknown key; allowed: burstLimit, rateLimit"),
    ],
)  # fmt: skip
def test_unknown_keys(keys: dict[str, Any], problem: str) -> None:
    [found] = refused({"email": EMAIL} | keys)
    assert found.startswith(problem)


def test_a_secret_is_refused_for_the_state_would_hold_it_in_plain_text() -> None:
    [problem] = refused({"email": EMAIL, "logs": {"retentionDays": 7}}, secrets=("email",))
    assert problem.startswith("email: is a secret, and its value would be in the state")
    assert EMAIL["sender"] not in problem


def test_a_secret_is_not_repeated() -> None:
    [problem] = refused({"email": {"sender": "hunter2"}}, secrets=("email",))
    assert problem.startswith("email.sender: ")
    assert "hunter2" not in problem
    [problem] = refused({"email": EMAIL, "alarms": ["hunter2"]}, secrets=("alarms",))
    assert "hunter2" not in problem


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("https://App.Example.com", "https://app.example.com"),
        ("HTTPS://APP.EXAMPLE.COM:8443", "https://app.example.com:8443"),
        ("https://app.example.com:443", "https://app.example.com"),
        ("http://app.example.com:80", "http://app.example.com"),
        ("https://app.example.com:80", "https://app.example.com:80"),
        ("http://localhost:3000", "http://localhost:3000"),
    ],
)
def test_an_origin_is_written_as_browsers_send_it(given: str, sent: str) -> None:
    assert loaded(with_("api", {"corsOrigins": [given]})).api.cors_origins == [sent]
    twice = {"corsOrigins": [given, "http://b.example.com", sent]}
    assert loaded(with_("api", twice)).api.cors_origins == [sent, "http://b.example.com"]


ORIGIN = "must be an origin such as https://app.example.com, without a path or *"


@pytest.mark.parametrize(
    ("origin", "says"),
    [
        *((origin, ORIGIN) for origin in (
            "https://app.example.com/", "https://app.example.com/app", "app.example.com", "null",
            "https://*.example.com", "https://u@app.example.com", "https://u:p@app.example.com",
            "ftp://app.example.com", "https://", "https://a..example.com", "https://-a.example.com",
            "https://app.example.com.", "https://app.example.com:", "https://app.example.com:0443",
            "https://app.example.com:123456", "https://bücher.example", "https://a.example.com?x",
            " https://a.example.com", "https://" + "a." * 130 + "com",
        )),
        ("https://app.example.com:0", "must have a port of 1 to 65535, or none"),
        ("https://app.example.com:99999", "must have a port of 1 to 65535, or none"),
        ("https://app.example.com:65536", "must have a port of 1 to 65535, or none"),
        ("http://999.0.0.1", "must have a host that is a name or an IPv4 address in its usual"),
        ("http://127.1", "must have a host that is a name or an IPv4 address in its usual form"),
        ("http://127.0.0.01:80", "must have a host that is a name or an IPv4 address in its usu"),
    ],
)  # fmt: skip
def test_an_origin_that_no_browser_sends_is_refused(origin: str, says: str) -> None:
    [problem] = refused(with_("api", {"corsOrigins": [origin]}))
    assert problem.startswith(f"api.corsOrigins.0: is {json.dumps(origin)}; {says}")


@given(
    st.from_regex(r"\A[Hh][Tt][Tt][Pp][Ss]?://[A-Za-z0-9.-]{1,20}(:[0-9]{1,6})?\Z")
    | st.text(max_size=20)
)
def test_any_origin_is_refused_or_as_browsers_send_it(text: str) -> None:
    try:
        [origin] = Api.model_validate({"corsOrigins": [text]}).cors_origins
    except ValidationError:
        return
    parts = urlsplit(origin)
    assert origin == f"{parts.scheme}://{parts.netloc}" == origin.lower()
    assert parts.scheme in ("http", "https")
    assert parts.port not in (0, {"http": 80, "https": 443}[parts.scheme])
    assert Api.model_validate({"corsOrigins": [origin]}).cors_origins == [origin]


@pytest.mark.parametrize(
    ("section", "value", "problem"),
    [
        ("api", {"authorization": "cognito",
                 "cognito": {"callbackUrls": ["https://a.example.com:99999/b"]}},
         "api.cognito.callbackUrls.0: is \"https://a.example.com:99999/b\"; must have a port of 1 "
         "to 65535, or none"),
        ("api", {"authorization": "cognito",
                 "cognito": {"userPoolArn": POOL.replace("/eu-central-1_", "/us-east-1_")}},
         f"api.cognito.userPoolArn: is \"{POOL.replace('/eu-central-1_', '/us-east-1_')}\"; must "
         "name a pool of the ARN's region: its id begins with eu-central-1_"),
        ("emulator", {"url": "http://localhost:0"},
         'emulator.url: is "http://localhost:0"; must have a port of 1 to 65535, or none'),
    ],
)  # fmt: skip
def test_what_nothing_can_have_is_refused(section: str, value: Any, problem: str) -> None:
    assert refused(with_(section, value)) == [problem]


def test_a_certificate_of_another_region_is_refused() -> None:
    keys = {"email": EMAIL, "api": domain()}
    assert loaded({**keys, "aws:region": "eu-central-1"})
    assert refused({**keys, "aws:region": "us-east-1"}) == [
        f'api.domain.certificateArn: is "{CERTIFICATE}"; must be of the stack\'s region, '
        "us-east-1: request or import the certificate there"
    ]


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("cron(0 0 30 2 ? *)", "must name a day that exists"),
        ("cron(0 0 31 FEB,APR,6 ? *)", "must name a day that exists"),
        ("cron(0 0 29 2 ? 2027)", "must name a day that exists"),
        ("cron(60 0 * * ? *)", "must have minutes of 0 to 59"),
        ("cron(0 24 * * ? *)", "must have hours of 0 to 23"),
        ("cron(0 0 0 * ? *)", "must have day of the month of 1 to 31"),
        ("cron(0 0 32 * ? *)", "must have day of the month of 1 to 31"),
        ("cron(0 0 1 13 ? *)", "must have month of 1 to 12, or JAN to DEC"),
        ("cron(0 0 1 MAI ? *)", "must have month of 1 to 12, or JAN to DEC"),
        ("cron(0 0 ? * 8 *)", "must have day of the week of 1 to 7, or SUN to SAT"),
        ("cron(0 0 ? * 0 *)", "must have day of the week of 1 to 7"),
        ("cron(0 0 ? * MON#6 *)", "must have day of the week of 1 to 7"),
        ("cron(0 0 1 1 ? 1969)", "must have year of 1970 to 2199"),
        ("cron(0 0 1 1 ? 2030-2026)", "must have year of 1970 to 2199"),
        ("cron(*/0 0 * * ? *)", "must have minutes of 0 to 59"),
        ("cron(, 0 * * ? *)", "must have minutes of 0 to 59"),
        ("cron(? 0 * * ? *)", "must have minutes of 0 to 59"),
        ("rate(99999999 days)", "must be rate() of at most 3650 days"),
    ],
)
def test_a_schedule_that_never_fires_is_refused(expression: str, says: str) -> None:
    [problem] = refused({"email": EMAIL, "schedules": {"report": expression}})
    assert problem.startswith(f"schedules.report: is {json.dumps(expression)}; {says}")


FIELD = st.from_regex(r"\A([0-9]{1,3}|[*?LW#/,-]|JAN|MON){1,3}\Z")


@given(st.lists(FIELD, min_size=5, max_size=7))
def test_any_cron_is_accepted_or_refused(fields: list[str]) -> None:
    try:
        Schedules.model_validate({"report": f"cron({' '.join(fields)})"})
    except ValidationError:
        return


@given(st.integers(0, 59), st.integers(0, 23), st.dates(date(1970, 1, 1), date(2199, 12, 31)))
def test_any_day_that_exists_is_accepted(minute: int, hour: int, day: date) -> None:
    exact = f"cron({minute} {hour} {day.day} {day.month} ? {day.year})"
    assert Schedules.model_validate({"report": exact}).report == exact
    yearly = f"cron({minute} {hour} {day.day} {day.month} ? *)"
    assert Schedules.model_validate({"report": yearly}).report == yearly


ADDRESS = "must be one bare address such as no-reply@example.com"
SCHEDULE = "must be rate(1 hour), rate(10 minutes) or the like"
BLOCK = "must be a block of private addresses such as 10.20.0.0/24"
NO_TIME = "must be a date and time that exist, such as at(2026-12-31T23:59:00)"


def domain(**changes: str) -> dict[str, Any]:
    return {"domain": {"name": "api.example.com", "certificateArn": CERTIFICATE} | changes}


@pytest.mark.parametrize(
    ("section", "key", "value", "says"),
    [
        *(("email", "sender", sender, ADDRESS) for sender in (
            "Name<a@b.com", "a@b.c>", "<a@b.com>", "é@b.com", "a@bé.com", "a@b", "a b@c.com",
            "a@@b.com", "a..b@c.com", ".a@b.com", "a@-b.com", "a@b.com,c@d.com", "a@b.com\n", "",
            "a" * 65 + "@b.com", "a@" + "b" * 64 + ".com", "a@" + "b." * 126 + "com",
        )),
        ("alarms", "email", "Name<a@b.com", ADDRESS),
        *(("schedules", "report", schedule, SCHEDULE) for schedule in (
            "rate(1 minutes)", "rate(2 minute)", "rate(0 days)", "rate(01 hour)", "rate(1 week)",
            "rate(1 hour) ", "rate(1 hour)\n", "cron(0 6 * * ?)", "cron(0 6 ? * MON-FRI * *)",
            "cron()", "cron(0 6 * * * *)", "at(2026-12-31)", "at(2026-12-31T23:59)",
            "at(2026-12-31T23:59:00Z)", "", "daily",
        )),
        ("schedules", "cleanup", "at(2026-02-30T00:00:00)", NO_TIME),
        ("schedules", "cleanup", "at(2026-12-31T24:00:00)", NO_TIME),
        *(("network", "cidr", cidr, BLOCK) for cidr in (
            "10.0.0.0/15", "10.0.0.0/27", "10.0.0.1/24", "10.0.0.0", "10.0.0.0/255", "10.0.0/24",
            "9.255.255.0/24", "11.0.0.0/24", "172.15.0.0/16", "172.32.0.0/16", "192.167.0.0/16",
            "192.169.0.0/16", "100.64.0.0/24", "fd00::/24", "", "10.0.0.0/24 ",
        )),
    ],
)  # fmt: skip
def test_a_sentence_says_what_is_allowed(section: str, key: str, value: str, says: str) -> None:
    [problem] = refused(with_(section, {key: value}))
    assert problem.startswith(f"{section}.{key}: is {json.dumps(value)}; {says}")


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("name", "https://api.example.com", "a domain name in lower case such as api.example.com"),
        ("name", "API.example.com", "a domain name in lower case"),
        ("name", "*.example.com", "a domain name in lower case"),
        ("name", "-a.example.com", "a domain name in lower case"),
        ("certificateArn", "arn:aws:acm:eu-central-1:1:certificate/x",
         "the ARN of an ACM certificate, such as arn:aws:acm:eu-central-1:123456789012:certific"),
        ("certificateArn", CERTIFICATE.replace("acm", "iam"), "the ARN of an ACM certificate"),
        ("hostedZoneId", "/hostedzone/Z1", "the id of a Route 53 hosted zone, such as Z0123456789"),
        ("hostedZoneId", "Z", "the id of a Route 53 hosted zone"),
    ],
)  # fmt: skip
def test_a_sentence_says_what_a_domain_is(key: str, value: str, says: str) -> None:
    [problem] = refused(with_("api", domain(**{key: value})))
    assert problem.startswith(f"api.domain.{key}: is {json.dumps(value)}; must be {says}")


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("userPoolArn", POOL.replace("cognito-idp", "cognito-identity"),
         "the ARN of a Cognito user pool, such as arn:aws:cognito-idp:eu-central-1:123456789012:"),
        ("userPoolArn", POOL + "/x", "the ARN of a Cognito user pool"),
        ("userPoolArn", POOL.replace("123456789012", ""), "the ARN of a Cognito user pool"),
        *(("resourceServer", identifier, "the identifier of a resource server, such as users-api")
          for identifier in ("a b", 'a"b', "a\\b", "é", "x" * 257, "a\n")),
        *(("callbackUrls", url, "a URL such as https://app.example.com/callback")
          for url in ("app.example.com", "http://app.example.com", "https://app.example.com/#a",
                      "https://app.example.com/?a", "https://", "https://a b.example.com",
                      "https://-a.example.com", "https://a..example.com", "http://localhost.x/",
                      "javascript:alert(1)", "https://*.example.com/", "https://a.example.com/\n",
                      "https://u@a.example.com", "https://a.example.com/" + "x" * 1_003)),
    ],
)  # fmt: skip
def test_a_sentence_says_what_cognito_takes(key: str, value: str, says: str) -> None:
    listed = key == "callbackUrls"
    given = {"authorization": "cognito", "cognito": {key: [value] if listed else value}}
    [problem] = refused(with_("api", given))
    path = f"api.cognito.{key}{'.0' if listed else ''}"
    assert problem.startswith(f"{path}: is {json.dumps(value)}; must be {says}")


PLAN = {"rateLimit": 1, "burstLimit": 1}


@pytest.mark.parametrize(
    ("access", "problem"),
    [
        ({"authorization": "api_key"},
         'api: authorization is "api_key"; usagePlan is required with it, because a key is valid '
         "only in a usage plan"),
        ({"usagePlan": PLAN},
         'api: authorization is "none"; must be "api_key" if usagePlan is given: choose that, '
         "or leave usagePlan out"),
        ({"authorization": "cognito", "usagePlan": PLAN},
         'api: authorization is "cognito"; must be "api_key" if usagePlan is given: choose '
         "that, or leave usagePlan out"),
        ({"cognito": {}},
         'api: authorization is "none"; must be "cognito" if cognito is given: choose that, or '
         "leave cognito out"),
        ({"authorization": "api_key", "usagePlan": PLAN, "cognito": {"userPoolArn": POOL}},
         'api: authorization is "api_key"; must be "cognito" if cognito is given: choose that, '
         "or leave cognito out"),
        ({"authorization": "cognito",
          "cognito": {"userPoolArn": POOL, "callbackUrls": ["https://a.example.com/"]}},
         "api.cognito: callbackUrls is for the stack's own pool; must be left out if userPoolArn "
         "names another pool, because its owner manages its clients"),
    ],
)  # fmt: skip
def test_what_goes_with_which_authorization(access: dict[str, Any], problem: str) -> None:
    assert refused(with_("api", access)) == [problem]


def test_no_sentence_shows_a_pattern() -> None:
    texts = {"sender": "x"}, domain(name="x", certificateArn="x", hostedZoneId="x")
    problems = refused(
        {
            "email": texts[0],
            "api": {
                **texts[1],
                "corsOrigins": ["x"],
                "cognito": {"userPoolArn": "x", "resourceServer": " ", "callbackUrls": ["x"]},
            },
            "schedules": {"cleanup": "x", "report": "x"},
            "alarms": {"email": "x"},
        }
    )
    assert len(problems) == 11
    for problem in problems:
        assert "; must be " in problem
        assert not {"[", "^", "$", "\\"} & set(problem)


@pytest.mark.parametrize(
    "sender", ["a@b.co", "no-reply+x@mail.example-1.com", "A.B_c@EXAMPLE.com", "a" * 64 + "@b.com"]
)
def test_senders(sender: str) -> None:
    assert loaded(with_("email", {"sender": sender})).email.sender == sender


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minute)", "rate(1 hour)", "rate(1 day)", "rate(2 minutes)", "rate(10 hours)",
        "rate(365 days)", "cron(15 0 * * ? *)", "cron(0/5 8-17 ? JAN,FEB MON#1 2026-2030)",
        "cron(0 0 L * ? *)", "cron(0 0 LW * ? *)", "cron(0 0 15W * ? *)", "cron(0 0 ? * 6L *)",
        "cron(0 0 29 2 ? *)", "cron(0 22-4 ? * FRI-MON *)", "cron(1,2,3 */2 1-7/2 nov-FEB ? *)",
        "rate(3650 days)", "at(2028-02-29T00:00:00)",
    ],
)  # fmt: skip
def test_schedules(expression: str) -> None:
    config = loaded({"email": EMAIL, "schedules": {"report": expression}})
    assert config.schedules.report == expression


def test_what_one_key_asks_of_another() -> None:
    small = {"process-upload": {"memoryMb": 256}}
    assert refused({"functions": small, "email": EMAIL}) == [
        "functions: process-upload.memoryMb is 256; must be at least 512, because it holds images "
        "while it resizes them"
    ]
    reserved = {"send-email": {"reservedConcurrency": 9}}
    keys = {"functions": reserved, "email": EMAIL | {"maxConcurrency": 10}}
    assert refused(keys) == [
        "email: maxConcurrency is 10; must be at most functions.send-email.reservedConcurrency "
        "(9): messages that are throttled use up their receives, and end as dead letters"
    ]
    loaded({"functions": reserved, "email": EMAIL | {"maxConcurrency": 9}})


def test_a_boundary_leaves_the_accounts_role_to_who_makes_it() -> None:
    boundary = "arn:aws:iam::123456789012:policy/acme-bootstrap-dev-boundary"
    own_role = {"accountLogRole": True}
    assert refused({"email": EMAIL, "permissionsBoundary": boundary, "api": own_role}) == [
        "api: accountLogRole is true; must be false if permissionsBoundary is given, because "
        "bootstrap/ creates both the boundary and the account's role"
    ]
    config = loaded({"email": EMAIL, "permissionsBoundary": boundary, "api": {}})
    assert config.permissions_boundary == boundary
    assert refused({"email": EMAIL, "permissionsBoundary": "boundary"}) == [
        'permissionsBoundary: is "boundary"; must be the ARN of an IAM policy of your account, '
        "such as arn:aws:iam::123456789012:policy/acme-bootstrap-prod-boundary"
    ]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"snapStart": True, "provisionedConcurrency": 5},
         "provisionedConcurrency is 5; must be left out if snapStart is true: Lambda does not "
         "support both for one version"),
        ({"snapStart": True, "tmpMb": 513},
         "tmpMb is 513; must be 512 if snapStart is true: Lambda supports no larger /tmp with "
         "snapshots"),
        ({"provisionedConcurrency": 6, "reservedConcurrency": 5},
         "provisionedConcurrency is 6; must be at most reservedConcurrency (5), of which it is a "
         "part"),
    ],
)  # fmt: skip
def test_how_a_function_may_start(given: dict[str, Any], problem: str) -> None:
    keys = {"email": EMAIL, "functions": {ONE: given}}
    assert refused(keys) == [f"functions.{ONE}: {problem}"]


def test_a_function_that_is_no_section_is_told_its_keys() -> None:
    assert refused({"email": EMAIL, "functions": {ONE: 1}}) == [
        f"functions.{ONE}: is 1; must be a section; its keys are architecture, memoryMb, "
        "provisionedConcurrency, reservedConcurrency, snapStart, tmpMb"
    ]


@pytest.mark.parametrize("name", ["dev", "test-eu-1", "x" * 20])
def test_a_stacks_name(name: str) -> None:
    loaded({"email": EMAIL, "environment": "development"}, stack=name)


def test_a_stack_named_after_production_cannot_call_itself_something_else() -> None:
    with pytest.raises(pulumi.RunError, match="environment: must be production"):
        loaded({"email": EMAIL, "environment": "development"}, stack="prod-eu-1")


@pytest.mark.parametrize(
    "name", ["prod.eu", "x" * 21, "prod eu", "é", "", "dev\n", "Dev", "eu_1", "-a", "a-"]
)
def test_not_a_stacks_name(name: str) -> None:
    with pytest.raises(pulumi.RunError, match="must be lower-case letters, digits and hyphens"):
        loaded({"email": EMAIL}, stack=name)


def test_a_projects_and_a_stacks_name_share_the_room() -> None:
    room = room_for_names()
    loaded({"email": EMAIL}, project="x" * (room - 3), stack="dev")
    with pytest.raises(
        pulumi.RunError, match=f"have {room - 2} and 3 characters; together they must have at most "
        f"{room}.* At most 2 are left for the stack's name .*, or {room - 3} for the project's",
    ):  # fmt: skip
        loaded({"email": EMAIL}, project="x" * (room - 2), stack="dev")
    with pytest.raises(
        pulumi.RunError, match=f"has {room} characters; at most {room - 1} are left"
    ):
        loaded({"email": EMAIL}, project="x" * room, stack="d")


@pytest.mark.parametrize(
    "name", ["Orders", "acme_orders", "acme.orders", "acme--orders", "-acme", "acme-", "2acme", ""]
)
def test_not_a_projects_name(name: str) -> None:
    left = room_for_names() - 1
    with pytest.raises(pulumi.RunError, match=f"must be lower-case .* at most {left} characters"):
        loaded({"email": EMAIL}, project=name)


@pytest.mark.parametrize("name", ["sthree", "sthree-orders", "amzn-s3-demo-orders"])
def test_a_name_that_buckets_may_not_begin_with(name: str) -> None:
    with pytest.raises(pulumi.RunError, match=f"'{name}'; it must begin with no word .* sthree-"):
        loaded({"email": EMAIL}, project=name)


def test_the_program_stops_before_it_makes_anything() -> None:
    with pytest.raises(pulumi.RunError, match=rf"stack 'dev' is wrong:\n  {PROJECT}:logs\.x: "):
        run("dev", settings={f"{PROJECT}:logs": {"x": 1}})


def sections() -> list[str]:
    return [str(field.alias) for field in AppConfig.model_fields.values()]


KEYS = st.sampled_from(
    [*sections(), ONE, "memoryMb", "snapStart", "domain", "quota", "keep", "sender",
     "authorization", "usagePlan", "cognito", "userPoolArn", "callbackUrls", "x", ""]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*sections(), "x", ""]), VALUES, max_size=5))
@example({"api": {"throttle": {"rateLimit": float("nan"), "burstLimit": 1}}})
@example({"api": {"throttle": {"rateLimit": float("inf"), "burstLimit": 1}}})
@example({"api": {"domain": {"domain": {}}}, "email": {"x": {"x": 1}}})
@example({"api": {"authorization": {}, "cognito": {"callbackUrls": [None]}, "usagePlan": {}}})
def test_whatever_is_configured_nothing_but_a_run_error(keys: dict[str, Any]) -> None:
    try:
        loaded(keys)
    except pulumi.RunError as error:
        named = [line for line in str(error).split("\n") if line.startswith(f"  {PROJECT}:")]
        assert named
        allowed = {*sections(), *keys}
        for line in named:
            path = line.removeprefix(f"  {PROJECT}:").partition(": ")[0]
            assert path.partition(".")[0] in allowed

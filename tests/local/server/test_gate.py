"""Who gets past the gate: a walk over services, the emulator's own paths and credentials."""

import base64
import hashlib
import hmac
import http.client
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.aws import ACCOUNT_ID, Aws
from local.credentials import Credentials
from local.emulator import is_healthy
from tests.support.bare_emulator import bare_emulator
from tests.support.signing import FORM, JSON, REGION, Request, presigned, send, signed

BUCKET = "signed"
CALLS = [
    Request(
        "dynamodb", "POST", "/", {**JSON, "X-Amz-Target": "DynamoDB_20120810.ListTables"}, b"{}"
    ),
    Request("sqs", "POST", "/", {**JSON, "X-Amz-Target": "AmazonSQS.ListQueues"}, b"{}"),
    Request("sns", "POST", "/", FORM, b"Action=ListTopics&Version=2010-03-31"),
    Request("iam", "POST", "/", FORM, b"Action=ListUsers&Version=2010-05-08"),
    Request("ec2", "POST", "/", FORM, b"Action=DescribeVpcs&Version=2016-11-15"),
    Request("sts", "POST", "/", FORM, b"Action=GetCallerIdentity&Version=2011-06-15"),
    Request(
        "logs", "POST", "/", {**JSON, "X-Amz-Target": "Logs_20140328.DescribeLogGroups"}, b"{}"
    ),
    Request("lambda", "GET", "/2015-03-31/functions"),
    Request("apigateway", "GET", "/restapis?limit=5"),
    Request("ses", "GET", "/v2/email/identities"),
    Request("scheduler", "GET", "/schedules"),
    Request("s3", "GET", "/"),
    Request("s3", "PUT", f"/{BUCKET}/a%20file%2B1.txt", {"Content-Type": "text/plain"}, b"words"),
    Request("s3", "GET", f"/{BUCKET}?list-type=2&prefix=a%2Fb"),
]
OWN = [
    Request("execute-api", "GET", "/_ministack/ses/messages"),
    Request("execute-api", "GET", "/_ministack/sqs/messages"),
    Request("execute-api", "POST", "/_ministack/config", body=b"{}"),
]
OTHERS = [
    Request("ecr", "GET", "/v2/_catalog"),
    Request("execute-api", "GET", "/restapis/x/y/_user_request_/z"),
    Request("lambda", "POST", "/_aws/lambda-url/x/"),
    Request("elasticloadbalancing", "GET", "/_alb/x/"),
    Request("s3tables", "GET", "/iceberg/v1/config"),
    Request("s3", "GET", "/v20180820/tags/arn"),
    Request("rds-data", "POST", "/Execute", {"Content-Type": "application/json"}, b"{}"),
    Request("appsync", "POST", "/graphql", {"Content-Type": "application/json"}, b"{}"),
    Request("eks", "POST", "/_ministack/eks-auth/x", body=b"{}"),
    Request("rds", "POST", "/_ministack/rds/iam-auth", body=b"{}"),
    Request("execute-api", "POST", "/_ministack/reset"),
    Request("execute-api", "GET", "/_localstack/health"),
    Request("execute-api", "GET", "/health"),
    Request("s3", "GET", f"/{BUCKET}/.well-known/jwks.json"),
    Request("s3", "GET", "/login"),
    Request("s3", "DELETE", "/oauth2/token"),
    Request("execute-api", "GET", "/_aws/execute-api/"),
    Request("execute-api", "POST", "/_aws/execute-api/api/stage/@connections/one", body=b"{}"),
    Request(
        "execute-api", "GET", "/no_pool/.well-known/jwks.json?Action=ListTopics&Version=2010-03-31"
    ),
    Request("s3", "OPTIONS", "/"),
]
CODES = re.compile(
    rb"Sign the request|MissingAuthenticationToken|IncompleteSignature|UnrecognizedClient|"
    rb"InvalidClientTokenId|InvalidAccessKeyId|AccessDenied|InvalidToken|RequestTimeTooSkewed|"
    rb"security token included in the request is invalid|XAmzContentSHA256Mismatch|Signature|"
    rb"expired|AuthorizationQueryParametersError|AuthFailure|UnauthorizedOperation"
)
WRONG = "wrong" * 8


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with bare_emulator(tmp_path_factory.mktemp("emulator"), REGION) as clients:
        clients.client("s3").create_bucket(Bucket=BUCKET)
        yield clients


@pytest.fixture(scope="module")
def session(aws: Aws) -> Credentials:
    """The credentials of a role that may do everything, as a function gets its own."""
    iam = aws.client("iam")
    anybody = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT_ID}, "Action": "sts:AssumeRole"}
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam.create_role(RoleName="all", AssumeRolePolicyDocument=document(anybody))
    iam.put_role_policy(RoleName="all", PolicyName="all", PolicyDocument=document(everything))
    given = aws.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/all", RoleSessionName="session"
    )["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def strangers(root: Credentials, session: Credentials) -> dict[str, Credentials]:
    return {
        "test": Credentials("test", "test"),
        "the account": Credentials(ACCOUNT_ID, "test"),
        "another account": Credentials("123456789012", "test"),
        "an unknown key": Credentials("AKIAIOSFODNN7EXAMPLE", WRONG),
        "root, wrong secret": replace(root, secret_key=WRONG),
        "root, with a token": replace(root, token="token"),
        "session, wrong secret": replace(session, secret_key=WRONG),
        "session, wrong token": replace(session, token="token"),
        "session, no token": replace(session, token=None),
        "session, root's secret": replace(session, secret_key=root.secret_key),
    }


def assert_refused(aws: Aws, request: Request, why: str) -> None:
    status, body = send(aws.endpoint, request)
    assert status in (400, 401, 403), (why, status, body)
    assert CODES.search(body), (why, body)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.service} {call.method}")
def test_the_root_credentials_and_sessions_pass(
    aws: Aws, session: Credentials, call: Request
) -> None:
    for keys in (aws.credentials, session):
        for sign in (signed, presigned):
            if sign is presigned and call.service != "s3":
                continue  # the emulator takes the URL for one of S3's
            status, body = send(aws.endpoint, sign(call, aws.endpoint, keys))
            assert status == 200, body


@pytest.mark.parametrize("call", [*CALLS, *OWN, *OTHERS], ids=lambda c: f"{c.method} {c.path}")
def test_no_path_answers_a_stranger(aws: Aws, session: Credentials, call: Request) -> None:
    assert_refused(aws, call, "no signature")
    for name, keys in strangers(aws.credentials, session).items():
        assert_refused(aws, signed(call, aws.endpoint, keys), name)
        assert_refused(aws, presigned(call, aws.endpoint, keys), f"{name}, in the URL")
    scope = f"20260101/{REGION}/{call.service}/aws4_request"
    for key in ("", "test", ACCOUNT_ID, aws.credentials.access_key):
        claimed = f"AWS4-HMAC-SHA256 Credential={key}/{scope}"
        assert_refused(aws, call.with_headers(Authorization=claimed), f"claims {key!r}")
        query = f"X-Amz-Credential={key}/{scope}&X-Amz-Signature=0"
        joint = "&" if "?" in call.path else "?"
        assert_refused(aws, replace(call, path=call.path + joint + query), f"claims {key!r} in URL")
    assert_refused(aws, call.with_headers(Authorization="Bearer x"), "a bearer token")
    assert_refused(aws, call.with_headers(Authorization="AWS test:x"), "version 2")
    for name in ("AWSAccessKeyId=test&Signature=x&Expires=9999999999", "x-amz-credential=test/"):
        joint = "&" if "?" in call.path else "?"
        assert_refused(aws, replace(call, path=call.path + joint + name), name)


@pytest.mark.parametrize("call", OWN, ids=lambda call: call.path)
def test_the_emulators_own_paths_answer_root_only(
    aws: Aws, session: Credentials, call: Request
) -> None:
    assert send(aws.endpoint, signed(call, aws.endpoint, aws.credentials))[0] == 200
    assert_refused(aws, signed(call, aws.endpoint, session), "a session")


@pytest.mark.parametrize("authorization", [None, "Bearer x", "Basic eDp4", "x", ""])
@pytest.mark.parametrize(
    "path",
    [
        "/no_pool/.well-known/jwks.json",
        "/oauth2/authorize",
        "/logout",
        "/oauth2/userInfo",
        "/_aws/execute-api/no-api/stage/users",
        "/_ministack/health",
    ],
)
def test_an_open_path_is_no_way_to_another_service(
    aws: Aws, path: str, authorization: str | None
) -> None:
    given = {} if authorization is None else {"Authorization": authorization}
    for call in CALLS[:4]:
        body = call.body.decode()
        for query in ("", f"?{body}" if body.startswith("Action") else "?X-Amz-Algorithm=x"):
            request = Request("execute-api", "GET", path + query, call.headers | given, call.body)
            status, answer = send(aws.endpoint, request)
            assert status != 200 or path.endswith("/health"), (query, call, answer)


@pytest.mark.parametrize("first", ["DynamoDB_20120810.ListTables", "AmazonSQS.ListQueues"])
def test_a_second_target_is_not_taken_for_the_first(aws: Aws, first: str) -> None:
    """The emulator joins both, and looks at the beginning to know the service."""
    connection = http.client.HTTPConnection(urlsplit(aws.endpoint).netloc, timeout=30)
    connection.putrequest("POST", "/")
    for target in (first, "AWSCognitoIdentityProviderService.SignUp"):
        connection.putheader("X-Amz-Target", target)
    connection.putheader("Content-Length", "2")
    connection.endheaders(b"{}")
    answer = connection.getresponse()
    assert (answer.status, b"Send the header x-amz-target once" in answer.read()) == (400, True)
    connection.close()


class _Target(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def http_api(aws: Aws) -> Iterator[str]:
    """Yield the path of an HTTP API with an open route and one that wants a signature."""
    gateway = aws.client("apigatewayv2")
    api = gateway.create_api(Name="http", ProtocolType="HTTP")["ApiId"]
    with ThreadingHTTPServer(("127.0.0.1", 0), _Target) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        target = gateway.create_integration(
            ApiId=api,
            IntegrationType="HTTP_PROXY",
            IntegrationMethod="GET",
            IntegrationUri=f"http://127.0.0.1:{server.server_port}",
            PayloadFormatVersion="1.0",
        )["IntegrationId"]
        for route, kind in (("GET /open", "NONE"), ("GET /signed", "AWS_IAM")):
            gateway.create_route(
                ApiId=api, RouteKey=route, AuthorizationType=kind, Target=f"integrations/{target}"
            )
        gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
        yield f"/_aws/execute-api/{api}"
        server.shutdown()


def test_a_route_with_iam_takes_signatures_only(
    aws: Aws, session: Credentials, http_api: str
) -> None:
    """The emulator takes any other `Authorization` for the root account's."""
    route = Request("execute-api", "GET", f"{http_api}/signed")
    assert send(aws.endpoint, replace(route, path=f"{http_api}/open"))[0] == 200
    for keys in (aws.credentials, session):
        status, body = send(aws.endpoint, signed(route, aws.endpoint, keys))
        assert status == 200, body
    assert_refused(aws, route, "no signature")
    for header in ("Bearer x", "Basic eDp4", "x"):
        assert_refused(aws, route.with_headers(Authorization=header), header)
    for name, keys in strangers(aws.credentials, session).items():
        assert_refused(aws, signed(route, aws.endpoint, keys), name)


@pytest.fixture(scope="module")
def socket_api(aws: Aws) -> str:
    """Return the path of a WebSocket API that lets everybody in."""
    gateway = aws.client("apigatewayv2")
    api: str = gateway.create_api(
        Name="socket", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )["ApiId"]
    mock = gateway.create_integration(ApiId=api, IntegrationType="MOCK")["IntegrationId"]
    gateway.create_route(ApiId=api, RouteKey="$connect", Target=f"integrations/{mock}")
    gateway.create_stage(ApiId=api, StageName="one")
    return f"/_aws/execute-api/{api}/one"


def connected(aws: Aws, path: str, **headers: str) -> int:
    """Connect to a path as a browser does; return the status."""
    address = urlsplit(aws.endpoint).netloc
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.putrequest("GET", path, skip_host=True)
    given = {
        "Host": address,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(bytes(16)).decode(),
        **headers,
    }
    for name, value in given.items():
        connection.putheader(name, value)
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_websocket_is_for_apis_and_for_pages_of_this_machine(aws: Aws, socket_api: str) -> None:
    own = f"http://{urlsplit(aws.endpoint).netloc}"
    assert connected(aws, socket_api) == 101
    assert connected(aws, f"{socket_api}?ticket=x", Origin=own) == 101
    for headers in (
        {"Origin": "https://evil.example.com"},
        {"Origin": "null"},
        {"Host": "evil.example.com"},
        {"Host": f"{socket_api.split('/')[3]}.execute-api.localhost:4566"},
        {"Host": "host.docker.internal"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        assert connected(aws, socket_api, **headers) == 403, headers
    for path in ("/", "/mqtt", "/_ministack/health", "/event/realtime", "/_aws/execute-api/"):
        assert connected(aws, path) == 403, path


def test_only_signatures_send_to_connections(
    aws: Aws, session: Credentials, socket_api: str
) -> None:
    call = Request("execute-api", "POST", f"{socket_api}/@connections/nobody", body=b"{}")
    for keys in (aws.credentials, session):
        status, body = send(aws.endpoint, signed(call, aws.endpoint, keys))
        assert (status, b"GoneException" in body) == (410, True)
    assert_refused(aws, call, "no signature")
    for name, keys in strangers(aws.credentials, session).items():
        assert_refused(aws, signed(call, aws.endpoint, keys), name)


def test_health_is_open(aws: Aws) -> None:
    assert is_healthy(int(aws.endpoint.rpartition(":")[2]))


@pytest.mark.parametrize("who", ["root", "session"])
@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.service} {call.method}")
def test_a_changed_request_is_refused(
    aws: Aws, session: Credentials, call: Request, who: str
) -> None:
    keys = aws.credentials if who == "root" else session
    good = signed(call, aws.endpoint, keys)
    assert_refused(aws, replace(good, body=good.body + b" "), "another body")
    assert_refused(
        aws, replace(good, path=f"{good.path}{'&' if '?' in good.path else '?'}x=1"), "query"
    )
    assert_refused(aws, replace(good, method="DELETE"), "another method")
    assert_refused(aws, replace(good, path=f"/x{good.path}"), "another path")
    assert_refused(aws, good.with_headers(X_Amz_Meta_More="1"), "a header that is not signed")
    target = good.with_headers(X_Amz_Target="AWSCognitoIdentityProviderService.InitiateAuth")
    assert_refused(aws, target, "another target")
    assert_refused(aws, good.with_headers(Host="localhost"), "another host")
    date = good.headers["X-Amz-Date"]
    assert_refused(
        aws, good.with_headers(X_Amz_Date=f"{date[:-3]}{(int(date[-3]) + 1) % 6}0Z"), "date"
    )
    twice = f"AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/s3/aws4_request, "
    authorization = good.headers["Authorization"]
    both = authorization.replace("AWS4-HMAC-SHA256 ", twice)
    assert_refused(aws, good.with_headers(Authorization=both), "two keys")
    assert_refused(aws, good.with_headers(authorization="AWS4-HMAC-SHA256 Credential=test/"), "two")
    query = f"?X-Amz-Credential=test/20260101/{REGION}/s3/aws4_request"
    assert_refused(aws, replace(good, path=good.path.partition("?")[0] + query), "also in the URL")


@pytest.mark.parametrize("minutes", [-16, 16, -24 * 60])
def test_a_request_of_another_time_is_refused(aws: Aws, minutes: int) -> None:
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    for call in CALLS:
        assert_refused(aws, signed(call, aws.endpoint, aws.credentials, at=at), "replayed")


def test_a_clock_may_differ_by_some_minutes(aws: Aws) -> None:
    for minutes in (-14, 14):
        at = datetime.now(UTC) + timedelta(minutes=minutes)
        request = signed(CALLS[-1], aws.endpoint, aws.credentials, at=at)
        assert send(aws.endpoint, request)[0] == 200


@pytest.mark.parametrize("call", CALLS[-3:], ids=lambda call: f"{call.method} {call.path}")
def test_a_signed_url_holds_for_its_time_and_its_request(
    aws: Aws, session: Credentials, call: Request
) -> None:
    for keys in (aws.credentials, session):
        hour = datetime.now(UTC) - timedelta(minutes=50)
        old = presigned(call, aws.endpoint, keys, at=hour, expires=3600)
        assert send(aws.endpoint, old)[0] == 200
        good = presigned(call, aws.endpoint, keys)
        before = datetime.now(UTC) - timedelta(seconds=61)
        assert_refused(aws, presigned(call, aws.endpoint, keys, at=before), "expired")
        weeks = presigned(call, aws.endpoint, keys, expires=8 * 24 * 3600)
        assert_refused(aws, weeks, "for more than a week")
        assert_refused(aws, replace(good, method="DELETE"), "another method")
        for change in ("=60", "X-Amz-Date=2", "X-Amz-SignedHeaders=", "X-Amz-Signature="):
            assert change in good.path
            changed = replace(good, path=good.path.replace(change, f"{change}0"))
            assert_refused(aws, changed, change)
        assert_refused(aws, replace(good, path=f"{good.path}&versionId=1"), "more in the query")
        lower = good.path.replace("X-Amz-Credential", "x-amz-credential")
        assert_refused(aws, replace(good, path=lower), "lower case")
        again = f"{good.path}&X-Amz-Credential=test/20260101/{REGION}/s3/aws4_request"
        assert_refused(aws, replace(good, path=again), "two keys")
        assert_refused(aws, good.with_headers(X_Amz_Acl="public-read"), "a header not signed")


def test_the_keys_of_users_pass(aws: Aws) -> None:
    """Root gave them out, and IAM limits them."""
    iam = aws.client("iam")
    iam.create_user(UserName="somebody")
    key = iam.create_access_key(UserName="somebody")["AccessKey"]
    keys = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    identity = CALLS[5]
    assert b"user/somebody" in send(aws.endpoint, signed(identity, aws.endpoint, keys))[1]
    status, body = send(aws.endpoint, signed(CALLS[0], aws.endpoint, keys))
    assert (status, b"AccessDenied" in body) == (403, True)
    wrong = replace(keys, secret_key=WRONG)
    assert_refused(aws, signed(identity, aws.endpoint, wrong), "the secret of a user")


@pytest.mark.parametrize("size", [0, 1, 8 << 20])
def test_files_of_any_size_are_stored(aws: Aws, size: int) -> None:
    s3, content = aws.client("s3"), bytes(size)
    s3.put_object(Bucket=BUCKET, Key="file", Body=content)
    assert s3.get_object(Bucket=BUCKET, Key="file")["Body"].read() == content


def test_a_body_that_is_not_signed_is_s3s_alone(aws: Aws) -> None:
    unsigned = {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
    put = Request("s3", "PUT", f"/{BUCKET}/streamed", unsigned, b"any")
    assert send(aws.endpoint, signed(put, aws.endpoint, aws.credentials))[0] == 200
    sqs = replace(CALLS[1], headers=CALLS[1].headers | unsigned)
    assert_refused(aws, signed(sqs, aws.endpoint, aws.credentials), "a body that is not signed")
    other = {"X-Amz-Content-SHA256": hashlib.sha256(b"other").hexdigest()}
    lie = signed(replace(put, headers=other), aws.endpoint, aws.credentials)
    assert_refused(aws, lie, "another body")


@pytest.mark.parametrize("change", ["", "data", "signature"])
def test_signed_chunks(aws: Aws, change: str) -> None:
    content = b"chunk of a stream"
    streaming = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    headers = {
        "X-Amz-Content-SHA256": streaming,
        "X-Amz-Decoded-Content-Length": str(len(content)),
        "Content-Encoding": "aws-chunked",
    }
    put = signed(Request("s3", "PUT", f"/{BUCKET}/chunked", headers), aws.endpoint, aws.credentials)
    body = chunked(content, put, aws.credentials.secret_key)
    if change:
        old = b"stream" if change == "data" else b";chunk-signature="
        body = body.replace(old, b"STREAM" if change == "data" else old[:-1] + b"=0", 1)
    if change:
        assert_refused(aws, replace(put, body=body), change)
    else:
        assert send(aws.endpoint, replace(put, body=body))[0] == 200
        stored = aws.client("s3").get_object(Bucket=BUCKET, Key="chunked")["Body"].read()
        assert stored == content


def chunked(content: bytes, put: Request, secret: str) -> bytes:
    moment = put.headers["X-Amz-Date"]
    scope = f"{moment[:8]}/{REGION}/s3/aws4_request"
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    previous = put.headers["Authorization"].rpartition("Signature=")[2]
    body = b""
    for chunk in (content, b""):
        hashes = [hashlib.sha256(data).hexdigest() for data in (b"", chunk)]
        text = "\n".join(["AWS4-HMAC-SHA256-PAYLOAD", moment, scope, previous, *hashes])
        previous = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        body += f"{len(chunk):x};chunk-signature={previous}\r\n".encode() + chunk + b"\r\n"
    return body


def form(aws: Aws, keys: Credentials | None, **changes: str) -> Request:
    """Return a form that uploads ``form/<anything>``, of 10 bytes at most."""
    now = datetime.now(UTC)
    fields = {"key": "form/file", "Content-Type": "text/plain"}
    if keys:
        scope = f"{now:%Y%m%d}/{REGION}/s3/aws4_request"
        fields |= {
            "x-amz-algorithm": "AWS4-HMAC-SHA256",
            "x-amz-credential": f"{keys.access_key}/{scope}",
            "x-amz-date": f"{now:%Y%m%dT%H%M%SZ}",
            **({"x-amz-security-token": keys.token} if keys.token else {}),
        }
        conditions: list[Any] = [{name: value} for name, value in fields.items() if name != "key"]
        conditions += [["starts-with", "$key", "form/"], ["content-length-range", 1, 10]]
        expiration = f"{now + timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}"
        policy = json.dumps(
            {"expiration": expiration, "conditions": [{"bucket": BUCKET}, *conditions]}
        )
        fields["policy"] = base64.b64encode(policy.encode()).decode()
        key = f"AWS4{keys.secret_key}".encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, fields["policy"].encode(), hashlib.sha256)
        fields["x-amz-signature"] = signature.hexdigest()
    content = changes.pop("file", "words")
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in {
            **fields,
            **{n.replace("_", "-"): v for n, v in changes.items()},
        }.items()
    ]
    parts.append(
        '--edge\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n'
        f"Content-Type: text/plain\r\n\r\n{content}\r\n--edge--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=edge"}
    return Request("s3", "POST", f"/{BUCKET}", headers, "".join(parts).encode())


def test_a_form_uploads_what_its_policy_allows(aws: Aws, session: Credentials) -> None:
    s3 = aws.client("s3")
    for keys in (aws.credentials, session):
        assert send(aws.endpoint, form(aws, keys))[0] == 204
        assert s3.get_object(Bucket=BUCKET, Key="form/file")["Body"].read() == b"words"
        s3.delete_object(Bucket=BUCKET, Key="form/file")
        assert_refused(aws, form(aws, keys, key="other/file"), "another key")
        assert_refused(aws, form(aws, keys, x_amz_signature="0" * 64), "another signature")
        assert_refused(aws, form(aws, keys, x_amz_acl="public-read"), "another field")
        assert send(aws.endpoint, form(aws, keys, file="too long for it"))[0] == 400
    assert_refused(aws, form(aws, None), "no signature")
    for name, stranger in strangers(aws.credentials, session).items():
        assert_refused(aws, form(aws, stranger), name)
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET, Prefix="form/")


def test_a_form_is_for_a_bucket_alone(aws: Aws) -> None:
    good = form(aws, aws.credentials)
    for path in (
        "/",
        "/no-such-bucket",
        f"/{BUCKET}/key",
        f"/{BUCKET}?delete",
        "/2015-03-31/functions",
    ):
        assert_refused(aws, replace(good, path=path), path)
    target = good.with_headers(X_Amz_Target="DynamoDB_20120810.ListTables")
    assert_refused(aws, target, "another service")


def test_sdks_sign_in_without_a_signature(aws: Aws) -> None:
    """As botocore does, whatever credentials it has."""
    cognito = aws.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="p")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="c", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    with pytest.raises(cognito.exceptions.ClientError, match="UserNotFoundException"):
        cognito.initiate_auth(
            ClientId=client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "nobody", "PASSWORD": "none"},
        )
    target = "AWSCognitoIdentityProviderService.ListUserPools"
    more = {**JSON, "X-Amz-Target": target}
    assert_refused(aws, Request("cognito-idp", "POST", "/", more, b'{"MaxResults": 1}'), target)
    assert (
        send(aws.endpoint, Request("execute-api", "GET", f"/{pool}/.well-known/jwks.json"))[0]
        == 200
    )

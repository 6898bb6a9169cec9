"""A running cloud that is changed equals one that is made anew, for every type of resource."""

import json
from pathlib import Path

import pytest

from local import cloud as local_cloud
from local.deployed import Resource
from local.emulator import Emulator, free_port
from local.project import load
from tests.support.local import emulator_state

FIRST = (Path(__file__).parents[1] / "support/local/catalogue.py").read_text()

# Each of them changes one resource, or a few. `holds` is not lost: nothing here is refused.
EDITS = [
    ('image_tag_mutability="IMMUTABLE"', 'image_tag_mutability="MUTABLE"'),
    ('"countNumber": 3', '"countNumber": 4'),
    ('build_args={"FUNCTION": "one"}', 'build_args={"FUNCTION": "two"}'),
    ('description="a key", enable_key_rotation=True', 'description="one key"'),
    ("retention_in_days=7, kms_key_id=key.arn", "retention_in_days=14"),
    ('Action="sqs:SendMessage", Resource="*"', 'Action="sqs:ReceiveMessage", Resource="*"'),
    ('"dynamodb:*", "sqs:ReceiveMessage"', '"dynamodb:GetItem", "sqs:ReceiveMessage"'),
    ("memory_size=256,\n    timeout=10", "memory_size=512,\n    environment={'variables': {}}"),
    ("reserved_concurrent_executions=5", "reserved_concurrent_executions=6"),
    ('ephemeral_storage={"size": 1024},', ""),
    ('tracing_config={"mode": "Active"}', 'description="Something"'),
    ("provisioned_concurrent_executions=2", "provisioned_concurrent_executions=3"),
    ('recursive_loop="Terminate"', 'recursive_loop="Allow"'),
    ("message_retention_seconds=1_209_600", "delay_seconds=3"),
    ("visibility_timeout_seconds=60", "visibility_timeout_seconds=90"),
    (
        '{"redrivePermission": "byQueue", "sourceQueueArns": [arn]}',
        '{"redrivePermission": "allowAll"}',
    ),
    ('"s3.amazonaws.com"}, Action="sqs:SendMessage"', '"s3.amazonaws.com"}, Action="sqs:*"'),
    ("maximum_retry_attempts=1,\n    maximum_event_age_in_seconds=60", "maximum_retry_attempts=2"),
    ("batch_size=10,\n    maximum_batching_window_in_seconds=1", "batch_size=5"),
    ('function_response_types=["ReportBatchItemFailures"],', ""),
    ('scaling_config={"maximum_concurrency": 2}', 'scaling_config={"maximum_concurrency": 3}'),
    ('"name": "by-day"', '"name": "by-date"'),
    (
        '"read_capacity": 1,\n            "write_capacity": 1',
        '"read_capacity": 2, "write_capacity": 2',
    ),
    (
        'billing_mode="PROVISIONED",',
        'billing_mode="PROVISIONED", ttl={"enabled": True, "attribute_name": "x"},',
    ),
    ('recovery_period_in_days": 7', 'recovery_period_in_days": 8'),
    (
        "bisect_batch_on_function_error=True,\n    maximum_retry_attempts=3,",
        "maximum_retry_attempts=4,",
    ),
    ("block_public_acls=True", "block_public_policy=True"),
    ('"BucketOwnerEnforced"', '"BucketOwnerPreferred"'),
    (
        'versioning_configuration={"status": "Enabled"}',
        'versioning_configuration={"status": "Suspended"}',
    ),
    ('"bucket_key_enabled": True', '"bucket_key_enabled": False'),
    (
        '{"id": "b", "status": "Enabled", "expiration": {"days": 1}}',
        '{"id": "c", "status": "Enabled", "expiration": {"days": 2}}',
    ),
    ('target_prefix="x/"', 'target_prefix="y/"'),
    ('Action="s3:GetObject"', 'Action="s3:PutObject"'),
    ('principal="s3.amazonaws.com"', 'principal="sns.amazonaws.com"'),
    ('display_name="alarms"', 'display_name="alerts"'),
    ('"filter_suffix": ".jpg"', '"filter_suffix": ".png"'),
    ("eventbridge=True,", ""),
    ('Action="sns:Publish"', 'Action="sns:Subscribe"'),
    ('endpoint="ops@example.com"', 'endpoint="dev@example.com"'),
    ('pattern="{ $.outcome = * }"', 'pattern="{ $.outcome = done }"'),
    ("threshold=0,", "threshold=1, alarm_description='Any',"),
    ("threshold=0.5", "threshold=0.6"),
    (
        """dashboard_body='{"widgets": []}'""",
        """dashboard_body='{"widgets": [], "start": "-P1D"}'""",
    ),
    ('{"tls_policy": "REQUIRE"}', '{"tls_policy": "OPTIONAL"}'),
    ('email_identity="no-reply@example.com"', 'email_identity="hello@example.com"'),
    ('"rate(1 hour)"', '"rate(2 hours)"'),
    (
        '"socket", protocol_type="WEBSOCKET",',
        '"socket", protocol_type="WEBSOCKET", description="A",',
    ),
    ('"socket-function",', '"socket-function",\n    timeout_milliseconds=20_000,'),
    ('route_key="$default"', 'route_key="talk"'),
    ('name="v1",\n    deployment_id', 'name="v1",\n    description="A stage",\n    deployment_id'),
    ("type Query { echo(text: String!)", "type Query { echo(text: String)"),
    ("query_depth_limit=5", "query_depth_limit=6"),
    ('introspection_config="ENABLED"', 'introspection_config="DISABLED"'),
    ('expires="2100-01-01', 'description="A key", expires="2101-01-01'),
    ('"graph-source",\n    api_id', '"graph-source",\n    description="One",\n    api_id'),
    ("max_batch_size=10", "max_batch_size=20"),
    ('"End": True,', '"Comment": "Once", "End": True,'),
    ('minimum_compression_size="1024"', 'minimum_compression_size="2048", description="An API"'),
    ('schema=json.dumps({"type": "object"})', 'schema=json.dumps({"type": "array"})'),
    ("validate_request_body=True", "validate_request_parameters=True"),
    ("$context.error.messageString}'", '"none"}\''),
    ('path_part="users"', 'path_part="people"'),
    ("api_key_required=True", "operation_name='post'"),
    ("timeout_milliseconds=29_000", "timeout_milliseconds=20_000"),
    (
        '"post-200", **place, status_code="200"',
        '"post-200", **place, response_parameters={}, status_code="201"',
    ),
    (
        '"post-200-from",\n    **place,\n    status_code="200"',
        '"post-200-from",\n    **place,\n    status_code="201"',
    ),
    ('"minimum_length": 20', '"minimum_length": 21'),
    ('"scope_description": "Read things"', '"scope_description": "Read all"'),
    ('domain="things"', 'domain="stuff"'),
    ("access_token_validity=5", "access_token_validity=10"),
    ("provider_arns=[pool.arn]", "provider_arns=[pool.arn], authorizer_result_ttl_in_seconds=60"),
    ("""'{"statusCode": 200}'""", """'{"statusCode": 202}'"""),
    ('triggers={"routes": "hash"}', 'triggers={"routes": "other"}'),
    ("xray_tracing_enabled=True", "description='A stage'"),
    ('"throttling_rate_limit": 50, ', ""),
    ('quota_settings={"limit": 100', 'quota_settings={"limit": 200'),
    ('ApiKey("caller")', 'ApiKey("caller", description="Somebody")'),
    ('security_policy="TLS_1_2"', 'security_policy="TLS_1_0"'),
    (
        "stage_name=stage.stage_name\n)\n\nacl",
        "stage_name=stage.stage_name, base_path='v1'\n)\n\nacl",
    ),
    ('"aggregate_key_type": "IP", "limit": 100', '"aggregate_key_type": "IP", "limit": 200'),
    ("enable_dns_hostnames=True", "enable_dns_hostnames=False"),
    ("map_public_ip_on_launch=True", "map_public_ip_on_launch=False"),
    ('"from_port": 443, "to_port": 443', '"from_port": 8443, "to_port": 8443'),
    ("private_dns_enabled=True", "private_dns_enabled=False"),
    ('destination_cidr_block="0.0.0.0/0"', 'destination_cidr_block="192.0.2.0/24"'),
    ('description="a secret"', 'description="one secret"'),
    ('traffic_type="REJECT"', 'traffic_type="ALL"'),
]
# Half of the program, which ends before the buckets: all that follows is removed, or made.
HALF = FIRST.partition("bucket = aws.s3.Bucket")[0]
HALF += 'aws.ec2.get_vpc_endpoint_service(service="s3")\n'  # the emulator makes a default VPC


def edited(program, edits):
    for old, new in edits:
        assert program.count(old) >= 1, old
        program = program.replace(old, new)
    return program


PROGRAMS = {
    "first": FIRST,
    "edited": edited(FIRST, EDITS),
    "odd": edited(FIRST, EDITS[::2]),
    "half": HALF,
}


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """Return a function: what an emulator holds after the programs were applied in turn."""
    folder = tmp_path_factory.mktemp("catalogue")
    (folder / "Pulumi.yaml").write_text("name: catalogue\nruntime: python\n")
    (folder / "Pulumi.local.yaml").write_text("config: {}\n")
    (folder / "handlers/one").mkdir(parents=True)
    (folder / "handlers/one/handler.py").write_text("def handler(event, context): return event\n")
    port = free_port()
    known = {}

    def run(*names):
        if names not in known:
            kept = tmp_path_factory.mktemp("kept")
            (folder / "__main__.py").write_text(PROGRAMS[names[0]])
            project = load("local", root=folder)
            emulator = Emulator(
                port=port, directory=kept / "emulator", region=project.region, kept=kept
            )
            with local_cloud.launch(emulator, project) as running:
                for name in names[1:]:
                    (folder / "__main__.py").write_text(PROGRAMS[name])
                    running.apply()
                    assert running.apply() == []
                resources = running.deployed.resources
            known[names] = emulator_state.read(kept / "services", resources)
        return known[names]

    return run


@pytest.mark.long  # each path takes two clouds; test_apply.py has changes of the usual types
@pytest.mark.parametrize(
    "path",
    [
        ("first", "edited"),
        ("edited", "first"),
        ("odd", "edited", "odd"),
        ("first", "half"),
        ("half", "first"),
        ("half", "edited", "half"),
    ],
    ids="-".join,
)
def test_what_was_changed_equals_what_is_made_anew(ended, path):
    changed, anew = ended(*path), ended(path[-1])
    assert len(anew) > 100
    different = {
        place for place in changed.keys() | anew.keys() if _at(changed, place) != _at(anew, place)
    }
    assert {place: (_at(changed, place), _at(anew, place)) for place in different} == {}


def _at(state, place):
    return state.get(place, "nothing")


def test_an_id_is_one_whatever_its_characters(tmp_path):
    """Check that two emulators are equal also if one drew an id of letters, or of digits."""

    def state(id_):
        data = {"clients": {id_: {"ClientId": id_}}, "domain": "things"}
        (tmp_path / "cognito.json").write_text(json.dumps(data))
        made = {
            f"urn:pulumi:local::catalogue::{name}": Resource(
                type=name, name=name, id=each, inputs=inputs, outputs={}
            )
            for name, each, inputs in (
                ("client", id_, {"name": "caller"}),
                ("domain", "things", {"domain": "things"}),
            )
        }
        return emulator_state.read(tmp_path, made)

    mixed = state("UpXJ14oXoy3VvZPuHupbvskYu6")
    assert state("pSDDMJmLeGtCjdqzhOVGjwaLGR") == state("29384756102938475610293847") == mixed
    assert mixed["cognito", "domain"] == "things"

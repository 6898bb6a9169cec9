"""Edits of the program and its configuration, applied to a running cloud."""

import json
import os
import shutil

import pytest

from local import cloud as local_cloud
from local import invocation
from local.changes import Action
from local.errors import DeployFailed, PartlyApplied, WrongConfiguration
from local.mail import sent
from local.resources import registry
from local.resources.request import Request
from local.resources.target import Target


@pytest.fixture(scope="module")
def folder(tmp_path_factory, sample):
    target = tmp_path_factory.mktemp("apply") / "project"
    shutil.copytree(sample, target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


@pytest.fixture(scope="module")
def running(folder):
    with local_cloud.start(root=folder) as cloud:
        yield cloud


@pytest.fixture
def program(folder, running):
    """Return the program's file; each test edits it, and the cloud gets the original back."""
    file = folder / "__main__.py"
    original = file.read_text()
    yield file
    file.write_text(original)
    running.apply()


def edit(file, *changes):
    text = file.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)


def greet(cloud, event="{}"):
    return invocation.invoke(cloud.aws, cloud.functions["greet"], event)


def told(changes):
    return {(change.action, change.name) for change in changes}


def configuration(cloud, name="greet"):
    ref = cloud.functions[name]
    return cloud.client("lambda").get_function_configuration(
        FunctionName=ref.name, Qualifier=ref.qualifier
    )


def test_nothing_changes_if_nothing_was_edited(running):
    outputs = dict(running.outputs)
    assert running.apply() == []
    assert running.outputs == outputs


def test_a_functions_settings(running, program):
    greet(running)
    edit(
        program,
        ("timeout=10,", "timeout=11,\n            memory_size=256,"),
        ('"WORD": word', '"WORD": "bye"'),
    )
    assert told(running.apply()) == {(Action.CHANGE, "greet"), (Action.CHANGE, "greet-live")}
    found = configuration(running)
    assert (found["Timeout"], found["MemorySize"]) == (11, 256)
    assert greet(running)["text"] == "bye, Ada"
    versions = running.client("lambda").list_versions_by_function(
        FunctionName=running.functions["greet"].name
    )["Versions"]
    assert len(versions) == 2  # $LATEST, and the one that the alias points at


def workers(cloud):
    """Return the processes below the emulator."""
    group = cloud.emulator.pid
    found = set()
    for name in os.listdir("/proc"):
        if name.isdecimal() and int(name) != group:
            try:
                if os.getpgid(int(name)) == group:
                    found.add(int(name))
            except ProcessLookupError:
                continue
    return found


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="looks at /proc")
def test_no_process_of_an_earlier_version_is_left(running, program):
    greet(running)
    before = workers(running)
    assert before
    for timeout in (12, 13, 14):
        edit(
            program,
            ("timeout=10" if timeout == 12 else f"timeout={timeout - 1}", f"timeout={timeout}"),
        )
        running.apply()
        greet(running)
    after = workers(running)
    assert len(after) == len(before)
    assert not after & before


def test_a_grant_that_is_taken_away_is_denied_at_the_next_call(running, program):
    assert greet(running, '{"send_batch": true}')["text"]
    edit(program, ('"sqs:SendMessage"', '"sqs:GetQueueUrl"'))
    assert told(running.apply()) == {(Action.CHANGE, "greet-policy")}
    with pytest.raises(invocation.FunctionFailed, match="AccessDenied"):
        greet(running, '{"send_batch": true}')


SECOND = """
class Other(Greeter):
    pass

other = aws.lambda_.Function(
    "other",
    package_type="Image",
    image_uri="registry.example.com/other@sha256:0",
    image_config={"commands": ["handlers.other.handler.handler"]},
    role=greeter.role.arn,
    environment={"variables": {"QUEUE": aws.sqs.Queue("second").url}},
)
pulumi.export("other", other.name)
"""


def test_a_function_and_a_queue_are_added_and_removed(running, program):
    original = program.read_text()
    program.write_text(original + SECOND)
    assert told(running.apply()) == {(Action.MAKE, "other"), (Action.MAKE, "second")}
    assert set(running.functions) == {"greet", "other"}
    assert running.outputs["other"] == running.functions["other"].name
    name = running.outputs["other"]
    program.write_text(original)
    changes = running.apply()
    assert told(changes) == {(Action.REMOVE, "other"), (Action.REMOVE, "second")}
    assert {change.name: change.lost for change in changes} == {
        "other": None,
        "second": "its messages",
    }
    assert set(running.functions) == {"greet"}
    assert "other" not in running.outputs
    listed = running.client("lambda").list_functions()["Functions"]
    assert name not in {function["FunctionName"] for function in listed}
    assert len(running.client("sqs").list_queues()["QueueUrls"]) == 1


IMAGE = """
import pulumi_docker_build as docker_build

built = docker_build.Image("built", push=False, build_args={"REVISION": "1"})
"""


def test_an_image_is_no_change_where_workers_run(running, program):
    """Nor is a function whose image it is: there is no image."""
    function = SECOND.replace('"registry.example.com/other@sha256:0"', "built.ref")
    program.write_text(program.read_text() + IMAGE + function)
    running.apply()
    edit(program, ('"REVISION": "1"', '"REVISION": "2"'))
    assert running.apply() == []


def test_an_image_is_a_change_where_containers_run():
    image = registry.RESOURCES["docker-build:index:Image"]

    def derived(revision, images):
        inputs = {"buildArgs": {"REVISION": revision}}
        target = Target(aws=None, root=None, images=images)
        request = Request(type="", name="", urn="", inputs=inputs, target=target)
        return image.derived(request)

    assert derived("1", {}) != derived("2", {})
    assert derived("1", None) == derived("2", None)


def test_configuration(running):
    changes = running.apply({"limits": {"visibility": 45, "names": ["c"]}})
    assert told(changes) == {(Action.CHANGE, "messages")}
    attributes = running.client("sqs").get_queue_attributes(
        QueueUrl=running.outputs["sqs_queue_url"], AttributeNames=["VisibilityTimeout"]
    )["Attributes"]
    assert attributes == {"VisibilityTimeout": "45"}
    assert running.outputs["names"] == '["c"]'
    running.apply()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("import json", "import json, nowhere", "No module named 'nowhere'"),
        ('aws.s3.Bucket("Files")', 'aws.s3.Bucket("Files", acl="private")', "`acl`"),
        ('"messages-policy"', '"greet-policy-2"; raise ValueError("late"); ("', "SyntaxError|late"),
    ],
)
def test_a_program_that_fails_leaves_the_cloud_as_it_was(running, program, old, new, message):
    before = running.deployed.model_dump()
    edit(program, (old, new), ("timeout=10", "timeout=17"))
    with pytest.raises(DeployFailed, match=message) as raised:
        running.apply()
    assert not isinstance(raised.value, PartlyApplied)
    assert running.deployed.model_dump() == before
    assert configuration(running)["Timeout"] == 10


def test_a_configuration_that_is_refused_leaves_the_cloud_as_it_was(running, program):
    edit(program, ("limits = ", "if config.get('bad'): raise pulumi.RunError('bad')\nlimits = "))
    assert running.apply() == []
    with pytest.raises(WrongConfiguration, match="bad"):
        running.apply({"bad": "1"})
    assert running.apply() == []


@pytest.mark.parametrize(
    ("changes", "name", "message"),
    [
        (
            [
                ('hash_key="id"', 'hash_key="key"'),
                ('"name": "id", "type"', '"name": "key", "type"'),
            ],
            "things",
            "`hashKey`, `keyTypes` cannot change while it keeps its items",
        ),
        ([('"type": "S"', '"type": "N"')], "things", "`keyTypes` cannot change"),
        (
            [('aws.s3.Bucket("Files"', 'aws.s3.Bucket("Files", bucket="mine"')],
            "Files",
            "`bucket` cannot",
        ),
        (
            [('aws.sqs.Queue("messages"', 'aws.sqs.Queue("messages", fifo_queue=True')],
            "messages",
            "its messages",
        ),
    ],
)
def test_what_would_lose_data_is_refused(running, program, changes, name, message):
    before = running.deployed.model_dump()
    edit(program, *changes, ("timeout=10", "timeout=17"))
    with pytest.raises(DeployFailed, match=message) as raised:
        running.apply()
    assert f"'{name}'" in str(raised.value)
    assert "app down, then app up" in str(raised.value)
    assert running.deployed.model_dump() == before
    assert configuration(running)["Timeout"] == 10


def test_data_stay(running, program):
    outputs = running.outputs
    running.client("dynamodb").put_item(TableName=outputs["table"], Item={"id": {"S": "1"}})
    running.client("s3").put_object(Bucket=outputs["s3_bucket_name"], Key="a", Body=b"b")
    running.client("sqs").send_message(QueueUrl=outputs["sqs_queue_url"], MessageBody="m")
    running.client("sesv2").create_email_identity(EmailIdentity="a@example.com")
    running.client("sesv2").send_email(
        FromEmailAddress="a@example.com",
        Destination={"ToAddresses": ["b@example.com"]},
        Content={"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
    )
    edit(
        program,
        (
            'attributes=[{"name": "id", "type": "S"}]',
            'attributes=[{"name": name, "type": "S"} for name in ("id", "x")],\n'
            "    global_secondary_indexes="
            '[{"name": "by-x", "hash_key": "x", "projection_type": "ALL"}]',
        ),
        (
            'ttl={"attribute_name": "expires", "enabled": True}',
            'ttl={"attribute_name": "ends", "enabled": True}',
        ),
        ('visibility_timeout_seconds=limits["visibility"]', "delay_seconds=0"),
        (
            'aws.s3.Bucket("Files")',
            'aws.s3.Bucket("Files")\naws.s3.BucketVersioning('
            '"v", bucket=bucket.id, versioning_configuration={"status": "Enabled"})',
        ),
    )
    assert {change.name for change in running.apply()} == {"things", "messages", "v"}
    dynamodb = running.client("dynamodb")
    description = dynamodb.describe_table(TableName=outputs["table"])["Table"]
    assert [index["IndexName"] for index in description["GlobalSecondaryIndexes"]] == ["by-x"]
    assert dynamodb.scan(TableName=outputs["table"])["Items"] == [{"id": {"S": "1"}}]
    got = running.client("s3").get_object(Bucket=outputs["s3_bucket_name"], Key="a")
    assert got["Body"].read() == b"b"
    received = running.client("sqs").receive_message(QueueUrl=outputs["sqs_queue_url"])
    assert received["Messages"][0]["Body"] == "m"
    assert len(sent(running.aws)) == 1


def test_a_protected_resource_is_not_removed(running, program):
    original = program.read_text()
    protected = "aws.sns.Topic('kept', opts=pulumi.ResourceOptions(protect={}))\n"
    program.write_text(original + protected.format(True))
    running.apply()
    program.write_text(original)
    with pytest.raises(DeployFailed, match="'kept' is protected"):
        running.apply()
    assert len(running.client("sns").list_topics()["Topics"]) == 1
    program.write_text(original + protected.format(False))
    running.apply()
    program.write_text(original)
    assert told(running.apply()) == {(Action.REMOVE, "kept")}


def test_what_failed_half_way_is_mended_by_the_next_edit(running, program):
    """The emulator refuses the second queue, which no trial can know."""
    original = program.read_text()
    program.write_text(
        original + "aws.sqs.Queue('first')\naws.sqs.Queue('long', delay_seconds=901)\n"
    )
    with pytest.raises(PartlyApplied, match="'long' could not be made"):
        running.apply()
    program.write_text(original)
    running.apply()
    assert running.apply() == []
    assert len(running.client("sqs").list_queues()["QueueUrls"]) == 1


def test_names_and_addresses_are_the_same_at_each_start(folder, running, tmp_path):
    with local_cloud.start(root=folder) as other:
        names = ("s3_bucket_name", "table")
        assert [other.outputs[name] for name in names] == [running.outputs[name] for name in names]
        assert other.functions == running.functions
    assert json.dumps(other.outputs)

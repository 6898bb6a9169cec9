"""The sample program on a real emulator."""

import re
import socket
import time

import pytest

from blueprint import runner
from local import deployer, invocation, project
from local.emulator import is_healthy
from local.errors import DeployFailed
from local.logs import LogReader


@pytest.fixture(scope="module")
def aws(cloud):
    return cloud.aws


def invoke(cloud, event):
    return invocation.invoke(cloud.aws, cloud.functions["greet"], event)


def deploy(folder, cloud):
    loaded = project.load("local", root=folder)
    return deployer.deploy(loaded, cloud.aws).deployed


def test_outputs_are_the_programs(cloud):
    outputs = cloud.outputs
    assert outputs["region"] == "eu-west-1"
    assert outputs["where"] == {"project": "sample", "stack": "local"}
    assert outputs["names"] == '["a", "b"]'
    assert outputs["s3_bucket_name"].startswith("files-")
    assert f"table/{outputs['table']}/stream/" in outputs["stream"]


def test_inputs_reach_the_emulator(cloud):
    attributes = cloud.client("sqs").get_queue_attributes(
        QueueUrl=cloud.outputs["sqs_queue_url"], AttributeNames=["VisibilityTimeout"]
    )["Attributes"]
    assert attributes == {"VisibilityTimeout": "30"}
    ttl = cloud.client("dynamodb").describe_time_to_live(TableName=cloud.outputs["table"])
    assert ttl["TimeToLiveDescription"]["AttributeName"] == "expires"


def test_functions_are_known_by_their_logical_name(cloud):
    assert list(cloud.functions) == ["greet"]
    ref = cloud.functions["greet"]
    assert ref.name.startswith("greet-")
    assert ref.log_group.startswith("greet-logs-")
    assert ref.qualifier == "live"


def test_a_function_answers_in_a_clean_environment(cloud, monkeypatch):
    answer = invoke(cloud, "{}")
    assert answer["text"] == "hello, Ada"
    assert answer["request"]
    inherited = {"PYTHONPATH", "AWS_PROFILE", "HTTP_PROXY", "HTTPS_PROXY", "VIRTUAL_ENV", "USER"}
    assert not inherited & set(answer["environment"])
    assert {"AWS_LAMBDA_FUNCTION_NAME", "_HANDLER", "LAMBDA_TASK_ROOT"} <= set(
        answer["environment"]
    )
    assert "local-cloud-" in answer["home"]


def test_only_its_own_code_is_there(cloud):
    for module in ("handlers.other.handler", "handlers.create_user", "infra", "local"):
        with pytest.raises(invocation.FunctionFailed, match="ModuleNotFoundError"):
            invoke(cloud, f'{{"import": "{module}"}}')


def test_a_function_may_do_what_its_role_says(cloud):
    assert invoke(cloud, '{"send_batch": true}')["text"]


def test_and_nothing_else(cloud):
    with pytest.raises(invocation.FunctionFailed, match="AccessDenied"):
        invoke(cloud, f'{{"read_other_table": "{cloud.outputs["table"]}"}}')


def test_a_failure_has_its_stack(cloud):
    with pytest.raises(invocation.FunctionFailed) as failure:
        invoke(cloud, '{"fail": true}')
    text = str(failure.value)
    assert text.startswith("ValueError: asked to fail\n")
    assert 'raise ValueError("asked to fail")' in text
    assert "_worker.py" not in text


def test_logs_of_an_invocation(cloud):
    reader = LogReader(cloud.aws, cloud.functions)
    reader.poll()
    invoke(cloud, "{}")
    [log] = reader.poll()
    text = "\n".join(log.lines)
    assert "printed" in log.lines
    assert '"outcome": "greeted"' in text
    assert "not shown" not in text


def test_the_emulator_listens_on_loopback_only_and_enforces_iam(cloud):
    assert is_healthy(cloud.emulator.port)
    for family, _, _, _, address in socket.getaddrinfo(socket.gethostname(), cloud.emulator.port):
        if not address[0].startswith("127.") and address[0] != "::1":
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.settimeout(1)
                assert probe.connect_ex(address) != 0


FAILING = {
    "a resource that AWS refuses": (
        "import pulumi_aws as aws\n"
        "aws.sqs.RedriveAllowPolicy('bad', queue_url='http://127.0.0.1/0/none',\n"
        "    redrive_allow_policy='{}')\n",
        [
            "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy 'bad' could not be made",
            "NonExistentQueue",
            "urn:pulumi:local::test::aws:sqs/redriveAllowPolicy:RedriveAllowPolicy::bad",
        ],
    ),
    "an input that the SDK for AWS refuses": (
        "import pulumi_aws as aws\naws.sqs.Queue('q', policy='{}')\n",
        ["aws:sqs/queue:Queue 'q'", "`policy` of aws:sqs/queue:Queue", "`ignores`"],
    ),
    "a type without counterpart": (
        "import pulumi_aws as aws\naws.route53.Zone('zone', name='example.com')\n",
        ["aws:route53/zone:Zone 'zone'", "no local counterpart", "local/resources/"],
    ),
    "a function of a provider without counterpart": (
        "import pulumi\nimport pulumi_aws as aws\n"
        "pulumi.export('x', aws.get_availability_zones_output().names)\n",
        ["aws:index/getAvailabilityZones:getAvailabilityZones", "no local counterpart"],
    ),
    "a duplicate": (
        "import pulumi_aws as aws\naws.sqs.Queue('q')\naws.sqs.Queue('q')\n",
        ["aws:sqs/queue:Queue 'q'", "duplicate URN"],
    ),
    "an existing resource": (
        "import pulumi_aws as aws\naws.sqs.Queue.get('q', 'http://x')\n",
        ["aws:sqs/queue:Queue 'q'", "`get` reads an existing resource"],
    ),
    "an error in the program": (
        "def broken():\n    return {}['key']\n\nbroken()\n",
        ["The program failed: KeyError: 'key'", "line 2, in broken", "line 4, in <module>"],
    ),
    "an error in apply": (
        "import pulumi\npulumi.export('x', pulumi.Output.from_input(1).apply(lambda n: n / 0))\n",
        ["The program failed: ZeroDivisionError", "line 2, in <lambda>"],
    ),
    "a syntax error": ("x = = 1\n", ["The program failed: SyntaxError", "x = = 1"]),
    "an error that the program explains": (
        "import pulumi\nraise pulumi.RunError('the key is wrong')\n",
        ["the key is wrong"],
    ),
    "an exit": ("raise SystemExit('no')\n", ["SystemExit: no"]),
}


RUNNERS = {runner.__file__, "<frozen runpy>"}
"""Files that run the program: shown if no line of it was reached, as after a syntax error."""


@pytest.mark.parametrize("case", FAILING)
def test_failing_programs_say_what_and_where(cloud, project_folder, case):
    program, expected = FAILING[case]
    started = time.monotonic()
    folder = project_folder(program)
    with pytest.raises(DeployFailed) as failure:
        deploy(folder, cloud)
    text = str(failure.value)
    for part in expected:
        assert part in text
    files = set(re.findall(r'^ *File "(.+?)", line', text, flags=re.MULTILINE))
    assert files <= {str(folder / "__main__.py"), *RUNNERS}
    assert time.monotonic() - started < 5


def test_a_program_that_explains_its_error_has_no_traceback(cloud, project_folder):
    with pytest.raises(DeployFailed) as failure:
        deploy(project_folder(FAILING["an error that the program explains"][0]), cloud)
    assert str(failure.value) == "the key is wrong"


def test_nothing_is_made_after_the_first_failure(cloud, project_folder):
    folder = project_folder(
        "import pulumi, pulumi_aws as aws\n"
        "bad = aws.route53.Zone('zone', name='example.com')\n"
        "aws.sqs.Queue('after', name='after', opts=pulumi.ResourceOptions(depends_on=[bad]))\n"
    )
    with pytest.raises(DeployFailed):
        deploy(folder, cloud)
    assert not cloud.client("sqs").list_queues(QueueNamePrefix="after").get("QueueUrls")


def test_pulumi_can_be_used_with_other_mocks_afterwards(cloud, sample):
    from blueprint.recorder import run

    assert cloud.outputs
    assert run("local", folder=sample).outputs["table"] == "things"

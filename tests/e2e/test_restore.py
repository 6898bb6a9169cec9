"""Runs the commands of ``docs/restore.md`` on the emulator, then moves the system as they say.

A script replaces the Pulumi CLI: it exports a state with the ids that a stack has, and keeps what
is imported. What `pulumi up --refresh` would then change, the test changes.
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from blueprint.project import ROOT
from local import cloud as local_cloud
from local import tokens
from local.cloud import Cloud
from local.mail import sent
from tests.support.aws_cli import aws_command
from tests.support.e2e.system import Api, invoke, until
from tests.support.runbook import section
from tests.support.samples import PICTURE

pytestmark = pytest.mark.long

PAUSE, TABLE, BUCKET, MOVE, _UP, _CHECK, _TAKE_OVER = re.findall(
    r"^```sh\n(.*?)^```$", (ROOT / "docs/restore.md").read_text(), re.MULTILINE | re.DOTALL
)
LATER = """
sleep 1.1
printf later | aws s3 cp - "s3://$(output s3_bucket_name)/reports/changed.txt"
printf later | aws s3 cp - "s3://$(output s3_bucket_name)/reports/new.txt"
"""
NAMES = 'echo "names $OLD_TABLE $NEW_TABLE $OLD_BUCKET $NEW_BUCKET"'

PULUMI = """#!{python}
import json, shutil, sys
command = sys.argv[1:]
outputs = json.loads({outputs!r})
if command[:2] == ["stack", "output"]:
    print(outputs[command[2]])
elif command[:2] == ["stack", "export"]:
    open(command[command.index("--file") + 1], "w").write({state!r})
elif command[:2] == ["stack", "import"]:
    shutil.copy(command[command.index("--file") + 1], {imported!r})
else:
    assert command[:2] == ["preview", "--refresh"], command
"""


def state(table: str, bucket: str) -> dict[str, Any]:
    """Return a stack's state with what the drill moves, and what the update must still change."""
    resources = {
        "users": (table, {"name": table, "arn": f"arn:aws:dynamodb:::table/{table}"}),
        "storage": (bucket, {"bucket": bucket}),
        "storage-policy": (bucket, {"policy": f"arn:aws:s3:::{bucket}/*"}),
        "create-user": ("create-user-1a2b3c4", {"USERS_TABLE": table}),
        "uploads-permission": ("uploads", {"sourceArn": f"arn:aws:s3:::{bucket}"}),
    }
    listed = [{"urn": n, "id": id_, "outputs": found} for n, (id_, found) in resources.items()]
    return {"deployment": {"resources": listed}}


def run(system: Cloud, folder: Path, *blocks: str) -> str:
    """Run blocks of the page in one shell, after the runbook's functions."""
    outputs = system.outputs
    known = state(outputs["dynamodb_table_name"], outputs["s3_bucket_name"])
    pulumi = folder / "pulumi"
    pulumi.write_text(
        PULUMI.format(
            python=sys.executable,
            outputs=json.dumps(outputs),
            state=json.dumps(known),
            imported=str(folder / "imported.json"),
        )
    )
    pulumi.chmod(0o700)
    commands = "\n".join([*section("Before anything").code("sh")[:1], *blocks])
    with aws_command(folder, system.endpoint):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=ROOT,
            env={
                "PATH": f"{folder}:{os.environ['PATH']}",
                "HOME": str(folder),
                "TMPDIR": str(folder),
                "AWS_ENDPOINT_URL": system.endpoint,
                **system.aws.credentials.variables(),
            },
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Names:
    """The old and the new table and bucket, and calls of the emulator."""

    def __init__(self, system: Cloud, said: str) -> None:
        [found] = re.findall(r"^names (\S+) (\S+) (\S+) (\S+)$", said, re.MULTILINE)
        self.old_table, self.new_table, self.old_bucket, self.new_bucket = found
        self._system = system

    def moved(self, value: Any) -> Any:
        """Return a value with the new names for the old ones."""
        text = json.dumps(value).replace(self.old_table, self.new_table)
        return json.loads(text.replace(self.old_bucket, self.new_bucket))

    def items(self, table: str) -> dict[str, Any]:
        pages = self._system.client("dynamodb").get_paginator("scan").paginate(TableName=table)
        return {item["id"]["S"]: item for page in pages for item in page["Items"]}

    def objects(self, bucket: str) -> dict[str, tuple[bytes, dict[str, str]]]:
        s3, found = self._system.client("s3"), {}
        for listed in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            answer = s3.get_object(Bucket=bucket, Key=listed["Key"])
            found[listed["Key"]] = (answer["Body"].read(), answer["Metadata"])
        return found


def move(system: Cloud, names: Names) -> None:
    """Change what `pulumi up --refresh` changes after the state was edited."""
    iam, functions = system.client("iam"), system.client("lambda")
    dynamodb, s3 = system.client("dynamodb"), system.client("s3")
    for role in iam.list_roles()["Roles"]:
        name = role["RoleName"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            text = json.dumps(names.moved(document))
            iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=text)
    for function in system.functions.values():
        of = {"FunctionName": function.name}
        environment = functions.get_function_configuration(**of)["Environment"]
        functions.update_function_configuration(**of, Environment=names.moved(environment))
        version = functions.publish_version(**of)["Version"]
        functions.update_alias(**of, Name="live", FunctionVersion=version)
        functions.delete_function_concurrency(**of)
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    table = dynamodb.update_table(TableName=names.new_table, StreamSpecification=stream)
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        if names.old_table in mapping["EventSourceArn"]:
            functions.create_event_source_mapping(
                EventSourceArn=table["TableDescription"]["LatestStreamArn"],
                FunctionName=mapping["FunctionArn"],
                StartingPosition="TRIM_HORIZON",
                FilterCriteria=mapping["FilterCriteria"],
                FunctionResponseTypes=mapping["FunctionResponseTypes"],
            )
            functions.delete_event_source_mapping(UUID=mapping["UUID"])
        else:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    s3.put_bucket_versioning(Bucket=names.new_bucket, VersioningConfiguration={"Status": "Enabled"})
    functions.add_permission(
        FunctionName=system.functions["process-upload"].name,
        Qualifier="live",
        StatementId="moved",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{names.new_bucket}",
    )
    notification = s3.get_bucket_notification_configuration(Bucket=names.old_bucket)
    del notification["ResponseMetadata"]
    s3.put_bucket_notification_configuration(
        Bucket=names.new_bucket, NotificationConfiguration=notification
    )


def test_a_restored_system_goes_on_and_does_nothing_twice(tmp_path: Path) -> None:
    with local_cloud.start(stack="prod") as system:
        outputs, s3 = system.outputs, system.client("s3")
        bucket, ledger = outputs["s3_bucket_name"], outputs["ledger_table_name"]
        api = Api(outputs["api_gateway_url"], f"Bearer {tokens.fetch(outputs, None)}")

        def mails(user: dict[str, str]) -> int:
            return len([m for m in sent(system.aws) if m["To"] == [user["email"]]])

        def item(table: str, user: dict[str, str]) -> dict[str, Any]:
            key = {"id": {"S": user["id"]}}
            found = system.client("dynamodb").get_item(TableName=table, Key=key)
            answer: dict[str, Any] = found.get("Item", {})
            return answer

        early = api.new_user()
        until(lambda: "welcomed" in item(outputs["dynamodb_table_name"], early))
        s3.put_object(Bucket=bucket, Key="uploads/a.jpg", Body=PICTURE.read_bytes())
        until(lambda: s3.list_objects_v2(Bucket=bucket, Prefix="processed/a.jpg").get("Contents"))
        for key in ("reports/changed.txt", "reports/gone.txt", "uploads/b c+ä.zip"):
            s3.put_object(Bucket=bucket, Key=key, Body=b"early", Metadata={"by": "test"})
        s3.delete_object(Bucket=bucket, Key="reports/gone.txt")
        time.sleep(1.1)  # S3's times are whole seconds

        said = run(system, tmp_path, PAUSE, TABLE, LATER, BUCKET, MOVE, NAMES)
        names = Names(system, said)
        assert names.items(names.new_table) == names.items(names.old_table)
        restored, live = names.objects(names.new_bucket), names.objects(names.old_bucket)
        assert restored == {
            **{key: found for key, found in live.items() if key != "reports/new.txt"},
            "reports/changed.txt": (b"early", {"by": "test"}),
        }
        before = state(names.old_table, names.old_bucket)["deployment"]["resources"]
        after = json.loads((tmp_path / "imported.json").read_text())["deployment"]["resources"]
        assert after == [*names.moved(before[:3]), *before[3:]]

        # A moment before the mark, so the sweep takes the user for one without a welcome.
        pending = {k: v for k, v in item(names.new_table, early).items() if k != "welcomed"}
        due = {"welcome": {"S": "pending"}, "welcome_due": {"N": str(int(time.time()) - 60)}}
        system.client("dynamodb").put_item(TableName=names.new_table, Item={**pending, **due})
        files = {key: found for key, found in names.items(ledger).items() if "file#" in key}
        move(system, names)

        assert invoke(system, "cleanup-expired", {})["welcome_requeued"] == 1
        until(lambda: "welcomed" in item(names.new_table, early))
        assert mails(early) == 1
        late = api.new_user()
        until(lambda: "welcomed" in item(names.new_table, late))
        assert (mails(early), mails(late)) == (1, 1)
        assert not item(names.old_table, late)
        assert {k: v for k, v in names.items(ledger).items() if "file#" in k} == files
        assert names.objects(names.new_bucket) == restored
        s3.put_object(Bucket=names.new_bucket, Key="uploads/c.jpg", Body=PICTURE.read_bytes())
        until(
            lambda: s3.list_objects_v2(Bucket=names.new_bucket, Prefix="processed/c.jpg").get(
                "Contents"
            )
        )

"""Functions with versions, an alias and an alarm each, and the command as an operator runs it."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.emulator_roles import for_role
from local.aws import ACCOUNT_ID, Aws

ROOT = Path(__file__).parents[2]
REGION = "us-east-1"
GOOD = "def handler(event, context):\n    return 'fine'\n"
BAD = "def handler(event, context):\n    raise ValueError('broken')\n"
PATIENCE = 120  # seconds, for a busy machine; nothing here takes that long

ALLOWED = {
    "lambda:GetAlias lambda:UpdateAlias lambda:ListVersionsByFunction "
    "lambda:GetFunctionConfiguration": f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:*",
    "cloudwatch:DescribeAlarms": "*",
}
"""As the command's help lists it; but the emulator (1.5.33) asks for all alarms where AWS asks for
those that are named."""
PRUNING = {
    "lambda:ListAliases lambda:DeleteFunction": f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:*"
}
"""What `app release` needs beside, as its help lists it; but the emulator (1.5.33) asks for the
function where AWS asks for the version that is deleted."""

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


class World:
    """An emulator with functions, and a Pulumi CLI that names them.

    What it does in AWS's place, where the emulator (1.5.33) does not: a call goes to the versions
    by the alias's weights, and alarms are looked at as time goes by.
    """

    def __init__(self, aws: Aws, folder: Path) -> None:
        self._aws = aws
        self._folder = folder
        self.functions: list[str] = []
        self.outputs: dict[str, Any] = {}
        iam = aws.client("iam")
        iam.create_role(RoleName="function", AssumeRolePolicyDocument=json.dumps(_TRUST))
        self._environment = self._operator(iam)
        pulumi = folder / "pulumi"
        pulumi.write_text(f"#!/bin/sh\nexec cat {folder}/outputs.json\n")
        pulumi.chmod(0o755)

    def add(self, *names: str) -> None:
        """Make functions at version 1, alias and alarm included."""
        for name in names:
            self._aws.client("lambda").create_function(
                FunctionName=name,
                Runtime="python3.13",
                Role=f"arn:aws:iam::{ACCOUNT_ID}:role/function",
                Handler="code.handler",
                Code={"ZipFile": _zip(GOOD)},
                Publish=True,
            )
            self._aws.client("lambda").create_alias(
                FunctionName=name, Name="live", FunctionVersion="1"
            )
            self._aws.client("cloudwatch").put_metric_alarm(
                AlarmName=f"{name}-errors",
                Namespace="AWS/Lambda",
                MetricName="Errors",
                Dimensions=[{"Name": "FunctionName", "Value": name}],
                Statistic="Sum",
                ComparisonOperator="GreaterThanThreshold",
                Threshold=0,
                Period=300,
                EvaluationPeriods=1,
                TreatMissingData="notBreaching",
            )
            self.functions.append(name)
        releases = {
            name: {
                "alias": f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{name}:live",
                "alarms": [f"{name}-errors"],
            }
            for name in self.functions
        }
        self.outputs = {"releases": releases}
        (self._folder / "outputs.json").write_text(json.dumps(self.outputs))

    def publish(self, name: str, code: str = GOOD) -> str:
        """Publish a version, as `pulumi up` does; return its number."""
        answer = self._aws.client("lambda").update_function_code(
            FunctionName=name, ZipFile=_zip(f"{code}# {time.time_ns()}\n"), Publish=True
        )
        return str(answer["Version"])

    def alias(self, name: str) -> dict[str, Any]:
        """Return a function's alias as AWS has it."""
        found: dict[str, Any] = self._aws.client("lambda").get_alias(FunctionName=name, Name="live")
        return found

    def live(self, name: str) -> tuple[str, dict[str, float]]:
        """Return where a function's alias points, and the weights of other versions."""
        alias = self.alias(name)
        return alias["FunctionVersion"], alias.get("RoutingConfig", {}).get(
            "AdditionalVersionWeights", {}
        )

    def fire(self, name: str, state: str = "ALARM") -> None:
        """Put a function's alarm into a state."""
        self._aws.client("cloudwatch").set_alarm_state(
            AlarmName=f"{name}-errors", StateValue=state, StateReason="a test says so"
        )

    def set(self, name: str, **changes: Any) -> None:
        """Change a function's alias by hand."""
        self._aws.client("lambda").update_alias(FunctionName=name, Name="live", **changes)

    def client(self, service: str) -> Any:
        """Return the root account's client of a service."""
        return self._aws.client(service)

    @contextmanager
    def traffic(self) -> Iterator[None]:
        """Call all functions through their aliases, until the end."""
        ended = threading.Event()

        def calls() -> None:
            while not ended.is_set():
                for name in self.functions:
                    self._call(name)
                # The emulator looks at its alarms only when somebody puts a metric.
                self._aws.client("cloudwatch").put_metric_data(
                    Namespace="Clock", MetricData=[{"MetricName": "Tick", "Value": 1}]
                )
                ended.wait(0.05)

        thread = threading.Thread(target=calls)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _call(self, name: str) -> None:
        """Call each version that has a share: the emulator heeds no weights, and Lambda does."""
        version, weights = self.live(name)
        for target in (version, *weights):
            self._aws.client("lambda").invoke(FunctionName=name, Qualifier=target)

    def _operator(self, iam: Any) -> dict[str, str]:
        """Create a user with exactly the permissions of the help; return its environment."""
        statements = [
            {"Effect": "Allow", "Action": actions.split(), "Resource": resource}
            for actions, resource in {**ALLOWED, **PRUNING}.items()
        ]
        document = for_role(json.dumps({"Version": "2012-10-17", "Statement": statements}))
        iam.create_user(UserName="operator")
        iam.put_user_policy(UserName="operator", PolicyName="release", PolicyDocument=document)
        key = iam.create_access_key(UserName="operator")["AccessKey"]
        return {
            "PATH": f"{self._folder}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "AWS_ENDPOINT_URL": self._aws.endpoint,
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        }

    @contextmanager
    def begun(self, *arguments: str, command: str = "release") -> Iterator[subprocess.Popen[str]]:
        """Run the command beside the test; it is gone at the end."""
        process = subprocess.Popen(
            [sys.executable, "cli.py", command, "prod", *arguments],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()

    def run(self, *arguments: str, command: str = "release") -> tuple[int, str]:
        """Run the command; return its exit code, and what it said."""
        with self.begun(*arguments, command=command) as process:
            return ended(process)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for the command; return its exit code and output."""
    said, _ = process.communicate(timeout=PATIENCE)
    return process.returncode, said


def kill(process: subprocess.Popen[str]) -> None:
    """End the command without a chance to clean up."""
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE)


def until(what: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "in vain"
        time.sleep(0.02)


def _zip(code: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("code.py", code)
    return file.getvalue()

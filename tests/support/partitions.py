"""Runs programs in other partitions than ``aws``: no name of that one may be left in them.

Not every partition has every service: China has neither SES nor Cognito's user pools. But whatever
it has is named rightly.
"""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from pulumi.runtime import mocks

from blueprint.arns import ArnRecorder
from blueprint.recorder import Run
from blueprint.recording import REGION, Answer, Recorder

# Principals that every partition writes so, found in IAM's documentation and by others' trials:
# https://github.com/aws/aws-cdk/issues/2198, https://github.com/mapbox/cloudfriend/issues/56
EVERYWHERE = {
    "appsync.amazonaws.com",
    "apigateway.amazonaws.com",
    "cloudwatch.amazonaws.com",
    "delivery.logs.amazonaws.com",
    "lambda.amazonaws.com",
    "logging.s3.amazonaws.com",
    "ops.apigateway.amazonaws.com",
    "s3.amazonaws.com",
    "scheduler.amazonaws.com",
    "states.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
    "wafv2.amazonaws.com",
    # The audience of GitHub's tokens: a word that the workflow and the provider agree on.
    "sts.amazonaws.com",
}


@dataclass(frozen=True)
class Partition:
    name: str
    region: str
    suffix: str

    def of(self, value: Any) -> Any:
        """Return an answer of AWS, as this partition gives it."""
        if isinstance(value, dict):
            return {key: self.of(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.of(inner) for inner in value]
        if not isinstance(value, str):
            return value
        named = value.replace("arn:aws:", f"arn:{self.name}:").replace(REGION, self.region)
        return re.sub(r"\.amazonaws\.com(?=/|$)", f".{self.suffix}", named)


def recorder(partition: Partition) -> type[Recorder]:
    class Elsewhere(ArnRecorder):
        def new_resource(self, args: mocks.MockResourceArgs) -> Answer:
            identity, outputs = super().new_resource(args)
            return identity, {**partition.of(outputs), **args.inputs}

        def call(self, args: mocks.MockCallArgs) -> Any:
            answer, failures = super().call(args)
            own = {"partition": partition.name, "dnsSuffix": partition.suffix}
            known = own if args.token.endswith("getPartition") else {}
            return {**partition.of(answer), **known}, failures

    return Elsewhere


PARTITIONS = (
    Partition("aws-cn", "cn-north-1", "amazonaws.com.cn"),
    Partition("aws-eusc", "eusc-de-east-1", "amazonaws.eu"),
)

CHINA, EUROPE = PARTITIONS

each_partition = pytest.mark.parametrize("partition", PARTITIONS, ids=lambda p: p.name)


def check(made: Run, partition: Partition) -> None:
    """Fail if anything that a program registers or exports has a name of another partition."""
    texts = {
        f"{resource.type} {resource.name}": str(resource.inputs)
        for resource in made.recorder.resources
    }
    texts |= {f"output {name}": str(value) for name, value in made.outputs.items()}
    assert len(texts) > 20
    foreign = {
        where: found for where, text in texts.items() if (found := _foreign(text, partition))
    }
    assert foreign == {}
    assert partition.suffix in "".join(texts.values())


def _foreign(text: str, partition: Partition) -> list[str]:
    words = [word for word in re.split("[\"' ]", text) if word]
    arns = [word for word in words if "arn:aws:" in word]
    regions = [word for word in words if REGION in word]
    hosts = [
        host
        for word in words
        if ".amazon" in word
        for host in re.findall(r"[a-z0-9.-]+\.(?:amazonaws|amazoncognito)\.[a-z]+(?:\.cn)?", word)
    ]
    ours = (partition.suffix, partition.suffix.replace("aws", "cognito"))
    return [*arns, *regions] + [
        host
        for host in hosts
        # An endpoint service's name, which is looked up, is the other way round.
        if not host.endswith(ours) and host not in EVERYWHERE and not host.startswith("com.")
    ]

"""Starts a local cloud without triggers for the measured handlers, and makes their events."""

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.bench import ROOT
from checks.bench.functions import sample_event, setting
from local import cloud as local_cloud
from local.cloud import Cloud

_numbers = itertools.count(1)


@dataclass(frozen=True)
class System:
    """A running local cloud in which nothing but the measured handlers acts."""

    cloud: Cloud

    def environment(self, function: str) -> dict[str, str]:
        """Return what Lambda would set, and the program's settings of a function.

        Args:
            function: its folder, such as ``count_users``.
        """
        ref = self.cloud.functions[function.replace("_", "-")]
        described = self.cloud.client("lambda").get_function_configuration(FunctionName=ref.name)
        region = self.cloud.aws.region
        return {
            **described["Environment"]["Variables"],
            **self.cloud.aws.credentials.variables(),
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ENDPOINT_URL": self.cloud.endpoint,
            "AWS_LAMBDA_FUNCTION_NAME": ref.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(described["MemorySize"]),
        }

    def event(self, function: str) -> Any:
        """Return an event that the function has not had before, and store what it needs."""
        event = sample_event(function)
        prepare = setting(function, "prepare")
        if prepare is not None:
            prepare(self.cloud, event, next(_numbers))
        return event


@contextlib.contextmanager
def start(root: Path = ROOT) -> Iterator[System]:
    """Start a local cloud without triggers, so that no other function runs."""
    with local_cloud.start(root=root) as cloud:
        functions = cloud.client("lambda")
        for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        cloud.client("s3").put_bucket_notification_configuration(
            Bucket=cloud.outputs["s3_bucket_name"], NotificationConfiguration={}
        )
        yield System(cloud)

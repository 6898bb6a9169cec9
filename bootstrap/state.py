"""The storage of all stacks' state, and the key that encrypts it and its secrets."""

import pulumi

from infra.storage.access_log import AccessLog, AccessLogArgs
from infra.storage.bucket import Bucket, BucketArgs
from infra.storage.key import Key, KeyArgs

_LOG_DAYS = 365


class State(pulumi.ComponentResource):
    """A bucket for Pulumi's state, its access log, and a key: all protected from deletion.

    Roles decide who may read or write a stack's state (`permissions.state`); the bucket's policy
    allows nobody, and denies requests without TLS. Overwritten objects are kept for 30 days.
    """

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("serverless:bootstrap:State", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.key = Key(f"{name}-key", KeyArgs(retain=True), child)
        self.bucket = Bucket(name, BucketArgs(retain=True, key=self.key), child)
        self.access_log = AccessLog(
            f"{name}-access-log",
            AccessLogArgs(bucket=self.bucket, days=_LOG_DAYS, retain=True),
            child,
        )
        self.backend_url = pulumi.Output.concat("s3://", self.bucket.name)
        self.register_outputs({"backend_url": self.backend_url})

    def secrets_provider(self, region: pulumi.Input[str], stack: str) -> pulumi.Output[str]:
        """Return the value of ``pulumi stack init --secrets-provider`` for one stack.

        It binds the stack's name to the encrypted secrets: see `permissions.state`.
        """
        return pulumi.Output.concat(
            "awskms://", self.key.alias.name, "?region=", region, "&context_stack=", stack
        )

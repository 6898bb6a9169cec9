"""A trigger that invokes a function for new objects of a bucket."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.config.component_names import PERMISSION, check_name
from infra.function.image_function import ImageFunction
from infra.storage.bucket import Bucket


@dataclass(frozen=True, kw_only=True)
class BucketTriggerArgs:
    """``prefix``: of new objects. ``outputs``: prefixes to which the function writes."""

    bucket: Bucket
    function: ImageFunction
    prefix: str
    outputs: tuple[str, ...]


class BucketTrigger(pulumi.ComponentResource):
    """Invokes an asynchronous function for every object created under a prefix.

    A bucket has one notification: a second trigger on the same bucket would replace the first.
    """

    def __init__(
        self, name: str, args: BucketTriggerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        if args.function.failures is None:
            raise ValueError(
                f"S3 invokes {args.function.logical_name} without waiting for an answer; "
                "give it asynchronous=True, so that failed events are kept"
            )
        for output in args.outputs:
            if output.startswith(args.prefix) or args.prefix.startswith(output):
                raise ValueError(
                    f"{args.function.logical_name} is invoked for {args.prefix!r} and writes to "
                    f"{output!r}: it would invoke itself; use disjoint prefixes"
                )
        check_name(PERMISSION, name, "-invoke")
        super().__init__("serverless:infra:BucketTrigger", name, None, opts)
        self.permission = args.function.permit(
            f"{name}-invoke",
            service="s3.amazonaws.com",
            source_arn=args.bucket.arn,
            source_account=aws.get_caller_identity_output(
                opts=pulumi.InvokeOutputOptions(parent=self)
            ).account_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.notification = aws.s3.BucketNotification(
            f"{name}-notification",
            bucket=args.bucket.name,
            lambda_functions=[
                {
                    "lambda_function_arn": args.function.alias_arn,
                    "events": ["s3:ObjectCreated:*"],
                    "filter_prefix": args.prefix,
                }
            ],
            # S3 refuses a notification without permission to invoke.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.permission]),
        )
        self.register_outputs({})

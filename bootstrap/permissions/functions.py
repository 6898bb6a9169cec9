"""Permissions to deploy functions, their images, roles and schedules.

Whoever may make and pass roles could give itself any permission. Therefore roles can be made and
changed only within the environment's boundary, and passed only to the services below; only inline
policies are allowed.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from bootstrap.permissions.model import NEW, OURS, Condition, Permission, arn, may

_FUNCTION = arn("lambda", "function:{name}-*")
_MAPPING = arn("lambda", "event-source-mapping:*")
_OF_OURS: Condition = ("ArnLike", "lambda:FunctionArn", _FUNCTION)
_REPOSITORY = arn("ecr", "repository/{name}-*")
_ROLE = arn("iam", "role/{name}-*", region="")
_BOUNDED: Condition = ("ArnEquals", "iam:PermissionsBoundary", "{boundary}")

_PULL = "BatchGetImage GetDownloadUrlForLayer"


def passed_to(service: str) -> Permission:
    """Allow to pass the stack's roles to a service, such as ``lambda.amazonaws.com``."""
    return may("iam", "PassRole", _ROLE, when=(("StringEquals", "iam:PassedToService", service),))


TYPES: dict[str, tuple[Permission, ...]] = {
    "aws:iam/role:Role": (
        may("iam", "CreateRole PutRolePermissionsBoundary", _ROLE, when=(_BOUNDED,)),
        may(
            "iam",
            "DeleteRole GetRole GetRolePolicy ListAttachedRolePolicies ListInstanceProfilesForRole "
            "ListRolePolicies ListRoleTags TagRole UntagRole UpdateAssumeRolePolicy UpdateRole",
            _ROLE,
        ),
    ),
    "aws:iam/rolePolicy:RolePolicy": (
        may("iam", "DeleteRolePolicy PutRolePolicy", _ROLE, when=(_BOUNDED,)),
        may("iam", "GetRolePolicy", _ROLE),
    ),
    "aws:lambda/function:Function": (
        may(
            "lambda",
            "CreateFunction DeleteFunction DeleteFunctionConcurrency GetFunction "
            "GetFunctionCodeSigningConfig GetFunctionConfiguration ListTags ListVersionsByFunction "
            "PublishVersion PutFunctionConcurrency TagResource UntagResource UpdateFunctionCode "
            "UpdateFunctionConfiguration",
            _FUNCTION,
        ),
        passed_to("lambda.amazonaws.com"),
        # https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#configuration-images-permissions
        may("ecr", f"GetRepositoryPolicy SetRepositoryPolicy {_PULL}", _REPOSITORY),
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
        may("ec2", "DescribeSecurityGroups DescribeSubnets DescribeVpcs", "*"),
    ),
    "aws:lambda/alias:Alias": (
        # ListAliases: `app release` deletes no version that an alias names.
        may("lambda", "CreateAlias DeleteAlias GetAlias ListAliases UpdateAlias", _FUNCTION),
    ),
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": (
        may(
            "lambda",
            "DeleteProvisionedConcurrencyConfig GetProvisionedConcurrencyConfig "
            "PutProvisionedConcurrencyConfig",
            _FUNCTION,
        ),
    ),
    "aws:lambda/permission:Permission": (
        may("lambda", "AddPermission GetPolicy RemovePermission", _FUNCTION),
    ),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": (
        may(
            "lambda",
            "DeleteFunctionEventInvokeConfig GetFunctionEventInvokeConfig "
            "PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig",
            _FUNCTION,
        ),
    ),
    "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": (
        may("lambda", "GetFunctionRecursionConfig PutFunctionRecursionConfig", _FUNCTION),
    ),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (
        may(
            "lambda", "CreateEventSourceMapping", "*", when=(_OF_OURS,)
        ),  # it has no resource to name
        may(
            "lambda",
            "DeleteEventSourceMapping GetEventSourceMapping UpdateEventSourceMapping",
            _MAPPING,
            when=(_OF_OURS,),
        ),
        may("lambda", "TagResource", _MAPPING, when=NEW),
        may("lambda", "ListTags TagResource UntagResource", _MAPPING, when=OURS),
    ),
    "aws:scheduler/schedule:Schedule": (
        may(
            "scheduler",
            "CreateSchedule DeleteSchedule GetSchedule UpdateSchedule",
            arn("scheduler", "schedule/default/{name}-*"),
        ),
        passed_to("scheduler.amazonaws.com"),
    ),
    "aws:sfn/stateMachine:StateMachine": (
        may(
            "states",
            "CreateStateMachine DeleteStateMachine DescribeStateMachine ListStateMachineVersions "
            "ListTagsForResource TagResource UntagResource UpdateStateMachine",
            arn("states", "stateMachine:{name}-*"),
        ),
        may("states", "ValidateStateMachineDefinition", "*"),  # it has no resource to name
        passed_to("states.amazonaws.com"),
        # https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
        may(
            "kms",
            "Decrypt GenerateDataKey",
            arn("kms", "key/*"),
            when=(*OURS, ("StringEquals", "kms:ViaService", "states.{region}.{suffix}")),
        ),
    ),
    "aws:ecr/repository:Repository": (
        may(
            "ecr",
            "CreateRepository DescribeRepositories ListTagsForResource "
            "PutImageScanningConfiguration PutImageTagMutability TagResource UntagResource",
            _REPOSITORY,
        ),
        may("ecr", "DeleteRepository", _REPOSITORY, destroys=True),
    ),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": (
        may("ecr", "DeleteLifecyclePolicy GetLifecyclePolicy PutLifecyclePolicy", _REPOSITORY),
    ),
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
    "docker-build:index:Image": (
        may(
            "ecr",
            "BatchCheckLayerAvailability CompleteLayerUpload InitiateLayerUpload PutImage "
            f"UploadLayerPart {_PULL}",
            _REPOSITORY,
        ),
    ),
    # Calls of the program itself.
    "aws:ecr/getAuthorizationToken:getAuthorizationToken": (
        may("ecr", "GetAuthorizationToken", "*"),  # it has no resource to name
    ),
}

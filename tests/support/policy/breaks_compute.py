"""Rows 1 to 21: images, functions, permissions."""

from tests.support.policy.mutations import Break

REPOSITORY = "ecr/repository:Repository create-user-image"
LIFECYCLE = "ecr/lifecyclePolicy:LifecyclePolicy create-user-image-lifecycle"
FUNCTION = "lambda/function:Function create-user"
ASYNC = "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig *"
MAPPING = "lambda/eventSourceMapping:EventSourceMapping new-users-mapping"
S3_MAY = "lambda/permission:Permission uploads-invoke"
API_MAY = "lambda/permission:Permission api-post-users-invoke"
RECURSION = "lambda/functionRecursionConfig:FunctionRecursionConfig process-upload-recursion"
POLICY = "iam/rolePolicy:RolePolicy create-user-policy"
ROLE = "iam/role:Role create-user-role"
KEYS = "arn:aws:kms:eu-central-1:123456789012:key/*"

IMAGES = (
    Break(rule="1", of=REPOSITORY, path=("imageTagMutability",), to="MUTABLE"),
    Break(rule="1", of=REPOSITORY, path=("imageTagMutability",)),
    Break(rule="1", of=REPOSITORY, path=("imageTagMutability",), to="IMMUTABLE_WITH_EXCLUSION"),
    Break(rule="2", of=REPOSITORY, path=("imageScanningConfiguration", "scanOnPush"), to=False),
    Break(rule="2", of=REPOSITORY, path=("imageScanningConfiguration",)),
    Break(
        rule="3", of=REPOSITORY, path=("encryptionConfigurations", 0, "encryptionType"), to="AES256"
    ),
    Break(rule="3", of=REPOSITORY, path=("encryptionConfigurations",)),
    Break(rule="4", of=LIFECYCLE),
    Break(
        rule="4",
        of=LIFECYCLE,
        path=("policy", "rules", 0, "selection", "countType"),
        to="sinceImagePushed",
    ),
    Break(rule="4", of=LIFECYCLE, path=("policy", "rules", 0, "selection", "countNumber"), to=4),
    Break(
        rule="6",
        of=FUNCTION,
        path=("imageUri",),
        to="123456789012.dkr.ecr.eu-central-1.amazonaws.com/create-user-image:latest",
    ),
    Break(rule="6", of=FUNCTION, path=("imageUri",), to=f"r.example.com/i:tag@sha256:{'0' * 64}"),
    Break(rule="6", of=REPOSITORY, path=("forceDelete",), to=True),
)

FUNCTIONS = (
    Break(rule="7", of=FUNCTION, path=("tracingConfig", "mode"), to="PassThrough"),
    Break(rule="7", of=FUNCTION, path=("tracingConfig",)),
    Break(rule="9", of=ASYNC, path=("destinationConfig",)),
    Break(rule="9", of=ASYNC),
    Break(rule="9", of=ASYNC, path=("qualifier",), to="other", refers=()),
    Break(rule="10", of=ASYNC, path=("maximumEventAgeInSeconds",)),
    Break(rule="10", of=ASYNC, path=("maximumRetryAttempts",)),
    Break(rule="10", of=MAPPING, path=("maximumRetryAttempts",), to=-1),
    Break(rule="10", of=MAPPING, path=("maximumRecordAgeInSeconds",)),
    Break(rule="11", of=FUNCTION, path=("memorySize",)),
    Break(
        rule="11",
        of="lambda/function:Function cleanup-expired",
        path=("timeout",),
        also=("55 functions",),
    ),
    Break(rule="11 api", of=FUNCTION, path=("timeout",), to=29),
    Break(rule="12", of=FUNCTION, path=("kmsKeyArn",)),
    Break(rule="13", of=FUNCTION, path=("environment", "variables", "DB_PASSWORD"), to="hunter2"),
    Break(
        rule="13",
        of=FUNCTION,
        path=("environment", "variables", "NOTE"),
        to="AKIAIOSFODNN7EXAMPLE",
    ),
    Break(rule="14", of=S3_MAY, path=("sourceAccount",)),
    Break(rule="14", of=S3_MAY, path=("action",), to="lambda:*"),
    Break(rule="14", of=API_MAY, path=("sourceArn",)),
    Break(rule="14", of=API_MAY, path=("sourceArn",), to="api/*"),
    Break(rule="14", of=API_MAY, path=("sourceArn",), to="arn:aws:execute-api:eu-central-1::api/*"),
    Break(rule="14", of=API_MAY, path=("principal",), to="*"),
    Break(rule="16", of=RECURSION, path=("recursiveLoop",), to="Allow"),
    Break(rule="16", of=RECURSION),
    Break(rule="17", of=FUNCTION, path=("loggingConfig", "logFormat"), to="Text"),
    Break(rule="17", of=FUNCTION, path=("loggingConfig", "logGroup"), to="/another", refers=()),
)

PERMISSIONS = (
    Break(rule="18", of=POLICY, path=("policy", "Statement", 0, "Action"), to=["dynamodb:*"]),
    Break(rule="18", of=POLICY, path=("policy", "Statement", 0, "Action"), to="dynamodb:Put?tem"),
    Break(rule="18", of=POLICY, path=("policy", "Statement", 0, "Resource"), to="*"),
    Break(rule="18", of=POLICY, path=("policy", "Statement", 0, "Resource"), to=["*"]),
    Break(rule="18", of=POLICY, path=("policy", "Statement", 0, "Resource"), to="arn:aws:s3:::*"),
    Break(rule="18", of=POLICY, path=("policy", "Statement", 0, "NotAction"), to="iam:PassRole"),
    Break(
        rule="18", of=POLICY, path=("policy", "Statement", 0, "NotResource"), to="arn:aws:s3:::a"
    ),
    Break(
        rule="18 roles",
        of=FUNCTION,
        path=("role",),
        to="arn",
        refers=("iam/role:Role queue-welcome-role",),
    ),
    Break(
        rule="19",
        of=ROLE,
        path=("managedPolicyArns",),
        to=["arn:aws:iam::aws:policy/AdministratorAccess"],
    ),
    Break(rule="20", of=POLICY, path=("policy", "Statement", 3, "Resource"), to=[KEYS]),
    Break(
        rule="20",
        of=POLICY,
        path=("policy", "Statement", 3),
        to={"Effect": "Allow", "Action": "kms:*", "Resource": KEYS},
        also=("18",),
    ),
    Break(rule="21", of=ROLE, path=("assumeRolePolicy", "Statement", 0, "Principal"), to="*"),
    Break(
        rule="21",
        of=ROLE,
        path=("assumeRolePolicy", "Statement", 0, "Principal"),
        to={"Service": "lambda.amazonaws.com", "AWS": "arn:aws:iam::123456789012:root"},
    ),
    Break(rule="21", of=ROLE, path=("assumeRolePolicy", "Statement", 0, "Principal")),
)

BREAKS = (*IMAGES, *FUNCTIONS, *PERMISSIONS)

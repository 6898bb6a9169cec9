"""The contract of everything that the local cloud can make."""

import importlib
import re
import sys

import pytest
from pulumi import _types

from local import naming, resources
from local.errors import LocalError
from local.resources import names, registry
from local.resources.request import Request
from local.resources.target import Target

assert resources  # importing it registers every counterpart

REQUIRED = set(
    """
aws:ecr/repository:Repository aws:ecr/lifecyclePolicy:LifecyclePolicy docker-build:index:Image
aws:iam/role:Role aws:iam/rolePolicy:RolePolicy
aws:cloudwatch/logGroup:LogGroup aws:cloudwatch/logMetricFilter:LogMetricFilter
aws:cloudwatch/metricAlarm:MetricAlarm aws:cloudwatch/dashboard:Dashboard
aws:sns/topic:Topic aws:sns/topicPolicy:TopicPolicy aws:sns/topicSubscription:TopicSubscription
aws:lambda/function:Function aws:lambda/alias:Alias aws:lambda/permission:Permission
aws:lambda/eventSourceMapping:EventSourceMapping
aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig
aws:lambda/functionRecursionConfig:FunctionRecursionConfig
aws:dynamodb/table:Table
aws:s3/bucket:Bucket aws:s3/bucketVersioning:BucketVersioning
aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock
aws:s3/bucketOwnershipControls:BucketOwnershipControls
aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration
aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration
aws:s3/bucketPolicy:BucketPolicy aws:s3/bucketNotification:BucketNotification
aws:s3/bucketLogging:BucketLogging
aws:sqs/queue:Queue aws:sqs/queuePolicy:QueuePolicy
aws:sqs/redriveAllowPolicy:RedriveAllowPolicy
aws:sesv2/emailIdentity:EmailIdentity aws:sesv2/configurationSet:ConfigurationSet
aws:apigateway/restApi:RestApi aws:apigateway/resource:Resource aws:apigateway/method:Method
aws:apigateway/integration:Integration aws:apigateway/model:Model
aws:apigateway/requestValidator:RequestValidator aws:apigateway/response:Response
aws:apigateway/deployment:Deployment aws:apigateway/stage:Stage
aws:apigateway/methodSettings:MethodSettings aws:apigateway/usagePlan:UsagePlan
aws:apigateway/usagePlanKey:UsagePlanKey aws:apigateway/apiKey:ApiKey
aws:apigateway/account:Account aws:apigateway/integrationResponse:IntegrationResponse
aws:apigateway/methodResponse:MethodResponse aws:apigateway/domainName:DomainName
aws:apigateway/basePathMapping:BasePathMapping
aws:apigatewayv2/api:Api aws:apigatewayv2/integration:Integration aws:apigatewayv2/route:Route
aws:apigatewayv2/routeResponse:RouteResponse aws:apigatewayv2/deployment:Deployment
aws:apigatewayv2/stage:Stage
aws:appsync/graphQLApi:GraphQLApi aws:appsync/apiKey:ApiKey aws:appsync/dataSource:DataSource
aws:appsync/resolver:Resolver
aws:scheduler/schedule:Schedule
aws:kms/key:Key aws:kms/alias:Alias
aws:apigateway/authorizer:Authorizer aws:cognito/userPool:UserPool
aws:cognito/resourceServer:ResourceServer aws:cognito/userPoolDomain:UserPoolDomain
aws:cognito/userPoolClient:UserPoolClient
""".split()  # noqa: SIM905 (easier to read and to compare with the program)
)


def sdk_inputs(token):
    """Return the names of a type's inputs in the SDK."""
    package, module, name = token.split(":")
    module = module.split("/")[0]
    root = {"aws": "pulumi_aws", "docker-build": "pulumi_docker_build"}[package]
    path = {"index": root, "lambda": f"{root}.lambda_"}.get(module, f"{root}.{module}")
    module = sys.modules[getattr(importlib.import_module(path), name).__module__]
    arguments = getattr(module, module.__all__[0])  # …Args, or …InitArgs where that name is taken
    return set(_types.input_type_py_to_pulumi_names(arguments).values())


def request(type_="aws:sqs/queue:Queue", **inputs):
    return Request(type=type_, name="thing", urn="urn", inputs=inputs, target=None)


def test_every_required_type_can_be_made():
    assert set(registry.RESOURCES) >= REQUIRED


@pytest.mark.parametrize("token", sorted(registry.RESOURCES))
def test_inputs_are_those_of_the_sdk(token):
    counterpart = registry.RESOURCES[token]
    known = sdk_inputs(token)
    assert known
    assert counterpart.passes <= known
    assert counterpart.ignores <= known
    assert not counterpart.passes & counterpart.ignores


@pytest.mark.parametrize("token", sorted(registry.RESOURCES))
def test_an_unknown_input_is_refused(token):
    with pytest.raises(LocalError, match=r"does not know what to do with `fromTheFuture`"):
        registry.counterpart(request(token, fromTheFuture=1, tags={"a": "b"}))


def test_an_unknown_type_says_where_to_add_it():
    with pytest.raises(LocalError, match=r"aws:x/y:Z has no local counterpart.*local/resources/"):
        registry.counterpart(request("aws:x/y:Z"))


def test_an_unknown_function_says_where_to_add_it():
    with pytest.raises(LocalError, match=r"aws:x/y:z has no local counterpart.*invokes\.py"):
        registry.answer("aws:x/y:z", None, {})


def test_a_url_that_aws_would_serve_is_the_emulators():
    target = Target(aws=None, root=None)
    target.addresses["https://auth-1.example.com"] = "http://127.0.0.1:4566"
    assert target.here("https://auth-1.example.com/token") == "http://127.0.0.1:4566/token"
    assert target.here("https://other.example.com") == "https://other.example.com"
    assert target.here(["https://auth-1.example.com"]) == ["https://auth-1.example.com"]


def test_a_missing_input_is_named():
    with pytest.raises(LocalError, match="`url` is missing"):
        request().require("url")


@pytest.mark.parametrize(
    ("suffix", "pattern", "name"),
    [
        ("", naming.DEFAULT_PATTERN, r"emails-[0-9a-f]{7}"),
        (".fifo", naming.DEFAULT_PATTERN, r"emails-[0-9a-f]{7}\.fifo"),
        ("", "app-dev-${name}-${hex(3)}", r"app-dev-emails-[0-9a-f]{3}"),
    ],
)
def test_automatic_names(suffix, pattern, name):
    made = naming.auto_name("emails", 20, suffix, pattern, seed="a")
    assert re.fullmatch(name, made)
    assert made == naming.auto_name("emails", 20, suffix, pattern, seed="a")
    assert made != naming.auto_name("emails", 20, suffix, pattern, seed="b")


def test_a_name_that_is_too_long_is_refused_as_by_the_provider():
    assert len(naming.auto_name("x" * 56, 64, seed="")) == 64
    with pytest.raises(LocalError, match="has 65 characters; the service takes 64"):
        naming.auto_name("x" * 57, 64, seed="")


def test_a_pattern_that_the_local_cloud_does_not_know_is_refused():
    with pytest.raises(LocalError, match=r"pulumi:autonaming holds \$\{uuid\}; the local cloud"):
        naming.auto_name("emails", 20, pattern="${name}-${uuid}", seed="")


def test_pascal():
    given = {"batchSize": 1, "onFailure": {"id": "a", "none": None}, "list": [{"aB": [1]}]}
    assert names.pascal(given, {"id": "ID"}) == {
        "BatchSize": 1,
        "OnFailure": {"ID": "a"},
        "List": [{"AB": [1]}],
    }
    assert names.pascal(None) is None

"""A program with one resource of every type that the local cloud can make."""

import json

import pulumi
import pulumi_aws as aws
import pulumi_docker_build as docker_build


def policy(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def trust(service):
    return policy(Principal={"Service": service}, Action="sts:AssumeRole")


caller = aws.get_caller_identity()
assert caller.account_id == "000000000000"
assert aws.get_partition().partition == "aws"
assert aws.get_region().region == "us-east-1"

repository = aws.ecr.Repository(
    "repository",
    image_tag_mutability="IMMUTABLE",
    image_scanning_configuration={"scan_on_push": True},
    force_delete=True,
)
token = aws.ecr.get_authorization_token_output(registry_id=repository.registry_id)
rule = {
    "rulePriority": 1,
    "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 3},
    "action": {"type": "expire"},
}
aws.ecr.LifecyclePolicy(
    "lifecycle", repository=repository.name, policy=json.dumps({"rules": [rule]})
)
image = docker_build.Image(
    "image",
    push=True,
    context={"location": "."},
    build_args={"FUNCTION": "one"},
    platforms=["linux/arm64"],
    tags=[repository.repository_url.apply(lambda url: f"{url}:v1")],
    registries=[
        {"address": repository.repository_url, "username": "AWS", "password": token.password}
    ],
)

key = aws.kms.Key("key", description="a key", enable_key_rotation=True)
aws.kms.Alias("key-alias", target_key_id=key.key_id)
aws.ecr.Repository(
    "encrypted", encryption_configurations=[{"encryption_type": "KMS", "kms_key": key.arn}]
)
logs = aws.cloudwatch.LogGroup("logs", retention_in_days=7, kms_key_id=key.arn, tags={"a": "b"})
role = aws.iam.Role(
    "role",
    assume_role_policy=trust("lambda.amazonaws.com"),
    inline_policies=[{"name": "p", "policy": policy(Action="sqs:SendMessage", Resource="*")}],
)
allowed = aws.iam.RolePolicy(
    "policy",
    role=role.name,
    policy=policy(
        Action=["dynamodb:*", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        Resource="*",
    ),
)
function = aws.lambda_.Function(
    "one",
    package_type="Image",
    image_uri=image.ref,
    image_config={"commands": ["handlers.one.handler.handler"]},
    role=role.arn,
    memory_size=256,
    timeout=10,
    publish=True,
    architectures=["arm64"],
    reserved_concurrent_executions=5,
    ephemeral_storage={"size": 1024},
    tracing_config={"mode": "Active"},
)
alias = aws.lambda_.Alias(
    "live", name="live", function_name=function.name, function_version=function.version
)
aws.lambda_.ProvisionedConcurrencyConfig(
    "waiting",
    function_name=alias.function_name,
    qualifier=alias.name,
    provisioned_concurrent_executions=2,
)
aws.lambda_.FunctionRecursionConfig(
    "recursion", function_name=function.name, recursive_loop="Terminate"
)

dead = aws.sqs.Queue("dead", message_retention_seconds=1_209_600)
queue = aws.sqs.Queue("queue", sqs_managed_sse_enabled=True, visibility_timeout_seconds=60)
fifo = aws.sqs.Queue("fifo", fifo_queue=True, content_based_deduplication=True)
aws.sqs.RedriveAllowPolicy(
    "redrive-allow",
    queue_url=dead.url,
    redrive_allow_policy=queue.arn.apply(
        lambda arn: json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [arn]})
    ),
)
from_s3 = aws.sqs.QueuePolicy(
    "queue-policy",
    queue_url=dead.url,
    policy=dead.arn.apply(
        lambda arn: policy(
            Principal={"Service": "s3.amazonaws.com"}, Action="sqs:SendMessage", Resource=arn
        )
    ),
)
aws.lambda_.FunctionEventInvokeConfig(
    "asynchronous",
    function_name=function.name,
    qualifier=alias.name,
    maximum_retry_attempts=1,
    maximum_event_age_in_seconds=60,
    destination_config={"on_failure": {"destination": dead.arn}},
)
aws.lambda_.EventSourceMapping(
    "from-queue",
    event_source_arn=queue.arn,
    function_name=alias.arn,
    batch_size=10,
    maximum_batching_window_in_seconds=1,
    function_response_types=["ReportBatchItemFailures"],
    scaling_config={"maximum_concurrency": 2},
)

table = aws.dynamodb.Table(
    "table",
    hash_key="id",
    range_key="n",
    attributes=[
        {"name": "id", "type": "S"},
        {"name": "n", "type": "N"},
        {"name": "day", "type": "S"},
    ],
    billing_mode="PROVISIONED",
    read_capacity=1,
    write_capacity=1,
    global_secondary_indexes=[
        {
            "name": "by-day",
            "hash_key": "day",
            "range_key": "n",
            "projection_type": "INCLUDE",
            "non_key_attributes": ["a"],
            "read_capacity": 1,
            "write_capacity": 1,
        }
    ],
    local_secondary_indexes=[{"name": "local", "range_key": "day", "projection_type": "KEYS_ONLY"}],
    stream_enabled=True,
    stream_view_type="NEW_AND_OLD_IMAGES",
    server_side_encryption={"enabled": True, "kms_key_arn": key.arn},
    point_in_time_recovery={"enabled": True, "recovery_period_in_days": 7},
)
aws.lambda_.EventSourceMapping(
    "from-stream",
    event_source_arn=table.stream_arn,
    function_name=alias.arn,
    starting_position="TRIM_HORIZON",
    filter_criteria={"filters": [{"pattern": json.dumps({"eventName": ["INSERT"]})}]},
    bisect_batch_on_function_error=True,
    maximum_retry_attempts=3,
    maximum_record_age_in_seconds=3600,
    parallelization_factor=2,
    destination_config={"on_failure": {"destination_arn": dead.arn}},
)

bucket = aws.s3.Bucket("bucket")
archive = aws.s3.Bucket("archive", bucket="an-archive")
aws.s3.BucketPublicAccessBlock("block", bucket=bucket.id, block_public_acls=True)
aws.s3.BucketOwnershipControls(
    "owner", bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"}
)
aws.s3.BucketVersioning(
    "versions", bucket=bucket.id, versioning_configuration={"status": "Enabled"}
)
aws.s3.BucketServerSideEncryptionConfiguration(
    "encryption",
    bucket=bucket.id,
    rules=[
        {
            "apply_server_side_encryption_by_default": {
                "sse_algorithm": "aws:kms",
                "kms_master_key_id": key.arn,
            },
            "bucket_key_enabled": True,
        }
    ],
)
aws.s3.BucketLifecycleConfiguration(
    "expiry",
    bucket=bucket.id,
    rules=[
        {
            "id": "a",
            "status": "Enabled",
            "filter": {"and": {"prefix": "a/", "tags": {"t": "1"}}},
            "transitions": [{"days": 30, "storage_class": "GLACIER"}],
            "noncurrent_version_expiration": {"noncurrent_days": 3},
        },
        {"id": "b", "status": "Enabled", "expiration": {"days": 1}},
    ],
)
aws.s3.BucketCorsConfiguration(
    "cors",
    bucket=bucket.id,
    cors_rules=[
        {
            "id": "pages",
            "allowed_origins": ["https://app.example.com"],
            "allowed_methods": ["GET", "POST"],
            "max_age_seconds": 3600,
        }
    ],
)
aws.s3.BucketLogging("access-log", bucket=bucket.id, target_bucket=archive.id, target_prefix="x/")
aws.s3.BucketPolicy(
    "bucket-policy",
    bucket=bucket.id,
    policy=bucket.arn.apply(
        lambda arn: policy(
            Principal={"AWS": caller.arn}, Action="s3:GetObject", Resource=f"{arn}/*"
        )
    ),
)
permission = aws.lambda_.Permission(
    "permission",
    action="lambda:InvokeFunction",
    function=function.name,
    qualifier=alias.name,
    principal="s3.amazonaws.com",
    source_arn=bucket.arn,
    source_account=caller.account_id,
)
topic = aws.sns.Topic("topic", display_name="alarms")
aws.s3.BucketNotification(
    "notification",
    bucket=bucket.id,
    lambda_functions=[
        {
            "lambda_function_arn": alias.arn,
            "events": ["s3:ObjectCreated:*"],
            "filter_prefix": "uploads/",
            "filter_suffix": ".jpg",
        }
    ],
    queues=[{"queue_arn": dead.arn, "events": ["s3:ObjectRemoved:*"]}],
    eventbridge=True,
    opts=pulumi.ResourceOptions(depends_on=[permission, from_s3]),
)

aws.sns.TopicPolicy(
    "topic-policy",
    arn=topic.arn,
    policy=policy(
        Principal={"Service": "cloudwatch.amazonaws.com"}, Action="sns:Publish", Resource="*"
    ),
)
aws.sns.TopicSubscription(
    "subscription", topic=topic.arn, protocol="email", endpoint="ops@example.com"
)
aws.cloudwatch.LogMetricFilter(
    "outcomes",
    log_group_name=logs.name,
    pattern="{ $.outcome = * }",
    metric_transformation={
        "name": "outcomes",
        "namespace": "app",
        "value": "1",
        "dimensions": {"outcome": "$.outcome"},
    },
)
aws.cloudwatch.MetricAlarm(
    "errors",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=1,
    metric_name="Errors",
    namespace="AWS/Lambda",
    dimensions={"FunctionName": function.name},
    period=60,
    statistic="Sum",
    threshold=0,
    alarm_actions=[topic.arn],
    ok_actions=[topic.arn],
)
aws.cloudwatch.MetricAlarm(
    "rate",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=1,
    threshold=0.5,
    metric_queries=[
        {"id": "r", "expression": "e * 2", "return_data": True},
        {
            "id": "e",
            "metric": {
                "metric_name": "Errors",
                "namespace": "AWS/Lambda",
                "period": 60,
                "stat": "Sum",
                "dimensions": {"FunctionName": function.name},
            },
        },
    ],
)
aws.cloudwatch.Dashboard("board", dashboard_name="board", dashboard_body='{"widgets": []}')

sets = aws.sesv2.ConfigurationSet(
    "mail",
    configuration_set_name="mail",
    delivery_options={"tls_policy": "REQUIRE"},
    suppression_options={"suppressed_reasons": ["BOUNCE"]},
)
aws.sesv2.EmailIdentity(
    "sender",
    email_identity="no-reply@example.com",
    configuration_set_name=sets.configuration_set_name,
)

scheduler_role = aws.iam.Role("scheduler-role", assume_role_policy=trust("scheduler.amazonaws.com"))
aws.scheduler.Schedule(
    "hourly",
    schedule_expression="rate(1 hour)",
    flexible_time_window={"mode": "FLEXIBLE", "maximum_window_in_minutes": 5},
    target={
        "arn": alias.arn,
        "role_arn": scheduler_role.arn,
        "input": json.dumps({"arn": "<aws.scheduler.schedule-arn>"}),
        "retry_policy": {"maximum_retry_attempts": 2, "maximum_event_age_in_seconds": 60},
        "dead_letter_config": {"arn": dead.arn},
    },
)

socket = aws.apigatewayv2.Api(
    "socket", protocol_type="WEBSOCKET", route_selection_expression="$request.body.action"
)
socket_function = aws.apigatewayv2.Integration(
    "socket-function",
    api_id=socket.id,
    integration_type="AWS_PROXY",
    integration_method="POST",
    integration_uri=alias.invoke_arn,
)
messages = aws.apigatewayv2.Route(
    "messages",
    api_id=socket.id,
    route_key="$default",
    target=pulumi.Output.concat("integrations/", socket_function.id),
    route_response_selection_expression="$default",
)
replies = aws.apigatewayv2.RouteResponse(
    "replies", api_id=socket.id, route_id=messages.id, route_response_key="$default"
)
socket_deployment = aws.apigatewayv2.Deployment(
    "socket-deployment",
    api_id=socket.id,
    triggers={"routes": "hash"},
    opts=pulumi.ResourceOptions(depends_on=[replies]),
)
aws.apigatewayv2.Stage(
    "socket-stage",
    api_id=socket.id,
    name="v1",
    deployment_id=socket_deployment.id,
    access_log_settings={"destination_arn": logs.arn, "format": '{"id": "$context.requestId"}'},
    default_route_settings={"throttling_rate_limit": 50, "throttling_burst_limit": 100},
)

graph = aws.appsync.GraphQLApi(
    "graph",
    authentication_type="API_KEY",
    schema="type Query { echo(text: String!): String }",
    introspection_config="ENABLED",
    query_depth_limit=5,
    resolver_count_limit=50,
)
aws.appsync.ApiKey("graph-key", api_id=graph.id, expires="2100-01-01T00:00:00Z")
graph_source = aws.appsync.DataSource(
    "graph-source",
    api_id=graph.id,
    name="one",
    type="AWS_LAMBDA",
    service_role_arn=scheduler_role.arn,
    lambda_config={"function_arn": alias.arn},
)
aws.appsync.Resolver(
    "graph-echo",
    api_id=graph.id,
    type="Query",
    field="echo",
    kind="UNIT",
    data_source=graph_source.name,
    max_batch_size=10,
)

machine_role = aws.iam.Role("machine-role", assume_role_policy=trust("states.amazonaws.com"))
aws.sfn.StateMachine(
    "machine",
    type="STANDARD",
    role_arn=machine_role.arn,
    definition=alias.arn.apply(
        lambda arn: json.dumps(
            {
                "QueryLanguage": "JSONata",
                "StartAt": "One",
                "States": {
                    "One": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::lambda:invoke",
                        "Arguments": {"FunctionName": arn, "Payload": "{% $states.input %}"},
                        "Output": "{% $states.result.Payload %}",
                        "End": True,
                    }
                },
            }
        )
    ),
    logging_configuration={
        "level": "ALL",
        "include_execution_data": False,
        "log_destination": pulumi.Output.concat(logs.arn, ":*"),
    },
    tracing_configuration={"enabled": True},
)

api = aws.apigateway.RestApi(
    "api",
    endpoint_configuration={"types": "REGIONAL"},
    binary_media_types=["image/png"],
    minimum_compression_size="1024",
)
model = aws.apigateway.Model(
    "new-user",
    rest_api=api.id,
    content_type="application/json",
    schema=json.dumps({"type": "object"}),
)
validator = aws.apigateway.RequestValidator(
    "validator", rest_api=api.id, validate_request_body=True
)
aws.apigateway.Response(
    "4xx",
    rest_api_id=api.id,
    response_type="DEFAULT_4XX",
    response_templates={"application/json": '{"error": $context.error.messageString}'},
)
users = aws.apigateway.Resource(
    "users", rest_api=api.id, parent_id=api.root_resource_id, path_part="users"
)
place = {"rest_api": api.id, "resource_id": users.id, "http_method": "POST"}
post = aws.apigateway.Method(
    "post",
    **place,
    authorization="NONE",
    api_key_required=True,
    request_validator_id=validator.id,
    request_models={"application/json": model.name},
)
after_post = pulumi.ResourceOptions(depends_on=[post])
proxy = aws.apigateway.Integration(
    "proxy",
    **place,
    type="AWS_PROXY",
    integration_http_method="POST",
    uri=alias.invoke_arn,
    timeout_milliseconds=29_000,
    opts=after_post,
)
method_response = aws.apigateway.MethodResponse(
    "post-200", **place, status_code="200", opts=after_post
)
aws.apigateway.IntegrationResponse(
    "post-200-from",
    **place,
    status_code="200",
    opts=pulumi.ResourceOptions(depends_on=[proxy, method_response]),
)
pool = aws.cognito.UserPool(
    "pool",
    admin_create_user_config={"allow_admin_create_user_only": True},
    username_attributes=["email"],
    username_configuration={"case_sensitive": False},
    auto_verified_attributes=["email"],
    account_recovery_setting={"recovery_mechanisms": [{"name": "verified_email", "priority": 1}]},
    password_policy={"minimum_length": 20, "temporary_password_validity_days": 1},
    mfa_configuration="ON",
    software_token_mfa_configuration={"enabled": True},
    user_pool_tier="LITE",
    deletion_protection="INACTIVE",
)
server = aws.cognito.ResourceServer(
    "server",
    user_pool_id=pool.id,
    identifier="things",
    scopes=[{"scope_name": "read", "scope_description": "Read things"}],
)
sign_in = aws.cognito.UserPoolDomain("sign-in", user_pool_id=pool.id, domain="things")
client = aws.cognito.UserPoolClient(
    "client",
    user_pool_id=pool.id,
    generate_secret=True,
    allowed_oauth_flows_user_pool_client=True,
    allowed_oauth_flows=["client_credentials"],
    allowed_oauth_scopes=server.scope_identifiers,
    access_token_validity=5,
    token_validity_units={"access_token": "minutes"},
)
authorizer = aws.apigateway.Authorizer(
    "authorizer", rest_api=api.id, type="COGNITO_USER_POOLS", provider_arns=[pool.arn]
)
get = aws.apigateway.Method(
    "get",
    rest_api=api.id,
    resource_id=users.id,
    http_method="GET",
    authorization="COGNITO_USER_POOLS",
    authorizer_id=authorizer.id,
    authorization_scopes=["things/read"],
)
aws.apigateway.Integration(
    "mock",
    rest_api=api.id,
    resource_id=users.id,
    http_method=get.http_method,
    type="MOCK",
    request_templates={"application/json": '{"statusCode": 200}'},
)
deployment = aws.apigateway.Deployment(
    "deployment",
    rest_api=api.id,
    triggers={"routes": "hash"},
    opts=pulumi.ResourceOptions(depends_on=[proxy]),
)
stage = aws.apigateway.Stage(
    "stage",
    rest_api=api.id,
    stage_name="v1",
    deployment=deployment.id,
    xray_tracing_enabled=True,
    access_log_settings={"destination_arn": logs.arn, "format": '{"id": "$context.requestId"}'},
)
aws.apigateway.MethodSettings(
    "settings",
    rest_api=api.id,
    stage_name=stage.stage_name,
    method_path="*/*",
    settings={"throttling_rate_limit": 50, "throttling_burst_limit": 100, "logging_level": "ERROR"},
)
plan = aws.apigateway.UsagePlan(
    "plan",
    api_stages=[
        {
            "api_id": api.id,
            "stage": stage.stage_name,
            "throttles": [{"path": "/users/POST", "burst_limit": 5, "rate_limit": 2}],
        }
    ],
    quota_settings={"limit": 100, "period": "DAY"},
    throttle_settings={"burst_limit": 10, "rate_limit": 5},
)
api_key = aws.apigateway.ApiKey("caller")
aws.apigateway.UsagePlanKey(
    "plan-key", usage_plan_id=plan.id, key_id=api_key.id, key_type="API_KEY"
)
log_role = aws.iam.Role("log-role", assume_role_policy=trust("apigateway.amazonaws.com"))
aws.apigateway.Account("account", cloudwatch_role_arn=log_role.arn)
domain = aws.apigateway.DomainName(
    "domain",
    domain_name="api.example.com",
    regional_certificate_arn="arn:aws:acm:us-east-1:000000000000:certificate/1",
    endpoint_configuration={"types": "REGIONAL"},
    security_policy="TLS_1_2",
)
aws.apigateway.BasePathMapping(
    "mapping", domain_name=domain.domain_name, rest_api=api.id, stage_name=stage.stage_name
)

acl = aws.wafv2.WebAcl(
    "firewall",
    scope="REGIONAL",
    default_action={"allow": {}},
    custom_response_bodies=[
        {"key": "no", "content": '{"error": "no"}', "content_type": "APPLICATION_JSON"}
    ],
    rules=[
        {
            "name": "rate",
            "priority": 0,
            "statement": {"rate_based_statement": {"aggregate_key_type": "IP", "limit": 100}},
            "action": {
                "block": {
                    "custom_response": {"response_code": 429, "custom_response_body_key": "no"}
                }
            },
            "visibility_config": {
                "cloudwatch_metrics_enabled": True,
                "metric_name": "rate",
                "sampled_requests_enabled": False,
            },
        }
    ],
    data_protection_config={
        "data_protections": [{"action": "HASH", "field": {"field_type": "QUERY_STRING"}}]
    },
    visibility_config={
        "cloudwatch_metrics_enabled": True,
        "metric_name": "all",
        "sampled_requests_enabled": True,
    },
)
aws.wafv2.WebAclAssociation("before", resource_arn=stage.arn, web_acl_arn=acl.arn)
aws.wafv2.WebAclLoggingConfiguration(
    "firewall-log", resource_arn=acl.arn, log_destination_configs=[logs.arn]
)

services = {
    name: aws.ec2.get_vpc_endpoint_service_output(service=name, service_type=kind)
    for name, kind in (("s3", "Gateway"), ("email", "Interface"))
}
vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", enable_dns_hostnames=True)
aws.ec2.DefaultSecurityGroup("default", vpc_id=vpc.id)
subnet = aws.ec2.Subnet(
    "subnet",
    vpc_id=vpc.id,
    cidr_block="10.0.1.0/24",
    availability_zone=services["email"].availability_zones[1],
    map_public_ip_on_launch=True,
)
routes = aws.ec2.RouteTable("routes", vpc_id=vpc.id)
aws.ec2.RouteTableAssociation("of-subnet", route_table_id=routes.id, subnet_id=subnet.id)
inside = aws.ec2.SecurityGroup("inside", vpc_id=vpc.id)
s3_endpoint = aws.ec2.VpcEndpoint(
    "to-s3",
    vpc_id=vpc.id,
    service_name=services["s3"].service_name,
    route_table_ids=[routes.id],
    policy=policy(Principal="*", Action="s3:*", Resource="*"),
)
aws.ec2.VpcEndpoint(
    "to-ses",
    vpc_id=vpc.id,
    vpc_endpoint_type="Interface",
    service_name=services["email"].service_name,
    subnet_ids=[subnet.id],
    security_group_ids=[inside.id],
    private_dns_enabled=True,
)
https = {"security_group_id": inside.id, "ip_protocol": "tcp", "from_port": 443, "to_port": 443}
aws.vpc.SecurityGroupIngressRule(
    "in", **https, description="From itself", referenced_security_group_id=inside.id
)
aws.vpc.SecurityGroupIngressRule("in-by-address", **https, cidr_ipv4="10.0.0.0/8")
aws.vpc.SecurityGroupEgressRule("out", **https, prefix_list_id=s3_endpoint.prefix_list_id)
gateway = aws.ec2.InternetGateway("gateway", vpc_id=vpc.id)
block = aws.ec2.VpcIpv4CidrBlockAssociation("block", vpc_id=vpc.id, cidr_block="100.64.0.0/28")
nat_address = aws.ec2.Eip("nat-address", domain="vpc")
nat = aws.ec2.NatGateway("nat", allocation_id=nat_address.id, subnet_id=subnet.id)
aws.ec2.Route(
    "way-out",
    route_table_id=routes.id,
    destination_cidr_block="0.0.0.0/0",
    nat_gateway_id=nat.id,
)
aws.secretsmanager.Secret("secret", description="a secret", kms_key_id=key.arn)
flow_role = aws.iam.Role("flow-role", assume_role_policy=trust("vpc-flow-logs.amazonaws.com"))
aws.ec2.FlowLog(
    "flow",
    vpc_id=vpc.id,
    traffic_type="REJECT",
    log_destination=logs.arn,
    iam_role_arn=flow_role.arn,
)

pulumi.export("vpc_id", vpc.id)
pulumi.export("url", stage.invoke_url)
pulumi.export("key", api_key.value)
pulumi.export("fifo", fifo.name)
pulumi.export("image", image.ref)
pulumi.export("model", model.name)
pulumi.export("bucket", bucket.bucket)
pulumi.export("encryption_key", key.arn)
pulumi.export(
    "token_endpoint",
    sign_in.domain.apply(lambda d: f"https://{d}.auth.us-east-1.amazoncognito.com/oauth2/token"),
)
pulumi.export("user_pool_id", pool.id)
pulumi.export("client_id", client.id)
pulumi.export("client_secret", client.client_secret)

"""Rows 8, 15, 27, 44, 57 and 58, and the alarms on durations: what guards the system."""

from tests.support.policy.mutations import Break

FUNCTION = "lambda/function:Function create-user"
SUBNET = "ec2/subnet:Subnet network-private-1"
ACL = "wafv2/webAcl:WebAcl api-firewall"
ASSOCIATION = "wafv2/webAclAssociation:WebAclAssociation api-firewall-association"
ACL_LOG = "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration api-firewall-logging"
LOGGING = "s3/bucketLogging:BucketLogging storage-access-log-logging"
FLOW_LOG = "ec2/flowLog:FlowLog network-flow"
DEFAULT = "ec2/defaultSecurityGroup:DefaultSecurityGroup network-default"
GROUP = "ec2/securityGroup:SecurityGroup network-functions"
WAY_OUT = "vpc/securityGroupEgressRule:SecurityGroupEgressRule network-endpoints-to-s3"
ALARM = "cloudwatch/metricAlarm:MetricAlarm monitoring-create-user-duration"
ENDPOINT = "ec2/vpcEndpoint:VpcEndpoint network-endpoints-"

RATE, REPUTATION, BAD_INPUTS, COMMON = range(4)
"""The firewall's rules, in their order."""

BREAKS = (
    Break(rule="8", of=FUNCTION, path=("reservedConcurrentExecutions",)),
    Break(rule="8", of=FUNCTION, path=("reservedConcurrentExecutions",), to=-1),
    Break(rule="15", of=FUNCTION, path=("vpcConfig",), refers=()),
    Break(rule="15", of=FUNCTION, path=("vpcConfig", "securityGroupIds"), to=[]),
    Break(rule="15", of=FUNCTION, path=("vpcConfig", "subnetIds"), to=["a"], refers=(SUBNET,)),
    Break(rule="27", of=ASSOCIATION),
    Break(rule="27", of=ASSOCIATION, path=("webAclArn",), to="another", refers=()),
    Break(rule="27", of=ACL_LOG),
    Break(rule="27", of=ACL, path=("rules", RATE, "action"), to={"count": {}}),
    Break(rule="27", of=ACL, path=("rules", RATE, "statement"), to={"geoMatchStatement": {}}),
    Break(rule="27", of=ACL, path=("rules",)),
    Break(rule="44", of=LOGGING, also=("41",)),
    Break(rule="44", of=LOGGING, path=("targetBucket",)),
    Break(
        rule="44",
        of=LOGGING,
        path=("targetBucket",),
        to="a",
        refers=("s3/bucket:Bucket storage",),
        also=("41",),
    ),
    Break(rule="55 functions", of=ALARM),
    Break(rule="55 functions", of=ALARM, path=("extendedStatistic",), to="p50"),
    Break(rule="55 functions", of=ALARM, path=("threshold",), to=20_000),
    Break(rule="55 functions", of=ALARM, path=("threshold",), to=1_000),
    Break(rule="57 vpc", of=FLOW_LOG),
    Break(rule="57 vpc", of=FLOW_LOG, path=("trafficType",), to="ACCEPT"),
    Break(rule="57 vpc", of=DEFAULT),
    Break(rule="57 vpc", of=DEFAULT, path=("ingress",), to=[{"self": True}]),
    Break(rule="57 vpc", of=DEFAULT, path=("egress",), to=[{"cidrBlocks": ["0.0.0.0/0"]}]),
    Break(rule="57 ways-out", of=SUBNET, path=("mapPublicIpOnLaunch",), to=True),
    Break(rule="57 ways-out", of=WAY_OUT, path=("cidrIpv4",), to="0.0.0.0/0"),
    Break(rule="57 ways-out", of=WAY_OUT, path=("cidrIpv6",), to="::/0"),
    Break(rule="57 ways-out", of=GROUP, path=("egress",), to=[{"cidrBlocks": ["0.0.0.0/0"]}]),
    Break(rule="58", of=f"{ENDPOINT}dynamodb"),
    Break(rule="58", of=f"{ENDPOINT}s3"),
    Break(rule="58", of=f"{ENDPOINT}sqs"),
    Break(rule="58", of=f"{ENDPOINT}email"),
)

"""Networks: VPCs, subnets, routes, endpoints and flow logs.

The emulator keeps all of it and connects nothing: functions have this machine's network.
"""

from collections.abc import Mapping
from typing import Any

from local.resources.names import present
from local.resources.registry import ANEW, invoke, resource
from local.resources.request import Request, ResourceState
from local.resources.target import Target

_SUPPORT = ("enableDnsHostnames", "enableDnsSupport")


def _update_vpc(request: Request) -> ResourceState:
    _set_support(request, request.id)
    return request.unchanged()


@resource(
    "aws:ec2/vpc:Vpc",
    passes=f"cidrBlock {' '.join(_SUPPORT)}",
    update=_update_vpc,
    fixed="cidrBlock",
    delete=lambda request: request.client("ec2").delete_vpc(VpcId=request.id),
)
def vpc(request: Request) -> ResourceState:
    """Make a VPC; its default security group is one of its outputs."""
    ec2 = request.client("ec2")
    id_ = ec2.create_vpc(CidrBlock=request.require("cidrBlock"))["Vpc"]["VpcId"]
    _set_support(request, id_)
    return ResourceState(id_, {"arn": request.target.arn("ec2", f"vpc/{id_}")})


def _set_support(request: Request, vpc: str) -> None:
    for name in _SUPPORT:
        if request.get(name) is not None or request.changed(name):
            default = name == "enableDnsSupport"
            value = {name[:1].upper() + name[1:]: {"Value": request.get(name, default)}}
            # The API accepts one at a time.
            request.client("ec2").modify_vpc_attribute(VpcId=vpc, **value)


@resource(
    "aws:ec2/subnet:Subnet",
    passes="vpcId cidrBlock availabilityZone mapPublicIpOnLaunch",
    update=ANEW,
    delete=lambda request: request.client("ec2").delete_subnet(SubnetId=request.id),
)
def subnet(request: Request) -> ResourceState:
    """Make a subnet in a zone."""
    ec2 = request.client("ec2")
    created_subnet = ec2.create_subnet(
        VpcId=request.require("vpcId"),
        CidrBlock=request.require("cidrBlock"),
        **present(AvailabilityZone=request.get("availabilityZone")),
    )["Subnet"]
    id_ = created_subnet["SubnetId"]
    ec2.modify_subnet_attribute(
        SubnetId=id_, MapPublicIpOnLaunch={"Value": request.get("mapPublicIpOnLaunch", False)}
    )
    return ResourceState(
        id_,
        {
            "arn": request.target.arn("ec2", f"subnet/{id_}"),
            "availabilityZone": created_subnet["AvailabilityZone"],
        },
    )


@resource(
    "aws:ec2/routeTable:RouteTable",
    passes="vpcId",
    delete=lambda request: request.client("ec2").delete_route_table(RouteTableId=request.id),
)
def route_table(request: Request) -> ResourceState:
    """Make a route table with the route inside its VPC only."""
    response = request.client("ec2").create_route_table(VpcId=request.require("vpcId"))
    id_ = response["RouteTable"]["RouteTableId"]
    return ResourceState(id_, {"arn": request.target.arn("ec2", f"route-table/{id_}")})


@resource(
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    passes="routeTableId subnetId",
    update=ANEW,
    delete=lambda request: request.client("ec2").disassociate_route_table(AssociationId=request.id),
)
def route_table_association(request: Request) -> ResourceState:
    """Associate a route table with a subnet."""
    response = request.client("ec2").associate_route_table(
        RouteTableId=request.require("routeTableId"), SubnetId=request.require("subnetId")
    )
    return ResourceState(response["AssociationId"])


@resource(
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    passes=(
        "vpcId serviceName vpcEndpointType policy routeTableIds subnetIds securityGroupIds "
        "privateDnsEnabled"
    ),
    update=ANEW,
    delete=lambda request: request.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[request.id]),
)
def vpc_endpoint(request: Request) -> ResourceState:
    """Make an endpoint; the emulator (1.5.33) drops its policy, groups and private names."""
    ec2 = request.client("ec2")
    service = request.require("serviceName")
    endpoint = ec2.create_vpc_endpoint(
        VpcId=request.require("vpcId"),
        ServiceName=service,
        VpcEndpointType=request.get("vpcEndpointType", "Gateway"),
        **present(
            PolicyDocument=request.get("policy"),
            RouteTableIds=request.get("routeTableIds"),
            SubnetIds=request.get("subnetIds"),
            SecurityGroupIds=request.get("securityGroupIds"),
            PrivateDnsEnabled=request.get("privateDnsEnabled"),
        ),
    )["VpcEndpoint"]
    id_ = endpoint["VpcEndpointId"]
    lists = ec2.describe_prefix_lists(Filters=[{"Name": "prefix-list-name", "Values": [service]}])[
        "PrefixLists"
    ]
    return ResourceState(
        id_,
        present(
            arn=request.target.arn("ec2", f"vpc-endpoint/{id_}"),
            prefixListId=lists[0]["PrefixListId"] if lists else None,
        ),
    )


@resource(
    "aws:ec2/flowLog:FlowLog",
    passes="vpcId trafficType logDestinationType logDestination iamRoleArn maxAggregationInterval",
    update=ANEW,
    delete=lambda request: request.client("ec2").delete_flow_logs(FlowLogIds=[request.id]),
)
def flow_log(request: Request) -> ResourceState:
    """Make a flow log of a VPC; no traffic flows, so nothing is logged."""
    response = request.client("ec2").create_flow_logs(
        ResourceIds=[request.require("vpcId")],
        ResourceType="VPC",
        TrafficType=request.get("trafficType", "ALL"),
        LogDestinationType=request.get("logDestinationType", "cloud-watch-logs"),
        LogDestination=request.require("logDestination"),
        **present(
            DeliverLogsPermissionArn=request.get("iamRoleArn"),
            MaxAggregationInterval=request.get("maxAggregationInterval"),
        ),
    )
    [id_] = response["FlowLogIds"]
    return ResourceState(id_, {"arn": request.target.arn("ec2", f"vpc-flow-log/{id_}")})


@invoke("aws:ec2/getVpcEndpointService:getVpcEndpointService")
def vpc_endpoint_service(target: Target, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the endpoint service of an AWS service, which is in every zone.

    Not as the emulator (1.5.33) describes it: it knows none of SES's API.
    """
    service = arguments["service"]
    name = f"com.amazonaws.{target.aws.region}.{service}"
    zones = target.aws.client("ec2").describe_availability_zones()["AvailabilityZones"]
    return {
        "id": name,
        "service": service,
        "serviceName": name,
        "serviceType": arguments.get("serviceType", "Interface"),
        "availabilityZones": [zone["ZoneName"] for zone in zones],
        "vpcEndpointPolicySupported": True,
    }

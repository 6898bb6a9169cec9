"""Ways from a network to the internet. The emulator stores them, and no traffic uses them."""

from local.resources.names import present
from local.resources.registry import ANEW, resource
from local.resources.request import Request, ResourceState


@resource(
    "aws:ec2/internetGateway:InternetGateway",
    passes="vpcId",
    update=ANEW,
    delete=lambda request: request.client("ec2").delete_internet_gateway(
        InternetGatewayId=request.id
    ),
)
def internet_gateway(request: Request) -> ResourceState:
    """Make an internet gateway of a VPC."""
    ec2 = request.client("ec2")
    id_ = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=id_, VpcId=request.require("vpcId"))
    return ResourceState(id_, {"arn": request.target.arn("ec2", f"internet-gateway/{id_}")})


@resource(
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
    passes="",
    ignores="vpcId cidrBlock",
    delete=lambda _: None,
)
def block(request: Request) -> ResourceState:
    """Add a block of addresses to a VPC; the emulator (1.5.33) knows no second one."""
    return ResourceState(f"vpc-cidr-assoc-{request.stable_id(17)}")


@resource(
    "aws:ec2/eip:Eip",
    passes="domain",
    update=ANEW,
    delete=lambda request: request.client("ec2").release_address(AllocationId=request.id),
)
def address(request: Request) -> ResourceState:
    """Make a public address."""
    response = request.client("ec2").allocate_address(Domain=request.get("domain", "vpc"))
    return ResourceState(response["AllocationId"], {"publicIp": response["PublicIp"]})


@resource(
    "aws:ec2/natGateway:NatGateway",
    passes="allocationId subnetId",
    update=ANEW,
    delete=lambda request: request.client("ec2").delete_nat_gateway(NatGatewayId=request.id),
)
def nat_gateway(request: Request) -> ResourceState:
    """Make a NAT gateway."""
    gateway = request.client("ec2").create_nat_gateway(
        SubnetId=request.require("subnetId"), AllocationId=request.require("allocationId")
    )["NatGateway"]
    return ResourceState(gateway["NatGatewayId"])


def _delete_route(request: Request) -> None:
    table, _, block = request.id.partition("_")
    request.client("ec2").delete_route(RouteTableId=table, DestinationCidrBlock=block)


@resource(
    "aws:ec2/route:Route",
    passes="routeTableId destinationCidrBlock gatewayId natGatewayId",
    update=ANEW,
    delete=_delete_route,
)
def route(request: Request) -> ResourceState:
    """Make a route to a gateway."""
    table, block = request.require("routeTableId"), request.require("destinationCidrBlock")
    request.client("ec2").create_route(
        RouteTableId=table,
        DestinationCidrBlock=block,
        **present(GatewayId=request.get("gatewayId"), NatGatewayId=request.get("natGatewayId")),
    )
    return ResourceState(f"{table}_{block}")

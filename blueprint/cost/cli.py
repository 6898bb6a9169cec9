"""The command ``app cost``."""

import sys
from typing import Annotated

import typer

commands = typer.Typer()


def as_amount(text: str) -> float:
    """Return a number that is not negative.

    Raises:
        typer.BadParameter: the text is not such a number.
    """
    try:
        amount = float(text)
    except ValueError:
        amount = -1
    if not 0 <= amount < float("inf"):  # also refuses nan
        raise typer.BadParameter(f"{text!r} is not an amount. Use a number from 0, such as 1e6.")
    return amount


def as_share(text: str) -> float:
    """Return a number from 0 to 1.

    Raises:
        typer.BadParameter: the text is not such a number.
    """
    try:
        share = float(text)
    except ValueError:
        share = -1
    if not 0 <= share <= 1:  # also refuses nan
        raise typer.BadParameter(f"{text!r} is not a share. Use a number from 0 to 1.")
    return share


@commands.command(
    rich_help_panel="On any stack",
    epilog="""\b
    Example:
      app cost prod --requests 1e7 --uploads 1e5""",
)
def cost(
    context: typer.Context,
    stack: Annotated[
        str, typer.Argument(metavar="STACK", help="Such as prod. Pulumi.STACK.yaml configures it.")
    ],
    requests: Annotated[
        float, typer.Option(parser=as_amount, metavar="N", help="Requests to the API.")
    ] = 1e6,
    writes: Annotated[
        float,
        typer.Option(
            parser=as_share, metavar="N", help="Share of the requests that create a user."
        ),
    ] = 0.1,
    emails: Annotated[
        float,
        typer.Option(
            parser=as_amount,
            metavar="N",
            help="Notifications by e-mail. One welcome for each new user is added.",
        ),
    ] = 0,
    uploads: Annotated[
        float, typer.Option(parser=as_amount, metavar="N", help="Files uploaded.")
    ] = 0,
    upload_mb: Annotated[
        float, typer.Option(parser=as_amount, metavar="N", help="Size of one file, in MB.")
    ] = 2,
    stored_gb: Annotated[
        float, typer.Option(parser=as_amount, metavar="N", help="Data in the bucket, in GB.")
    ] = 0,
    table_gb: Annotated[
        float, typer.Option(parser=as_amount, metavar="N", help="Data in the tables, in GB.")
    ] = 1,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False,
) -> int:
    """Estimate what a stack costs in a month, at given traffic."""
    from blueprint.cost import estimate
    from blueprint.cost.traffic import Traffic

    traffic = Traffic(
        requests=requests,
        writes=writes,
        emails=emails,
        uploads=uploads,
        upload_mb=upload_mb,
        stored_gb=stored_gb,
        table_gb=table_gb,
    )
    with context.obj.progress(f"Running the program of stack {stack}"):
        charges = estimate.estimate(stack, traffic)
    prices = estimate.read_prices()
    sys.stdout.write(estimate.as_json(charges) if json else estimate.report(stack, charges, prices))
    return 0

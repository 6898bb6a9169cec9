"""The configuration of the GraphQL API."""

from pydantic import Field

from infra.config.section import Section


class GraphQL(Section):
    """The GraphQL API."""

    # https://docs.aws.amazon.com/appsync/latest/devguide/configuration-limits.html
    max_depth: int = Field(
        10, ge=1, le=75, description="Levels of fields in a query; a deeper one is refused."
    )
    max_resolvers: int = Field(
        100,
        ge=1,
        le=10_000,
        description="Fields that functions resolve in one query; each item of a list counts. A "
        "query that needs more gets an error in place of the rest.",
    )
    # https://docs.aws.amazon.com/appsync/latest/APIReference/API_Resolver.html
    max_batch_size: int = Field(
        20,
        ge=1,
        le=2_000,
        description="Items of one field that a function resolves in one invocation.",
    )

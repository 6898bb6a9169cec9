"""A request that a use case does not serve, by any of the APIs."""


class Refused(Exception):
    """The request is refused. The text tells the caller why, and quotes no text of the request.

    Attributes:
        status: the REST API's status.
        outcome: the outcome to log, which is the error's type in GraphQL.
    """

    def __init__(self, status: int, outcome: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.outcome = outcome

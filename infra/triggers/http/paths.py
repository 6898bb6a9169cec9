"""Methods and paths that API Gateway takes, and routes that fit together."""

import re
from collections.abc import Iterable, Iterator

# Not OPTIONS: the API answers preflights itself. Not ANY: OpenAPI has no such method.
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
# As API Gateway's own error lists the characters; a greedy parameter stands at the end.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html
_WORD = "[A-Za-z0-9._:-]+"
_PARAMETER = "[A-Za-z0-9._-]+"
_PATH = rf"/|(/({_WORD}|\{{{_PARAMETER}\}}))*(/({_WORD}|\{{{_PARAMETER}\+?\}}))"


def check_route(method: str, path: str) -> None:
    """Check the method and the path of a route.

    Raises:
        ValueError: API Gateway, or this API, would refuse one of them.
    """
    if method not in _METHODS:
        *most, last = _METHODS
        raise ValueError(
            f"the route's method is {method!r}; must be {', '.join(most)} or {last}, in capitals"
        )
    if not re.fullmatch(_PATH, path):
        raise ValueError(
            f"the route's path is {path!r}; must begin with '/' and have, between slashes, words "
            "of letters, digits, '.', '_', '-' and ':', or parameters such as {id}; as the last "
            "one also {rest+}, for the rest of the path"
        )
    names = parameters(path)
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"the route's path is {path!r}, which has the parameter {name!r} twice; give each "
                "a name of its own"
            )


def check_together(routes: Iterable[tuple[str, str]]) -> None:
    """Check that one API can have all these routes, each a method and a path.

    Raises:
        ValueError: two are the same, or need resources that cannot be there together.
    """
    routes = list(routes)
    for method, path in routes:
        if routes.count((method, path)) > 1:
            raise ValueError(f"the route {method} {path} is given twice; leave one out")
    variables: dict[str, str] = {}
    names: dict[str, str] = {}
    for path in (resource for _, whole in routes for resource in _resources(whole)):
        parent, _, word = path.rpartition("/")
        if word.startswith("{") and (first := variables.setdefault(parent, word)) != word:
            # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
            raise ValueError(
                f"the routes have the parameters {first} and {word} at the same place, after "
                f"{parent or '/'}; API Gateway allows one there: give both the same name"
            )
        if (other := names.setdefault(slug(path), path)) != path:
            raise ValueError(
                f"the paths {other!r} and {path!r} would give two resources the name "
                f"{slug(path)[1:]!r}; change a word of one"
            )


def parameters(path: str) -> list[str]:
    """Return the names of a path's parameters, in order."""
    return [_name(word) for word in path.split("/") if word.startswith("{")]


def slug(path: str) -> str:
    """Return a path as a part of a resource's name, such as ``-files-by-id`` for /files/{id}."""
    words = [f"by-{_name(p)}" if p.startswith("{") else p for p in path.split("/") if p]
    # A permission's id, which is named after a route, has no dot and no colon.
    return re.sub("[.:]", "-", "".join(f"-{word}" for word in words))


def _name(parameter: str) -> str:
    return parameter[1:-1].removesuffix("+")


def _resources(path: str) -> Iterator[str]:
    """Yield the paths of the resources that lead to a path, and its own."""
    words = [word for word in path.split("/") if word]
    for count in range(1, len(words) + 1):
        yield "/" + "/".join(words[:count])

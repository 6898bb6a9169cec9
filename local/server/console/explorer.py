"""A page to browse and try the GraphQL API: GraphiQL, offline.

Its files come from a package that is pinned by its hash; they are those of GraphiQL 2.4.7 and React
17.0.2. The page requests nothing from elsewhere, and its content policy forbids that.
"""

import importlib.metadata
import json
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.server.console.answers import problem
from local.server.console.door import PREFIX

PATH = f"{PREFIX}graphql"

_PAGE = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>GraphQL API</title>
<link rel="icon" href="{PREFIX}icon.svg">
<link rel="stylesheet" href="{PATH}/graphiql.min.css">
<link rel="stylesheet" href="{PATH}/page.css">
<div id="explorer"></div>
<script src="{PATH}/react.production.min.js"></script>
<script src="{PATH}/react-dom.production.min.js"></script>
<script src="{PATH}/graphiql.min.js"></script>
<script src="{PATH}/start.js"></script>
</html>
"""
_START = f"""(async () => {{
  const settings = await (await fetch("{PATH}/settings")).json()
  ReactDOM.render(
    React.createElement(GraphiQL, {{
      fetcher: GraphiQL.createFetcher({{url: settings.url}}),
      headers: JSON.stringify(settings.headers, null, 2),
      defaultQuery: "# Write a query here. The book on the left lists what there is.\\n\\n"
    }}),
    document.getElementById("explorer")
  )
}})()
"""
_CSS = "html, body, #explorer { height: 100%; margin: 0 }\n"
_OWN = {"start.js": _START, "page.css": _CSS}
_PACKAGE = importlib.metadata.distribution("graphene-django-graphiql-static")
_FOLDER = "graphene_django_graphiql_static"
_PACKAGED = (
    "graphiql.min.css", "graphiql.min.js", "react-dom.production.min.js", "react.production.min.js",
)  # fmt: skip
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src data:; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


async def _page(_: Request) -> Response:
    return Response(
        _PAGE,
        headers={"content-security-policy": _POLICY, "content-type": "text/html; charset=utf-8"},
    )


async def _settings(request: Request) -> Response:
    """Return where the API is, and the key that it asks for, if it asks for one."""
    outputs = request.app.state.stage.settings.outputs
    url, key = outputs.get("graphql_url"), outputs.get("graphql_api_key")
    if not url:
        return problem("There is no GraphQL API.", 404)
    # Without the host, so that it works under any name of the host.
    headers = {"x-api-key": key} if key else {"Authorization": "Bearer (of `app token`)"}
    body = json.dumps({"url": urlsplit(url).path, "headers": headers})
    return Response(body, headers={"content-type": "application/json"})


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    kind = {"content-type": _TYPES.get(Path(name).suffix, "")}
    if name in _OWN:
        return Response(_OWN[name], headers=kind)
    if name in _PACKAGED:
        # Read, not imported: the package is an app of Django's.
        path = _PACKAGE.locate_file(f"{_FOLDER}/static/{_FOLDER}/{name}")
        return Response(Path(str(path)).read_bytes(), headers=kind)
    return problem("There is no such page.", 404)


ROUTES = [
    Route(PATH, _page),
    Route(f"{PATH}/settings", _settings),
    Route(f"{PATH}/{{name}}", _asset),
]

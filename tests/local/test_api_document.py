import json

import pytest

from local.api_document import publish

ENDPOINT = "http://127.0.0.1:4566"
API = f"{ENDPOINT}/_aws/execute-api/a1b2/local"


def test_the_copy_says_where_the_api_is(tmp_path):
    document = tmp_path / "project.json"
    document.write_text('{"openapi": "3.1.0", "servers": [{"url": "https://example.com"}]}')
    viewer = publish(document, {"api_gateway_url": API}, endpoint=ENDPOINT, directory=tmp_path)
    assert viewer == f"{ENDPOINT}/docs"
    written = json.loads((tmp_path / "openapi.json").read_text())
    assert written["openapi"] == "3.1.0"
    assert [server["url"] for server in written["servers"]] == ["/_aws/execute-api/a1b2/local"]


@pytest.mark.parametrize(
    "outputs",
    [{}, {"api_gateway_url": "https://api.example.com"}, {"api_gateway_url": f"{ENDPOINT}0/x"}],
)
def test_an_api_that_is_elsewhere_has_no_viewer(tmp_path, outputs):
    document = tmp_path / "project.json"
    document.write_text("{}")
    assert publish(document, outputs, endpoint=ENDPOINT, directory=tmp_path) is None
    assert [file.name for file in tmp_path.iterdir()] == ["project.json"]


def test_a_project_without_a_document_has_no_viewer(tmp_path):
    outputs = {"api_gateway_url": API}
    none = tmp_path / "none.json"
    assert publish(none, outputs, endpoint=ENDPOINT, directory=tmp_path) is None

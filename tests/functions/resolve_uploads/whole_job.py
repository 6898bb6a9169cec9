"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.asking import ask
from tests.support.e2e.system import Api

REQUEST = """
mutation Request($user: ID!, $input: RequestUploadInput!) {
  requestUpload(user: $user, input: $input) { upload { id } form { url fields { name value } } }
}
"""
READ = """
query Read($user: ID!, $id: ID!) {
  upload(user: $user, id: $id) { id state outputs { name } }
  uploads(user: $user, first: 1) {
    edges { cursor node { id user { id uploads { edges { node { id } } } } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


def run(cloud: Cloud, api: Api) -> None:
    user = api.new_user()["id"]
    new = {"filename": "notes.txt", "content_type": "text/plain", "size": 9}
    upload = ask(cloud, api, REQUEST, user=user, input=new)["data"]["requestUpload"]["upload"]
    data = ask(cloud, api, READ, user=user, id=upload["id"])["data"]
    assert data["upload"] == {**upload, "state": "waiting", "outputs": []}
    cursor = upload["id"].removeprefix("upload_")
    assert data["uploads"]["pageInfo"] == {"hasNextPage": False, "endCursor": cursor}
    [edge] = data["uploads"]["edges"]
    assert edge["cursor"] == cursor
    assert edge["node"]["user"] == {"id": user, "uploads": {"edges": [{"node": upload}]}}

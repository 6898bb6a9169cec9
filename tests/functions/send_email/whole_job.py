"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.system import Api, messages_in, until, welcomed


def run(cloud: Cloud, api: Api) -> None:
    user = api.new_user()
    until(lambda: welcomed(cloud, user["id"]))
    sqs = cloud.client("sqs")
    sqs.send_message(QueueUrl=cloud.outputs["sqs_queue_url"], MessageBody="{broken")
    until(
        lambda: [
            m
            for m in messages_in(sqs, cloud.outputs["sqs_dead_letter_queue_url"])
            if m["Body"] == "{broken"
        ]
    )

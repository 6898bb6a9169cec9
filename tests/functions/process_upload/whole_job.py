"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.system import Api, upload
from tests.support.samples import PICTURE


def run(cloud: Cloud, _: Api) -> None:
    picture = PICTURE.read_bytes()
    upload(cloud, "whole-job.jpg", picture, "processed/", 2)
    upload(cloud, "whole-job.bin", bytes(9), "processed/", 1)
    upload(cloud, "whole-job-broken.jpg", picture[:2_000], "rejected/", 2)

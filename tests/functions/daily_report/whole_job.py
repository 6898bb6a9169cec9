"""Has the function do all that it is allowed to do."""

import time

from local.cloud import Cloud
from tests.support.e2e.system import Api, invoke


def run(cloud: Cloud, _: Api) -> None:
    # Days that no other test has; the later one reads the earlier one, to draw it.
    for days_ago in (46, 45):
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - days_ago * 86_400))
        assert invoke(cloud, "daily-report", {"day": day}) == {"written": [day]}

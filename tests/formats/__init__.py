"""What each version writes, and that the versions before and after it can read that.

Old and new code meet in a canary, after a rollback, and when dead letters of 14 days or items of 90
are read. ``<version>.json`` holds samples of what a version writes: by place and by case.
"""

"""SnapStart: what is removed before the snapshot, and what is made again after each restore.

Lambda starts a version once, when it is published, and takes a snapshot. Every environment begins
as a copy of it, minutes or weeks later. By then copied connections are dead and copied credentials
have expired, and all copies would draw the same random numbers. So clients and credentials are not
in the snapshot: they are made after the restore. Modules and descriptions of AWS services, which
take 98 % of a start's processor time, are in it.

``secrets`` (user ids) and ``uuid`` (botocore's tokens) ask the operating system each time, and
Lambda makes it unique. The generators of ``random`` (pauses between attempts) and of OpenSSL (which
AWS vouches for in version 1.0.2 only) are seeded again. No time is kept.
https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html
"""

import gc
import os
import random
import ssl
from typing import Protocol

from handlers.runtime import aws

_ENTROPY_BYTES = 32


class CachedDependencies(Protocol):
    """A function under ``functools.cache`` that makes a handler's dependencies."""

    def __call__(self) -> object:
        """Return the dependencies; make them if the cache is empty."""

    def cache_clear(self) -> None:
        """Empty the cache."""


def register(dependencies: CachedDependencies) -> None:
    """Register the two hooks below with the runtime. AWS's base images contain the module.

    https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-python.html
    """
    from snapshot_restore_py import register_after_restore, register_before_snapshot

    register_before_snapshot(before_snapshot, dependencies)
    register_after_restore(after_restore, dependencies)


def before_snapshot(dependencies: CachedDependencies) -> None:
    """Drop clients and credentials, which closes their connections."""
    dependencies.cache_clear()
    aws.forget_credentials()
    # Clients refer to each other, and INIT has hidden them from the collector.
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def after_restore(dependencies: CachedDependencies) -> None:
    """Seed the random generators, and make clients, which fetch credentials."""
    random.seed()
    ssl.RAND_add(os.urandom(_ENTROPY_BYTES), _ENTROPY_BYTES)
    dependencies()

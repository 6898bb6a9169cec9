"""What a snapshot of a started function may not hold, and what each restore makes anew (SnapStart).

Lambda starts a version once, when it is published, and takes a snapshot; every environment begins
as a copy of it, minutes or weeks later. A copied connection is dead, copied credentials have
expired, and all copies draw the same numbers. So clients and credentials are not in the snapshot:
they are made after the restore, as on any other start, and what took 98 % of a start's processor
time is there already: modules, and the descriptions of AWS's services.

What asks the operating system each time is unique by itself, for Lambda sees to that: ``secrets``
(ids of users) and ``uuid`` (botocore's tokens). The generators of ``random`` (pauses before another
attempt) and of OpenSSL, for which AWS answers in its version 1.0.2 only, are given something new.
Time is asked for when it is needed, never kept.
https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html
"""

import gc
import os
import random
import ssl
from typing import Protocol

from handlers.runtime import aws

_ENTROPY_BYTES = 32


class Made(Protocol):
    """What makes what a handler uses, and keeps it: a function under ``functools.cache``."""

    def __call__(self) -> object:
        """Make it, or give what was made."""

    def cache_clear(self) -> None:
        """Keep it no longer."""


def register(make: Made) -> None:
    """Have the runtime call the two below: the module comes with AWS's base images.

    https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-python.html
    """
    from snapshot_restore_py import register_after_restore, register_before_snapshot

    register_before_snapshot(before_snapshot, make)
    register_after_restore(after_restore, make)


def before_snapshot(make: Made) -> None:
    """Let go of clients and credentials, which closes their connections."""
    make.cache_clear()
    aws.forget()
    # They refer to each other, and INIT has put them where the collector does not look.
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def after_restore(make: Made) -> None:
    """Draw other numbers than all other copies, and make clients, which fetch credentials."""
    random.seed()
    ssl.RAND_add(os.urandom(_ENTROPY_BYTES), _ENTROPY_BYTES)
    make()

"""What the tests build, and on which base: the real one where it can be had, else a stand-in."""

import os
import sys
from dataclasses import dataclass

import docker.errors

from images import context
from local.engine import Engine, EngineError, chosen_base
from tests.support.images.standin.base import ensure

FUNCTIONS = sorted(path.parent.name for path in context.ROOT.glob("handlers/*/handler.py"))


@dataclass(frozen=True)
class Bases:
    """Names of the base image, for the engine's own architecture and for the other one."""

    native: str
    foreign: str
    foreign_platform: str


def choose(engine: Engine) -> Bases:
    """Choose the bases: ``BASE_IMAGE`` if set, the real one if it can be pulled, the stand-in."""
    other = {"linux/amd64": "linux/arm64", "linux/arm64": "linux/amd64"}[engine.platform]
    base = chosen_base()
    if os.environ.get("BASE_IMAGE"):
        return Bases(base, base, other)
    try:
        engine.get(base, engine.platform)
    except (EngineError, docker.errors.DockerException):
        native, foreign = (
            ensure(engine.client, platform.partition("/")[2])
            for platform in (engine.platform, other)
        )
        return Bases(native, foreign, other)
    return Bases(base, base, other)


if __name__ == "__main__":
    sys.stdout.write(f"{choose(Engine.connect()).native}\n")

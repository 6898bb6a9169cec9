"""How deployments are measured, and what keeps them short, counted."""

import gc
import os
import subprocess
import sys

import pytest

from blueprint.recorder import run
from blueprint.recording import Recorder
from checks.bench import ROOT, BenchError, deploy
from local import up

pytestmark = pytest.mark.long  # deploys

# So much of the provider is slow to load, and of no use to a stack that has none of it.
UNUSED = ("cognito", "ec2", "vpc", "wafv2")


def test_the_median_counts_and_is_held_to_each_ways_goal():
    workers, containers = deploy.rows(
        {deploy.WORKERS: [4.2, 1.0, 4.1], deploy.CONTAINERS: [6.9, 8.0, 1.0]}
    )
    assert (workers.value, workers.reached, workers.rounds) == (4_100, False, 3)
    assert (containers.value, containers.reached) == (6_900, True)


def test_a_deployment_that_fails_is_no_fast_one():
    with pytest.raises(BenchError, match=r"`app up` failed: error: No such option: --sideways"):
        deploy.once("--sideways", os.environ)


def test_of_the_provider_only_what_a_stack_uses_is_loaded():
    """A lazy module has only its name until it is loaded."""
    script = "import sys; from blueprint.recorder import run; run('local'); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    names = [name.split(".") for name in done.stdout.split()]
    loaded = {name[1] for name in names if len(name) == 3 and name[0] == "pulumi_aws"}
    assert {"lambda_", "dynamodb", "apigateway"} <= loaded
    assert loaded & set(UNUSED) == set()


def test_no_garbage_is_collected_while_the_program_is_evaluated():
    collects = []

    class Watching(Recorder):
        def new_resource(self, args):
            collects.append(gc.isenabled())
            return super().new_resource(args)

    run("local", recorder=Watching)
    assert set(collects) == {False}
    assert gc.isenabled()


def test_no_garbage_is_collected_during_up_nor_what_stays_afterwards():
    try:
        with up.no_garbage_collection():
            assert not gc.isenabled()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()

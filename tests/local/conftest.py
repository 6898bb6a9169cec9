import warnings
from pathlib import Path

import pulumi_aws as aws
import pytest

from local import cloud as local_cloud

with warnings.catch_warnings():
    # The SDK warns of its own deprecated classes when these two modules are loaded: on first use.
    warnings.simplefilter("ignore", DeprecationWarning)
    assert aws.lambda_.Function
    assert aws.s3.Bucket

SAMPLE = Path(__file__).parents[1] / "support" / "local" / "sample"


@pytest.fixture(scope="session")
def sample():
    return SAMPLE


@pytest.fixture(scope="session")
def cloud():
    """Start one emulator with the sample program, for all tests of this folder."""
    with local_cloud.start(root=SAMPLE) as running:
        yield running


@pytest.fixture
def project_folder(tmp_path):
    """Make a project of one program."""

    def make(program, config="config: {}\n"):
        (tmp_path / "Pulumi.yaml").write_text("name: test\nruntime: python\n")
        (tmp_path / "Pulumi.local.yaml").write_text(config)
        (tmp_path / "__main__.py").write_text(program)
        return tmp_path

    return make

"""Makes the contents of a function's image; runs inside the build, with the build image's Python.

``install`` makes the layer ``packages`` from ``requirements.txt`` alone, so functions with the same
dependencies share it. ``assemble`` makes the layer ``function`` from the handlers and the service
descriptions that their AWS clients need. Both place files as they will be in the image, compiled,
with fixed times and modes, so equal sources give equal layers. No installed code is executed,
because it may be for another architecture.
"""

import compileall
import os
import platform
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
TASK = os.environ.get("LAMBDA_TASK_ROOT", "/var/task").lstrip("/")
PACKAGES = HERE / "packages"
FUNCTION = HERE / "function"
BOTOCORE_DATA = HERE / "botocore-data"

# The base image is built on Amazon Linux 2023, which has glibc 2.34.
# https://docs.aws.amazon.com/linux/al2023/ug/core-glibc.html
_GLIBC = "manylinux_2_34"
_ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64"}

# Files that are useless at run time. METADATA and licences of a distribution stay, because scanners
# read the first, and the second must accompany the code.
_NOISE_FOLDERS = {"__pycache__", "test", "tests"}
_NOISE_SUFFIXES = {".c", ".cpp", ".h", ".pxd", ".pxi", ".pyi", ".pyx"}
_NOISE_METADATA = {"INSTALLER", "RECORD", "REQUESTED"}


def main(command: str) -> None:
    """Run a command: ``install`` or ``assemble``."""
    {"install": install, "assemble": assemble}[command]()


def install() -> None:
    """Install the dependencies for the target, without files that are useless at run time."""
    architecture = os.environ.get("TARGETARCH") or platform.machine()
    target = _ARCHITECTURES.get(architecture, architecture)
    if target not in _ARCHITECTURES.values():
        allowed = " or ".join(_ARCHITECTURES)
        sys.exit(f"TARGETARCH is {architecture!r}; it must be {allowed}, as in Lambda.")
    task = PACKAGES / TASK
    task.mkdir(parents=True)
    options = ["--no-config", "--no-cache", "--link-mode=copy", f"--target={task}"]
    platform_options = [f"--python={sys.executable}", f"--python-platform={target}-{_GLIBC}"]
    # Building a source distribution would execute its code, for this machine.
    safety_options = ["--only-binary=:all:", "--require-hashes"]
    command = ["uv", "pip", "install", *options, *platform_options, *safety_options]
    if subprocess.run([*command, "--requirement", str(HERE / "requirements.txt")]).returncode:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(
            f"The dependencies cannot be installed for {target} ({_GLIBC}, Python {version}). "
            "Each needs a wheel for it and a hash in requirements.txt; see uv's error above."
        )
    tidy(task)
    if (task / "botocore" / "data").is_dir():
        shutil.move(task / "botocore" / "data", BOTOCORE_DATA)
    finish(PACKAGES)


def assemble() -> None:
    """Place the handlers, and the descriptions of the AWS services that they call."""
    function = os.environ["FUNCTION"]
    task = FUNCTION / TASK
    shutil.copytree(HERE / "handlers", task / "handlers")
    # CMD cannot contain a build argument, so this module has the same name in every image.
    (task / "function.py").write_text(
        f'"""The default entry point of this image."""\n\n'
        f"from handlers.{function}.handler import handler as handler\n"
    )
    if BOTOCORE_DATA.is_dir():
        folders = [BOTOCORE_DATA, task / "botocore" / "data", HERE / "handlers", PACKAGES / TASK]
        command = [sys.executable, "select_data.py", *map(str, folders)]
        if subprocess.run(command, cwd=HERE).returncode:
            sys.exit("The descriptions of AWS services cannot be selected; see above.")
    finish(FUNCTION)


def tidy(task: Path) -> None:
    """Delete tests, stubs, C sources, installed scripts, and records of the installation."""
    shutil.rmtree(task / "bin", ignore_errors=True)
    (task / ".lock").unlink(missing_ok=True)  # uv's
    for path in sorted(task.rglob("*")):
        if path.is_dir():
            if path.name in _NOISE_FOLDERS:
                shutil.rmtree(path)
        elif path.suffix in _NOISE_SUFFIXES or (
            path.parent.suffix == ".dist-info" and path.name in _NOISE_METADATA
        ):
            path.unlink(missing_ok=True)


def finish(layer: Path) -> None:
    """Compile every module, and set fixed modes and times.

    Python never checks this bytecode against its source. An image does not change, and its root is
    read-only, so a module that Python found stale would be compiled again at every cold start.
    """
    compiled = compileall.compile_dir(
        layer,
        stripdir=layer,
        prependdir="/",
        maxlevels=50,
        quiet=1,
        force=True,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not compiled:
        sys.exit("Some modules cannot be compiled; see above.")
    time = int(os.environ.get("SOURCE_DATE_EPOCH") or 0)
    for path in [*_inside(layer), layer]:
        # Lambda runs a function as an unprivileged user, so everyone must be able to read it.
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (time, time))


def _inside(folder: Path) -> Iterator[Path]:
    """Yield everything in a folder, the contents of a subfolder before the subfolder."""
    for root, folders, files in os.walk(folder, topdown=False):
        yield from (Path(root, name) for name in [*files, *folders])


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Builds a stand-in for the Lambda Python base image, where the real one cannot be pulled.

A Debian root with Debian's Python 3.13, the runtime interface client from the package index, and
``front.py`` in the place of the runtime interface emulator. Nothing of it is configured, and only
its bytecode is compiled by running it, so that it can be made for another architecture as well.
Needs root and ``mmdebstrap``.
"""

import hashlib
import io
import json
import platform
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import docker

HERE = Path(__file__).parent
NAME = "standin-lambda-python"
PYTHON = "3.13"
_WHEELS = {"amd64": "x86_64", "arm64": "aarch64"}
_PACKAGES = (
    "base-files",
    "ca-certificates",
    "libpython3.13-stdlib",
    "libstdc++6",
    "netbase",
    "python3.13-minimal",
)
# Without bytecode every start would compile the library anew, as no real installation does. It is
# left out for another architecture, whose Python cannot run here.
_COMPILE = (
    'chroot "$1" python3 -m compileall -q --invalidation-mode unchecked-hash '
    "/usr/lib/python3.13 /var/runtime"
)
_CONFIG = {
    "Env": [
        "PATH=/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin",
        "LANG=C.UTF-8",
        "TZ=UTC",
        "PYTHONPATH=/var/runtime",
        "LAMBDA_TASK_ROOT=/var/task",
        "LAMBDA_RUNTIME_DIR=/var/runtime",
    ],
    "Entrypoint": ["/usr/bin/python3", "/var/runtime/front.py"],
    "WorkingDir": "/var/task",
}


def ensure(client: docker.DockerClient, architecture: str) -> str:
    """Return the stand-in's tag, after building it if it is not there or made from other sources.

    Args:
        client: the engine that gets it.
        architecture: ``amd64`` or ``arm64``.
    """
    sources = b"".join(path.read_bytes() for path in sorted(HERE.iterdir()) if path.is_file())
    tag = f"{NAME}:{PYTHON}-{architecture}-{hashlib.sha256(sources).hexdigest()[:12]}"
    if not client.images.list(tag):
        with tempfile.TemporaryDirectory() as folder:
            root = _root(Path(folder), architecture)
            client.images.load(_image(root, architecture, tag))
    return tag


def _root(folder: Path, architecture: str) -> Path:
    """Make a tar of the root file system."""
    native = _WHEELS[architecture] == platform.machine().replace("arm64", "aarch64")
    for place in ("usr/local/lib/python3.13/dist-packages", "var/runtime", "var/task"):
        (folder / "add" / place).mkdir(parents=True)
    _install(folder / "add" / "var/runtime", architecture, "awslambdaric")
    _install(folder / "add" / "usr/local/lib/python3.13/dist-packages", architecture, "pip")
    (folder / "add/var/runtime/front.py").write_bytes((HERE / "front.py").read_bytes())
    root = folder / "root.tar"
    subprocess.run(
        [
            "mmdebstrap",
            "--quiet",
            "--mode=root",
            "--variant=extract",
            f"--architectures={architecture}",
            f"--include={','.join(_PACKAGES)}",
            f'--extract-hook=cp -a {folder}/add/. "$1"',
            '--extract-hook=ln -s python3.13 "$1/usr/bin/python3"',
            # Debian would have pip refuse to install what the build needs.
            '--extract-hook=rm "$1/usr/lib/python3.13/EXTERNALLY-MANAGED"',
            *([f"--extract-hook={_COMPILE}"] if native else []),
            "trixie",
            str(root),
        ],
        check=True,
    )
    return root


def _install(target: Path, architecture: str, package: str) -> None:
    machine = _WHEELS[architecture]
    pip = [sys.executable, "-m", "pip", "--isolated", "--quiet", "--disable-pip-version-check"]
    platforms = [f"--platform={tag}_{machine}" for tag in ("manylinux2014", "manylinux_2_28")]
    subprocess.run(
        [
            *pip,
            "install",
            f"--target={target}",
            *platforms,
            f"--python-version={PYTHON}",
            "--only-binary=:all:",
            "--require-hashes",
            f"--requirement={HERE / f'{package}.txt'}",
        ],
        check=True,
    )


def _image(root: Path, architecture: str, tag: str) -> bytes:
    """Put the root into the form that ``docker load`` takes, as an image of one layer."""
    layer = root.read_bytes()
    config = {
        "architecture": architecture,
        "os": "linux",
        "config": _CONFIG,
        "history": [{"created_by": "mmdebstrap"}],
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": [tag], "Layers": ["layer.tar"]}]
    files = {
        "config.json": json.dumps(config).encode(),
        "layer.tar": layer,
        "manifest.json": json.dumps(manifest).encode(),
    }
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return archive.getvalue()


if __name__ == "__main__":
    sys.stdout.write(ensure(docker.from_env(), sys.argv[1] if sys.argv[1:] else "amd64") + "\n")

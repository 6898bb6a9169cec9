"""``python -m bench [RUNS]``: what a cold start of each function costs, relative to bare Python.

Each run is a fresh process that imports the handler and makes its clients, which is what Lambda's
INIT does. Runs of all functions are interleaved, so that a change of the machine's speed hits all
alike. Figures are medians of wall-clock time.
"""

import argparse
import dataclasses
import importlib
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
REFERENCES = {
    "bare python": "pass",
    "botocore client": "from handlers.common.aws import client; client('dynamodb')",
    "boto3 client": "import boto3; boto3.client('dynamodb')",
    "pydantic": "import pydantic; pydantic.BaseModel.model_json_schema",
    "msgspec": "import msgspec",
}


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("runs", type=int, nargs="?", default=9, help="runs of each (default: 9)")
    runs = parser.parse_args().runs
    functions = sorted(path.parent.name for path in (ROOT / "handlers").glob("*/handler.py"))
    programs = REFERENCES | {
        name: f"import handlers.{name}.handler as h; h._dependencies()" for name in functions
    }
    times: dict[str, list[float]] = {name: [] for name in programs}
    for number in range(runs + 1):
        for name, program in programs.items():
            elapsed = _run(program, _environment(name))
            if number:  # the first run warms the disk's cache and writes bytecode
                times[name].append(elapsed)
    bare = statistics.median(times["bare python"])
    print(f"{'':<18} {'ms':>7} {'x bare':>7}   ({runs} runs, {sys.version.split()[0]})")
    for name, taken in times.items():
        median = statistics.median(taken)
        print(f"{name:<18} {1000 * median:>7.0f} {median / bare:>7.1f}")


def _run(program: str, environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, env=environment)
    return time.perf_counter() - start


def _environment(function: str) -> dict[str, str]:
    base = {
        "PATH": os.environ["PATH"],
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
    }
    if function in REFERENCES:
        return base
    settings = importlib.import_module(f"handlers.{function}.handler").Settings
    return base | {field.name.upper(): "1" for field in dataclasses.fields(settings)}


if __name__ == "__main__":
    main()

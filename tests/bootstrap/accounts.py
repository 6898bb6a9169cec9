"""An account that was bootstrapped, and the program as it is deployed to it."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy

from infra.recorder import ROOT, Run, run, stack_settings
from infra.recording import ACCOUNT, REGION
from scan.recorders import Arns

ENVIRONMENTS = ("dev", "prod")
AREA = "serverless-app-bootstrap:environments"

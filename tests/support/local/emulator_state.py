"""Reads what an emulator held when it ended, without what differs from run to run."""

import json
import re
from pathlib import Path

from local.aws import ACCOUNT_ID

# Clocks, counters, secrets, random addresses, and what the emulator notes of the time at which a
# call came.
_VOLATILE = re.compile(
    r".*(date|time|timestamp|created|modified|updated|updatedat|createdat)(_?ms)?|"
    r".*(revision|revisionid|token|secret|key_b64|policyid|tableid|salt|privatekey|publickey)|"
    r"etag|kid|publicip|secretstring|value|next_version|version|functionversion|function_revision|locktoken|"
    r".*state|.*statereason.*|lastupdatestatus.*|rotationperiodindays|apisummary|messages|"
    r"__.*|account_settings|schedule_groups|alarm_history|deletes",
    re.IGNORECASE,
)
# What comes with a VPC, and the ids that S3 gives to notifications.
_RANDOM = re.compile(r"\b(acl|rtb|rtbassoc)-[0-9a-f]+|<Id>[^<]*</Id>")
_COMMON = re.compile(r"us-east-1.?|[\d.]+|[A-Za-z]+")  # no ids
_ELSEWHERE = {"cloudwatch_logs"}  # holds what was logged meanwhile


def read(services: Path, resources) -> dict:
    """Return all services' state by its path, with resources' names in place of random ids.

    What is empty counts as missing: AWS's API makes no difference.
    """
    names = _names(resources)
    found = {}
    for file in sorted(services.glob("*.json")):
        if file.stem in _ELSEWHERE:
            continue
        text = json.dumps(json.loads(file.read_text())).replace(r"\u0000", "|")  # is no word
        for value in sorted(names, key=len, reverse=True):
            if value.isdecimal():  # hexadecimal digits that happen to be decimal ones
                text = re.sub(rf"(?<![\w.]){value}(?![\w.])", names[value], text)
            else:
                text = text.replace(value, names[value])
        found |= _flat(json.loads(_RANDOM.sub("<random>", text)), (file.stem,))
    return found


def _names(resources):
    names = {}
    for urn, resource in sorted(resources.items()):
        outputs = [
            str(value)
            for name, value in resource.outputs.items()
            if name.endswith("Id") or not _COMMON.fullmatch(str(value))
        ]
        written = {str(value) for value in resource.inputs.values()}
        for value in (resource.id, *outputs):
            # A word may be a name that the program gives, or an id whose characters, drawn at
            # random, happen to be letters (one in a hundred of a user pool's clients).
            word = value.isalpha() and value in written
            if len(value) > 4 and value != ACCOUNT_ID and not word:
                names.setdefault(value, f"<{urn.split('::', 2)[2]}>")
    return names


def _flat(value, path):
    """Return what there is by its path, such as a queue's attributes; lists as a whole."""
    if not isinstance(value, dict):
        return {path: _stable(value)} if value else {}
    found = {}
    if path[-1] == "versions":  # of a function: their numbers depend on what was published before
        value = dict(enumerate(value.values()))
        for version in value.values():
            version["config"].pop("FunctionArn")
    if path[-1] == "Versions":  # of a secret: their ids are random
        value = dict(enumerate(value.values()))
    # A deleted NAT gateway stays for a while, as in AWS.
    if value.get("TimeToLiveStatus") == "DISABLED" or value.get("State") == "deleted":
        return {}
    for key, item in value.items():
        if not _VOLATILE.fullmatch(str(key)):
            found |= _flat(item, (*path, key))
    return found


def _stable(value):
    if isinstance(value, dict):
        return {key: _stable(item) for key, item in value.items() if not _VOLATILE.fullmatch(key)}
    if isinstance(value, list):
        return sorted((_stable(item) for item in value), key=json.dumps)
    return str(value)  # API Gateway's patches set numbers as texts

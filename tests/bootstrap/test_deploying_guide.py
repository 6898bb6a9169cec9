"""``docs/deploying.md`` names outputs and roles that the programs make."""

import re

from blueprint.project import ROOT
from tests.support.accounts import account, programs
from tests.support.documents import matches_in_guides

GUIDE = (ROOT / "docs" / "deploying.md").read_text()


def test_the_programs_export_every_output_that_documents_name() -> None:
    outputs = {output for program in [account(), *programs()] for output in program.outputs}
    asked = matches_in_guides(r"stack output ([a-z_]+)")
    assert [p for p in asked if p[1] not in outputs] == []


def test_the_roles_that_the_document_names_are_those_that_are_made() -> None:
    names = {r.inputs["name"] for r in account().recorder.resources if "name" in r.inputs}
    named = set(re.findall(r":(?:role|policy)/([a-z-]+)", GUIDE))
    assert named
    assert named <= names


def test_the_size_of_the_deploy_role_is_as_written() -> None:
    attached = [
        r
        for r in account().recorder.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if r.name.startswith("deploy-prod-")
    ]
    assert len(attached) == 8
    assert "A role can have ten managed policies, and the deploy role has eight" in GUIDE

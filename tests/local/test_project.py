import json

import pytest

from local import project
from local.errors import LocalError
from local.naming import pattern
from tests.support.stacks import PROJECT


def load(folder, **options):
    return project.load("local", root=folder, **options)


def test_config_reaches_the_program_as_the_engine_gives_it(project_folder):
    folder = project_folder(
        "",
        "config:\n"
        "  aws:region: eu-west-1\n"
        "  test:text: hello\n"
        "  bare: 3\n"
        "  yes: true\n"
        "  test:object: {b: [1, x], a: {c: null}}\n",
    )
    loaded = load(folder)
    assert loaded.config == {
        "aws:region": "eu-west-1",
        "test:text": "hello",
        "test:bare": "3",
        "test:True": "true",  # YAML 1.1 reads the key `yes` so
        "test:object": '{"a":{"c":null},"b":[1,"x"]}',
    }
    assert (loaded.name, loaded.stack, loaded.region) == ("test", "local", "eu-west-1")


def test_defaults_of_the_project_file_and_overrides(sample):
    loaded = load(sample, overrides={"greeting": "moin", "sample:limits": {"visibility": 1}})
    assert loaded.config["sample:greeting"] == "moin"
    assert json.loads(loaded.config["sample:limits"]) == {"visibility": 1}
    assert load(sample).config["sample:greeting"] == "hello"


def test_region_has_a_default(project_folder):
    assert load(project_folder("")).region == "us-east-1"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("config: {test:key: {secure: abc}}", "`test:key` is an encrypted secret"),
        ("config: {test:key: {a: [{secure: abc}]}}", "`test:key` is an encrypted secret"),
        ("environment: [prod]", "`environment` imports values"),
        ("config: [", "not valid YAML"),
        ("config:\n  a:b: 1\n  a:b: 2\n", "line 3, column 3: key 'a:b' is also in line 2"),
        ("config: 3", "`config` is 3"),
        ("- a", "holds a list"),
    ],
)
def test_what_cannot_be_read_is_refused(project_folder, config, message):
    with pytest.raises(LocalError, match=message):
        load(project_folder("", config))


def test_unknown_stack_names_the_known_ones(project_folder):
    folder = project_folder("")
    with pytest.raises(LocalError, match=r"no stack 'prod'.*Stacks: local\."):
        project.load("prod", root=folder)


def test_missing_project(tmp_path):
    with pytest.raises(LocalError, match=r"Pulumi\.yaml does not exist"):
        load(tmp_path)


def test_names_follow_the_projects_pattern(project_folder):
    folder = project_folder("")
    assert pattern(load(folder)) == "${name}-${hex(7)}"
    overrides = {"pulumi:autonaming": {"pattern": "${project}-${stack}-${name}-${hex(7)}"}}
    assert pattern(load(folder, overrides=overrides)) == "test-local-${name}-${hex(7)}"
    with pytest.raises(LocalError, match=r"`pulumi:autonaming` is .*'mode'.*only a `pattern`"):
        pattern(load(folder, overrides={"pulumi:autonaming": {"mode": "verbatim"}}))


def test_this_projects_names_begin_with_project_and_stack():
    assert pattern(project.load("local")) == f"{PROJECT}-local-${{name}}-${{hex(7)}}"

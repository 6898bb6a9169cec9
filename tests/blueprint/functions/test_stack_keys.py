"""Keys of functions in stack files, however these are written."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from blueprint.functions import stack_keys
from blueprint.project import ProjectError

KEY = "shop:functions"
NAMES = st.from_regex(r"[a-z]{1,4}(-[a-z0-9]{1,4})?", fullmatch=True)
SETTINGS = st.dictionaries(
    st.sampled_from(["memoryMb", "reservedConcurrency", "snapStart"]),
    st.integers(1, 999) | st.booleans(),
    min_size=1,
)
OTHERS = st.dictionaries(
    st.sampled_from(["shop:api", "aws:region", "a:z", "shop:zone"]),
    st.text(st.characters(categories=["L", "N", "P", "Zs"])) | st.lists(st.integers()) | SETTINGS,
)


@st.composite
def files(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    """Return settings, and a stack file that has them."""
    functions = draw(st.dictionaries(NAMES, SETTINGS, min_size=1, max_size=3))
    config = {**draw(OTHERS), KEY: functions, **draw(OTHERS)}
    text = yaml.dump(
        {"config": config},
        default_flow_style=draw(st.sampled_from([False, None])),
        indent=draw(st.sampled_from([2, 4])),
        default_style=draw(st.sampled_from([None, '"'])),
        width=draw(st.sampled_from([20, 80])),
        line_break=draw(st.sampled_from(["\n", "\r\n"])),
        allow_unicode=True,
        sort_keys=draw(st.booleans()),
    )
    return config, text


def project(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "Pulumi.yaml").write_text("name: shop\n")
    (folder / "Pulumi.prod.yaml").write_bytes(text.encode())
    return folder


@given(files(), st.data())
def test_one_functions_keys_go_and_all_others_stay(
    tmp_path_factory: pytest.TempPathFactory, file: tuple[dict[str, Any], str], data: st.DataObject
) -> None:
    config, text = file
    root = project(tmp_path_factory.getbasetemp() / "keys", text)
    name = data.draw(st.sampled_from(sorted(config[KEY])))
    (changed,) = stack_keys.removed(root, name).values()
    left = {each: value for each, value in config[KEY].items() if each != name}
    expected = {**{key: value for key, value in config.items() if key != KEY}, KEY: left}
    if not left:
        del expected[KEY]
    assert yaml.safe_load(changed) == {"config": expected or None}
    assert set(changed.split()) <= set(text.split())


@given(files(), st.booleans())
def test_a_function_is_added_where_others_reserve(
    tmp_path_factory: pytest.TempPathFactory, file: tuple[dict[str, Any], str], waited_for: bool
) -> None:
    config, text = file
    root = project(tmp_path_factory.getbasetemp() / "keys", text)
    changed = stack_keys.added(root, "count-users", waited_for=waited_for)
    own: dict[str, Any] = {"reservedConcurrency": 2}
    if waited_for and any("snapStart" in each for each in config[KEY].values()):
        own["snapStart"] = True
    if any("reservedConcurrency" in each for each in config[KEY].values()):
        (after,) = changed.values()
        functions = {**config[KEY], "count-users": own}
        assert yaml.safe_load(after) == {"config": {**config, KEY: functions}}
    else:
        assert changed == {}


WRITTEN = """\
# The shop.
config:
    # Where it is.
    aws:region: eu-central-1
    # Reserved of a quota.
    "shop:functions":
        # Somebody waits.
        'a-b':   # the first
            reservedConcurrency: 1  # one

            # and memory
            memoryMb: 512
        # Nobody waits.
        c:
            reservedConcurrency: 2  # two

    shop:zone: z
"""


def test_a_functions_comments_go_with_it(tmp_path: Path) -> None:
    root = project(tmp_path, WRITTEN)
    (changed,) = stack_keys.removed(root, "a-b").values()
    first, last = WRITTEN.index("        # Somebody"), WRITTEN.index("        # Nobody")
    assert changed == WRITTEN[:first] + WRITTEN[last:]
    root = project(tmp_path, changed)
    (emptied,) = stack_keys.removed(root, "c").values()
    assert emptied == (
        "# The shop.\nconfig:\n    # Where it is.\n    aws:region: eu-central-1\n"
        "\n    shop:zone: z\n"
    )


def test_a_function_is_added_behind_the_last(tmp_path: Path) -> None:
    (changed,) = stack_keys.added(project(tmp_path, WRITTEN), "d", waited_for=True).values()
    last = "reservedConcurrency: 2  # two\n"
    new = "        d:\n          reservedConcurrency: 2\n"
    assert changed == WRITTEN.replace(last, last + new)


@pytest.mark.parametrize(
    "text",
    [
        "config:\n  shop:functions:\n    a: {memoryMb: 1}\n    b: &b {memoryMb: 2}\n  x:y: *b\n",
        "config: {shop:functions: {a: {memoryMb: 1}, b: &b {memoryMb: 1}}, x:y: *b}\n",
    ],
)
def test_what_only_a_person_can_edit_is_said(tmp_path: Path, text: str) -> None:
    root = project(tmp_path, text)
    with pytest.raises(ProjectError, match=r"Pulumi.prod.yaml cannot .* Remove b below shop:funct"):
        stack_keys.removed(root, "b")
    assert stack_keys.removed(root, "c") == {}


def test_a_file_that_is_no_yaml_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"Pulumi\.prod\.yaml is not valid YAML"):
        stack_keys.removed(project(tmp_path, "config: [\n"), "b")

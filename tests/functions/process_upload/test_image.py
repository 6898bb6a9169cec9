from images import context


def test_its_image_knows_nothing_of_users() -> None:
    """A change to code that only other functions use must not rebuild this image."""
    names = {name for name in context.sources("process_upload") if name.startswith("handlers/")}
    assert "handlers/process_upload/handler.py" in names
    assert not {name for name in names if name.startswith("handlers/domain/user")}

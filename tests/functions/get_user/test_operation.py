from handlers.get_user.operation import GET_USER


def test_every_status_is_described() -> None:
    assert set(GET_USER["responses"]) == {"200", "400", "404", "500", "503"}

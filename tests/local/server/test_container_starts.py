from types import SimpleNamespace

from local.server.container_starts import with_time_to_start


def test_only_the_first_answer_of_a_container_may_take_longer():
    waited = []

    def invoke(container, event, timeout, request_id):
        waited.append((container.id, event, timeout, request_id))
        return {"body": timeout}

    patient = with_time_to_start(invoke)
    one, other = SimpleNamespace(id="one"), SimpleNamespace(id="other")
    patient(one, {}, 3, "1")
    patient(one, {}, 3, "2")
    answer = patient(other, {"a": 1}, 5, "3")
    assert waited == [("one", {}, 63, "1"), ("one", {}, 3, "2"), ("other", {"a": 1}, 65, "3")]
    assert answer == {"body": 65}

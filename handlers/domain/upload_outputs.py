"""Links to what was made of an upload."""

from collections.abc import Iterable

from handlers.domain.upload import Output
from handlers.domain.upload_key import output_key
from handlers.runtime import clock
from handlers.runtime.presign import Presigner


def outputs(key: str, names: Iterable[str], presigner: Presigner, now: float) -> list[Output]:
    """Return an upload's outputs, with links that work for a while.

    Args:
        key: of the file that was uploaded, in the bucket.
        names: of the outputs.
        presigner: signs links.
        now: the time in epoch seconds.
    """
    links = {name: presigner.link(output_key(key, name), filename=name, now=now) for name in names}
    return [Output(name, link.url, clock.timestamp(link.expires)) for name, link in links.items()]

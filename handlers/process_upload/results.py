"""Writing results: outputs and copies under ``processed/``, rejected files under ``rejected/``."""

import json

from handlers.process_upload import keys
from handlers.process_upload.rejection import Reason
from handlers.process_upload.storage import Source, Storage
from handlers.process_upload.transform import Transformed


def write_outputs(transformed: Transformed, source: Source, storage: Storage) -> tuple[str, ...]:
    """Write what a parser made of an upload, and return the outputs' names."""
    for output, content in transformed.outputs:
        key = keys.output(keys.PROCESSED, source.key, output.name)
        storage.put(key, content, content_type=output.content_type, source=source)
    return tuple(output.name for output, _ in transformed.outputs)


def copy_original(source: Source, storage: Storage) -> tuple[str, ...]:
    """Copy an upload that is not parsed, and return the copy's name."""
    storage.copy(source, keys.output(keys.PROCESSED, source.key, _original(source)))
    return (_original(source),)


def write_rejected(source: Source, reason: Reason, storage: Storage) -> None:
    """Copy a rejected upload, and write ``reason.json`` beside the copy."""
    storage.copy(source, keys.output(keys.REJECTED, source.key, _original(source)))
    explanation = {
        "reason": reason.code,
        "explanation": reason.sentence,
        "key": source.key,
        "version": source.version,
        "size": source.size,
    }
    storage.put(
        keys.output(keys.REJECTED, source.key, "reason.json"),
        json.dumps(explanation, indent=2).encode(),
        content_type="application/json",
        source=source,
    )


def _original(source: Source) -> str:
    return "original" + keys.extension(source.key)

"""A recorder whose resources answer with references to themselves, as scanners and plans need."""

import re

from pulumi.runtime import mocks

from blueprint.recording import Answer, Recorder

# References hold no character that JSON escapes, because most stand in JSON documents.
REFERENCE = re.compile(r"\$\{(aws:[^:]+:[^:}]+)::([^:}]+)::(\w+)\}")
"""A resource's type and logical name, and the name of its output."""


class ReferenceRecorder(Recorder):
    """Answers every text that is an output of an AWS resource with a reference to it.

    A reference reads ``${type::name::output}``.
    """

    def new_resource(self, args: mocks.MockResourceArgs) -> Answer:
        """Record a resource, and replace the texts among its outputs with references."""
        identity, outputs = super().new_resource(args)
        if not args.typ.startswith("aws:"):
            return identity, outputs

        def reference(output: str) -> str:
            return f"${{{args.typ}::{args.name}::{output}}}"

        return reference("id"), {
            key: reference(key) if isinstance(value, str) else value
            for key, value in outputs.items()
        }

"""The real runtime interface client starts every image, takes its snapshot and restores it.

This follows Lambda's SnapStart, except for the snapshot: the process continues.
https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-custom.html
"""

import importlib
import json

from local.engine import Engine
from local.images import ImageRef
from tests.support.functions import expected
from tests.support.images.containers import run_python

# Serves the runtime API to a client in the same process, and reports the function's state at the
# requests for the restore and for the first invocation.
SCRIPT = """
import json, os, random, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer

module, variables = sys.argv[1], json.loads(sys.argv[2])
seen = {}

class RuntimeApi(BaseHTTPRequestHandler):
    def do_GET(self):
        made = sys.modules[module].handler.dependencies.cache_info().currsize
        seen[self.path.rpartition("/runtime/")[2]] = [made, hash(random.getstate())]
        if self.path.endswith("/restore/next"):
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            print(json.dumps(seen), flush=True)
            os._exit(0)

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"])).decode()
        print(json.dumps({self.path: content}), flush=True)
        os._exit(0)

    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), RuntimeApi)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"127.0.0.1:{server.server_address[1]}"
os.environ.update(
    variables, AWS_LAMBDA_RUNTIME_API=address, AWS_LAMBDA_INITIALIZATION_TYPE="snap-start"
)
from awslambdaric import bootstrap
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient
bootstrap.run(f"{module}.handler", LambdaRuntimeClient(address))
"""


def test_the_runtime_calls_the_hooks(
    engine: Engine, images: dict[str, ImageRef], function: str
) -> None:
    module = f"handlers.{function}.handler"
    fields = importlib.import_module(module).Settings.__dataclass_fields__
    variables = {
        "AWS_LAMBDA_FUNCTION_NAME": function,
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        **{name.upper(): "1" for name in fields},
        **expected()[function.replace("_", "-")].environment,
    }
    seen = run_python(engine.client, images[function].id, SCRIPT, module, json.dumps(variables))
    assert list(seen) == ["restore/next", "invocation/next"], seen
    (made_before, numbers_before), (made_after, numbers_after) = seen.values()
    assert (made_before, made_after) == (0, 1)
    assert numbers_before != numbers_after

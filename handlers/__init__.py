"""What runs inside the functions' images."""

import gc
import os

# All that INIT loads and makes stays. To look through it for garbage again and again would take 5 %
# of a cold start (`make bench`): the collector waits for the end of INIT, see ``runtime.start``.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    gc.disable()

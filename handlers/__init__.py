"""The code that runs inside the functions' images."""

import gc
import os

# Everything that INIT loads and makes stays in use, so collecting garbage meanwhile only costs
# time: 5 % of a cold start (`make bench`). ``runtime.entrypoint`` enables the collector when INIT
# ends.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    gc.disable()

"""What a web server serves in the tests of the stand-in: the second host, as its own tests do not have it.

`HOST_APP` in the environment holds the arguments of `create_host` as one JSON object.
"""

import json
import os

from tests.hostapp import create_host

app = create_host(**json.loads(os.environ["HOST_APP"]))

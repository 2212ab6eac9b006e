"""Runs the worker on the second host, in a process of its own: what `worker.py` is to a host.

Usage: python -m tests.worker_starter, with the arguments of `create_host` as one JSON object on stdin.
"""

import json
import sys

from smsadmin.worker import run
from tests.hostapp import create_host

if __name__ == "__main__":
    run(create_host(**json.load(sys.stdin)))

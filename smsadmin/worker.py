"""The worker process: RQ's `SimpleWorker` for the jobs; sweeper, inquirer and watcher as threads beside it."""

import os
import socket

from flask import Flask
from redis import Redis
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from smsadmin.alerts.watch import Watcher
from smsadmin.current import settings, stopping
from smsadmin.sending import doorbell
from smsadmin.sending.inquirer import Inquirer
from smsadmin.sending.sweeper import Sweeper


class _Worker(SimpleWorker):
    """RQ lets the job under way run to its end: this one also tells it to come to one."""

    def handle_warm_shutdown_request(self) -> None:
        """Note that this process was asked to end; RQ's own method only writes that into the log."""
        stopping().set()


def run(app: Flask) -> None:
    """Work until SIGTERM or SIGINT; the calls under way are ended and recorded first."""
    name = f"{socket.gethostname()}-{os.getpid()}"
    threads = [Sweeper(app, name), Inquirer(app), Watcher(app)]
    with app.app_context():
        worker = _Worker(
            [doorbell.queue()],
            name=name,
            # Its own connection: RQ waits on it for longer than the others may.
            connection=Redis.from_url(settings().redis_url),
            serializer=JSONSerializer,
            worker_ttl=30,
            maintenance_interval=5,
            job_monitoring_interval=5,
        )
        for thread in threads:
            thread.start()
        try:
            worker.work(logging_level="WARNING")
        finally:
            for thread in threads:
                thread.stopped.set()
            for thread in threads:
                # A question under way may end with the process: it changes nothing.
                thread.join(timeout=10)

"""What sends: the worker of the host in the box."""

from smsadmin.standalone.app import create_app
from smsadmin.worker import run

if __name__ == "__main__":
    run(create_app())

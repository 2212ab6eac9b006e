"""What the web server serves: the host in the box."""

from smsadmin.standalone.app import create_app

app = create_app()

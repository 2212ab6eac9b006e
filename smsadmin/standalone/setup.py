"""Brings the shop's database up: its own tables, the plugin's, and the sample where nobody is there yet."""

import flask_migrate
from flask import Flask
from sqlalchemy import select

import shortlinks.migrate
import smsadmin.migrate
from smsadmin.standalone import sample
from smsadmin.standalone.models import Customer, db


def prepare_database(app: Flask, customers: int = 5000, seed: int = 1) -> None:
    """Migrate everything to its newest revision; fill an empty shop with the sample."""
    with app.app_context():
        flask_migrate.upgrade()
        smsadmin.migrate.upgrade(db.engine)
        shortlinks.migrate.upgrade(db.engine)
        empty = db.session.scalar(select(Customer.id).limit(1)) is None
        db.session.remove()
    if empty and customers:
        sample.load(app, customers, seed)

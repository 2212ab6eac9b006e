"""The plugin's tables, one file per group."""

from smsadmin.models.account import Account, Integration
from smsadmin.models.broadcast import Broadcast, Counter
from smsadmin.models.event import EventSwitch
from smsadmin.models.ledger import Answered, Asked
from smsadmin.models.message import Message
from smsadmin.models.receipt import DroppedCallback, RawReceipt
from smsadmin.models.suppression import Suppression
from smsadmin.models.worker import WorkerPulse

__all__ = [
    "Account",
    "Answered",
    "Asked",
    "Broadcast",
    "Counter",
    "DroppedCallback",
    "EventSwitch",
    "Integration",
    "Message",
    "RawReceipt",
    "Suppression",
    "WorkerPulse",
]

"""The plugin's tables, one file per group."""

from smsadmin.models.account import Account, Integration
from smsadmin.models.alert import Alert
from smsadmin.models.api_call import ApiCall
from smsadmin.models.broadcast import Broadcast, Counter
from smsadmin.models.customer_links import CustomerLinks
from smsadmin.models.decision import Decision
from smsadmin.models.event import EventSwitch
from smsadmin.models.integration_change import IntegrationChange
from smsadmin.models.ledger import Answered, Asked
from smsadmin.models.message import Message
from smsadmin.models.receipt import DroppedCallback, RawReceipt
from smsadmin.models.spending import Spending
from smsadmin.models.support_request import SupportRequest
from smsadmin.models.suppression import SuppressedNumber, Suppression
from smsadmin.models.worker import WorkerPulse

__all__ = [
    "Account",
    "Alert",
    "Answered",
    "ApiCall",
    "Asked",
    "Broadcast",
    "Counter",
    "CustomerLinks",
    "Decision",
    "DroppedCallback",
    "EventSwitch",
    "Integration",
    "IntegrationChange",
    "Message",
    "RawReceipt",
    "Spending",
    "SupportRequest",
    "SuppressedNumber",
    "Suppression",
    "WorkerPulse",
]

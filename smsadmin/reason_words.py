"""What a `Reason` says to people: a sentence and a line of advice; for the screens, and for whoever is on call."""

from dataclasses import dataclass
from typing import Any

from smsadmin.i18n import lazy
from smsadmin.reasons import Reason


@dataclass(frozen=True)
class Sentence:
    """A reason for people."""

    says: Any
    advice: Any


NOTHING_TO_DO = lazy("Nothing to do.")
ASKED_ABOUT = lazy(
    "A receipt settles it, or the provider is asked. It is sent again only where the provider says that it never "
    "got it."
)
ASK_CUSTOMER = lazy("Ask the customer for another number.")
OWNER_CHECKS = lazy("Open the integration settings, correct the data and check the connection.")

REASON_SENTENCES: dict[Reason, Sentence] = {
    Reason.SUPPRESSED: Sentence(
        lazy("SMS to this customer are forbidden."),
        lazy("Allow them in the customer's profile if he asks for it."),
    ),
    Reason.UNVERIFIED: Sentence(
        lazy("The customer has not confirmed the number."), lazy("Have him confirm it in his cabinet.")
    ),
    Reason.DUPLICATE: Sentence(
        lazy("Another customer has the same number and gets the SMS."),
        lazy("Find out whose number it is and correct the other profile."),
    ),
    Reason.BAD_NUMBER: Sentence(
        lazy("This is not a phone number."), lazy("Correct the number in the profile.")
    ),
    Reason.NO_NUMBER: Sentence(
        lazy("The customer has no phone number."), lazy("Ask the customer for his number.")
    ),
    Reason.LINK_TOO_LONG: Sentence(
        lazy("What the profile says makes a link in the SMS too long to open."),
        lazy("Shorten what the link takes from the profile, or leave it out of the link."),
    ),
    Reason.SMS_OFF: Sentence(
        lazy("SMS was switched off."), lazy("Switch SMS on in the integration settings.")
    ),
    Reason.NOT_CONNECTED: Sentence(
        lazy("No SMS provider was connected."), lazy("Connect one in the integration settings.")
    ),
    Reason.PHONE_CHANGED: Sentence(lazy("The customer's number changed before the SMS left."), NOTHING_TO_DO),
    Reason.CUSTOMER_GONE: Sentence(lazy("The customer was deleted before the SMS left."), NOTHING_TO_DO),
    Reason.CANCELLED_BY_STAFF: Sentence(lazy("The broadcast was cancelled."), NOTHING_TO_DO),
    Reason.TOO_LATE: Sentence(
        lazy("The SMS could not leave in time and was not useful any more."),
        lazy("See on the integration page what kept it."),
    ),
    Reason.ACCOUNT_REPLACED: Sentence(
        lazy("The provider's account was replaced before it was known that the SMS had not left."),
        lazy("If it matters, write to these customers in a new broadcast."),
    ),
    Reason.NEVER_ARRIVED: Sentence(
        lazy("The provider never got it, and what it belonged to is over by now."),
        lazy("If it matters, write to these customers in a new broadcast."),
    ),
    Reason.GREW: Sentence(
        lazy("The list came out larger or dearer than what was confirmed."),
        lazy("Look at the figures; if they are right, let it go on."),
    ),
    Reason.RULE_UNKNOWN: Sentence(
        lazy("The rule has a condition that this site does not know any more, so nobody can be chosen."),
        lazy("Cancel the broadcast and write a new one, or ask whoever runs the site."),
    ),
    Reason.TEXTS_NOT_MADE: Sentence(
        lazy("The texts with their links could not be made, so nothing left."),
        lazy(
            "Ask whoever runs the site: the settings of the short links may have changed; then let it go on."
        ),
    ),
    Reason.MANY_REFUSALS: Sentence(
        lazy("The provider refused many SMS in a row."),
        lazy("Look at the reasons below and at the text; when it is mended, let it go on."),
    ),
    Reason.BROADCAST_LIMIT: Sentence(
        lazy("The broadcast has reached the most that one may cost."),
        lazy("Whoever runs the site can raise the limit; then let it go on."),
    ),
    Reason.DAY_LIMIT: Sentence(
        lazy("The SMS of today have reached the most that a day may cost."),
        lazy("Let it go on tomorrow, or ask whoever runs the site to raise the limit."),
    ),
    Reason.NO_SUCH_SUBSCRIBER: Sentence(lazy("There is no such subscriber."), ASK_CUSTOMER),
    Reason.NUMBER_REFUSED: Sentence(lazy("The provider cannot send to this number."), ASK_CUSTOMER),
    Reason.NOT_REACHABLE: Sentence(
        lazy("The phone was off or out of reach for too long."), lazy("Try again another day.")
    ),
    Reason.SUBSCRIBER_BLOCKED: Sentence(lazy("The subscriber is blocked by his operator."), ASK_CUSTOMER),
    Reason.SIM_REPLACED: Sentence(
        lazy("The SIM card was replaced; operators hold SMS back for a day."), lazy("Try again tomorrow.")
    ),
    Reason.OPTED_OUT: Sentence(
        lazy("The customer has opted out at the provider."), lazy("Don't write to him by SMS.")
    ),
    Reason.RECIPIENT_LIMIT: Sentence(
        lazy("Too many SMS to this number in a day."), lazy("Try again tomorrow.")
    ),
    Reason.TEXT_FORBIDDEN: Sentence(
        lazy("The provider does not allow this text or this sender."),
        lazy("Change the text, or ask the provider."),
    ),
    Reason.SPAM_FILTER: Sentence(
        lazy("A filter took the text for spam or found no approved template."),
        lazy("Change the text, or have the provider approve it."),
    ),
    Reason.BAD_REQUEST: Sentence(
        lazy("The provider could not read our request."), lazy("Send the error to the support.")
    ),
    Reason.WRONG_PASSWORD: Sentence(
        lazy("The provider does not accept the login or password."), OWNER_CHECKS
    ),
    Reason.NO_MONEY: Sentence(
        lazy("There is no money on the account."), lazy("Top up the account, then go on.")
    ),
    Reason.ADDRESS_BLOCKED: Sentence(
        lazy("The provider has blocked our address for a while."),
        lazy("Wait half an hour, check login and password, then go on."),
    ),
    Reason.SENDER_NOT_REGISTERED: Sentence(
        lazy("The sender's name is not registered."),
        lazy("Register it at the provider, or enter one that is registered."),
    ),
    Reason.ACCOUNT_LIMIT: Sentence(
        lazy("A limit of the account is reached."), lazy("Ask the provider to raise it.")
    ),
    Reason.ACCOUNT_REFUSED: Sentence(lazy("The provider does not let this account send."), OWNER_CHECKS),
    Reason.NO_ROUTE: Sentence(
        lazy("The provider has no way to this operator."), lazy("Ask the provider which countries it serves.")
    ),
    Reason.PROVIDER_BUSY: Sentence(lazy("The provider asks to wait."), lazy("It goes on by itself.")),
    Reason.PROVIDER_UNREACHABLE: Sentence(
        lazy("The provider cannot be reached."), lazy("It goes on by itself when the provider answers.")
    ),
    Reason.TEST_MODE: Sentence(
        lazy("The account is in test mode: nothing was really sent."),
        lazy("Switch test mode off at the provider."),
    ),
    Reason.EXPIRED_AT_OPERATOR: Sentence(
        lazy("The operator could not deliver it in time."), lazy("Try again another day.")
    ),
    Reason.NO_ANSWER: Sentence(
        lazy("The provider did not answer: it may or may not have taken the SMS."),
        ASKED_ABOUT,
    ),
    Reason.STRANGE_ANSWER: Sentence(
        lazy("The provider's answer could not be understood: it may or may not have taken the SMS."),
        ASKED_ABOUT,
    ),
    Reason.WORKER_STOPPED: Sentence(
        lazy("The worker was stopped during the call: the provider may or may not have taken the SMS."),
        ASKED_ABOUT,
    ),
    Reason.NO_REPORT: Sentence(
        lazy("The operator sent no report within a day."), lazy("It was accepted and is paid for.")
    ),
    Reason.UNCLASSIFIED: Sentence(
        lazy("It failed for a reason that the provider does not explain."), lazy("Ask the provider.")
    ),
}

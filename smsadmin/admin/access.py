"""Who may see and do what: the roles of the contract, and the base of all our screens."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, g, redirect, request
from flask_admin import Admin, BaseView
from flask_babel import get_locale
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from smsadmin.admin.forms import SafeForm, posted
from smsadmin.admin.refusals import REFUSALS, sentence, too_old
from smsadmin.admin.support_corner import SupportForm, corner
from smsadmin.current import host
from smsadmin.failures import named
from smsadmin.host import Role, StaffMember
from smsadmin.i18n import _, ngettext
from smsadmin.integration import integration, is_responsible
from smsadmin.shown import shown_time

log = logging.getLogger(__name__)

EVERYBODY = frozenset(Role)
WRITERS = frozenset({Role.OWNER, Role.ADMIN, Role.MANAGER})


def staff_member() -> StaffMember:
    """Return who is at the screen; end the request with 403 when it is nobody."""
    member = host().staff.current()
    if member is None:
        abort(403)
    return member


def may_write() -> bool:
    """Say whether this member of staff may change events, broadcasts and a customer's suppression."""
    return staff_member().role in WRITERS


def may_integrate() -> bool:
    """Say whether this member of staff may see and change the integration: the owner, the responsible admin."""
    member = host().staff.current()
    if member is None or member.role is Role.OWNER:
        return member is not None
    # Every entry of the menu asks, and the page does: once in a request is enough.
    answers = g.setdefault("sms_may_integrate", {})
    if member not in answers:
        answers[member] = _is_named(member)
    answer: bool = answers[member]
    return answer


def _is_named(member: StaffMember) -> bool:
    try:
        return is_responsible(member)
    except SQLAlchemyError as error:
        # The menu of the host's own pages asks this too: without our tables it has no entry, and is still there.
        log.warning("cannot tell who is responsible for the integration: %s", named(error))
        return False


@dataclass(frozen=True)
class InCharge:
    """Who may open the integration now; `responsible` is None where the owner has named nobody who is an admin."""

    responsible: StaffMember | None
    owners: list[StaffMember]
    admins: list[StaffMember]
    """Whom the owner can name."""
    known: bool = True
    """The host has told who they are; else `responsible` is as it was named here, and the lists are empty."""


def in_charge() -> InCharge:
    """Return who may open the integration, as the host has its staff now; a host that fails costs its lists alone."""
    try:
        administrators = list(host().staff.administrators())
    except Exception as error:
        # Whatever the host asks, a directory of another house perhaps: the switch for all SMS has to work.
        log.error("the host does not tell its administrators: %s", named(error))
        return _as_named()
    admins = [member for member in administrators if member.role is Role.ADMIN]
    key = integration().responsible_key
    return InCharge(
        next((member for member in admins if member.key == key), None),
        [member for member in administrators if member.role is Role.OWNER],
        admins,
    )


def _as_named() -> InCharge:
    """Return who is responsible as far as our own table knows."""
    # What failed in the host's database would keep its session from answering anything more.
    host().db.session.rollback()
    kept = integration()
    responsible = None
    if kept.responsible_key is not None:
        responsible = StaffMember(kept.responsible_key, kept.responsible_name, Role.ADMIN)
    return InCharge(responsible, [], [], known=False)


def for_writers() -> None:
    """End the request for those who only read."""
    if not may_write():
        abort(403, _("Your role lets you read, not change."))


def checked_post() -> StaffMember:
    """Return who pressed a button of ours; end the request for readers and for a button that is not ours."""
    member = staff_member()
    for_writers()
    check_token()
    return member


def check_token() -> None:
    """End the request when it comes from no page of ours, or from one that was open for too long."""
    if not posted(SafeForm).validate():
        abort(400, too_old())


class Screen(BaseView):
    """One screen of the plugin: visible to its `roles`; strangers are sent to the staff's sign-in page."""

    roles: Collection[Role] = EVERYBODY

    def create_blueprint(self, admin: Admin) -> Blueprint:
        """Let a refusal look like a page of ours too."""
        blueprint: Blueprint = super().create_blueprint(admin)
        for code in REFUSALS:
            blueprint.register_error_handler(code, self.refused)
        return blueprint

    def refused(self, error: HTTPException) -> Any:
        """Answer a request that ended early: strangers are sent to sign in, staff are told why, with the support."""
        if host().staff.current() is None:
            return redirect(host().staff.sign_in_url())
        return self.render("refused.html", sentence=sentence(error)), error.code

    def is_accessible(self) -> bool:
        """Say whether the person at the screen may see it."""
        member = host().staff.current()
        return member is not None and member.role in self.roles

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:
        """Send strangers to sign in, and refuse the rest."""
        if host().staff.current() is None:
            return redirect(host().staff.sign_in_url())
        return abort(403)

    def render(self, template: str, support_form: SupportForm | None = None, **kwargs: Any) -> Any:
        """Render a template with our texts, the shop's time, the token for its buttons, and the support."""
        return super().render(
            f"smsadmin/{template}",
            _=_,
            ngettext=ngettext,
            shown_time=shown_time,
            locale=str(get_locale()),
            token=SafeForm()[SafeForm.Meta.csrf_field_name],
            may_write=may_write(),
            may_integrate=may_integrate(),
            path=request.path,
            support=corner(staff_member(), support_form),
            **kwargs,
        )


class IntegrationRoom(Screen):
    """A screen for the owner and the responsible admin only; others are told who can open it."""

    def is_accessible(self) -> bool:
        """Say whether the person at the screen is one of the two."""
        return may_integrate()

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:
        """Send strangers to sign in, and tell the rest whom to ask."""
        if host().staff.current() is None:
            return super().inaccessible_callback(name, **kwargs)
        may_be_named = staff_member().role is Role.ADMIN
        return self.render("integration_closed.html", in_charge=in_charge(), may_be_named=may_be_named), 403

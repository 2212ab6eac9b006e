"""Who may see and do what: the roles of the contract, and the base of all our screens."""

from collections.abc import Collection
from typing import Any

from flask import abort, redirect, request
from flask_admin import BaseView
from flask_babel import get_locale

from smsadmin.admin.forms import SafeForm, posted
from smsadmin.admin.times import shown_time
from smsadmin.current import host
from smsadmin.host import Role, StaffMember
from smsadmin.i18n import _, ngettext

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
    if member is None:
        return False
    return member.role is Role.OWNER or (member.role is Role.ADMIN and member.responsible)


def for_writers() -> None:
    """End the request for those who only read."""
    if not may_write():
        abort(403, _("Your role lets you read, not change."))


def checked_post() -> StaffMember:
    """Return who pressed a button of ours; end the request for readers and for a button that is not ours."""
    member = staff_member()
    for_writers()
    if not posted(SafeForm).validate():
        abort(400, _("The page was open for too long. Go back, reload it and try again."))
    return member


class Screen(BaseView):
    """One screen of the plugin: visible to its `roles`; strangers are sent to the staff's sign-in page."""

    roles: Collection[Role] = EVERYBODY

    def is_accessible(self) -> bool:
        """Say whether the person at the screen may see it."""
        member = host().staff.current()
        return member is not None and member.role in self.roles

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:
        """Send strangers to sign in, and refuse the rest."""
        if host().staff.current() is None:
            return redirect(host().staff.sign_in_url())
        return abort(403)

    def render(self, template: str, **kwargs: Any) -> Any:
        """Render a template with our texts, the shop's time, and the token for its buttons."""
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
            **kwargs,
        )

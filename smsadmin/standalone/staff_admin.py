"""The shop's own screens in the back office: its customers, their bonuses, and the loyalty rule."""

import re
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_admin import AdminIndexView, BaseView, expose
from flask_wtf import FlaskForm
from werkzeug import Response
from wtforms import DecimalField, Field, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation

from smsadmin.admin.paging import ON_A_PAGE, last_page, page_number
from smsadmin.host import Role
from smsadmin.i18n import _, lazy
from smsadmin.standalone.adapters import customers
from smsadmin.standalone.models import Customer, LoyaltySettings, db
from smsadmin.standalone.shop import as_text, credit_bonuses, latest_bonuses
from smsadmin.standalone.signed_in import signed_in_staff

MAY_CREDIT = (Role.OWNER, Role.ADMIN, Role.MANAGER)
MAY_SET_RULES = (Role.OWNER, Role.ADMIN)
NO_NUMBER = "Not a valid decimal value."
"""WTForms' own sentence, which it also translates itself."""


def may(roles: Collection[Role]) -> bool:
    """Say whether who is signed in has one of these roles."""
    member = signed_in_staff()
    return member is not None and Role(member.role) in roles


class ForStaff(BaseView):
    """A screen for whoever works here; others are sent to the sign-in page."""

    def page(self, template: str, **values: Any) -> str:
        """Render one of our templates within the back office."""
        html: str = self.render(template, **values)
        return html

    def is_accessible(self) -> bool:
        """Say whether a member of staff is signed in (asked by Flask-Admin)."""
        return may(tuple(Role))

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Response:
        """Lead to the sign-in page and back; whoever lacks only the role is refused."""
        if signed_in_staff() is not None:
            abort(403)
        return redirect(url_for("staff.sign_in", next=request.full_path.rstrip("?")))


class HomeView(ForStaff, AdminIndexView):
    """The first page of the back office."""

    @expose("/")
    def index(self) -> str:
        """Show what there is, as far as this member of staff may see it."""
        return self.page("shop/admin_home.html", member=signed_in_staff())


def few_digits(_form: FlaskForm, field: Field) -> None:
    """Take plain digits only: Python's numbers may also be "sNaN", or too long to compare."""
    written = field.raw_data[0] if field.raw_data else ""
    if not re.fullmatch(r"\s*[+-]?[0-9]{1,9}([.,][0-9]{0,9})?\s*", written):
        raise StopValidation(field.gettext(NO_NUMBER))


class BonusForm(FlaskForm):
    """How many bonuses a customer gets, and what for."""

    amount = DecimalField(
        lazy("Bonuses"),
        [InputRequired(), few_digits, NumberRange(min=Decimal("0.01"), max=Decimal(1_000_000))],
        places=2,
        render_kw={"inputmode": "decimal"},
    )
    note = StringField(lazy("What for"), [Length(max=200)])


class CustomersView(ForStaff):
    """The shop's customers and their bonuses."""

    @expose("/")
    def index(self) -> str:
        """List the customers, or those whom a search finds."""
        text = request.args.get("search", "")[:100]
        page = page_number()
        found = customers.search(text, (page - 1) * ON_A_PAGE, ON_A_PAGE)
        pages = last_page(found.total)
        return self.page("shop/customers.html", found=found, search=text, page=page, pages=pages)

    @expose("/<int(max=2147483647):customer_id>", methods=["GET", "POST"])
    def card(self, customer_id: int) -> str | Response:
        """Show a customer; a POST credits bonuses to him."""
        customer = db.session.get(Customer, customer_id)
        if customer is None:
            abort(404)
        form = BonusForm()
        if request.method == "POST" and not may(MAY_CREDIT):
            abort(403)
        if form.validate_on_submit():
            amount = Decimal(form.amount.data or 0).quantize(Decimal("0.01"))
            credit_bonuses(customer, amount, form.note.data or "")
            db.session.commit()
            flash(_("%(amount)s bonuses are credited.", amount=as_text(amount)), "success")
            return redirect(url_for(".card", customer_id=customer_id), 303)
        return self.page(
            "shop/customer.html",
            customer=customer,
            history=latest_bonuses(customer_id),
            form=form if may(MAY_CREDIT) else None,
        )


class LoyaltyForm(FlaskForm):
    """The loyalty rule."""

    days = IntegerField(
        lazy("Bonuses expire after, days"),
        [Optional(), few_digits, NumberRange(min=1, max=3650)],
        description=lazy("Leave it empty if bonuses never expire."),
    )


class LoyaltyView(ForStaff):
    """The shop's loyalty rule."""

    @expose("/", methods=["GET", "POST"])
    def index(self) -> str | Response:
        """Show the rule; a POST changes it."""
        rule = LoyaltySettings.read(db.session())
        form = LoyaltyForm(days=rule.bonuses_expire_after_days)
        if request.method == "POST" and not may(MAY_SET_RULES):
            abort(403)
        if form.validate_on_submit():
            db.session.merge(LoyaltySettings(id=1, bonuses_expire_after_days=form.days.data))
            db.session.commit()
            flash(_("The rule is saved."), "success")
            return redirect(url_for(".index"), 303)
        return self.page("shop/loyalty.html", rule=rule, form=form if may(MAY_SET_RULES) else None)

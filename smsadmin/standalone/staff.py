"""The staff's way in and out."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from smsadmin.i18n import _
from smsadmin.standalone.sign_in_forms import StaffSignIn
from smsadmin.standalone.signed_in import end_session, start_session
from smsadmin.standalone.targets import local_target

pages = Blueprint("staff", __name__, url_prefix="/staff")


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> str | Response:
    """Sign a member of staff in and lead him on to `next`."""
    target = local_target(request.args.get("next"), url_for("admin.index"))
    form = StaffSignIn()
    if form.validate_on_submit():
        member = form.user()
        if member is not None:
            start_session(member, fresh=True)
            return redirect(target, 303)
        flash(_("There is nobody here with this login and password."), "danger")
    return render_template("shop/sign_in.html", form=form, title=_("Staff sign-in"))


@pages.post("/sign-out")
def sign_out() -> Response:
    """Sign out."""
    end_session()
    return redirect(url_for("staff.sign_in"), 303)

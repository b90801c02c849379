"""Pages of our own: signing up, confirming an address, one's account, and where one lands after signing in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from flask_security.confirmable import confirm_email_token_status
from flask_wtf import FlaskForm

from marketplace import clock
from marketplace.accounts.actions import ContactDetails, NewAccount, confirm_account, create_account, update_me
from marketplace.accounts.forms import AskFirstForm, DetailsForm, SignUpForm
from marketplace.accounts.queries import find_person_of, get_account
from marketplace.db import db
from marketplace.kernel.errors import Refused
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter

View = Callable[..., Any]
blueprint = Blueprint("accounts", __name__)


@blueprint.route("/sign-up", methods=["GET", "POST"])
@limiter.limit("10 per hour", key_func=get_remote_address, methods=["POST"])
@access("anyone")
def sign_up() -> ResponseReturnValue:
    """Make an account; `?role=provider` chooses the other side."""
    form = SignUpForm(role="provider" if request.args.get("role") == "provider" else "client")
    if form.validate_on_submit():
        new = NewAccount(form.email.data, form.password.data, form.name.data, form.role.data)
        try:
            create_account(new, clock.now())
        except Refused as refused:
            show_faults(form, refused)
        else:
            return render_template("security/sign_up_done.html", email=form.email.data)
    return render_template("security/sign_up.html", form=form)


def show_faults(form: FlaskForm, refused: Refused) -> None:
    """Put what a verb refused beside the fields it names."""
    for fault in refused.faults:
        if fault.field in form:
            form[fault.field].errors = [*form[fault.field].errors, fault.message]
    if not any(fault.field in form for fault in refused.faults):
        form.form_errors.append(refused.sentence)


def confirm_email(token: str) -> ResponseReturnValue:
    """The link in the letter. Opening it asks; the button confirms."""
    expired, invalid, account = confirm_email_token_status(token)
    if expired or invalid or account is None:
        flash("This link is too old or not whole. Ask for a new one here.", "error")
        return redirect(url_for("security.send_confirmation"))
    form = AskFirstForm()
    if form.validate_on_submit() or account.confirmed_at is not None:
        if account.confirmed_at is None:
            confirm_account(account.id, clock.now())
        flash("Your address is confirmed. Sign in now.", "success")
        return redirect(url_for("security.login"))
    return render_template("security/ask_first.html", form=form, title="Confirm your e-mail address", label="Confirm this address")


def without_phone() -> ResponseReturnValue:
    """Help with the second factor is a recovery code."""
    return redirect(url_for("security.mf_recovery"))


def asked_first(view: View) -> View:
    """A link that acts only when the person presses the button."""

    @wraps(view)
    def asking(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if request.method == "POST":
            return view(*args, **kwargs)
        return render_template("security/ask_first.html", form=AskFirstForm(), title="Change your e-mail address", label="Use this address")

    return asking


@blueprint.get("/welcome")
@access("client", "provider", "admin")
def welcome() -> ResponseReturnValue:
    """Where one lands after signing in: the first page of one's role."""
    return redirect(url_for(current_app.config["HOMES"].get(viewer().role, "accounts.account")))


@blueprint.route("/account", methods=["GET", "POST"])
@access("client", "provider", "admin")
def account() -> ResponseReturnValue:
    """One's details, and the ways to change how one signs in."""
    session, account_id = db.session(), viewer().account_id or 0
    person = find_person_of(session, account_id)
    form = DetailsForm(obj=person)
    if form.validate_on_submit():
        details = ContactDetails(name=form.name.data, phone=form.phone.data or "", zip=form.zip.data or "")
        try:
            update_me(account_id, details, clock.now())
        except Refused as refused:
            show_faults(form, refused)
        else:
            flash("Your details are saved.", "success")
            return redirect(url_for("accounts.account"))
    return render_template("security/account.html", form=form, account=get_account(db.session(), account_id))

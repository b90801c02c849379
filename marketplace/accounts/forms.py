"""The forms of accounts that are our own; Flask-Security brings the others."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, RadioField, StringField, TelField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from marketplace.accounts.rules import LONGEST_PASSWORD


class SignUpForm(FlaskForm):
    """Name, address, password, and on which side of the table one sits."""

    role = RadioField(
        "What brings you here?",
        choices=[SelectChoice("client", "I want to book massage"), SelectChoice("provider", "I give massage and want to be listed")],
        default="client",
        validators=[InputRequired("Choose one.")],
    )
    name = StringField("Your name", validators=[InputRequired("Type your name."), Length(max=120)], render_kw={"autocomplete": "name"})
    email = EmailField(
        "E-mail address", validators=[InputRequired("Type your e-mail address."), Length(max=254)], render_kw={"autocomplete": "email"}
    )
    password = PasswordField(
        "Password",
        description="At least 8 characters. A few words in a row are good.",
        validators=[InputRequired("Choose a password."), Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": "new-password"},
    )


class DetailsForm(FlaskForm):
    """One's own contact details."""

    name = StringField("Your name", validators=[InputRequired("Type your name."), Length(max=120)], render_kw={"autocomplete": "name"})
    phone = TelField("Phone", validators=[Optional(), Length(max=40)], render_kw={"autocomplete": "tel"})
    zip = StringField("ZIP code", validators=[Optional(), Length(max=5)], render_kw={"autocomplete": "postal-code", "inputmode": "numeric"})


class AskFirstForm(FlaskForm):
    """One button: a link in a letter is opened by a person, not by a machine that looks at mail."""

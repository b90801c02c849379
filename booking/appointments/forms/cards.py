"""Which card pays at checkout."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Regexp, ValidationError

from booking.payments.models import SavedCard
from booking.payments.rules.keeping import ON_PAGE

HERE = "here"
BRANDS = {"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "discover": "Discover", "diners": "Diners Club"}


def card_name(card: SavedCard) -> str:
    """A card as its owner knows it: brand, last four digits, until when it is good."""
    brand = BRANDS.get(card.brand or "", (card.brand or "").title() or _("Card"))
    until = f"{card.expires_month:02d}/{card.expires_year}" if card.expires_year else ""
    return _("%(brand)s ending in %(digits)s, good until %(until)s", brand=brand, digits=card.last_four, until=until)


def _agreed(form: FlaskForm, field: Field) -> None:
    if form.keeps and not field.data:
        raise ValidationError(_("The card can only be kept with your agreement."))


class CardForm(FlaskForm):
    """A kept card, another one here by Stripe's fields (their script makes `made`), or another one on Stripe's own page."""

    card = RadioField(_l("Card"), validators=[InputRequired(_l("Choose a card."))])
    made = HiddenField(validators=[Regexp(r"^(pm_[A-Za-z0-9_]{1,60})?$", message=_l("Enter the card again."))])
    consent = BooleanField(_l("I agree"), validators=[_agreed])
    keeps: bool = False

    def offer(self, cards: Sequence[SavedCard], *, here: bool, keeps: bool) -> None:
        """Say what there is to choose from, and whether the card is kept."""
        self.keeps = keeps
        self.card.choices = [SelectChoice(card.public_id, card_name(card)) for card in cards]
        if here:
            self.card.choices.append(SelectChoice(HERE, _("Another card, on this page")))
        self.card.choices.append(SelectChoice(ON_PAGE, _("Another card, on Stripe’s own page")))

    @property
    def chosen(self) -> str:
        """The card's name for the verb."""
        return str(self.made.data if self.card.data == HERE and self.made.data else self.card.data)

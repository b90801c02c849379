"""The same deeds asked of two Stripes through the one port: our stateful stand-in, and localstripe. What each says, without names and instants."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.double import DoubleHttp, StripeDouble
from booking.payments.stripe_port.values import Declined, IntentOrder, Invalid, Missing, RefundOrder, SeenIntent, Unknown
from tests.support.cards import KEY
from tests.support.localstripe_words import TranslatingHttp

NOW = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
HERE = "here"
VISA = "pm_card_visa"
Said = tuple[object, ...]
_numbers = count(1)


@dataclass(frozen=True)
class Deed:
    """One thing asked about an intent: `confirm`, `capture`, `cancel`, `refund`, or what the client does at their bank, `approve`, `turn down`."""

    name: str
    cents: int = 0


@dataclass
class Side:
    """One of the two, with one intent after the other. `act` is the client at their bank."""

    port: StripePort
    act: Callable[[SeenIntent, bool], None]
    intent: str = ""

    def begin(self, key: str, amount_cents: int, *, capture_later: bool, card: str) -> Said:
        """A customer and an intent of theirs, which takes nothing yet."""
        customer = self.port.create_customer(key, HERE)
        order = IntentOrder(key, HERE, amount_cents, "usd", card, customer, capture_later, "Visit LH-4711")
        made = self.port.create_intent(order)
        self.intent = made.id
        return self.picture()

    def do(self, deed: Deed, key: str | None = None) -> Said:
        """One deed under a name of ours: how it was answered, and how everything stands then."""
        try:
            told = self._ask(deed, key or f"deed{next(_numbers)}")
        except (Declined, Invalid, Missing, Unknown) as fault:
            told = (type(fault).__name__,)
        return (*told, self.picture())

    def _ask(self, deed: Deed, key: str) -> Said:
        match deed.name:
            case "confirm":
                return facts_of(self.port.confirm_intent(self.intent, key, off_session=False, back="http://127.0.0.1/back"))
            case "capture":
                return facts_of(self.port.capture_intent(self.intent, key, deed.cents))
            case "cancel":
                return facts_of(self.port.cancel_intent(self.intent, key))
            case "refund":
                made = self.port.create_refund(RefundOrder(key, HERE, self.intent, deed.cents))
                return made.status, made.amount_cents, made.currency, made.intent == self.intent, made.mark
            case _:
                self.act(self.port.read_intent(self.intent), deed.name == "approve")
                return ("acted",)

    def picture(self) -> Said:
        """The intent as it is read anew, and, of what was taken, all that went back."""
        seen = self.port.read_intent(self.intent)
        back = self.port.refunds_of(self.intent) if seen.captured_cents else []
        return (*facts_of(seen), sorted((one.amount_cents, one.status, one.currency, one.mark.ours or "") for one in back))


def facts_of(seen: SeenIntent) -> Said:
    """An intent without its name, its secret and its instant; a refusal of the bank without its words, which differ."""
    failed = seen.failure_code is not None
    return seen.status, seen.amount_cents, seen.captured_cents, seen.currency, seen.mark, failed, bool(seen.client_secret)


@dataclass
class TwoStripes:
    """Both sides: what is asked of one is asked of the other."""

    ours: Side
    theirs: Side
    double: StripeDouble
    http: TranslatingHttp

    def begin(self, amount_cents: int = 19_000, *, capture_later: bool = True, card: str = VISA) -> None:
        """The same order to both, under a key that was never used."""
        key = f"order{next(_numbers)}"
        said = [side.begin(key, amount_cents, capture_later=capture_later, card=card) for side in (self.ours, self.theirs)]
        assert said[0] == said[1]

    def do(self, deed: Deed) -> Said:
        """The same deed to both, who say the same; gives it."""
        key = f"deed{next(_numbers)}"
        ours, theirs = self.ours.do(deed, key), self.theirs.do(deed, key)
        assert ours == theirs, deed
        return ours


def two_stripes(address: str) -> TwoStripes:
    """Ours in this process, theirs at an address."""
    double, http = StripeDouble(lambda: NOW), TranslatingHttp(address)

    def act_at_theirs(seen: SeenIntent, approved: bool) -> None:
        words = {"client_secret": seen.client_secret, "success": str(approved).lower()}
        assert http.ask(f"/payment_intents/{seen.id}/_authenticate", words)[0] == 200

    def act_at_ours(seen: SeenIntent, approved: bool) -> None:
        double.act(seen.id, approved=approved)

    ours = Side(StripePort(KEY, http=DoubleHttp(double)), act_at_ours)
    return TwoStripes(ours, Side(StripePort(KEY, http=http, api_base=address), act_at_theirs), double, http)

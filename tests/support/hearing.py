"""A page as a keyboard and a screen reader have it: each stop of Tab, with what Chromium tells assistive technology about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

from playwright.sync_api import Page

from tests.support.journeys import OUTLINE

MOST_STOPS = 700
# What a person can do something with; a region is a wide table that is scrolled by keys.
ROLES = {
    "link", "button", "checkbox", "radio", "textbox", "combobox", "spinbutton", "slider", "searchbox", "switch", "DisclosureTriangle", "listbox",
    "Date", "DateTime", "InputTime", "menuitem", "tab", "summary", "region",
}  # fmt: skip
GROUPS = {"group", "radiogroup"}
# Where the focus is among everything that could have it, what it belongs to, and whether it can be seen.
PLACE = """() => {
  const here = document.activeElement;
  if (!here || here === document.body || here === document.documentElement) return null;
  const all = [...document.querySelectorAll("*")];
  const box = (here.closest("label.choice, label.check") ?? here).getBoundingClientRect();
  const radio = here.type === "radio" ? `radio ${here.name}` : "";
  const style = getComputedStyle(here);
  const covered = (() => {
    const at = document.elementFromPoint(box.left + Math.min(box.width / 2, innerWidth / 2), box.top + Math.min(box.height / 2, 20));
    const row = here.closest("label") ?? here;
    return Boolean(at) && !row.contains(at) && !at.contains(here);
  })();
  return {
    index: all.indexOf(here), id: here.id, type: here.type ?? "", key: radio || `${here.tagName} ${all.indexOf(here)}`, tabindex: here.tabIndex,
    left: box.left, top: box.top, right: box.right, bottom: box.bottom, width: innerWidth, height: innerHeight,
    shown: style.visibility !== "hidden" && box.width > 0 && box.height > 0, covered, open: here.parentElement?.open ?? null,
    html: here.outerHTML.slice(0, 160),
  };
}"""


@dataclass(frozen=True)
class Heard:
    """One stop of the focus: what is said of it, and where it is."""

    role: str
    name: str
    description: str
    states: dict[str, Any]
    groups: tuple[str, ...]
    place: dict[str, Any]
    outline: float

    @property
    def key(self) -> str:
        """What tells stops apart; the radios of one group are one stop."""
        return str(self.place["key"])


@dataclass
class Listener:
    """Somebody who has a keyboard and hears the page."""

    page: Page
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.session = self.page.context.new_cdp_session(self.page)
        self.session.send("Accessibility.enable")

    def nodes(self) -> list[dict[str, Any]]:
        """Everything that is told to assistive technology."""
        nodes: list[dict[str, Any]] = self.session.send("Accessibility.getFullAXTree")["nodes"]
        return nodes

    def here(self, nodes: list[dict[str, Any]] | None = None) -> Heard | None:
        """What has the focus, out of what is told now (or was, before the walk began); None where nothing has."""
        place = self.page.evaluate(PLACE)
        if place is None:
            return None
        nodes = nodes or self.nodes()
        known = {node["nodeId"]: node for node in nodes}
        element = self.session.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]["objectId"]
        number = self.session.send("DOM.describeNode", {"objectId": element})["node"]["backendNodeId"]
        node = next((one for one in nodes if one.get("backendDOMNodeId") == number and not one.get("ignored")), None)
        if node is None:
            return Heard("", "", "", {}, (), place, self.page.evaluate(OUTLINE))
        groups = []
        above = known.get(node.get("parentId", ""))
        while above is not None:
            if above.get("role", {}).get("value") in GROUPS and value_of(above, "name"):
                groups.append(value_of(above, "name"))
            above = known.get(above.get("parentId", ""))
        return Heard(
            str(node["role"]["value"]), value_of(node, "name"), value_of(node, "description"), states_of(node), tuple(groups), place,
            self.page.evaluate(OUTLINE),
        )  # fmt: skip

    def key(self, *keys: str) -> Self:
        """Press keys, one after the other."""
        for one in keys:
            self.page.keyboard.press(one)
        return self

    def stops(self, key: str = "Tab") -> list[Heard]:
        """Press Tab from where the focus is until it leaves the page or comes round again; several presses inside a date are one stop."""
        found: list[Heard] = []
        nodes = self.nodes()
        for _ in range(MOST_STOPS):
            self.page.keyboard.press(key)
            heard = self.here(nodes)
            if heard is None or (found and heard.key == found[0].key and len(found) > 1):
                return found
            if found and heard.key == found[-1].key:
                if heard.place["type"] not in ("date", "time", "datetime-local"):
                    raise AssertionError(f"the focus stays on {heard.place['html']}")
                continue
            if heard.key in {one.key for one in found}:
                return found
            found.append(heard)
        raise AssertionError(f"{key} does not come to an end: {[one.name for one in found[-5:]]}")

    def whole(self) -> list[Heard]:
        """The whole page forward and back. What is wrong with any stop is added to `wrong`; gives the stops in order."""
        self.page.evaluate("() => { document.activeElement?.blur(); getSelection()?.removeAllRanges(); scrollTo(0, 0); }")
        forward = self.stops()
        for stop in forward:
            self.wrong += [f"{self.page.url}: {one}: {stop.place['html']}" for one in faults_of(stop)]
        where = [stop.place["index"] for stop in forward]
        if where != sorted(where):
            self.wrong.append(f"{self.page.url}: the order of Tab is not that of the page: {[one.name for one in forward]}")
        back = [stop.key for stop in self.stops("Shift+Tab")]
        there = [stop.key for stop in forward]
        if back != there[::-1] and back != there[-2::-1] and set(back) != set(there):
            self.wrong.append(f"{self.page.url}: Shift+Tab goes another way: {sorted(set(there) ^ set(back))}")
        return forward

    def to(self, name: str, role: str = "", group: str = "") -> Self:
        """Tab to what bears this name (and role, and stands in this group)."""
        passed, nodes = [], self.nodes()
        for _ in range(MOST_STOPS):
            heard = self.here(nodes)
            if heard is not None:
                passed.append(heard.name)
                if name.lower() in heard.name.lower() and role in heard.role and (not group or any(group in one for one in heard.groups)):
                    return self
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{name!r} is not reached: {passed[-40:]}")

    def write(self, words: str) -> Self:
        """Type where the focus is."""
        self.page.keyboard.type(words)
        return self

    def send(self, key: str = "Enter") -> Self:
        """Press a key that leads to another page, and let it come."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        self.page.wait_for_load_state()
        return self

    def told(self, words: str) -> Self:
        """What is wrong is announced: an alert with these words has the focus, and each field in it says what is wrong with itself."""
        nodes = self.nodes()
        alerts = [node for node in nodes if node.get("role", {}).get("value") == "alert" and not node.get("ignored")]
        assert alerts, f"{self.page.url}: no alert"
        text = self.page.get_by_role("alert").first.inner_text()
        assert words in text, (self.page.url, text)
        assert self.page.evaluate("document.activeElement.id") == "errors", f"{self.page.url}: the focus is not on the summary"
        known = {node["nodeId"]: node for node in nodes}
        bad = [node for node in nodes if states_of(node).get("invalid") in ("true", True)]
        for node in bad:
            group = node
            while group.get("parentId") in known and group.get("role", {}).get("value") not in GROUPS:
                group = known[group["parentId"]]
            # One choice of a question is told with the question: its group says what is wrong.
            assert value_of(node, "description") or (value_of(node, "role") == "radio" and value_of(group, "description")), (
                f"{self.page.url}: {value_of(node, 'name')!r} is wrong, and does not say why"
            )
        return self


def value_of(node: dict[str, Any], name: str) -> str:
    """A name or description as it is said."""
    return str(node.get(name, {}).get("value", "") or "").strip()


def states_of(node: dict[str, Any]) -> dict[str, Any]:
    """What is said of a node's state."""
    return {one["name"]: one["value"].get("value") for one in node.get("properties", ())}


def faults_of(stop: Heard) -> list[str]:
    """What a person who cannot see, or who has no mouse, would miss at a stop."""
    faults = []
    if stop.role not in ROLES:
        faults.append(f"role {stop.role!r} says nothing one can do")
    if not stop.name:
        faults.append("no name")
    if stop.outline < 2:
        faults.append(f"the focus cannot be seen ({stop.outline})")
    if stop.place["tabindex"] > 0:
        faults.append("a tabindex of its own order")
    if not stop.place["shown"] or stop.place["bottom"] <= 0 or stop.place["top"] >= stop.place["height"]:
        faults.append("it is not on the screen")
    if stop.place["right"] <= 0 or stop.place["left"] >= stop.place["width"]:
        faults.append("it is beside the screen")
    if stop.place["covered"]:
        faults.append("something covers it")
    if stop.role in ("checkbox", "radio", "switch") and "checked" not in stop.states:
        faults.append("whether it is checked is not said")
    if stop.role == "radio" and not stop.groups:
        faults.append("a choice without the question")
    if stop.role in ("DisclosureTriangle", "summary") and "expanded" not in stop.states:
        faults.append("whether it is open is not said")
    return faults

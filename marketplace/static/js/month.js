// Dates chosen in a month: arrow keys walk, Shift chooses on the way, another month comes without losing what is typed.
// Without this file the boxes and the buttons do all of it.
const form = document.getElementById("hours");
const section = document.getElementById("dates");
const boxes = () => [...section.querySelectorAll(".month input[type=checkbox]")];
let last = null;

function rove(focused) {
  const all = boxes();
  const here = all.includes(focused) ? focused : all.find((box) => box.checked) ?? all[0];
  for (const box of all) box.tabIndex = box === here ? 0 : -1;
}

function between(from, to) {
  const [low, high] = [from.value, to.value].sort();
  return boxes().filter((box) => low <= box.value && box.value <= high);
}

section.addEventListener("keydown", (event) => {
  if (!event.target.matches(".month input[type=checkbox]") || event.ctrlKey || event.altKey || event.metaKey) return;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
  const turn = { PageUp: "first-of-type", PageDown: "last-of-type" }[event.key];
  const all = boxes();
  if (step) {
    const next = all[all.indexOf(event.target) + step];
    if (next) {
      if (event.shiftKey) for (const box of between(event.target, next)) box.checked = true;
      rove(next);
      next.focus();
    }
  } else if (turn) {
    const turns = [...section.querySelectorAll("[name=show_month]")];
    const button = turns.find((one) => (event.key === "PageUp") === (one.value < all[0].value));
    if (button) act(button, true);
  } else return;
  event.preventDefault();
});

section.addEventListener("click", (event) => {
  const button = event.target.closest("[name=show_month], [name=add][value^=dates]");
  if (button) {
    event.preventDefault();
    act(button, false);
  } else if (event.target.matches(".month input[type=checkbox]")) {
    if (event.shiftKey && last?.isConnected) for (const box of between(last, event.target)) box.checked = event.target.checked;
    last = event.target;
    rove(last);
  }
});

// The server's own answer, of which this part alone is taken.
async function act(button, byKey) {
  const body = new FormData(form);
  body.append(button.name, button.value);
  const shown = () => section.querySelector("[name=month]").value;
  const forward = button.value > shown();
  section.setAttribute("aria-busy", "true");
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body, credentials: "same-origin" });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("dates");
  section.removeAttribute("aria-busy");
  if (!answer.ok || !fresh) return form.requestSubmit(button);
  section.replaceChildren(...fresh.childNodes);
  rove();
  const turns = [...section.querySelectorAll("[name=show_month]")];
  const same = button.name === "add" ? section.querySelector(`[name=add][value=${button.value}]`) : turns.find((one) => one.value > shown() === forward);
  (byKey ? boxes()[0] : same ?? boxes()[0])?.focus();
  document.getElementById("live").textContent = section.querySelector(".month legend").textContent.trim();
  form.dispatchEvent(new Event("change"));
  return undefined;
}

rove();

// The checkers' desk by keyboard. Every key stands for a control of the page that works without it (data-key); nothing fires while
// somebody types. What decides is only brought into focus (data-arm): Enter then presses it.
const $ = (selector, root = document) => root.querySelector(selector);
const TYPING = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=submit], [type=button])";

function arm(control) {
  control?.focus();
  control?.scrollIntoView({ block: "nearest" });
}

function press(control) {
  const hidden = control.closest("details:not([open])");
  if (hidden) hidden.open = true;
  if (control.matches(TYPING) || "arm" in control.dataset) return arm(control);
  control.focus();
  control.click();
  if (control.dataset.arms) arm(document.getElementById(control.dataset.arms));
  return undefined;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.repeat || event.isComposing || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.target.closest?.(TYPING)) return;
  const key = event.key.toLowerCase();
  if (key === "?") {
    const list = $("#keys");
    if (!list) return;
    list.open = !list.open;
    arm($("summary", list));
  } else {
    const control = /^[a-z0-9]$/.test(key) && $(`[data-key="${key}"]:not([hidden])`);
    if (!control) return;
    press(control);
  }
  event.preventDefault();
});

// --- copying the number: the button is there only where it works ------------------------------------------------------------
const copy = $("[data-copy]");
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent.trim());
    copy.textContent = copy.dataset.copied;
    copy.setAttribute("role", "status");
  });
}

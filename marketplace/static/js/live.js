// What stands beside a form follows what is typed in it: the whole form goes to the preview, whose answer is shown as it is. Without
// this a button does the same.
const form = document.querySelector("form[data-tried]");
const seen = document.getElementById(form.dataset.tried);
let asked = null;
let waiting = 0;

async function look() {
  asked?.abort();
  const mine = (asked = new AbortController());
  seen.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(seen.dataset.address, { method: "POST", body: new FormData(form), signal: mine.signal, credentials: "same-origin" });
    if (answer.redirected || ![200, 422].includes(answer.status)) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine.signal.aborted) return;
    const open = [...seen.querySelectorAll("details")].map((one) => one.open);
    seen.replaceChildren(...fresh.body.childNodes);
    seen.querySelectorAll("details").forEach((one, at) => { one.open ||= open[at] ?? false; });
    seen.dataset.looks = Number(seen.dataset.looks ?? 0) + 1;
  } catch (fault) {
    if (fault.name !== "AbortError") throw fault;
  } finally {
    if (asked === mine) { asked = null; seen.removeAttribute("aria-busy"); }
  }
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(look, 250);
});

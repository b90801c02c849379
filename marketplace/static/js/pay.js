// The fields for another card, by Stripe's own script: the number goes from their frame to them. Without this file, or where their
// script does not load, the card is given on Stripe's own page, which the form offers anyway.
const form = document.querySelector("#card-form[data-stripe-key]");

function ready() {
  if (!form || typeof window.Stripe !== "function") return;
  const fields = document.querySelector("#card-fields");
  const fault = document.querySelector("#card-fault");
  const choice = form.querySelector("[data-needs-script]");
  const here = choice.querySelector("input");
  const cents = Number(form.dataset.cents);
  const stripe = window.Stripe(form.dataset.stripeKey);
  const keeps = form.dataset.keeps === "yes";
  const wanted = cents && !keeps ? { mode: "payment", amount: cents, captureMethod: "manual" } : { mode: "setup", setupFutureUsage: "off_session" };
  const elements = stripe.elements({ ...wanted, currency: "usd", paymentMethodCreation: "manual", paymentMethodTypes: ["card"] });
  elements.create("payment").mount(fields);
  choice.hidden = false;
  if (!form.querySelector("input[name=card]:checked") || form.querySelector("input[name=card]:checked").value === "on_page") here.checked = true;

  const show = () => { fields.hidden = !here.checked; };
  form.addEventListener("change", show);
  show();

  const say = (words) => {
    fault.textContent = words;
    fault.hidden = !words;
    for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = false;
  };

  form.addEventListener("submit", async (event) => {
    if (!here.checked || form.elements.made.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say("");
    const checked = await elements.submit();
    if (checked.error) return say(checked.error.message);
    const made = await stripe.createPaymentMethod({ elements });
    if (made.error) return say(made.error.message);
    form.elements.made.value = made.paymentMethod.id;
    form.requestSubmit();
  }, true);
}

if (document.readyState === "complete") ready();
else window.addEventListener("load", ready);

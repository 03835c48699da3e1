// Theme, density and single keys: remembered in cookies, which the server reads too. No other thing is stored in the browser.

const YEAR = 365 * 24 * 3600;

function press() {
  const { theme, density, shortcuts } = document.documentElement.dataset;
  for (const [name, value] of Object.entries({ theme, density, shortcuts })) {
    for (const button of document.querySelectorAll(`[data-set="${name}"]`)) {
      button.setAttribute("aria-pressed", String(button.value === value));
    }
  }
}

export function startPreferences() {
  press();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-set]");
    if (!button) return;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${button.dataset.set}=${button.value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
    document.dispatchEvent(new CustomEvent("steward:preferences"));
    press();
  });
  document.addEventListener("htmx:after:swap", press);
}

// The screen of the town hall takes new figures every minute. Focus stays where it is; a pause is kept while it lasts.
"use strict";
(() => {
  const EVERY = 60000;
  const figures = document.getElementById("figures");
  const pause = document.getElementById("pause");
  const state = document.getElementById("state");
  let stopped = false;
  pause.hidden = false;
  pause.setAttribute("aria-pressed", "false");
  pause.addEventListener("click", () => {
    stopped = !stopped;
    pause.setAttribute("aria-pressed", String(stopped));
    pause.textContent = stopped ? pause.dataset.go : pause.dataset.pause;
    if (!stopped) refresh();
  });
  async function refresh() {
    if (stopped) return;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("figures");
      if (!fresh) throw new Error("no figures");
      if (!stopped && fresh.innerHTML !== figures.innerHTML) figures.replaceChildren(...fresh.childNodes);
      state.textContent = state.dataset.ok;
    } catch {
      state.textContent = state.dataset.lost;
    }
  }
  const every = Number(new URLSearchParams(location.search).get("toutes")) * 1000;
  setInterval(refresh, every >= 1000 ? every : EVERY);
})();

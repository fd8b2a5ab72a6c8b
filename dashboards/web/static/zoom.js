// Where one zooms: the readings of the table below drawn by uPlot, with the mouse or by buttons. Without this file the
// table and its drawing remain.
"use strict";
(() => {
  const SMALLEST = 0.5, FACTOR = 2, STEP = 0.5; // hours that can be seen; by how much a button changes the span
  for (const place of document.querySelectorAll(".zoom")) {
    const table = document.querySelector(`table[data-of="${place.dataset.of}"]`);
    const rows = [...table.tBodies[0].rows];
    if (!window.uPlot || rows.length < 2) continue;
    const words = place.dataset;
    const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
    const number = (cell) => (cell.dataset.value === undefined ? null : Number(cell.dataset.value));
    const hours = rows.map((row) => {
      const [hour, minute] = row.cells[0].textContent.match(/\d+/g).map(Number);
      return hour + minute / 60;
    });
    const first = hours[0], last = hours[hours.length - 1];
    const data = [hours, ...names.slice(1).map((_, n) => rows.map((row) => number(row.cells[n + 1])))];
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const dashes = [[], [6, 3], [2, 3], [9, 3, 2, 3]];
    const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const wide = () => Math.max(200, place.parentElement.clientWidth);
    const between = document.documentElement.lang === "fr" ? "\u00a0h\u00a0" : ":";
    const clock = (hour) => {
      const minutes = Math.round(hour * 60);
      return `${Math.floor(minutes / 60)}${between}${String(minutes % 60).padStart(2, "0")}`;
    };
    const made = (name, parent, more) => Object.assign(parent.appendChild(document.createElement(name)), more);

    const controls = made("div", place, { className: "controls" });
    controls.setAttribute("role", "group");
    controls.setAttribute("aria-label", words.label);
    const said = document.createElement("p");
    said.setAttribute("role", "status");
    let seen = { min: first, max: last };
    const show = (min, max) => {
      const span = Math.min(last - first, Math.max(max - min, Math.min(SMALLEST, last - first)));
      const from = Math.min(Math.max((min + max - span) / 2, first), last - span);
      plot.setScale("x", { min: from, max: from + span });
    };
    const whole = () => seen.max - seen.min >= last - first - 1e-6;
    const middle = () => (seen.min + seen.max) / 2;
    const span = () => seen.max - seen.min;
    const buttons = [
      [words.in, () => show(middle() - span() / FACTOR / 2, middle() + span() / FACTOR / 2), () => span() > SMALLEST],
      [words.out, () => show(middle() - (span() * FACTOR) / 2, middle() + (span() * FACTOR) / 2), () => !whole()],
      [words.earlier, () => show(seen.min - span() * STEP, seen.max - span() * STEP), () => seen.min > first + 1e-6],
      [words.later, () => show(seen.min + span() * STEP, seen.max + span() * STEP), () => seen.max < last - 1e-6],
      [words.whole, () => show(first, last), () => !whole()],
    ].map(([word, act, can]) => {
      const button = made("button", controls, { type: "button", textContent: word });
      button.addEventListener("click", () => can() && act());
      return { button, can };
    });
    const told = () => {
      // The focus stays where it is: a button that can do nothing more says so, and is not taken away.
      for (const { button, can } of buttons) button.setAttribute("aria-disabled", String(!can()));
      said.textContent = words.period.replace("{first}", clock(seen.min)).replace("{last}", clock(seen.max));
    };
    const plot = new uPlot(
      {
        width: wide(), height: 260, scales: { x: { time: false } },
        axes: [{ ...axis, values: (_, ticks) => ticks.map(clock) }, axis],
        hooks: {
          setScale: [(drawn, name) => {
            const { min, max } = drawn.scales.x;
            if (name !== "x" || min === null || (min === seen.min && max === seen.max)) return;
            seen = { min, max };
            told();
          }],
        },
        series: [
          { label: names[0], value: (_, hour) => (hour === null ? "–" : clock(hour)) },
          ...names.slice(1).map((label, n) => ({
            label, stroke: colour(n ? "--quiet" : "--sun"), width: 2, dash: n ? dashes[n % 4] : [],
          })),
        ],
      },
      data, place,
    );
    plot.root.setAttribute("aria-hidden", "true");
    document.getElementById(words.of).classList.add("zoomed");
    place.append(said);
    made("p", place, { className: "quiet", textContent: words.hint });
    told();
    addEventListener("resize", () => plot.setSize({ width: wide(), height: 260 }));
  }
})();

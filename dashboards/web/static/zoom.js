// Where one zooms: the readings of the table below drawn by uPlot. Without this file the table and its drawing remain.
"use strict";
(() => {
  for (const place of document.querySelectorAll(".zoom")) {
    const table = document.querySelector(`table[data-of="${place.dataset.of}"]`);
    const rows = [...table.tBodies[0].rows];
    if (!window.uPlot || rows.length < 2) continue;
    const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
    const number = (cell) => (cell.dataset.value === undefined ? null : Number(cell.dataset.value));
    const hours = rows.map((row) => {
      const [hour, minute] = row.cells[0].textContent.match(/\d+/g).map(Number);
      return hour + minute / 60;
    });
    const data = [hours, ...names.slice(1).map((_, n) => rows.map((row) => number(row.cells[n + 1])))];
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const dashes = [[], [6, 3], [2, 3], [9, 3, 2, 3]];
    const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const wide = () => Math.max(200, place.parentElement.clientWidth);
    const clock = (hour) => `${Math.floor(hour)} h ${String(Math.round((hour % 1) * 60)).padStart(2, "0")}`;
    const plot = new uPlot(
      {
        width: wide(), height: 260, scales: { x: { time: false } },
        axes: [{ ...axis, values: (_, ticks) => ticks.map(clock) }, axis],
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
    document.getElementById(place.dataset.of).classList.add("zoomed");
    const hint = document.createElement("p");
    hint.className = "quiet";
    hint.textContent = place.dataset.hint;
    place.append(hint);
    addEventListener("resize", () => plot.setSize({ width: wide(), height: 260 }));
  }
})();

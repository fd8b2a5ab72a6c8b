"""Every page by keyboard alone, and at 400 %: all is reached, the focus is seen, nothing is cut off or covered.

A window of 1280 × 1024 pixels at 400 % is 320 × 256 CSS pixels at four device pixels each: that is what WCAG 1.4.10
asks about, and how a browser zooms.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.dashboards.web.prepared import Prepared
from tests.dashboards.web.test_every_page import PAGES, signed_in

VIEWS = {"1280": ({"width": 1280, "height": 800}, 1), "400%": ({"width": 320, "height": 256}, 4)}
MOST = 400
"""Presses of the key for one page; a date is several."""
STOPS = """() => {
  document.querySelectorAll('details').forEach(d => d.open = true);
  window.stops = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
    .filter(e => e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true}));
  return window.stops.length;
}"""
STOP = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const faults = [], style = getComputedStyle(e), box = e.getBoundingClientRect();
  const wide = parseFloat(style.outlineWidth), straight = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => {
    const [r, g, b] = c.match(/[\\d.]+/g).map(v => straight(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const solid = n => { const c = getComputedStyle(n).backgroundColor; return c === 'rgba(0, 0, 0, 0)' ? null : c; };
  let ground = null;
  for (let n = e.parentElement; n && !ground; n = n.parentElement) ground = solid(n);
  const [high, low] = [light(style.outlineColor), light(ground || 'rgb(255,255,255)')].sort((a, b) => b - a);
  if (style.outlineStyle === 'none' || !(wide >= 2)) faults.push('no outline');
  else if ((high + 0.05) / (low + 0.05) < 3) faults.push('the outline is pale');
  if (box.bottom <= 0 || box.top >= innerHeight) faults.push('above or below the window');
  if (box.right <= 0 || box.left >= innerWidth) faults.push('beside the window');
  if (box.width < 1 || box.height < 1) faults.push('no box');
  const reach = wide + parseFloat(style.outlineOffset);
  for (let n = e.parentElement; n; n = n.parentElement) {
    if (getComputedStyle(n).overflowX === 'visible' || n === document.documentElement || n === document.body) continue;
    if (box.left - reach < n.getBoundingClientRect().left - 1) faults.push('its outline is cut off');
  }
  const part = [...e.getClientRects()].find(r => r.bottom > 0 && r.top < innerHeight) || box;
  const x = Math.min(Math.max((part.left + part.right) / 2, 1), innerWidth - 1);
  const y = Math.min(Math.max((Math.max(part.top, 0) + Math.min(part.bottom, innerHeight)) / 2, 1), innerHeight - 1);
  const above = document.elementFromPoint(x, y);
  if (above && !e.contains(above) && !above.contains(e)) faults.push('covered by ' + above.outerHTML.slice(0, 60));
  return {number: window.stops.indexOf(e), what: e.outerHTML.slice(0, 90), faults};
}"""
CUT = """() => {
  const found = [], skipped = '.scroll, .sprite, .skip, .list thead, svg.map, script, style, title, option';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const e = node.parentElement;
    if (!node.textContent.trim() || e.closest(skipped) || !e.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    if ([...range.getClientRects()].some(r => r.width && (r.right > innerWidth + 0.5 || r.left < -0.5)))
      found.push('beyond the edge: ' + node.textContent.trim().slice(0, 40));
  }
  for (const e of document.querySelectorAll('body *')) {
    const style = getComputedStyle(e), html = e.outerHTML.slice(0, 60);
    if (e.closest(skipped) || e.closest('svg') || /INPUT|SELECT|TEXTAREA/.test(e.tagName)) continue;
    if (style.overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1) found.push('cut off: ' + html);
    if (style.position === 'sticky' || style.position === 'fixed') found.push('sticks: ' + html);
  }
  for (const axis of document.querySelectorAll('.along')) {
    const words = [...axis.children].map(w => w.getBoundingClientRect());
    if (words.some((w, n) => n && w.left < words[n - 1].right)) found.push('words collide: ' + axis.textContent);
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push('scrolls sideways');
  return found;
}"""
"""Text beyond the edge or in a box that cuts it off, and what sticks to the window. A `.scroll` holds a table of data,
which may scroll by itself."""


@pytest.fixture(scope="module", params=VIEWS)
def page(request: pytest.FixtureRequest, browser: Browser, address: str, town: Prepared) -> Iterator[Page]:
    size, scale = VIEWS[request.param]
    context = browser.new_context(viewport=size, device_scale_factor=scale, locale="fr-FR", reduced_motion="reduce")
    made = context.new_page()
    signed_in(made, address)
    yield made
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_the_keyboard_reaches_everything_and_the_focus_is_seen(page: Page, address: str, path: str) -> None:
    page.goto(address + path)
    wanted = page.evaluate(STOPS)
    seen, faults = set(), []
    for _press in range(MOST):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None:
            break
        seen.add(stop["number"])
        if stop["faults"]:
            faults.append((stop["what"], stop["faults"]))
    assert faults == []
    assert set(range(wanted)) - seen == set()


@pytest.mark.parametrize("page", ["400%"], indirect=True)
@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_cut_off_and_nothing_scrolls_sideways(page: Page, address: str, path: str) -> None:
    for language in ("", "/en"):
        page.goto(address + language + path)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate(CUT) == []


def test_a_focus_without_a_ring_and_what_is_cut_off_are_found(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 256})
    page.set_content(
        "<style>a { outline: none } p { overflow: hidden; white-space: nowrap } nav { position: fixed }</style>"
        "<a href='#x'>bare</a><p>a sentence that is far too long for a window of three hundred pixels</p>"
        "<nav>menu</nav><button style='outline-color: #eee'>pale</button>"
    )
    assert page.evaluate(STOPS) == 2
    page.keyboard.press("Tab")
    assert page.evaluate(STOP)["faults"] == ["no outline"]
    page.keyboard.press("Tab")
    assert [each.split(":")[0] for each in page.evaluate(CUT)] == ["beyond the edge", "cut off", "sticks"]
    page.close()

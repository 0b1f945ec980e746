"""Pages in a real browser: headless Chromium, where it is installed."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium on PATH: pages are not opened")

QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")

LOOK = """
function look() {
  var found = { overlaps: [], outside: [], small: [], wide: [] };
  function box(each) { return each.getBoundingClientRect(); }
  function meet(a, b) {
    return Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1.5 &&
      Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1.5;
  }
  function pairs(all, told) {
    for (var i = 0; i < all.length; i++)
      for (var j = i + 1; j < all.length; j++)
        if (!all[i].contains(all[j]) && !all[j].contains(all[i]) && meet(box(all[i]), box(all[j])))
          found.overlaps.push([told(all[i]), told(all[j])]);
  }
  function words(each) { return each.tagName + ": " + each.textContent.slice(0, 60); }
  document.querySelectorAll("svg").forEach(function (picture) {
    var frame = box(picture), scale = frame.width / picture.viewBox.baseVal.width;
    var texts = Array.from(picture.querySelectorAll("text"));
    if (!frame.width) return;
    pairs(texts, words);
    texts.forEach(function (each) {
      var own = box(each);
      if (own.left < frame.left - 1.5 || own.right > frame.right + 1.5 || own.bottom > frame.bottom + 1.5)
        found.outside.push(words(each));
      if (parseFloat(getComputedStyle(each).fontSize) * scale < 10.95) found.small.push(words(each));
    });
  });
  var blocks = "h1, h2, h3, p, li, figcaption, svg, summary, .wide, footer";
  pairs(Array.from(document.querySelectorAll(blocks)).filter(function (each) {
    return box(each).width && !each.closest("details:not([open]) > :not(summary)");
  }), words);
  if (document.documentElement.scrollWidth > innerWidth) found.wide.push(document.documentElement.scrollWidth);
  return found;
}
"""
LOOKED_AT = f"""
{LOOK}
addEventListener("load", function () {{ parent.postMessage(JSON.stringify(look()), "*"); }});
"""


@dataclass(frozen=True)
class Browser:
    """A browser with a profile of its own.

    Attributes:
        folder: for its profile and for what it makes.
    """

    folder: Path

    def _run(self, page: Path, *options: str, query: str = "") -> subprocess.CompletedProcess[str]:
        assert BROWSER is not None
        profile = f"--user-data-dir={self.folder / 'profile'}"
        command = [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            profile,
            *QUIET,
            *options,
        ]
        address = f"{page.as_uri()}?{query}" if query else page.as_uri()
        return subprocess.run([*command, address], capture_output=True, text=True, timeout=120, check=True)

    def seen(self, page: Path, query: str = "") -> str:
        """Return a page as it is after its scripts ran."""
        return self._run(page, "--virtual-time-budget=5000", "--dump-dom", query=query).stdout

    def console(self, page: Path) -> list[str]:
        """Return what a page writes to the console: errors, refused scripts."""
        found = self._run(page, "--enable-logging=stderr", "--v=0", "--virtual-time-budget=3000", "--dump-dom")
        return [line for line in found.stderr.splitlines() if "CONSOLE" in line]

    def requests(self, page: Path) -> list[str]:
        """Return the addresses that a page asks for; the browser's own have no page as their origin."""
        log = self.folder / "net.json"
        self._run(page, f"--log-net-log={log}", "--virtual-time-budget=3000", "--dump-dom")
        text = log.read_text(encoding="utf-8")
        events = json.loads(text if text.rstrip().endswith("}") else text.rstrip().rstrip(",") + "]}")["events"]
        asked = [event.get("params") or {} for event in events]
        return sorted({each["url"] for each in asked if each.get("initiator") == "null" and "url" in each})

    def looked_at(self, page: Path, width: int) -> dict[str, Any]:
        """Return what is wrong with the look of a page at a width: overlaps, text outside of pictures or too small."""
        copy, frame = self.folder / "copy.html", self.folder / "frame.html"
        text = page.read_text(encoding="utf-8")
        text = re.sub(r"script-src '[^']*'", "script-src 'unsafe-inline'", text)
        copy.write_text(text.replace("</head>", f"<script>{LOOKED_AT}</script></head>"), encoding="utf-8")
        tell = "onmessage = function (event) { document.getElementById('found').textContent = event.data; };"
        held = f"<iframe src='{copy.as_uri()}' style='width:{width}px;height:9000px;border:0'></iframe>"
        frame.write_text(
            f"<body style='margin:0'><pre id='found'></pre><script>{tell}</script>{held}", encoding="utf-8"
        )
        dom = self._run(
            frame, f"--window-size={max(width, 500)},9000", "--virtual-time-budget=5000", "--dump-dom"
        ).stdout
        found = re.search(r'<pre id="found">(.*?)</pre>', dom, re.S)
        assert found is not None
        return dict(json.loads(html.unescape(found[1])))

    def picture(self, page: Path, width: int, height: int, to: Path) -> Path:
        """Keep a picture of a page at a width."""
        frame = self.folder / "shown.html"
        held = f"<iframe src='{page.as_uri()}' style='width:{width}px;height:{height}px;border:0'></iframe>"
        frame.write_text(f"<body style='margin:0'>{held}", encoding="utf-8")
        self._run(frame, f"--window-size={max(width, 500)},{height}", f"--screenshot={to}")
        return to

    def printed(self, page: Path, to: Path) -> Path:
        """Keep a page as it prints."""
        self._run(page, f"--print-to-pdf={to}", "--no-pdf-header-footer")
        return to

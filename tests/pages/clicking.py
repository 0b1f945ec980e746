"""A page in headless Chromium, clicked and typed into as a person does, through the browser's debugging pipe."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.pages.browser import BROWSER, QUIET

PATIENCE = 120.0
"""Seconds to wait for what a page does; a busy machine is slow."""


@dataclass
class Chromium:
    """A running browser: commands go through one pipe, answers and events come through another."""

    commands: int
    answers: int
    folder: Path
    said: list[dict[str, Any]] = field(default_factory=list)
    _number: int = 0
    _rest: bytes = b""

    def ask(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Send a command and return its answer; events that come before it are kept."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": params}
        os.write(self.commands, json.dumps(command | ({"sessionId": session} if session else {})).encode() + b"\0")
        while True:
            found = self._next()
            if found.get("id") == self._number:
                assert "error" not in found, (method, found["error"])
                return dict(found["result"])
            self.said.append(found)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self.answers, 1 << 20)
            assert part, "the browser has ended"
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(line))

    def open(self, address: str, width: int, height: int) -> Tab:
        """Open an address as somebody else than those who opened other tabs."""
        context = self.ask("Target.createBrowserContext")["browserContextId"]
        kept = {"behavior": "allow", "downloadPath": str(self.folder), "browserContextId": context}
        self.ask("Browser.setDownloadBehavior", **kept)
        target = self.ask("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = Tab(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            tab.ask(f"{domain}.enable")
        tab.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        tab.ask("Page.navigate", url=address)
        tab.wait("document.readyState === 'complete'")
        return tab


@dataclass(frozen=True)
class Tab:
    """A page that somebody has open."""

    browser: Chromium
    session: str

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command about this page."""
        return self.browser.ask(method, self.session, **params)

    def value(self, expression: str) -> Any:
        """Return what an expression of JavaScript gives on the page."""
        found = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def wait(self, expression: str) -> float:
        """Wait until an expression holds, and return the seconds that took."""
        start = time.monotonic()
        while not self.value(expression):
            assert time.monotonic() - start < PATIENCE, (
                expression,
                self.value("document.body.innerText.slice(0, 600)"),
            )
            time.sleep(0.02)
        return time.monotonic() - start

    def text(self, query: str) -> str:
        """Return the text of an element."""
        return str(self.value(f"document.querySelector({json.dumps(query)}).innerText"))

    def click(self, query: str) -> None:
        """Click into the middle of an element."""
        place = self.value(
            f"(function () {{ var each = document.querySelector({json.dumps(query)});"
            " each.scrollIntoView({block: 'center'}); var box = each.getBoundingClientRect();"
            " return [box.left + box.width / 2, box.top + box.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    def press(self, query: str, key: str, times: int = 1) -> None:
        """Press a key in an element."""
        self.value(f"document.querySelector({json.dumps(query)}).focus()")
        for _ in range(times):
            for kind in ("keyDown", "keyUp"):
                self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=_KEYS[key])

    def write(self, query: str, text: str) -> None:
        """Write a text into a field, in place of what it holds."""
        self.value(f"document.querySelector({json.dumps(query)}).select()")
        self.ask("Input.insertText", text=text)

    def choose(self, query: str, value: str) -> None:
        """Choose an option of a list."""
        self.value(
            f"(function () {{ var each = document.querySelector({json.dumps(query)}); each.value = {json.dumps(value)};"
            " each.dispatchEvent(new Event('input', {bubbles: true})); })()"
        )

    def picture(self, to: Path) -> None:
        """Keep a picture of the whole page."""
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        found = self.ask("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        to.write_bytes(base64.b64decode(found["data"]))

    def events(self, method: str) -> list[dict[str, Any]]:
        """Return what the browser told of the page: requests, lines of the console."""
        self.value("0")  # all that came before this answer is kept
        own = [each for each in self.browser.said if each.get("sessionId") == self.session]
        return [each["params"] for each in own if each["method"] == method]


_KEYS = {"ArrowLeft": 37, "ArrowRight": 39}


@contextmanager
def chromium(folder: Path) -> Iterator[Chromium]:
    """Run a browser with a profile in a folder; what it downloads lies there too."""
    assert BROWSER is not None
    (to_read, commands), (answers, to_write) = os.pipe(), os.pipe()
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *QUIET, "--remote-debugging-pipe")
    start = f'exec "$@" 3<&{to_read} 4>&{to_write}'
    program = ["bash", "-c", start, "browser", BROWSER, *options, f"--user-data-dir={folder / 'profile'}"]
    process = subprocess.Popen(program, pass_fds=(to_read, to_write), stderr=subprocess.DEVNULL)
    os.close(to_read)
    os.close(to_write)
    browser = Chromium(commands, answers, folder)
    try:
        yield browser
        browser.ask("Browser.close")
    finally:
        os.close(commands)
        process.wait(timeout=30)
        os.close(answers)

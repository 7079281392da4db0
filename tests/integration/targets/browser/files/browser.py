# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Opens a page in a headless Chromium, and prints as JSON what the browser says of it.

Talks the DevTools protocol over a pipe: the standard library does, but for what is in a certificate.
"""

from __future__ import annotations

import argparse
import base64
import fcntl
import hashlib
import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# As root, on a machine without a network or a screen, and the same on every machine.
FLAGS = [
    *("--headless", "--remote-debugging-pipe", "--no-sandbox", "--no-proxy-server", "--no-first-run", "--lang=en-US"),
    *("--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--hide-scrollbars"),
]
TIMEOUT = 40

# What a vSphere Client would offer to a page in its frame.
SDK = """
const objects = [{ id: "urn:vmomi:VirtualMachine:vm-42:0" }];
const app = { getClientLocale: () => "de-DE", getContextObjects: () => objects, getTheme: () => ({ name: "dark" }) };
window.htmlClientSdk = { initialize: (done) => done(), app, event: { onThemeChanged: () => {} } };
"""
# The icons of the manifest, as a client would load them: width 0 is no image.
ICONS = """
(async () => {
  const sheet = (await (await fetch("plugin.json")).json()).definitions.iconSpriteSheet;
  const uris = [sheet.uri, ...Object.values(sheet.themeOverrides).map((theme) => theme.uri)];
  return Promise.all(uris.map((uri) => new Promise((done) => {
    const image = new Image();
    image.onload = image.onerror = () => done({ uri, width: image.naturalWidth, height: image.naturalHeight });
    image.src = uri;
  })));
})()
"""
FRAME = """
new Promise((done) => {
  const frame = document.createElement("iframe");
  const page = () => frame.contentDocument;
  frame.onload = () => done({ text: page().body.innerText, theme: page().documentElement.dataset.theme });
  frame.src = "object.html";
  document.body.append(frame);
})
"""


class Browser:
    """The two ends of the pipe, and every event that came."""

    def __init__(self, send: int, receive: int) -> None:
        self.send, self.receive = send, receive
        self.deadline = time.monotonic() + TIMEOUT
        self.session = ""
        self.calls = 0
        self.rest = b""
        self.events: list[dict[str, Any]] = []

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self.rest:
            if not select.select([self.receive], [], [], max(0, self.deadline - time.monotonic()))[0]:
                sys.exit(f"The browser did not answer within {TIMEOUT} seconds.")
            piece = os.read(self.receive, 1 << 20)
            if not piece:
                sys.exit("The browser has ended.")
            self.rest += piece
        line, _end, self.rest = self.rest.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        if message.get("method") == "Fetch.requestPaused":
            self._serve_sdk(message["params"]["requestId"])
        if "method" in message:
            self.events.append(message)
        return message

    def _serve_sdk(self, request: str) -> None:
        headers = [{"name": "Content-Type", "value": "text/javascript"}]
        body = base64.b64encode(SDK.encode()).decode()
        self._call("Fetch.fulfillRequest", requestId=request, responseCode=200, responseHeaders=headers, body=body)

    def _call(self, method: str, **params: Any) -> int:
        self.calls += 1
        call = {"id": self.calls, "method": method, "params": params}
        os.write(self.send, json.dumps(call | ({"sessionId": self.session} if self.session else {})).encode() + b"\0")
        return self.calls

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        number = self._call(method, **params)
        while (message := self._message()).get("id") != number:
            pass
        if "error" in message:
            sys.exit(f"{method}: {message['error']['message']}")
        result: dict[str, Any] = message["result"]
        return result

    def evaluate(self, script: str) -> Any:
        answer = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        return answer["result"].get("value")

    def wait(self, wanted: Callable[[dict[str, Any]], bool]) -> None:
        while not any(wanted(event) for event in self.events):
            self._message()

    def happened(self, method: str) -> Iterator[dict[str, Any]]:
        return (event["params"] for event in self.events if event["method"] == method)


@contextmanager
def started(flags: list[str]) -> Iterator[Browser]:
    """The browser reads from descriptor 3 and writes to 4."""
    pipes = [*os.pipe(), *os.pipe()]
    commands, send, receive, events = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in pipes)
    for end in pipes:
        os.close(end)
    os.dup2(commands, 3)
    os.dup2(events, 4)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        own = {**os.environ, "HOME": folder, "TMPDIR": folder}
        command = ["chromium-headless-shell", *FLAGS, f"--user-data-dir={folder}/profile", *flags]
        with subprocess.Popen(command, pass_fds=(3, 4), stderr=subprocess.DEVNULL, env=own) as process:
            for end in (3, 4, commands, events):
                os.close(end)
            try:
                yield Browser(send, receive)
            finally:
                process.kill()


def look(browser: Browser, url: str, picture: str) -> dict[str, Any]:
    target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
    browser.session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log", "Network"):
        browser.ask(f"{domain}.enable")
    browser.ask("Page.setLifecycleEventsEnabled", enabled=True)
    browser.ask("Fetch.enable", patterns=[{"urlPattern": "*/api/ui/htmlClientSdk.js"}])
    opened = browser.ask("Page.navigate", url=url)
    report: dict[str, Any] = {"url": url, "error": opened.get("errorText", "")}
    if not report["error"]:
        at_rest = {"name": "networkIdle", "loaderId": opened["loaderId"]}
        browser.wait(lambda event: at_rest.items() <= event["params"].items())
        report |= {"title": browser.evaluate("document.title"), "text": browser.evaluate("document.body.innerText")}
        if picture:
            whole = browser.ask("Page.getLayoutMetrics")["cssContentSize"] | {"scale": 1}
            shot = browser.ask("Page.captureScreenshot", clip=whole, captureBeyondViewport=True)
            Path(picture).write_bytes(base64.b64decode(shot["data"]))
        report |= {"icons": browser.evaluate(ICONS), "framed": browser.evaluate(FRAME)}
    responses = (params["response"] for params in browser.happened("Network.responseReceived"))
    named = ("url", "status", "mimeType", "securityState")
    loud = [event for event in browser.happened("Runtime.consoleAPICalled") if event["type"] in ("error", "warning")]
    logged = [event for event in browser.happened("Log.entryAdded") if event["entry"]["level"] in ("error", "warning")]
    return report | {
        "responses": [{name: response[name] for name in named} for response in responses],
        "failed": [params["errorText"] for params in browser.happened("Network.loadingFailed")],
        "complaints": [*loud, *logged, *browser.happened("Runtime.exceptionThrown")],
    }


def pinned(path: str) -> list[str]:
    """The one public key that is trusted, whoever has signed it."""
    key = x509.load_pem_x509_certificate(Path(path).read_bytes()).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    return [f"--ignore-certificate-errors-spki-list={base64.b64encode(digest).decode()}"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--pin", help="a PEM file: the certificate whose key is trusted")
    parser.add_argument("--picture", default="", help="where to write a PNG of the page")
    parser.add_argument("--size", default="840,600", help="of the window, in pixels")
    options = parser.parse_args()
    flags = [f"--window-size={options.size}", *(pinned(options.pin) if options.pin else [])]
    with started(flags) as browser:
        sys.stdout.write(json.dumps(look(browser, options.url, options.picture)))


if __name__ == "__main__":
    main()

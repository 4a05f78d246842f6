#!/usr/bin/env python3
"""Drives a headless Chromium through a list of steps and prints what came of it.

usage: drive.py STEPS.json > RESULT.json

STEPS is a list of objects with one member, its value in brackets:
  open [address]           goes there and waits until it is loaded
  media {features}         pretends: width, height, dark, reduced_motion, forced_colors
  evaluate [expression]    a JavaScript expression, or a promise of one; its value is the step's result
  until [expression]       waits until it is true, at most 20 s; the result says whether it was
  key [name]               presses a key, with Shift+ before it where wanted
  click [selector]         presses the mouse in the middle of the first such element
  screenshot [path]        a PNG of the window
  tree []                  the accessibility tree: a list of [role, name] of what is not ignored

The result is {"results": [a value a step], "console": [errors and warnings of the page], "seconds": [of each step]}.
Speaks the DevTools protocol over a pipe, as `--remote-debugging-pipe` offers it: JSON messages that end in a zero byte.
"""
import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, "Space": 32, "PageUp": 33, "PageDown": 34, "End": 35, "Home": 36,
        "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
TEXTS = {"Enter": "\r", "Space": " "}
PATIENCE = 60


class Chromium:
    """A browser with one page."""

    def __init__(self, profile):
        command = shutil.which("chromium")
        if not command:
            sys.exit("drive.py: chromium is not installed; tools/setup test installs it")
        to_browser, from_here = self.pipe()
        to_here, from_browser = self.pipe()
        self.log = open(os.path.join(profile, "log"), "w+")

        def place():
            os.dup2(to_browser, 3)
            os.dup2(from_browser, 4)

        self.process = subprocess.Popen(
            [command, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--mute-audio",
             "--autoplay-policy=no-user-gesture-required", "--disable-background-networking", "--remote-debugging-pipe",
             "--window-size=1280,900", f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, preexec_fn=place, pass_fds=(3, 4))
        os.close(to_browser)
        os.close(from_browser)
        self.writer, self.reader = from_here, to_here
        os.set_blocking(self.reader, False)
        self.waiting, self.number, self.events, self.console, self.session = b"", 0, [], [], None
        page = next(target for target in self.call("Target.getTargets")["targetInfos"] if target["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "DOM", "Accessibility"):
            self.call(f"{domain}.enable")

    @staticmethod
    def pipe():
        """A pipe whose ends are not the 3 and 4 that the browser gets."""
        ends = []
        for end in os.pipe():
            ends.append(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10))
            os.close(end)
        return ends

    def messages(self):
        """What has arrived."""
        try:
            data = os.read(self.reader, 1 << 20)
        except BlockingIOError:
            time.sleep(0.005)
            return
        if not data:
            self.log.seek(0)
            sys.exit("drive.py: chromium ended early:\n" + self.log.read()[-2000:])
        *whole, self.waiting = (self.waiting + data).split(b"\0")
        for text in whole:
            yield json.loads(text)

    def note(self, message):
        """Keeps events; errors and warnings of the page's console apart."""
        method, values = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = values["exceptionDetails"]
            self.console.append("exception: " + details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and values["type"] in ("error", "warning", "assert"):
            self.console.append(values["type"] + ": " + " ".join(str(a.get("value", a.get("description"))) for a in values["args"]))
        elif method == "Log.entryAdded" and values["entry"]["level"] in ("error", "warning"):
            self.console.append(f"{values['entry']['level']}: {values['entry']['text']} {values['entry'].get('url', '')}")
        if method:
            self.events.append(method)

    def call(self, method, **values):
        self.number += 1
        message = {"id": self.number, "method": method, "params": values}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        return self.wait(lambda answer: answer.get("id") == self.number, method)

    def wait(self, wanted, what):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = None
            for message in self.messages():
                self.note(message)
                if wanted(message):
                    found = message
            if found:
                if "error" in found:
                    sys.exit(f"drive.py: {what}: {found['error']['message']}")
                return found.get("result", {})
        sys.exit(f"drive.py: no answer to {what} within {PATIENCE} s")

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            sys.exit(f"drive.py: {expression}: {details.get('exception', {}).get('description', details['text'])}")
        return answer["result"].get("value")

    def open(self, address):
        self.events.clear()
        # A change of the fragment alone loads nothing; a page of its own in between makes every visit a new one.
        if self.evaluate("location.href").split("#")[0] == address.split("#")[0]:
            self.call("Page.navigate", url="about:blank")
            self.until("location.href === 'about:blank'")
        failed = self.call("Page.navigate", url=address).get("errorText")
        if failed:
            sys.exit(f"drive.py: {address}: {failed}")
        return self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def media(self, width=1280, height=900, dark=False, reduced_motion=False, forced_colors=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        features = {"prefers-color-scheme": "dark" if dark else "light",
                    "prefers-reduced-motion": "reduce" if reduced_motion else "no-preference",
                    "forced-colors": "active" if forced_colors else "none"}
        self.call("Emulation.setEmulatedMedia", features=[{"name": k, "value": v} for k, v in features.items()])

    def until(self, expression):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.evaluate(f"Boolean({expression})"):
                return True
            time.sleep(0.02)
        return False

    def key(self, name):
        shift = name.startswith("Shift+")
        key = name.removeprefix("Shift+")
        values = {"key": " " if key == "Space" else key, "code": key, "windowsVirtualKeyCode": KEYS[key], "modifiers": 8 if shift else 0}
        text = {"text": TEXTS[key]} if key in TEXTS else {}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **values, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **values)

    def click(self, selector):
        place = self.evaluate(f"""(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return null;
            e.scrollIntoView({{ block: "nearest", inline: "nearest" }}); const b = e.getBoundingClientRect();
            return [b.left + b.width / 2, b.top + b.height / 2]; }})()""")
        if place is None:
            sys.exit(f"drive.py: nothing is {selector}")
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="none" if kind == "mouseMoved" else "left",
                      clickCount=0 if kind == "mouseMoved" else 1)

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def tree(self, _):
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [[node["role"]["value"], node.get("name", {}).get("value", "")] for node in nodes if not node.get("ignored")]

    def step(self, step):
        (name, value), = step.items()
        if name == "media":
            return self.media(**value)
        return getattr(self, name)(value)

    def quit(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        steps = json.load(file)
    with tempfile.TemporaryDirectory(prefix="cutroom-browser-", ignore_cleanup_errors=True) as profile:
        browser = Chromium(profile)
        try:
            results, seconds = [], []
            for step in steps:
                begun = time.monotonic()
                results.append(browser.step(step))
                seconds.append(round(time.monotonic() - begun, 3))
            # What the page says of its last step may still be on its way.
            browser.evaluate("new Promise((done) => setTimeout(done, 50))")
            json.dump({"results": results, "console": browser.console, "seconds": seconds}, sys.stdout)
        finally:
            browser.quit()


if __name__ == "__main__":
    main()

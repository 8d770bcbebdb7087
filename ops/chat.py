"""Talk to the running assistant in the terminal (`make chat`), through the web channel's API."""

from __future__ import annotations

import json
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx

from ops.environment import prepare
from ops.problem import Problem, entry, say

REPLY_SECONDS = 30.0  # a slow backend and the hand-over after it take less
SETTLE_SECONDS = 0.6  # the assistant often says two things; the prompt comes after both
STREAM_SECONDS = 90.0  # of silence: the channel sends a sign of life more often


class Chat:
    """One conversation over the web channel's HTTP API."""

    def __init__(self, url: str) -> None:
        """Begin a conversation at the server `url`. Raises Problem when it does not answer."""
        self._http = httpx.Client(base_url=f"{url.rstrip('/')}/webhooks/web", trust_env=False)
        session = self._request("/session", {})
        self._http.headers["Authorization"] = f"Bearer {session['token']}"
        self.buttons: list[dict[str, str]] = []
        self._events: list[dict[str, Any]] = []
        self._news = threading.Condition()
        self._last_id = 0
        self._closed = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def say(self, text: str) -> list[dict[str, Any]]:
        """Say something; give the events that answer it, none when there was no answer in time.

        A text that is the number of a button of the last answer presses that button.
        """
        body = {"id": uuid.uuid4().hex, "text": text}
        if text.isdigit() and 0 < int(text) <= len(self.buttons):
            button = self.buttons[int(text) - 1]
            if "choice" in button:
                body = {"id": body["id"], "choice": button["choice"]}
        self._request("/messages", body)
        return self._answers_to(body["id"])

    def opening(self) -> list[dict[str, Any]]:
        """Give what the assistant says first."""
        return self._answers_to(None)

    def close(self) -> None:
        """End our side of the conversation."""
        self._closed = True
        self._http.close()

    def _answers_to(self, message_id: str | None) -> list[dict[str, Any]]:
        """Wait for what follows our message in the stream; None: what comes before any."""

        def answers() -> list[dict[str, Any]]:
            ours = [event for event in self._events if event.get("client_id") == message_id]
            if message_id is not None and not ours:
                return []
            after = ours[0]["id"] if message_id is not None else 0
            return [e for e in self._events if e["id"] > after and e["from"] != "customer"]

        with self._news:
            self._news.wait_for(answers, timeout=REPLY_SECONDS)
            while answers() and self._news.wait(SETTLE_SECONDS):
                pass
            found = answers()
        if found:
            self.buttons = [button for event in found for button in event["buttons"]]
        return found

    def _request(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        try:
            answer = self._http.post(path, json=body)
        except httpx.TransportError as error:
            raise Problem(
                f"the assistant does not answer at {self._http.base_url} ({error}). Start it with "
                "make run, and wait until it says that it is running."
            ) from None
        if answer.status_code >= 400:
            raise Problem(f"the assistant refuses ({answer.status_code}): {answer.text}")
        found: dict[str, Any] = answer.json()
        return found

    def _read(self) -> None:
        """Read the event stream until closed; come back after a break where it was."""
        while not self._closed:
            with suppress(httpx.TransportError, RuntimeError):  # closed under us, or broken off
                headers = {"Last-Event-ID": str(self._last_id)} if self._last_id else {}
                with self._http.stream(
                    "GET", "/events", headers=headers, timeout=STREAM_SECONDS
                ) as stream:
                    stream.raise_for_status()
                    for event in _messages(stream.iter_lines()):
                        with self._news:
                            self._last_id = event["id"]
                            self._events.append(event)
                            self._news.notify_all()
            if not self._closed:
                threading.Event().wait(SETTLE_SECONDS)


def _messages(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Read server-sent events; give the content of those named `message`."""
    name, data = "", list[str]()
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            data.append(line.removeprefix("data: "))
        elif not line:
            if name == "message" and data:
                yield json.loads("\n".join(data))
            name, data = "", []


def written(events: list[dict[str, Any]]) -> str:
    """Write events as a terminal shows them, their buttons numbered."""
    lines: list[str] = []
    number = 0
    for event in events:
        lines += event["text"].splitlines()
        for button in event["buttons"]:
            number += 1
            lines.append(f"  [{number}] {button['title']} {button.get('link', '')}".rstrip())
    return "\n".join(lines)


def main() -> int:
    """Chat until the input ends. Gives the exit status."""
    chat = Chat(prepare()["FRONTDESK_CHAT_URL"])
    terminal = sys.stdin.isatty()
    say("You talk to the assistant. A number presses a button; Ctrl-D ends.\n")
    say(written(chat.opening()))
    while True:
        try:
            text = input("\nyou: " if terminal else "").strip()
        except EOFError:
            break
        if not text:
            continue
        if not terminal:
            say(f"\nyou: {text}")
        try:
            answer = chat.say(text)
        except Problem as problem:
            say(f"({problem})")
            continue
        say(written(answer) if answer else "(no answer yet)")
    chat.close()
    return 0


if __name__ == "__main__":
    entry(main)

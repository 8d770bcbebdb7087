"""A small Chatwoot: what its published API description says of contacts, conversations, messages
and webhooks, with faults on demand.

https://developers.chatwoot.com/api-reference and, for webhooks, what an installation sends.
"""

from __future__ import annotations

import itertools
import json
import re
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from desk.chatwoot.signature import sign

ACCOUNT, INBOX = 7, 3
TOKEN = "an-access-token-of-chatwoot-in-tests"
WEBHOOK_SECRET = "a-secret-of-its-webhook-in-tests"
_INCOMING, _OUTGOING, _ACTIVITY = 0, 1, 2
_PAGE = 100

Row = dict[str, Any]


def chatwoot_settings(server: ChatwootServer) -> dict[str, str]:
    """The desk's settings for it."""
    return {
        "FRONTDESK_CHATWOOT_URL": server.url,
        "FRONTDESK_CHATWOOT_ACCOUNT": str(ACCOUNT),
        "FRONTDESK_CHATWOOT_INBOX": str(INBOX),
        "FRONTDESK_CHATWOOT_TOKEN": TOKEN,
        "FRONTDESK_CHATWOOT_WEBHOOK_SECRET": WEBHOOK_SECRET,
    }


@dataclass
class ChatwootServer:
    """One account with one inbox of the kind API.

    Attributes:
        url: its address.
        webhook: where its webhook leads; empty for nowhere.
        faults: what happens to the next calls that change something: a status; `lost`, which does
            what was asked and hangs up; `kept`, none.
    """

    url: str
    webhook: str = ""
    faults: list[int | str] = field(default_factory=list)
    contacts: dict[int, Row] = field(default_factory=dict)
    conversations: dict[int, Row] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # What agents there do and see

    def texts(self, conversation: int, kind: str = "customer") -> list[str]:
        """What stands there: of the `customer`, as a `note`, or what an `agent` wrote."""
        is_wanted = {
            "customer": lambda one: one["message_type"] == _INCOMING,
            "note": lambda one: one["message_type"] == _OUTGOING and one["private"],
            "agent": lambda one: one["message_type"] == _OUTGOING and not one["private"],
        }[kind]
        with self.lock:
            messages = self.conversations[conversation]["messages"]
            return [one["content"] for one in messages if is_wanted(one)]

    def reply(self, conversation: int, text: str, name: str = "Maria Lopez", **more: Any) -> None:
        """An agent writes to the customer, or with `private=True` a note."""
        agent = {"id": sum(name.encode()), "name": name, "available_name": name, "type": "user"}
        message = self.add(conversation, _OUTGOING, text, sender=agent, **more)
        self.tell("message_created", {**message, "message_type": "outgoing"})

    def resolve(self, conversation: int, labels: tuple[str, ...] = ()) -> None:
        """An agent resolves it."""
        with self.lock:
            row = self.conversations[conversation]
            row["status"], row["labels"] = "resolved", list(labels)
        self.add(conversation, _ACTIVITY, "Conversation was marked resolved by Maria Lopez")
        self.tell("conversation_status_changed", {"id": conversation, "status": "resolved"})

    def status(self, conversation: int) -> str:
        """How it stands."""
        with self.lock:
            return str(self.conversations[conversation]["status"])

    # Inside

    def add(self, conversation: int, kind: int, text: str, **more: Any) -> Row:
        """Put a message in."""
        with self.lock:
            message = {
                "id": next(self.numbers),
                "content": text,
                "message_type": kind,
                "private": False,
                "conversation": {"id": conversation},
                "content_attributes": {},
                "created_at": int(time.time()),
                **more,
            }
            self.conversations[conversation]["messages"].append(message)
            return message

    def tell(self, event: str, content: Row) -> None:
        """Send a webhook, once, as Chatwoot does: who does not hear it is not told again."""
        if not self.webhook:
            return
        body = json.dumps({"event": event, "account": {"id": ACCOUNT}, **content}).encode()
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Chatwoot-Timestamp": timestamp,
            "X-Chatwoot-Signature": "sha256=" + sign(WEBHOOK_SECRET, body, timestamp),
            "X-Chatwoot-Delivery": secrets.token_hex(16),
        }
        httpx.post(self.webhook, content=body, headers=headers, timeout=30)

    def get(self, path: str, query: dict[str, str]) -> tuple[int, Row]:
        """Answer a question."""
        if path == "/contacts/search":
            found = [one for one in self.contacts.values() if query["q"] in one["identifier"]]
            return 200, {"meta": {"count": len(found)}, "payload": found[:15]}
        if match := re.fullmatch(r"/contacts/(\d+)/conversations", path):
            rows = [
                {name: value for name, value in row.items() if name != "messages"}
                for row in self.conversations.values()
                if row["contact_id"] == int(match[1])
            ]
            return 200, {"payload": rows}
        match = re.fullmatch(r"/conversations/(\d+)(/messages)?", path)
        row = self.conversations.get(int(match[1])) if match else None
        if match is None or row is None:
            return 404, {"error": "Resource could not be found"}
        if match[2]:
            after = int(query.get("after") or 0)
            new = [one for one in row["messages"] if one["id"] > after]
            return 200, {"meta": {}, "payload": new[:_PAGE] if after else new[-20:]}
        return 200, row

    def post(self, path: str, body: Row) -> tuple[int, Row]:
        """Do what is asked."""
        if path == "/contacts":
            if any(one["identifier"] == body["identifier"] for one in self.contacts.values()):
                return 422, {"message": "Identifier has already been taken"}
            contact = {"id": next(self.numbers), **body}
            self.contacts[contact["id"]] = contact
            inbox = {"source_id": secrets.token_hex(8), "inbox": {"id": body["inbox_id"]}}
            return 200, {"payload": {"contact": contact, "contact_inbox": inbox}}
        if path == "/conversations":
            if body["inbox_id"] != INBOX or body["contact_id"] not in self.contacts:
                return 404, {"error": "Resource could not be found"}
            row = {"id": next(self.numbers), "messages": [], "labels": [], "meta": {}, **body}
            self.conversations[row["id"]] = row
            return 200, row
        match = re.fullmatch(r"/conversations/(\d+)/(messages|toggle_status)", path)
        if match is None or int(match[1]) not in self.conversations:
            return 404, {"error": "Resource could not be found"}
        number = int(match[1])
        if match[2] == "toggle_status":
            self.conversations[number]["status"] = body["status"]
            return 200, {"payload": {"success": True, "current_status": body["status"]}}
        kind = {"incoming": _INCOMING, "outgoing": _OUTGOING}[body["message_type"]]
        sender = {"id": 1, "name": "Frontdesk", "type": "contact" if not kind else "user"}
        return 200, self.add(number, kind, body["content"], private=body["private"], sender=sender)


@contextmanager
def chatwoot_server() -> Iterator[ChatwootServer]:
    """Serve while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, query = self._path()
            if self._let_in():
                with server.lock:
                    self._answer(*server.get(path, query))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            path, _query = self._path()
            if not self._let_in():
                return
            with server.lock:
                fault = server.faults.pop(0) if server.faults else None
                if isinstance(fault, int):
                    self._answer(fault, {"error": "as the test asked"})
                    return
                answer = server.post(path, body)
                if fault != "lost":
                    self._answer(*answer)
                    return
            self.close_connection = True

        def _path(self) -> tuple[str, dict[str, str]]:
            parts = urlsplit(self.path)
            prefix = f"/api/v1/accounts/{ACCOUNT}"
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            return parts.path.removeprefix(prefix), query

        def _let_in(self) -> bool:
            if self.headers.get("api_access_token") == TOKEN:
                return True
            self._answer(401, {"error": "Invalid Access Token"})
            return False

        def _answer(self, status: int, content: Row) -> None:
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_args: object) -> None:
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = ChatwootServer(f"http://127.0.0.1:{listener.server_address[1]}")
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()

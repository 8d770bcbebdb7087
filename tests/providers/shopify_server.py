"""A small Shopify: its published schema, executed, behind its Admin API, with faults on demand.

A query that the schema does not have fails as it does there. Costs are counted by Shopify's rules
(an object 1, a page its size times what is on it, a mutation 10) against a bucket that fills again.
https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits
"""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    get_named_type,
    graphql_sync,
    is_composite_type,
    parse,
    validate,
)

from tests.providers.shopify_shop import Shop

SCHEMA = build_schema(Path(__file__).with_name("shopify_schema.graphql").read_text("utf-8"))
VERSION = "2026-07"
TOKEN = "shpat_a-token-of-shopify-in-tests"
CLIENT_ID, CLIENT_SECRET = "client-id-in-tests", "client-secret-in-tests"
MOST_COST = 1000
BUCKET, RESTORE = 1000.0, 100.0
_SCOPES = {
    "orders": "read_orders",
    "order": "read_orders",
    "job": "read_orders",
    "customer": "read_customers",
    "customerByIdentifier": "read_customers",
    "customers": "read_customers",
    "orderCancel": "write_orders",
    "orderUpdate": "write_orders",
}


@dataclass
class ShopifyServer:
    """One store.

    Attributes:
        url: its address.
        shop: its data.
        token: what lets in now.
        faults: what happens to the next calls, one each: a status; `throttled`; `internal`; `html`,
            a page of some proxy; `hangs`, no answer; `partial`, data with an error beside them;
            `lost`, which does what was asked and hangs up.
        spares_reads: whether faults wait for a call that changes something.
        available: points in the bucket.
        costs: what each query that was let through could have cost, in order.
        asked: the name of each operation that was asked for, in order.
    """

    url: str
    shop: Shop = field(default_factory=Shop)
    token: str = TOKEN
    faults: list[int | str] = field(default_factory=list)
    spares_reads: bool = False
    available: float = BUCKET
    restored_at: float = field(default_factory=time.monotonic)
    costs: list[float] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def settings(self) -> dict[str, str]:
        """The connector's settings for it, with a fixed token."""
        return {"FRONTDESK_SHOPIFY_STORE": self.url, "FRONTDESK_SHOPIFY_TOKEN": TOKEN}

    def refill(self) -> None:
        """Let the time that has passed fill the bucket."""
        now = time.monotonic()
        self.available = min(BUCKET, self.available + (now - self.restored_at) * RESTORE)
        self.restored_at = now

    def execute(self, body: dict[str, Any]) -> dict[str, Any]:
        """Answer a query, or refuse it."""
        with self.shop.lock:
            document = parse(body["query"])
            if wrong := validate(SCHEMA, document):
                return {"errors": [_error(one.message, "undefinedField") for one in wrong]}
            operation = next(
                d for d in document.definitions if isinstance(d, OperationDefinitionNode)
            )
            self.asked.append(operation.name.value if operation.name else "")
            variables = body.get("variables") or {}
            for one in operation.selection_set.selections:
                assert isinstance(one, FieldNode)
                needs = _SCOPES.get(one.name.value)
                if needs and needs not in self.shop.scopes:
                    said = f"Access denied for {one.name.value} field."
                    said += f" Required access: `{needs}` access scope."
                    return {"errors": [_error(said, "ACCESS_DENIED")], "data": None}
            cost = _Cost(document, variables).of(operation)
            if cost > MOST_COST:
                said = f"Query cost is {cost:.0f}, which exceeds the single query max cost limit."
                return {"errors": [_error(said, "MAX_COST_EXCEEDED")]}
            self.refill()
            if cost > self.available:
                return {
                    "errors": [_error("Throttled", "THROTTLED")],
                    "extensions": self._spent(cost, None),
                }
            self.costs.append(cost)
            result = graphql_sync(
                SCHEMA, body["query"], self.shop.root(), variable_values=variables
            )
            actual = _objects(result.data)
            self.available -= actual
            answer: dict[str, Any] = {"data": result.data, "extensions": self._spent(cost, actual)}
            if result.errors:
                answer["errors"] = [_error(one.message, "") for one in result.errors]
            return answer

    def _spent(self, requested: float, actual: float | None) -> dict[str, Any]:
        return {
            "cost": {
                "requestedQueryCost": requested,
                "actualQueryCost": actual,
                "throttleStatus": {
                    "maximumAvailable": BUCKET,
                    "currentlyAvailable": self.available,
                    "restoreRate": RESTORE,
                },
            }
        }


@contextmanager
def shopify_server() -> Iterator[ShopifyServer]:
    """Serve an empty store while the block runs."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    http.daemon_threads = True
    server = ShopifyServer(f"http://127.0.0.1:{http.server_address[1]}")
    http.shopify = server  # type: ignore[attr-defined]
    thread = threading.Thread(
        target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        http.shutdown()
        thread.join(10)
        http.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server: ShopifyServer = self.server.shopify  # type: ignore[attr-defined]
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/admin/oauth/access_token":
            self._grant(server, parse_qs(raw.decode()))
            return
        if self.path != f"/admin/api/{VERSION}/graphql.json":
            self._send(404, {"errors": "Not Found"})
            return
        if self.headers.get("X-Shopify-Access-Token") != server.token:
            said = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            self._send(401, {"errors": said})
            return
        body = json.loads(raw)
        changes = re.search(r"^mutation\b", body["query"], re.MULTILINE)
        fault = None
        if server.faults and (changes or not server.spares_reads):
            fault = server.faults.pop(0)
        self._answer(server, body, fault)

    def _answer(self, server: ShopifyServer, body: dict[str, Any], fault: int | str | None) -> None:
        if fault == "hangs":
            server.stopped.wait(30)
            self.close_connection = True
        elif fault == "lost":
            server.execute(body)
            self.close_connection = True
            self.connection.close()
        elif fault == "html":
            self._send(502, b"<html><body>Bad gateway</body></html>", "text/html")
        elif fault == "internal":
            said = "Internal error. Looks like something went wrong on our end."
            self._send(200, {"errors": [_error(said, "INTERNAL_SERVER_ERROR")]})
        elif fault == "throttled":
            spent = server._spent(200.0, None)
            spent["cost"]["throttleStatus"]["currentlyAvailable"] = 190.0
            self._send(200, {"errors": [_error("Throttled", "THROTTLED")], "extensions": spent})
        elif fault == "partial":
            answer = server.execute(body)
            answer["errors"] = [_error("Timeout", "INTERNAL_SERVER_ERROR")]
            self._send(200, answer)
        elif isinstance(fault, int):
            self._send(fault, {"errors": "told to refuse"})
        else:
            self._send(200, server.execute(body))

    def _grant(self, server: ShopifyServer, form: dict[str, list[str]]) -> None:
        given = {name: values[0] for name, values in form.items()}
        wanted = {
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }
        server.asked.append("(token)")
        if given != wanted:
            self._send(400, b"<html><body>Oauth error</body></html>", "text/html")
            return
        server.token = f"shpat_{secrets.token_hex(16)}"
        scope = ",".join(server.shop.scopes)
        self._send(200, {"access_token": server.token, "scope": scope, "expires_in": 86399})

    def _send(self, status: int, body: object, kind: str = "application/json") -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Cost:
    """What a query could cost at most."""

    def __init__(self, document: Any, variables: dict[str, Any]) -> None:
        self._variables = variables
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }

    def of(self, operation: OperationDefinitionNode) -> float:
        root = SCHEMA.get_root_type(operation.operation)
        assert root is not None
        base = 10.0 if operation.operation.value == "mutation" else 0.0
        return base + self._all(operation.selection_set, root)

    def _all(self, selections: SelectionSetNode, parent: Any) -> float:
        return sum(self._one(selection, parent) for selection in selections.selections)

    def _one(self, selection: Any, parent: Any) -> float:
        if isinstance(selection, FragmentSpreadNode):
            fragment = self._fragments[selection.name.value]
            kind = SCHEMA.get_type(fragment.type_condition.name.value)
            return self._all(fragment.selection_set, kind)
        if isinstance(selection, InlineFragmentNode):
            assert selection.type_condition is not None
            kind = SCHEMA.get_type(selection.type_condition.name.value)
            return self._all(selection.selection_set, kind)
        assert isinstance(selection, FieldNode) and isinstance(parent, GraphQLObjectType)
        kind = get_named_type(parent.fields[selection.name.value].type)
        if not is_composite_type(kind) or selection.selection_set is None:
            return 0.0
        inside = self._all(selection.selection_set, kind)
        size = next((a.value for a in selection.arguments or () if a.name.value == "first"), None)
        if size is None:
            return 1.0 + inside
        count = getattr(size, "value", None) or self._variables[size.name.value]  # type: ignore[union-attr]
        return 1.0 + int(count) * (1.0 + inside)


def _objects(data: Any) -> float:
    if isinstance(data, dict):
        return 1.0 + sum(_objects(value) for value in data.values())
    return sum(_objects(value) for value in data) if isinstance(data, list) else 0.0


def _error(message: str, code: str) -> dict[str, Any]:
    return {"message": message, "extensions": {"code": code}}

"""Whether a request is Twilio's: `X-Twilio-Signature` over the public address and the parameters.

The signature covers the address that Twilio was given, which only FRONTDESK_PUBLIC_URL knows: the
request itself shows what the last proxy made of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qs, parse_qsl

from twilio.request_validator import RequestValidator

_MAX_FIELDS = 200  # a message with ten media has about forty parameters


class Signatures:
    """Verifies the requests of one Twilio account."""

    def __init__(self, auth_token: str, public_url: str):
        """Take the secret.

        Args:
            auth_token: the account's; with an empty one nothing is genuine.
            public_url: what stands before `/webhooks/` in the addresses given to Twilio, without
                a slash at its end.
        """
        self._validator = RequestValidator(auth_token) if auth_token else None
        self._public_url = public_url

    def verify(
        self, path: str, query: str, content_type: str, body: bytes, signature: str | None
    ) -> dict[str, str] | None:
        """Check a request and read its parameters.

        Args:
            path: of the request, from `/webhooks/` on.
            query: its query string as it came, without the question mark.
            content_type: of its body.
            body: as it came.
            signature: the header `X-Twilio-Signature`.

        Returns:
            The parameters; None when the request is not genuine or cannot be read.
        """
        if self._validator is None or not signature:
            return None
        url = f"{self._public_url}{path}" + (f"?{query}" if query else "")
        try:
            text = body.decode("utf-8")
            if content_type.partition(";")[0].strip().lower() == "application/json":
                return self._json(url, query, text, signature)
            fields = parse_qsl(
                text, keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS
            )
        except ValueError:  # not UTF-8, too many fields, or not JSON
            return None
        params = dict(fields)
        # Twilio gives each name once. Of a name that is there twice the signature would cover
        # either value.
        if len(params) != len(fields) or not self._validator.validate(url, params, signature):
            return None
        return params

    def _json(self, url: str, query: str, text: str, signature: str) -> dict[str, str] | None:
        """A body of JSON is covered by its hash in the address, and only so."""
        assert self._validator is not None
        if "bodySHA256" not in parse_qs(query):
            return None
        if not self._validator.validate(url, text, signature):
            return None
        values = json.loads(text)
        if not isinstance(values, Mapping):
            return None
        return {str(name): str(value) for name, value in values.items()}

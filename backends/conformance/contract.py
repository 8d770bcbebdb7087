"""The contract as a judge of answers: which statuses an operation has, and what they look like."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import jsonschema
import yaml

CONTRACT = Path(__file__).parents[1] / "openapi.yaml"
# So many faults of one answer are named; the rest is most often the same one again.
_MOST_FAULTS = 3
# So much of a value that is wrong is shown; in characters.
_LONGEST_VALUE = 60


class Contract:
    """`openapi.yaml`, read once."""

    def __init__(self, path: Path = CONTRACT) -> None:
        """Read the contract from a file."""
        self._document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        self._resolver = jsonschema.RefResolver("", self._document)

    def faults(self, method: str, template: str, status: int, body: Any) -> list[str]:
        """What is wrong with an answer, in words; empty if nothing is.

        Args:
            method: such as `GET`.
            template: the path as the contract writes it, such as `/products/{product_id}`.
            status: the answer's.
            body: the answer's, read as JSON.
        """
        responses = self._document["paths"][template][method.lower()]["responses"]
        response = responses.get(str(status))
        if response is None:
            known = ", ".join(sorted(responses))
            return [f"the status is {status}; the contract has {known} here"]
        response = self._followed(response)
        schema = (response.get("content") or {}).get("application/json", {}).get("schema")
        if schema is None:
            return []
        validator = jsonschema.Draft202012Validator(schema, resolver=self._resolver)
        errors = sorted(validator.iter_errors(body), key=lambda error: list(map(str, error.path)))
        told = [_in_words(error) for error in errors[:_MOST_FAULTS]]
        more = len(errors) - len(told)
        return [*told, f"and {more} more of the kind"] if more else told

    def _followed(self, part: dict[str, Any]) -> dict[str, Any]:
        reference = part.get("$ref")
        if reference is None:
            return part
        found: dict[str, Any] = self._resolver.resolve(reference)[1]
        return found


@functools.cache
def contract() -> Contract:
    """The contract of this version of Frontdesk."""
    return Contract()


def _in_words(error: jsonschema.ValidationError) -> str:
    place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path)
    where = f"in the body at {place.lstrip('.')}" if place else "in the body"
    value = repr(error.instance)
    if error.validator == "required":
        return f"{where}: {error.message}".replace("is a required property", "is missing")
    if len(value) > _LONGEST_VALUE:
        value = f"{value[:_LONGEST_VALUE]}…"
    wanted = {
        "type": f"must be of type {error.validator_value}",
        "enum": f"must be one of {error.validator_value}",
        "pattern": f"must look like {error.validator_value}",
    }.get(error.validator, error.message[:200])
    return (
        f"{where}: {value} {wanted}"
        if error.validator in {"type", "enum", "pattern"}
        else (f"{where}: {wanted}")
    )

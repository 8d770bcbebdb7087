"""`endpoints.yml`: how much of a conversation the policies see."""

from __future__ import annotations

from collections.abc import Iterator

from ops.designer_checks.bot import Bot
from ops.designer_checks.finding import Finding
from ops.designer_checks.values import Value, read
from ops.yaml_files import ENDPOINTS

# The message that is being answered, and the one before the first that failed: what was said in
# answer to it must not be said again (`components.failed_turns`).
_BESIDES_FAILED = 2


def check(bot: Bot) -> Iterator[Finding]:
    """Check that the tracker store keeps the turns in view that EscalationPolicy counts."""
    failed, kept = _number(bot.config, "failed_turns"), _kept_turns()
    if failed is None or kept is None:
        return
    needed = int(failed.text) + _BESIDES_FAILED
    if int(kept.text) < needed:
        yield kept.error(
            f"'turns' is {kept.text}; to count the {failed.text} failed_turns of config.yml it "
            f"must be {needed} or more"
        )


def _kept_turns() -> Value | None:
    endpoints = read(ENDPOINTS)
    store = endpoints.get("tracker_store") if endpoints else None
    turns = store.get("turns") if store else None
    return turns if turns and turns.text.isdigit() else None


def _number(config: Value | None, name: str) -> Value | None:
    """The setting of this name of any policy, if it is a number."""
    policies = config.get("policies") if config else None
    found = (policy.get(name) for policy in (policies.entries() if policies else []))
    return next((value for value in found if value and value.text.isdigit()), None)

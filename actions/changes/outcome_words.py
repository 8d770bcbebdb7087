"""An outcome in words: what happens to the items and to the money."""

from __future__ import annotations

from actions.wording import money
from backends.change_models import BusinessDays, Outcome, OutcomeLine


def line_words(line: OutcomeLine) -> str:
    """One line, such as "2 × Stoneware mug (slate)"."""
    times = f"{line.quantity} × " if line.quantity > 1 else ""
    return f"{times}{line.product}" + (f" ({line.variant})" if line.variant else "")


def listed(words: list[str]) -> str:
    """Words in a row, such as "a, b and c"; "" for none."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def items_words(outcome: Outcome) -> str:
    """The lines, each with what it is changed for where it is."""
    return listed(
        [
            line_words(line) + (f" for {line.new_variant}" if line.new_variant else "")
            for line in outcome.lines
        ]
    )


def days_words(days: BusinessDays | None) -> str:
    """How long money takes, such as "within 5 to 7 business days" or "at once"."""
    if days is None:
        return ""
    if days.most == 0:
        return "at once"
    span = str(days.most) if days.least == days.most else f"{days.least} to {days.most}"
    return f"within {span} business days"


def money_line(outcome: Outcome) -> str:
    """What happens to the money, in one sentence."""
    if outcome.charge and outcome.charge.amount:
        return f"{money(outcome.charge)} is charged to your {outcome.method}."
    if outcome.refund is None or not outcome.refund.amount:
        return "It costs you nothing, and no money moves."
    fee = f", after a return fee of {money(outcome.fee)}" if outcome.fee else ""
    when = f", {_refund_words(outcome)}" if outcome.refund_days else ""
    return f"{money(outcome.refund)} goes back to your {outcome.method}{fee}{when}."


def _refund_words(outcome: Outcome) -> str:
    """From when on, and how long, a refund takes."""
    at_once = outcome.refund_days is not None and outcome.refund_days.most == 0
    if outcome.refund_when != "goods_back":
        return days_words(outcome.refund_days)
    if at_once:
        return "as soon as the items have reached us"
    return f"once the items have reached us, {days_words(outcome.refund_days)}"

"""A shop's own policy: ours, save for what a test says."""

from __future__ import annotations

from pathlib import Path

from backends.policy import POLICY_FILE

PROOFS = "proofs: [code]"
BOTH_PROOFS = "proofs: [code, name_and_postcode]"


def own_policy(folder: Path, **other: str) -> Path:
    """Write a policy file that also accepts name and postcode for a proof.

    Args:
        folder: where to.
        other: further lines, new text by old text.
    """
    text = POLICY_FILE.read_text("utf-8")
    for old, new in {PROOFS: BOTH_PROOFS, **other}.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "own-policy.yaml"
    path.write_text(text, "utf-8")
    return path

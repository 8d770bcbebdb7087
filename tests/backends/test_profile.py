"""The client for changing a profile, against the real shop."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from backends.change_models import MadeBy, ProfileChange
from backends.connect import Backends
from backends.errors import NotAllowed, NotFound, TooManyRequests, WrongCode

EVAN, CARLA = "cus_0005", "cus_0003"
MADE_BY = MadeBy("web", "conversation-1", "code")


async def test_a_change_from_the_preview_to_the_record(live: Backends) -> None:
    change = ProfileChange("consents", newsletter=False)
    key = f"a key with / and spaces {uuid.uuid4()}"
    outcome = await live.profile.preview(EVAN, change)
    assert outcome.total is None
    assert outcome.profile is not None
    assert (outcome.profile.newsletter, outcome.profile.sms) == (False, None)
    made = await live.profile.make(
        EVAN, change, quote=outcome.quote, made_by=MADE_BY, idempotency_key=key
    )
    assert made.order_number is None
    assert await live.changes.look_up(EVAN, key) == made


async def test_the_day_of_closing_is_a_day(live: Backends) -> None:
    outcome = await live.profile.preview(EVAN, ProfileChange("close_account"))
    assert outcome.profile is not None
    assert isinstance(outcome.profile.closes_on, date)


async def test_codes_to_both_contacts(live: Backends) -> None:
    key = uuid.uuid4().hex
    sent = await live.profile.send_codes(CARLA, "phone", "+12025550199", idempotency_key=key)
    assert sent.old.sent_to_hint == "c***@example.com"
    again = await live.profile.send_codes(CARLA, "phone", "+12025550199", idempotency_key=key)
    assert again == sent
    with pytest.raises(TooManyRequests):
        await live.profile.send_codes(
            CARLA, "phone", "+12025550199", idempotency_key=uuid.uuid4().hex
        )
    with pytest.raises(NotFound):
        await live.profile.verify_code(
            EVAN, sent.old.id, "000000", idempotency_key=uuid.uuid4().hex
        )
    with pytest.raises(NotAllowed):
        await live.profile.preview(CARLA, ProfileChange("phone", phone="+12025550199"))


async def test_a_wrong_code_says_so(live: Backends) -> None:
    sent = await live.profile.send_codes(
        EVAN, "email", "evan.new@example.org", idempotency_key=uuid.uuid4().hex
    )
    with pytest.raises(WrongCode):
        # one of the two is wrong for sure
        for code in ("000000", "111111"):
            await live.profile.verify_code(
                EVAN, sent.new.id, code, idempotency_key=uuid.uuid4().hex
            )

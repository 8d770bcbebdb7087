import gc

import pytest

from channels.rate import RateLimit


def test_hits_over_the_limit_tell_how_long_to_wait() -> None:
    limit = RateLimit("2/minute")
    assert [limit.hit("a"), limit.hit("a")] == [0, 0]
    assert 1 <= limit.hit("a") <= 60
    assert limit.hit("b") == 0


def test_the_counts_outlive_a_garbage_collection() -> None:
    limit = RateLimit("1/hour")
    assert limit.hit("a") == 0
    gc.collect()
    assert limit.hit("a") > 0


@pytest.mark.parametrize("rate", ["", "many", "30", "30/fortnight", "-1/minute"])
def test_a_rate_that_makes_no_sense_is_refused(rate: str) -> None:
    with pytest.raises(ValueError):
        RateLimit(rate)

"""The plan of deliveries and the judgement of what came of it, without a channel."""

from collections import Counter
from itertools import pairwise

from benchmarks.channels.plan import TRACKS, deliveries, expected, plan
from benchmarks.channels.run import Result


def test_a_third_is_repeated_a_tenth_forged_and_nothing_repeats_what_was_not_sent() -> None:
    tracks = plan(1000, seed=4)
    assert len(tracks) == TRACKS
    kinds = Counter(delivery.kind for delivery in deliveries(tracks))
    assert kinds == {"genuine": 567, "duplicate": 333, "forged": 100}
    for track in tracks:
        sent = set()
        for delivery in deliveries([track]):
            if delivery.kind == "genuine":
                assert delivery.text not in sent
                sent.add(delivery.text)
            else:
                assert (delivery.text in sent) == (delivery.kind == "duplicate")


def test_some_conversations_are_interleaved_and_some_repetitions_come_at_once() -> None:
    tracks = plan(1000, seed=4)
    changes = [
        sum(one[0].customer != other[0].customer for one, other in pairwise(t)) for t in tracks
    ]
    assert max(changes) > 10
    assert any(len(step) > 1 for track in tracks for step in track)
    assert any(step[0].kind == "duplicate" for track in tracks for step in track)


def test_the_same_seed_draws_the_same_plan() -> None:
    assert plan(200, seed=1) == plan(200, seed=1) != plan(200, seed=2)
    assert len(expected(plan(200, seed=1))) > TRACKS


def judged(wanted: str, got: str) -> tuple[int, int, int, int]:
    result = Result()
    result.judge(wanted.split(), got.split())
    return result.missing, result.doubled, result.invented, result.disordered


def test_a_conversation_is_judged() -> None:
    assert judged("a b c", "a b c") == (0, 0, 0, 0)
    assert judged("a b c", "a c") == (1, 0, 0, 0)
    assert judged("a b c", "a b b c") == (0, 1, 0, 0)
    assert judged("a b c", "a b x c") == (0, 0, 1, 0)
    assert judged("a b c", "b a c") == (0, 0, 0, 1)

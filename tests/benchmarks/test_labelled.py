from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.nlu.labelled import Labelled, read, split, write


def test_csv(tmp_path: Path):
    path = tmp_path / "set.csv"
    path.write_text('id,label,text\n1,greet,"hello, you"\n2,bye,see you\n3,bye, \n')

    assert read(path) == [Labelled("hello, you", "greet"), Labelled("see you", "bye")]


def test_json_lines_are_read_as_written(tmp_path: Path):
    messages = [Labelled('say "ü"\n', "a"), Labelled("b", "b")]
    write(tmp_path / "set.jsonl", messages)

    assert read(tmp_path / "set.jsonl") == messages


def test_a_line_without_a_label_is_named(tmp_path: Path):
    path = tmp_path / "set.jsonl"
    path.write_text('{"text": "a", "label": "a"}\n\n{"text": "b"}\n')

    with pytest.raises(SystemExit, match="line 3"):
        read(path)


def test_split_takes_as_many_of_each_label_and_shares_nothing():
    messages = [Labelled(f"{label} {number}", label) for label in "abc" for number in range(20)]
    messages += [Labelled(f"few {number}", "few") for number in range(13)]
    messages += [Labelled("other", "__oos__")]

    train, test = split(messages, shots=10, seed=1)

    assert [item.label for item in train] == ["a"] * 10 + ["b"] * 10 + ["c"] * 10
    assert not set(train) & set(test)
    assert {item.label for item in test} == {"a", "b", "c", "__oos__"}
    assert len(test) == 31
    assert split(messages, 10, 1) == (train, test)
    assert split(messages, 10, 2) != (train, test)

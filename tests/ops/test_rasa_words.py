from pathlib import Path

from ops import rasa_words

NOTICES = """\
2026-01-01 10:00:00 INFO     rasa.cli.train  - Started validating domain and training data...
/venv/lib/keras/utils/vis_utils.py:286: DeprecationWarning: invalid escape sequence '\\}'
  .replace("}", "\\}")
Processed rules:   0%|       | 0/3 [00:00<?, ?it/s]\rProcessed rules: 100%|###| 3/3 [00:00]
"""
VALIDATION = """\
\x1b[93m/venv/lib/rasa/shared/utils/io.py:100: UserWarning: Issue found in 'data/rules.yml':
Found intent 'gret' in stories which is not part of the domain.
  More info at https://rasa.com/docs/rasa/stories
\x1b[0m\x1b[93m/venv/lib/rasa/shared/utils/io.py:100: UserWarning: The utterance utter_x is idle.
\x1b[0m"""
CONTRADICTION = """\
2026-01-01 10:00:00 ERROR    rasa.engine.graph  - Error running graph component.
\x1b[91mInvalidRule: \nContradicting rules or stories found

- the prediction of 'utter_hi' in rule 'hello' is contradicting with rule(s) 'hello twice'.
\x1b[0m"""
TRACEBACK = """\
Traceback (most recent call last):
  File "/venv/bin/rasa", line 8, in <module>
    sys.exit(main())

  File "components/encoder.py", line 3, in process
    raise ValueError
ValueError: no vectors
"""


def test_finds_errors_among_progress_bars_and_notices() -> None:
    words = rasa_words.read(NOTICES + CONTRADICTION + NOTICES)
    assert words.errors == (
        "InvalidRule: Contradicting rules or stories found - the prediction of 'utter_hi' in rule "
        "'hello' is contradicting with rule(s) 'hello twice'.",
    )
    assert words.warnings == ()


def test_finds_warnings_each_once_without_the_links() -> None:
    words = rasa_words.read(NOTICES + VALIDATION + VALIDATION)
    assert words.errors == ()
    assert words.warnings == (
        "Issue found in 'data/rules.yml': Found intent 'gret' in stories which is not part of the "
        "domain.",
        "The utterance utter_x is idle.",
    )


def test_a_failed_validation_s_warnings_are_the_errors() -> None:
    text = f"{VALIDATION}\x1b[91mProject validation completed with errors.\x1b[0m\n"
    words = rasa_words.read(NOTICES + text)
    assert len(words.errors) == 2
    assert "gret" in words.errors[0]
    assert words.warnings == ()


def test_a_crash_is_its_last_line() -> None:
    assert rasa_words.read(NOTICES + VALIDATION + TRACEBACK).errors == ("ValueError: no vectors",)


def test_paths_are_shown_from_the_checkout() -> None:
    text = f"\x1b[91mYamlException: {Path.cwd()}/data/nlu.yml is wrong\x1b[0m"
    assert rasa_words.read(text).errors == ("YamlException: data/nlu.yml is wrong",)


def test_quiet_output_says_nothing() -> None:
    assert rasa_words.read(NOTICES) == rasa_words.Words((), ())
    assert rasa_words.read("") == rasa_words.Words((), ())


def test_last_lines_leave_the_noise_out() -> None:
    text = f"{NOTICES}\x1b[91mthe port is taken\x1b[0m\n{NOTICES}"
    assert rasa_words.last_lines(text) == ["the port is taken"]
    assert rasa_words.last_lines("a\nb\nc\n", 2) == ["b", "c"]
    assert rasa_words.last_lines("") == []


def test_last_lines_of_nothing_but_noise_are_the_noise() -> None:
    assert rasa_words.last_lines("Processed rules: 3it/s\n") == ["Processed rules: 3it/s"]

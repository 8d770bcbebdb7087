"""Rasa without TensorFlow, which is most of what importing it takes."""

import subprocess
import sys
from pathlib import Path

import pytest

from ops.light_rasa import configured_components, needs_tensorflow, stored_components

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("components", "needed"),
    [
        (["WhitespaceTokenizer", "components.rule_policy.SupportRulePolicy"], False),
        (["rasa.core.policies.memoization.AugmentedMemoizationPolicy"], False),
        (["TEDPolicy"], True),
        (["rasa.nlu.classifiers.diet_classifier.DIETClassifier"], True),
        (["somebodys.package.Component"], True),
    ],
)
def test_who_needs_tensorflow(components: list[str], needed: bool) -> None:
    assert needs_tensorflow(components, ROOT) is needed


def test_a_component_of_ours_that_imports_it_needs_it(tmp_path: Path) -> None:
    module = tmp_path / "components" / "own.py"
    module.parent.mkdir()
    module.write_text("import numpy\n")
    assert not needs_tensorflow(["components.own.Own"], tmp_path)
    module.write_text("def f():\n    from tensorflow import keras\n")
    assert needs_tensorflow(["components.own.Own"], tmp_path)


def test_as_shipped_it_is_not_needed() -> None:
    names = configured_components(ROOT / "config.yml")
    assert "components.intent_classifier.SentenceIntentClassifier" in names
    assert "components.story_memory.StoryMemory" in names
    assert not needs_tensorflow(names, ROOT)


def test_a_stored_model_tells_its_components(model_path: Path) -> None:
    names = stored_components(model_path)
    assert "components.intent_classifier.SentenceIntentClassifier" in names
    assert not needs_tensorflow(names, ROOT)


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_rasa_works_without_it_and_says_so_of_what_does_not() -> None:
    said = run(
        "import sys\n"
        "from ops.light_rasa import import_rasa\n"
        "import_rasa(['WhitespaceTokenizer'])\n"
        "import rasa.model_training, rasa.core.run, rasa.server, thinc.compat\n"
        "assert not thinc.compat.has_tensorflow\n"
        "loaded = [name for name in sys.modules if name.startswith(('tensorflow.', 'keras.'))]\n"
        "assert loaded == [], loaded\n"
        "from rasa.utils.tensorflow.models import RasaModel\n"
        "try:\n"
        "    RasaModel()\n"
        "except RuntimeError as error:\n"
        "    print(error)\n"
        "try:\n"
        "    import tensorflow\n"
        "except ImportError:\n"
        "    print('absent')\n"
    )
    assert said.startswith("RasaModel needs TensorFlow, which was not loaded.")
    assert said.endswith("absent\n")

"""Import Rasa without TensorFlow, where no component needs it.

Rasa imports TensorFlow in every process: 5 s and 440 MB, for components that our pipeline does not
use. `import_rasa` lets Rasa's modules be imported with names in its place that fail when used.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import json
import re
import sys
import tarfile
from collections.abc import Iterable, MutableSequence, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from ruamel.yaml import YAML

# Components of Rasa 3.6 that compute with TensorFlow.
NEED_TENSORFLOW = frozenset(
    [
        "DIETClassifier",
        "ResponseSelector",
        "TEDPolicy",
        "UnexpecTEDIntentPolicy",
        "ConveRTFeaturizer",
        "LanguageModelFeaturizer",
    ]
)
_PACKAGES = ("tensorflow", "keras", "tensorflow_hub", "tensorflow_text")
# Comes with TensorFlow. bm25s would use it to sort a hundred numbers, and compile for seconds.
_WITH_IT = ("jax",)
# Imports every component that Rasa has, and with them all of Rasa's modules that name TensorFlow.
_RASA = "rasa.engine.recipes.default_components"
_IMPORT = re.compile(r"^\s*(?:import|from)\s+(?:tensorflow|keras)\b", re.MULTILINE)


def configured_components(config: Path) -> list[str]:
    """List the components and policies that a configuration names; none where it has none."""
    content = YAML(typ="safe").load(config) or {}
    listed = [*(content.get("pipeline") or []), *(content.get("policies") or [])]
    return [str(entry.get("name", "")) for entry in listed]


def stored_components(model: Path) -> list[str]:
    """List the classes that a trained model's archive is made of."""
    with tarfile.open(model) as archive:
        file = archive.extractfile("metadata.json")
        metadata = json.load(file) if file else {}
    nodes = metadata["predict_schema"]["nodes"].values()
    return [str(node["uses"]) for node in nodes]


def needs_tensorflow(components: Iterable[str], root: Path = Path()) -> bool:
    """Tell whether a model with these components computes with TensorFlow.

    Args:
        components: names as in config.yml: Rasa's own, or the path of a class.
        root: where the modules of components are.

    Returns:
        True also where it cannot be told: for classes of other packages than `components`.
    """
    for name in components:
        module, _, short = name.rpartition(".")
        if short in NEED_TENSORFLOW:
            return True
        if not module or module.startswith("rasa."):
            continue
        source = root.joinpath(*module.split(".")).with_suffix(".py")
        if not source.is_file() or _IMPORT.search(source.read_text(encoding="utf-8")):
            return True
    return False


def import_rasa(components: Iterable[str]) -> None:
    """Import Rasa's components, without TensorFlow unless one of `components` needs it.

    Call it before anything else has imported Rasa. Without TensorFlow it stays away for good:
    whoever imports it later in this process is told that there is none.
    """
    if "tensorflow" not in sys.modules and not needs_tensorflow(components):
        absent: dict[str, Any] = dict.fromkeys(_PACKAGES + _WITH_IT)
        sys.modules.update(absent)
        # spaCy's thinc uses TensorFlow if it is there; it must not find what stands in for it.
        importlib.import_module("spacy")
        for name in _PACKAGES:
            del sys.modules[name]
        finder = _Finder()
        sys.meta_path.insert(0, finder)
        try:
            importlib.import_module(_RASA)
        finally:
            sys.meta_path.remove(finder)
            for name in [name for name in sys.modules if name.partition(".")[0] in _PACKAGES]:
                del sys.modules[name]
            sys.modules.update(absent)
    importlib.import_module(_RASA)


class _Absent(type):
    """The type of what stands in for a name of TensorFlow: may be named, not used."""

    def __getattr__(cls, name: str) -> _Absent:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(name, cls.__module__)

    def __call__(cls, *args: Any, **_kwargs: Any) -> Any:
        if not cls.__module__.startswith(_PACKAGES):  # Rasa's class, derived from one of these
            raise RuntimeError(
                f"{cls.__name__} needs TensorFlow, which was not loaded. Start anew: it is loaded "
                "when config.yml names a component that needs it."
            )
        # `@tf.function` leaves the function as it is; `@tf.function(...)` gives a decorator.
        return args[0] if args and callable(args[0]) else cls


def _stand_in(name: str, module: str) -> _Absent:
    return _Absent(name, (), {"__module__": module})


class _Module(ModuleType):
    """A module that has whatever name it is asked for."""

    __path__: MutableSequence[str] = []

    def __getattr__(self, name: str) -> _Absent:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(name, self.__name__)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives such a module for TensorFlow and each of its parts."""

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Answer for TensorFlow's packages only."""
        if fullname.partition(".")[0] not in _PACKAGES:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Make the module."""
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is to be run."""

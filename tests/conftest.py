"""What all tests share: the trained model, and which tests may run beside which."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest
import pytest_randomly

# spaCy's thinc offers pytest-randomly a seeder and imports TensorFlow for it: 7 s and 400 MB in
# every worker, for random numbers that no test here draws.
pytest_randomly.entrypoint_reseeds = []

# How long an example takes says how busy the machine is, and nothing of the code.
hypothesis.settings.register_profile("frontdesk", deadline=None)
hypothesis.settings.load_profile("frontdesk")

LONGEST_NAME = 40  # characters

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def model_path() -> Path:
    """A trained model of the present training data (path of the archive).

    It is trained at the first request, once for all workers, and again only when the training
    data, the configuration or our components have changed.
    """
    from ops.testing import model_for_tests

    before = Path.cwd()
    os.chdir(ROOT)
    try:
        return model_for_tests()
    finally:
        os.chdir(before)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a long parameter by its place in the list, not by its text.

    A text of 20,000 characters is no name, and one that is made anew at every start, as a token
    is, gives each worker other tests than its neighbour, which pytest-xdist refuses.
    """
    return argname if isinstance(val, (str, bytes)) and len(val) > LONGEST_NAME else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share something expensive on one worker (pytest-xdist's loadgroup).

    Whatever needs the model and running processes shares one set of them; the tests of one
    module share its fixtures.
    """
    for item in items:
        if item.get_closest_marker("xdist_group"):
            continue
        group = "bot" if item.get_closest_marker("bot") else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.hookimpl(trylast=True, specname="pytest_collection_modifyitems")
def pytest_keep_packages_together(items: list[pytest.Item]) -> None:
    """Bring the tests of one folder together again after they were shuffled.

    Their order stays random, and so does the folders'; but what a folder shares (a running
    Frontdesk, a browser) is started once and not whenever the dice come back to it.
    """
    order: dict[Path, int] = {}
    for item in items:
        order.setdefault(item.path.parent, len(order))
    items.sort(key=lambda item: order[item.path.parent])

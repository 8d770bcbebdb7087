"""The demo shop keeps the contract: schemathesis throws what it has at the running server.

All its checks (answers match the document, wrong input is refused, right input is taken, the token
is needed, no 5xx, ...) in all its phases (examples, boundaries, random, chains of calls).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml

from tests.backends.schemathesis_hooks import CONTRACT
from tests.support.shop import running_shop

HERE = Path(__file__).parent
# What they are asked with is personal, or too much for an address.
READS_BY_POST = {"findOrder", "findCustomer", "previewChange", "previewProfileChange"}


def operations() -> list[dict]:
    paths = yaml.safe_load(CONTRACT.read_text("utf-8"))["paths"]
    methods = ("get", "post", "put", "patch", "delete")
    return [
        {"path": path, "method": method, **item[method]}
        for path, item in paths.items()
        for method in methods
        if method in item
    ]


# Half a minute on a quiet machine; others may be testing at the same time.
@pytest.mark.timeout(600)
def test_schemathesis_finds_nothing(tmp_path):
    script = Path(sys.executable).with_name("schemathesis")
    with running_shop(tmp_path) as shop:
        run = subprocess.run(
            [
                script,
                *("--config-file", HERE / "schemathesis.toml"),
                "run",
                CONTRACT,
                *("--url", f"{shop.url}/api/v1"),
                *("--header", f"Authorization: Bearer {shop.token}"),
                *("--checks", "all"),
                # The same cases each time: a test that fails only now and then helps nobody.
                # Without the seed it is a search for more.
                *("--seed", "20231", "--generation-database", "none", "--no-color"),
            ],
            cwd=tmp_path,
            env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.backends.schemathesis_hooks"}
            | {"PYTHONPATH": str(HERE.parents[1])},
            capture_output=True,
            text=True,
            timeout=500,
        )
        log = shop.log.read_text()
    found = run.stdout[:5000] + run.stdout[-5000:] + run.stderr[-2000:]
    assert run.returncode == 0, found
    # It ran, on everything, with every phase.
    count = len(operations())
    assert f"Tested: {count}" in run.stdout, found
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in run.stdout, found
    cases = re.search(r"([0-9]+) generated, \1 passed", run.stdout)
    assert cases is not None, found
    assert int(cases[1]) > 500, found
    assert "Traceback" not in log


def test_every_change_needs_a_key_and_nothing_else_does():
    keyed = {
        operation["operationId"]
        for operation in operations()
        if {"$ref": "#/components/parameters/IdempotencyKey"} in operation.get("parameters", [])
    }
    assert keyed == {
        operation["operationId"]
        for operation in operations()
        if operation["method"] != "get" and operation["operationId"] not in READS_BY_POST
    }


def test_every_operation_documents_the_one_error_shape():
    for operation in operations():
        statuses = set(operation["responses"])
        assert {"401", "422", "500"} <= statuses, operation["operationId"]
        if operation["method"] != "get":
            assert {"400", "413"} <= statuses, operation["operationId"]


def test_the_shop_serves_its_contract(tmp_path):
    with running_shop(tmp_path) as shop:
        answer = httpx.get(f"{shop.url}/openapi.yaml")
    assert answer.content == CONTRACT.read_bytes()

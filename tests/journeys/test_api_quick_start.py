"""The program in the API's documentation runs as it is printed there."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from factories import make_tenant
from lectern.asgi import application
from tenant_seeds import make_key

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "api.md"
POLICY = """Travel policy

Claims are submitted within 30 days of the journey, with receipts for every item above 15 euros.

Employees travel in economy class on all flights.
"""


@pytest.fixture
def address(committed) -> Iterator[str]:
    """Where a real web server answers while the test runs."""
    server = uvicorn.Server(
        uvicorn.Config(application, host="127.0.0.1", port=0, lifespan="off", log_level="warning")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    host, port = server.servers[0].sockets[0].getsockname()
    yield f"http://{host}:{port}"
    server.should_exit = True
    thread.join()


def test_the_python_program_of_the_documentation_gets_a_cited_answer(
    address, start_worker, tmp_path
):
    start_worker()
    (tmp_path / "policy.txt").write_text(POLICY)
    (program,) = re.findall(r"```python\n(.*?)```", DOCUMENTATION.read_text(), re.DOTALL)
    environment = {"LECTERN_URL": address, "LECTERN_KEY": make_key(make_tenant())}

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.stderr == ""
    assert "policy.txt is ready" in done.stdout
    assert "[1] policy.txt, page 1:" in done.stdout
    assert "within 30 days" in done.stdout

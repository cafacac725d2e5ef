"""`claimwatch deploy` and a server that is not there yet, or never."""

from http.server import BaseHTTPRequestHandler

import pytest

from claimwatch.errors import ClaimwatchError
from claimwatch.pipeline.operations.deployments import deploy
from claimwatch.pipeline.operations.scheduler import SchedulerDown
from tests.upstream import Upstream, reply


def test_a_server_that_is_only_starting_is_waited_for(monkeypatch: pytest.MonkeyPatch, upstream: Upstream) -> None:
    monkeypatch.setenv("PREFECT_API_URL", f"{upstream.url}/api")
    asked = 0

    def health(request: BaseHTTPRequestHandler) -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            request.close_connection = True  # without an answer
        else:
            reply(body=b"true")(request)

    upstream.on("/api/health", health)
    upstream.on("/api/admin/version", reply(body=b'"0.0"'))
    with pytest.raises(ClaimwatchError, match=r"the server is Prefect 0\.0"):
        deploy(patience_s=60)
    assert asked == 2


def test_a_server_that_is_not_there_or_refuses_is_named(monkeypatch: pytest.MonkeyPatch, upstream: Upstream) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with pytest.raises(SchedulerDown, match="gives no answer"):
        deploy(patience_s=0)
    monkeypatch.setenv("PREFECT_API_URL", "127.0.0.1:9/api")  # without http://
    with pytest.raises(SchedulerDown, match="gives no answer"):
        deploy(patience_s=3600)
    upstream.on("/api/health", reply(401, body=b"no"))
    monkeypatch.setenv("PREFECT_API_URL", f"{upstream.url}/api")
    with pytest.raises(SchedulerDown, match="401"):
        deploy(patience_s=60)


def test_a_server_whose_file_is_locked_is_asked_again(monkeypatch: pytest.MonkeyPatch, upstream: Upstream) -> None:
    monkeypatch.setenv("PREFECT_API_URL", f"{upstream.url}/api")
    asked = 0

    def version(request: BaseHTTPRequestHandler) -> None:
        nonlocal asked
        asked += 1
        reply(503, body=b"busy")(request) if asked == 1 else reply(body=b'"0.0"')(request)

    upstream.on("/api/health", reply(body=b"true"))
    upstream.on("/api/admin/version", version)
    with pytest.raises(ClaimwatchError, match=r"the server is Prefect 0\.0"):
        deploy(patience_s=60)
    assert asked == 2

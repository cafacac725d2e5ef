"""prefect.yaml and prefect.toml say what Prefect understands: an unknown key there is otherwise ignored in silence."""

import ast
import importlib
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from prefect import Flow
from prefect.cli.deploy._models import PrefectYamlModel
from prefect.settings import Settings

from claimwatch.sources import load_sources
from tests.flows.local_prefect import PROJECT

POOL = {"name": "claimwatch"}
STRICT = ("DeploymentConfig", "WorkPoolConfig", "ConcurrencyLimitSpec", "RawScheduleConfig")


def _deployments() -> list[dict[str, Any]]:
    deployments: list[dict[str, Any]] = yaml.safe_load((PROJECT / "prefect.yaml").read_text())["deployments"]
    return deployments


def _schema() -> dict[str, Any]:
    # Prefect's own schema lets unknown keys pass; the models it is made from name every key that there is.
    schema = PrefectYamlModel.model_json_schema()
    for name in STRICT:
        schema["$defs"][name]["additionalProperties"] = False
    schema["$defs"]["DeploymentConfig"]["properties"]["schedules"] = {
        "type": "array",
        "items": {"$ref": "#/$defs/RawScheduleConfig"},
    }
    return schema


def test_prefect_yaml_fits_the_schema() -> None:
    jsonschema.validate(yaml.safe_load((PROJECT / "prefect.yaml").read_text()), _schema())


@pytest.mark.parametrize(
    ("key", "value"),
    [("entry_point", "flows.poll.poll"), ("schedules", [{"cron": "0 7 * * MON", "time_zone": "UTC"}])],
)
def test_the_schema_refuses_a_misspelt_key(key: str, value: object) -> None:
    document = {"deployments": [{"name": "x", key: value}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, _schema())


def test_every_source_has_its_deployment() -> None:
    polled = [d["parameters"]["source"] for d in _deployments() if d["entrypoint"] == "flows.poll.poll"]
    specs = load_sources(PROJECT / "sources.yaml")
    assert sorted(polled) == sorted(slug for slug, spec in specs.items() if spec.enabled)


def test_every_schedule_has_a_slug_and_a_time_zone() -> None:
    for deployment in _deployments():
        for schedule in deployment["schedules"]:
            assert schedule["slug"], deployment["name"]
            assert schedule["timezone"] == ("Europe/Oslo" if deployment["name"].endswith("-digest") else "UTC")


def test_entrypoints_are_flows_that_take_the_parameters() -> None:
    for deployment in _deployments():
        module, _, name = deployment["entrypoint"].rpartition(".")
        flow = getattr(importlib.import_module(module), name)
        assert isinstance(flow, Flow)
        flow.validate_parameters(deployment.get("parameters", {}))


def test_nothing_limits_how_many_runs_there_are() -> None:
    # A stranded run would hold its slot for ever: that nothing is done twice is up to the store.
    assert [one["name"] for one in _deployments() if one.get("concurrency_limit") or one["work_pool"] != POOL] == []


def test_flows_are_run_by_a_worker_and_never_served() -> None:
    # `.serve()` switches schedules off when it ends.
    for path in (PROJECT / "flows").glob("*.py"):
        calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        assert "serve" not in {call.attr for call in calls if isinstance(call, ast.Attribute)}, path


def test_prefect_toml_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    settings = Settings()
    assert settings.server.analytics_enabled is False
    assert settings.server.ephemeral.startup_timeout_seconds == 90
    assert settings.server.services.db_vacuum.enabled == {"events", "flow_runs"}
    assert set(settings.logging.extra_loggers or ()) == {"claimwatch", "parsers"}
    assert settings.logging.to_api.when_missing_flow == "ignore"
    assert settings.runner.auto_install_dependencies is False
    assert settings.tasks.default_no_cache is True


def test_no_flow_file_is_named_like_another_module() -> None:
    # A path entrypoint puts flows/ first on sys.path, where such a name would hide the other module.
    names = {path.stem for path in (PROJECT / "flows").glob("*.py")} - {"__init__"}
    packages = {path.name for path in PROJECT.iterdir() if path.is_dir()}
    libraries = {path.stem.split(".")[0] for path in Path(jsonschema.__file__).parents[1].iterdir()}
    assert not names & (packages | libraries | set(sys.stdlib_module_names))

"""The systemd units are what systemd understands, name what there is, and give nothing away."""

import re
import subprocess
from pathlib import Path

import pytest

from claimwatch.settings import Settings, variable
from tests.system import require

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service" and "@" not in unit.name]


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    analyze = require("systemd-analyze")
    for unit in UNITS:  # systemd looks for the programs: here they are in this folder
        text = unit.read_text(encoding="utf-8").replace("/opt/claimwatch", str(ROOT))
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    units = [str(tmp_path / unit.name) for unit in UNITS if "@" not in unit.name]
    done = subprocess.run([analyze, "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "claimwatch" in line]
    assert ours == []


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_is_hardened_and_its_files_are_its_own(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    for line in ("User=claimwatch", "UMask=0077", "NoNewPrivileges=true", "ProtectSystem=strict"):
        assert line in text.splitlines()
    assert "ReadWritePaths=/var/lib/claimwatch" in text


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_starts_a_command_that_there_is(unit: Path) -> None:
    from claimwatch.cli import build_parser

    text = unit.read_text(encoding="utf-8")
    for words in re.findall(r"\.venv/bin/claimwatch ([a-z]+(?: --[a-z]+(?: [0-9.]+)?)*)", text):
        arguments = words.split()
        if arguments == ["backup"]:
            arguments.append("file.tar")
        assert build_parser().parse_args(arguments).run


def test_what_runs_for_years_starts_again_and_may_not_take_all_memory() -> None:
    for name in ("server", "worker", "web"):
        text = (ROOT / "deploy" / "systemd" / f"claimwatch-{name}.service").read_text(encoding="utf-8")
        assert "Restart=always" in text
        assert "OnFailure=claimwatch-alert@%n.service" in text
        assert name == "worker" or "MemoryMax=" in text  # a run that is ended for its memory reads nothing


def test_every_timer_has_its_service() -> None:
    names = {unit.name for unit in UNITS}
    assert all(unit.with_suffix(".service").name in names for unit in UNITS if unit.suffix == ".timer")


def test_the_environment_file_holds_settings_there_are_and_both_switches_of_telemetry() -> None:
    lines = (ROOT / "deploy" / "claimwatch.env.example").read_text(encoding="utf-8").splitlines()
    pairs = dict(line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?[A-Z_]+=", line))
    assert {name for name in pairs if name.startswith("CLAIMWATCH_")} <= {variable(f) for f in Settings.model_fields}
    assert (pairs["PREFECT_SERVER_ANALYTICS_ENABLED"], pairs["DO_NOT_TRACK"]) == ("false", "1")
    assert pairs["PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED"] == "events,flow_runs"
    assert pairs["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"] == "30"
    assert pairs["PREFECT_RUNNER_AUTO_INSTALL_DEPENDENCIES"] == "false"

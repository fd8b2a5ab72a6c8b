"""The files that set tepos up beside InfluxDB and Grafana, as far as they can be tried without these programs."""

from __future__ import annotations

import configparser
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from config.settings import VARIABLES
from dashboards.grafana.alerting import provisioned
from dashboards.grafana.push import FOLDER, FOLDER_UID, SOURCES

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "config" / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def provisioning(name: str) -> dict:
    return yaml.safe_load((DEPLOY / "grafana/provisioning" / name / "tepos.yaml").read_text("utf-8"))


def test_each_service_of_compose_says_how_it_is_well_and_pins_its_image() -> None:
    assert {*SERVICES} == {"influxdb", "grafana", "tepos"}
    assert all(service["healthcheck"]["test"] for service in SERVICES.values())
    images = [service["image"] for service in SERVICES.values() if "image" in service]
    assert [image for image in images if not re.search(r":\d+\.\d+", image)] == []


def test_nothing_of_compose_listens_beyond_this_machine() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    assert "--host" not in str(SERVICES["tepos"])


def test_secrets_are_files_and_never_stand_in_the_environment() -> None:
    for name, service in SERVICES.items():
        for key, value in service["environment"].items():
            if re.search(r"PASSWORD|TOKEN|SECRET", key):
                assert str(value).startswith("/run/secrets/"), (name, key)
                assert Path(value).name in service["secrets"]


def test_the_variables_of_tepos_in_compose_and_units_are_known_to_it() -> None:
    given = {key for key in SERVICES["tepos"]["environment"] if key.startswith("TEPOS_")}
    for unit in UNITS:
        given |= {*re.findall(r"(TEPOS_\w+)=", unit.read_text("utf-8"))}
    assert given - {*VARIABLES} == set()


def test_the_secrets_that_compose_wants_are_made_once_and_for_their_owner(tmp_path: Path) -> None:
    shutil.copy(DEPLOY / "secrets.sh", tmp_path)
    made = []
    for _again in range(2):
        subprocess.run([tmp_path / "secrets.sh", "a@example.org"], check=True, capture_output=True)
        made.append({path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()})
    assert made[0] == made[1]
    assert {f"./secrets/{name}" for name in made[0]} == {each["file"] for each in COMPOSE["secrets"].values()}
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "secrets" / "influx_token").stat().st_mode) == 0o600
    assert not [name for name, secret in made[0].items() if "$" in secret]
    assert "TEPOS_ALERT_MAIL=a@example.org" in (tmp_path / ".env").read_text()


def test_provisioned_sources_and_folder_are_those_of_push_and_of_the_alert_rules() -> None:
    sources = provisioning("datasources")["datasources"]
    assert [(s["uid"], s["name"], s["jsonData"]["dbName"]) for s in sources] == [
        (uid, name, f"pv{suffix}") for uid, name, suffix in SOURCES
    ]
    assert {s["jsonData"]["version"] for s in sources} == {"InfluxQL"}
    (provider,) = provisioning("dashboards")["providers"]
    assert (provider["folderUid"], provider["folder"], provider["allowUiUpdates"]) == (FOLDER_UID, FOLDER, False)
    rules = [rule for group in provisioned()["groups"] for rule in group["rules"]]
    assert {rule["data"][0]["datasourceUid"] for rule in rules} == {uid for uid, _name, _suffix in SOURCES}


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_each_unit_starts_a_command_that_there_is_as_a_user_without_rights(unit: Path) -> None:
    found = configparser.RawConfigParser(strict=False)
    found.optionxform = str  # type: ignore[assignment]
    found.read_string(unit.read_text("utf-8"))
    service = found["Service"]
    assert service["ExecStart"].split() == ["/opt/tepos/.venv/bin/tepos", unit.stem.removeprefix("tepos-")]
    assert (service["User"], service["CapabilityBoundingSet"], service["Restart"]) == ("tepos", "", "always")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = re.sub(r"^ExecStart=.*", "ExecStart=/bin/true", unit.read_text("utf-8"), flags=re.M)
        (tmp_path / unit.name).write_text(text.replace("User=tepos", "User=root"), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *tmp_path.glob("*.service")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")

"""Pushing to a written Grafana: idempotent, and every refusal told with what to try."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from dashboards.grafana import push
from dashboards.grafana.face import Grafana, GrafanaError
from dashboards.grafana.push import Change, Influx
from tests.dashboards.grafana.stub import LOGIN_PAGE, TOKEN, Reply, Stub, said
from tests.peers import free_port
from tests.scripts.commands.runner import each, tepos

INFLUX = Influx("http://influxdb:8086", "pv", "read-only-7d1e")


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub().running() as running:
        yield running


def pushed(stub: Stub) -> list[Change]:
    """Everything, one after the other."""
    grafana = Grafana(stub.url, TOKEN)
    done = [*push.push_sources(grafana, INFLUX), *push.push_boards(grafana), *push.push_rules(grafana)]
    done += [*push.push_contact(grafana, "technique@example.org"), *push.push_policy(grafana)]
    return [each.change for each in done]


def test_what_is_pushed_stands_there(stub: Stub) -> None:
    assert set(pushed(stub)) == {Change.MADE, Change.CHANGED}  # the policy was there before
    boards = push.boards()
    assert {uid for uid in boards if f"/dashboards/uid/{uid}" in stub.kept} == {*boards}
    source = stub.kept["/datasources/uid/tepos-bilans"]
    assert (source["url"], source["jsonData"]["dbName"]) == ("http://influxdb:8086", "pv_rollup")
    assert source["secureJsonData"] == {"httpHeaderValue1": "Token read-only-7d1e"}
    assert (
        stub.kept["/v1/provisioning/contact-points/tepos-technique"]["settings"]["addresses"] == "technique@example.org"
    )
    assert all(asked.path.startswith("/grafana/api/") for asked in stub.asked)
    assert {asked.headers["X-Disable-Provenance"] for asked in stub.asked} == {"true"}


def test_a_user_of_influxdb_with_a_password_is_pushed_as_such(stub: Stub) -> None:
    list(push.push_sources(Grafana(stub.url, TOKEN), Influx("http://influxdb:8086", "pv", "grafana:pw:1")))
    source = stub.kept["/datasources/uid/tepos-releves"]
    assert (source["user"], source["secureJsonData"]) == ("grafana", {"password": "pw:1"})
    assert "httpHeaderName1" not in source["jsonData"]


def test_rules_are_spelt_as_http_wants_them(stub: Stub) -> None:
    pushed(stub)
    group = stub.kept["/v1/provisioning/folder/parc-solaire/rule-groups/tepos"]
    assert (group["interval"], group["title"], group["folderUid"]) == (300, "tepos", "parc-solaire")
    silent = next(rule for rule in group["rules"] if rule["uid"] == "tepos-silencieux")
    assert (silent["annotations"]["__dashboardUid__"], silent["noDataState"]) == ("pv-qualite", "Alerting")
    assert int(silent["annotations"]["__panelId__"]) > 0
    assert {rule["folderUID"] for rule in group["rules"]} == {"parc-solaire"}
    assert "dashboardUid" not in silent


def test_pushing_again_leaves_boards_alone_and_makes_nothing_twice(stub: Stub) -> None:
    pushed(stub)
    kept, writes = json.dumps(stub.kept), len(stub.writes)
    assert Change.MADE not in pushed(stub)
    assert json.dumps(stub.kept) == kept
    again = stub.writes[writes:]
    assert {write.split()[0] for write in again} == {"PUT"}
    assert not [write for write in again if "dashboards" in write]


def test_a_board_that_was_changed_there_is_set_right(stub: Stub) -> None:
    pushed(stub)
    stub.kept["/dashboards/uid/pv-onduleur"]["dashboard"]["title"] = "Mine"
    done = {each.name: each.change for each in push.push_boards(Grafana(stub.url, TOKEN))}
    assert done.pop("pv-onduleur") is Change.CHANGED
    assert set(done.values()) == {Change.UNCHANGED}


def test_a_rule_that_people_have_set_to_work_is_not_paused_again(stub: Stub) -> None:
    pushed(stub)
    path = "/v1/provisioning/folder/parc-solaire/rule-groups/tepos"
    for rule in stub.kept[path]["rules"]:
        rule["isPaused"] = not rule["isPaused"]
    before = {rule["uid"]: rule["isPaused"] for rule in stub.kept[path]["rules"]}
    list(push.push_rules(Grafana(stub.url, TOKEN)))
    assert {rule["uid"]: rule["isPaused"] for rule in stub.kept[path]["rules"]} == before
    assert sum(before.values()) == 1


def test_a_board_that_comes_from_files_of_that_grafana_is_not_touched(stub: Stub) -> None:
    stub.kept["/dashboards/uid/pv-exploitation"] = {"dashboard": {}, "meta": {"provisioned": True}}
    with pytest.raises(GrafanaError, match="comes from files"):
        list(push.push_boards(Grafana(stub.url, TOKEN)))
    assert stub.writes == ["POST /grafana/api/folders"]


@pytest.mark.parametrize(
    ("reply", "status", "told"),
    [
        (said(401, "Invalid API key"), 401, "service account"),
        (said(403, "You'll need additional permissions"), 403, "role Editor"),
        (said(409, "a folder of that name exists"), 409, "rename or remove"),
        (said(412, "The dashboard has been changed by someone else"), 412, "push again"),
        (said(400, "Cannot save provisioned dashboard"), 400, "provisioned by its files"),
        (said(500, "database is locked"), 500, "push again later"),
        ((409, '["a list"]'), 409, "rename or remove"),
        ((502, "<html>Bad Gateway</html>"), 0, "proxy or a login page"),
        ((404, "<html>nginx</html>"), 0, "proxy or a login page"),
        (LOGIN_PAGE, 0, "proxy or a login page"),
        ((200, '"a text"'), 200, "refuses"),
        ((302, ""), 0, "redirect is not followed"),
    ],
)
def test_each_answer_is_told_by_what_one_can_do_about_it(stub: Stub, reply: Reply, status: int, told: str) -> None:
    stub.decide = lambda asked: reply if asked.method == "POST" else None
    with pytest.raises(GrafanaError, match=told) as caught:
        list(push.push_boards(Grafana(stub.url, TOKEN)))
    assert caught.value.status == status
    assert TOKEN not in str(caught.value)
    assert len(stub.writes) == 1


def test_an_empty_204_is_an_answer(stub: Stub) -> None:
    stub.decide = lambda _asked: (204, "")
    assert Grafana(stub.url, TOKEN).ask("PUT", "/v1/provisioning/policies", {}) is None


def test_a_data_source_that_cannot_reach_influxdb_is_told(stub: Stub) -> None:
    no = said(400, "error reading InfluxDB: connection refused")
    stub.decide = lambda asked: no if asked.path.endswith("/health") else None
    with pytest.raises(GrafanaError, match="connection refused"):
        list(push.push_sources(Grafana(stub.url, TOKEN), INFLUX))


def test_a_grafana_that_is_silent_or_not_there_is_told_in_time(stub: Stub) -> None:
    stub.slow = 0.5
    with pytest.raises(GrafanaError, match="no answer"):
        list(push.push_boards(Grafana(stub.url, TOKEN, seconds=0.1)))
    with pytest.raises(GrafanaError, match="is it running"):
        list(push.push_boards(Grafana(f"http://127.0.0.1:{free_port()}", TOKEN)))


@pytest.mark.parametrize("url", ["grafana:3000", "ftp://grafana", "http://", "http://admin:pw@grafana", "http://[::1"])
def test_an_address_that_makes_no_sense_is_no_address_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="http://h") as caught:
        Grafana(url, TOKEN)
    assert "pw" not in str(caught.value)


def secret(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text + "\n")
    path.chmod(0o600)
    return path


def test_the_command_pushes_what_is_asked_for(stub: Stub, tmp_path: Path) -> None:
    token, read = secret(tmp_path, "grafana", TOKEN), secret(tmp_path, "influx", "read-only-7d1e")
    env = {"TEPOS_STORE": "influxdb://127.0.0.1:1?bucket=town", "TEPOS_DATA": tmp_path}
    words = ["grafana", "push", "--url", stub.url, "--token-file", token, "--json"]
    plain, whole = each([words, [*words, "--influx-token-file", read, "--influx-url", "http://influxdb:8086", "--rules",
                                 "--mail", "a@example.org", "--policy"]], env)  # fmt: skip
    assert {one["what"] for one in plain.json["pushed"]} == {"folder", "dashboard"}
    kinds = {"folder", "dashboard", "datasource", "rules", "mute-timing", "contact-point", "policy"}
    assert {one["what"] for one in whole.json["pushed"]} == kinds
    assert stub.kept["/datasources/uid/tepos-releves"]["jsonData"]["dbName"] == "town"
    assert TOKEN not in plain.said + whole.said


def test_the_command_tells_refusals_and_wrong_arguments(stub: Stub, tmp_path: Path) -> None:
    token, wrong = secret(tmp_path, "grafana", TOKEN), secret(tmp_path, "wrong", "glsa-other")
    env = {"TEPOS_DATA": tmp_path}
    words = ["grafana", "push", "--url", stub.url, "--token-file"]
    refused, embedded, no_mail, no_url, no_file = each(
        [[*words, wrong], [*words, token, "--influx-token-file", token], [*words, token, "--policy"],
         ["grafana", "push", "--url", "grafana", "--token-file", token], [*words, tmp_path / "nowhere"]], env,
    )  # fmt: skip
    assert [ended.code for ended in (refused, embedded, no_mail, no_url, no_file)] == [1, 2, 2, 2, 2]
    assert "service account" in refused.err
    assert "Grafana cannot read" in embedded.err
    assert "embedded" in refused.said


def test_the_export_is_what_a_grafana_reads_at_its_start(tmp_path: Path) -> None:
    ended = tepos("grafana", "export", tmp_path / "out", "--json")
    assert sorted(ended.json["files"]) == sorted(
        [*(f"dashboards/{uid}.json" for uid in push.boards()), "provisioning/alerting/tepos.json",
         "provisioning/dashboards/tepos.yaml", "provisioning/datasources/tepos.yaml"]
    )  # fmt: skip
    assert all((tmp_path / "out" / name).read_bytes() for name in ended.json["files"])
    assert unquote(ended.json["folder"]) == str(tmp_path / "out")

"""What only InfluxDB does: real answers of influxd 1.6, and written ones of 2.x, 3.x and of proxies before them."""

import contextlib
import logging
import math
import select
import shutil
import signal
import socket
import ssl
import subprocess
import threading
from uuid import uuid4

import pandas as pd
import pytest

from collector.errors import StoreDenied, StoreError, StoreRejected, StoreTooLarge, StoreUnavailable
from collector.sample import Sample
from collector.store import influx_rollups, open_store
from collector.store.influx_http import retry_after
from collector.store.lineprotocol import lines
from collector.store.rollups import admit_rollups
from config.kwh import ROLLUP_NUMBERS, Step, Subject
from tests import influx_fakes as fakes
from tests.influx_fakes import FakeInflux, Reply
from tests.influxd import Influxd, influxd  # noqa: F401
from tests.peers import free_port, need

TIME = 1_767_225_600_137
CANARY = "canary-7f3a-token"
GOOD = Sample("roof/inv-1", TIME, {"pac": 1.0})


@pytest.fixture
def fresh(influxd):  # noqa: F811
    return influxd, influxd.fresh(f"own-{uuid4().hex}")


@pytest.fixture
def fake():
    with FakeInflux().running() as server:
        yield server


def opened(fake, token=CANARY):
    return open_store(fake.url, token)


def test_line_protocol_keeps_device_and_inputs_apart_and_numbers_floats():
    sample = Sample(
        "a b/c,d=e", 5, {"pac": 1, "state": 'o"k\\', "pdc_2": 2.5, "v_dc_2": 600.0, "soc": None, "i_dc_3": None}
    )
    assert lines([sample]).decode().split("\n") == [
        r'sample,device=a\ b/c\,d\=e,site=a\ b present=1.0,pac=1.0,state="o\"k\\" 5',
        r"input,device=a\ b/c\,d\=e,input=2,site=a\ b pdc=2.5,v_dc=600.0 5",
    ]


def test_opening_does_not_connect():
    with socket.create_server(("127.0.0.1", 0)) as server:
        open_store(f"influxdb://127.0.0.1:{server.getsockname()[1]}?bucket=pv").close()
        assert select.select([server], [], [], 0.1)[0] == []


def test_a_server_that_is_not_there_is_unavailable():
    port = free_port()
    store = open_store(f"influxdb://127.0.0.1:{port}?bucket=pv", CANARY)
    with pytest.raises(StoreUnavailable, match="refused"):
        store.write([GOOD])
    assert "refused" in store.check()[0]


def test_influxd_stopped_and_started_again_goes_on_with_what_it_had(tmp_path):
    with Influxd(tmp_path) as server:
        store = open_store(server.fresh("pv"))
        store.write([GOOD])
        server.stop()
        with pytest.raises(StoreUnavailable):
            store.write([GOOD])
        server.start()
        store.write([Sample("roof/inv-1", TIME + 1, {"pac": 2.0})])
        assert store.count() == 2


def test_a_killed_influxd_has_lost_nothing_that_it_acknowledged(tmp_path):
    server = Influxd(tmp_path).start()
    store = open_store(server.fresh("pv"))
    for cycle in range(40):
        store.write(
            [Sample(f"roof/inv-{d}", TIME + cycle, {"pac": float(cycle), "pdc_1": float(d)}) for d in range(20)]
        )
    server.stop(signal.SIGKILL)
    server.start()
    assert store.count() == 800
    frame = store.read("roof/inv-7", ["pac", "pdc_1"], TIME, TIME + 40)
    assert frame["pac"].tolist() == [float(cycle) for cycle in range(40)]
    assert set(frame["pdc_1"]) == {7.0}
    server.stop()


def test_a_missing_database_is_no_fault_of_the_sample(influxd):  # noqa: F811
    store = open_store(influxd.url("nowhere"))
    with pytest.raises(StoreUnavailable, match="database not found"):
        store.write([GOOD])
    with pytest.raises(StoreUnavailable, match="database not found"):
        store.count()
    assert "database not found" in store.check()[0]


def test_a_field_of_another_type_in_the_database_is_refused_and_the_check_names_it(fresh):
    server, url = fresh
    store = open_store(url)
    store.write([GOOD])
    server.line(url.rpartition("=")[2], f"sample,device=z,site=z soc=5i {TIME}")
    with pytest.raises(StoreRejected, match="field type conflict"):
        store.write([Sample("roof/inv-1", TIME, {"soc": 5.0}), GOOD])
    (fault,) = store.check()
    assert "soc" in fault
    assert "integer" in fault


def test_points_beyond_retention_are_refused(fresh):
    server, url = fresh
    database = url.rpartition("=")[2]
    server.query(f'CREATE RETENTION POLICY "short" ON "{database}" DURATION 1h REPLICATION 1')
    store = open_store(url + "/short")
    with pytest.raises(StoreRejected, match="retention"):
        store.write([GOOD])
    assert store.count() == 0


def test_a_bucket_with_a_policy_is_written_and_read_there(fresh):
    server, url = fresh
    database = url.rpartition("=")[2]
    server.query(f'CREATE RETENTION POLICY "long" ON "{database}" DURATION INF REPLICATION 1')
    store = open_store(url + "/long")
    store.write([GOOD])
    assert store.count() == 1
    assert open_store(url).count() == 0


def test_an_older_value_stays_when_it_is_written_again_as_missing(fresh):
    store = open_store(fresh[1])
    store.write([Sample("a", TIME, {"pac": 1.0, "soc": 2.0})])
    store.write([Sample("a", TIME, {"pac": 3.0, "soc": None})])
    assert store.last()["a"].values == {"pac": 3.0, "soc": 2.0}  # InfluxDB merges: the one difference of the stores


def test_an_answer_longer_than_one_chunk_is_read_whole(fresh):
    store = open_store(fresh[1])
    store.write([Sample("a", TIME + i, {"pac": float(i), "pdc_1": 1.0, "pdc_2": 2.0}) for i in range(10_500)])
    frame = store.read("a", ["pac", "pdc_2"], TIME, TIME + 10_500)
    assert frame["pac"].tolist() == [float(i) for i in range(10_500)]
    assert frame["pdc_2"].eq(2.0).all()


def test_real_influxd_refuses_a_wrong_password_and_takes_the_right_one(tmp_path):
    with Influxd(tmp_path, auth=True) as server:
        server.query("CREATE USER admin WITH PASSWORD 'pw:1' WITH ALL PRIVILEGES")
        server.query("CREATE DATABASE pv", u="admin", p="pw:1")
        for token in (None, "admin:wrong", "no-colon"):
            with pytest.raises(StoreDenied):
                open_store(server.url("pv"), token).write([GOOD])
        store = open_store(server.url("pv"), "admin:pw:1")
        store.write([GOOD])
        assert (store.count(), store.check()) == (1, [])


def test_real_influxd_refuses_a_batch_that_is_too_large(tmp_path):
    with Influxd(tmp_path, max_body=600) as server:
        store = open_store(server.fresh("pv"))
        with pytest.raises(StoreTooLarge):
            store.write([Sample(f"{uuid4()}/{uuid4()}", TIME, {"pac": 1.0}) for _ in range(200)])
        store.write([GOOD])


@pytest.mark.parametrize(("version", "path"), [("1.6.7~rc0", "/write"), ("1.8.10", "/api/v2/write"),
                                               ("v2.7.1", "/api/v2/write"), ("3.10.1", "/api/v2/write")])  # fmt: skip
def test_the_generation_chooses_the_write_path(version, path):
    with FakeInflux(version=version).running() as fake:
        store = opened(fake)
        store.write([GOOD])
        store.write([GOOD])
        assert [r.path for r in fake.requests] == ["/ping", path, path]
        assert len(fake.kept) == 1


def test_the_address_can_choose_the_write_path_without_asking(fake):
    open_store(fake.url + "&api=v1").write([GOOD])
    assert [(r.path, r.query) for r in fake.requests] == [("/write", {"db": ["pv"], "precision": ["ms"]})]


def test_a_2x_write_carries_org_bucket_precision_and_token(fake):
    opened(fake).write([GOOD])
    assert fake.writes[0].query == {"org": ["town"], "bucket": ["pv"], "precision": ["ms"]}
    assert fake.writes[0].token == f"Token {CANARY}"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (fakes.UNAUTHORIZED, StoreDenied),
        (fakes.FORBIDDEN, StoreDenied),
        (fakes.TOO_LARGE, StoreTooLarge),
        (Reply(413, "<html>nginx</html>"), StoreTooLarge),
        (fakes.BAD_POINT, StoreRejected),
        (fakes.BAD_POINT_3X, StoreRejected),
        (fakes.NO_BUCKET, StoreUnavailable),
        (fakes.PLAIN_TO_TLS, StoreUnavailable),
        (fakes.LOGIN_PAGE, StoreUnavailable),
        (fakes.BAD_GATEWAY, StoreUnavailable),
        (Reply(200, ""), StoreUnavailable),
        (Reply(200, "{}"), StoreUnavailable),
        (Reply(400, "[1]"), StoreUnavailable),
        (Reply(202, '{"message": "queued"}'), StoreUnavailable),
        (Reply(404, "404 page not found"), StoreUnavailable),
        (Reply(418, "teapot"), StoreUnavailable),
        (Reply(reset=True), StoreUnavailable),
        (fakes.busy(), StoreUnavailable),
        (fakes.busy(429), StoreUnavailable),
    ],
)
def test_each_answer_to_a_write_is_told_by_what_one_can_do_about_it(fake, reply, kind):
    fake.decide = lambda _request: reply
    store = opened(fake)
    with pytest.raises(kind) as caught:
        store.write([GOOD])
    assert type(caught.value) is kind
    assert CANARY not in str(caught.value)
    fake.decide = lambda _request: None
    store.write([GOOD])
    assert len(fake.kept) == 1


def test_a_redirect_is_not_followed(fake):
    with FakeInflux().running() as other:
        location = f"http://127.0.0.1:{other.port}/api/v2/write?org=town&bucket=pv"
        for status in (301, 302, 307, 308):
            fake.decide = lambda _request, status=status: Reply(status, "", {"Location": location})
            with pytest.raises(StoreUnavailable, match="redirect"):
                opened(fake).write([GOOD])
        assert other.requests == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT", "Date": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT"}, None),
        ({"Retry-After": "soon", "Date": "Sun, 22 Nov 2026 11:00:00 GMT"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "nan"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_understood_as_seconds_or_as_a_date_of_the_server(headers, seconds):
    assert retry_after(headers) == seconds


def test_retry_after_is_handed_on_by_the_store(fake):
    fake.decide = lambda _request: fakes.busy(Retry_After="7")
    with pytest.raises(StoreUnavailable) as caught:
        opened(fake).write([GOOD])
    assert caught.value.retry_after == 7.0


def test_a_server_that_is_no_influxdb_is_told_so():
    with FakeInflux(version="").running() as fake:
        with pytest.raises(StoreUnavailable, match="api=v1"):
            opened(fake).write([GOOD])
        assert fake.writes == []


def test_something_that_speaks_no_http_is_unavailable():
    def greet(listener):
        connection, _peer = listener.accept()
        with connection:
            connection.sendall(b"SSH-2.0-OpenSSH_9\r\n\r\n")
            while connection.recv(4096):
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=greet, args=(listener,))
        thread.start()
        store = open_store(f"influxdb://127.0.0.1:{listener.getsockname()[1]}?bucket=pv&api=v2")
        with pytest.raises(StoreUnavailable):
            store.write([GOOD])
        store.close()
        thread.join(60)


@pytest.mark.parametrize(
    "reply",
    [fakes.LOGIN_PAGE, Reply(200, ""), Reply(200, "[]"), Reply(200, '{"results": [{"series": [{"x": 1}]}]}'),
     Reply(400, "{}"), Reply(200, '{"results":[{"error":"timeout"}]}'), fakes.NO_BUCKET, fakes.BAD_GATEWAY],
)  # fmt: skip
def test_an_answer_that_is_none_is_no_data(fake, reply):
    fake.decide = lambda _request: reply
    store = opened(fake)
    with pytest.raises(StoreUnavailable):
        store.last()
    with pytest.raises(StoreUnavailable):
        store.read("a", ["pac"], 0, 1)


def test_the_check_takes_the_2x_answer_to_an_empty_batch_for_a_good_sign(fake):
    empty = fakes.error_2x(400, "invalid", "writing requires points")
    fake.decide = lambda request: empty if request.path == "/api/v2/write" else None
    assert opened(fake).check() == []
    fake.decide = lambda _request: fakes.FORBIDDEN
    assert "403" in opened(fake).check()[0]


def test_the_token_is_nowhere_in_logs_or_in_what_is_shown(fake, caplog):
    caplog.set_level(logging.DEBUG)
    fake.decide = lambda _request: fakes.UNAUTHORIZED
    store = opened(fake)
    with pytest.raises(StoreDenied) as caught:
        store.write([GOOD])
    logging.getLogger("test").error("failed", exc_info=caught.value)
    shown = [store.url, repr(store), *store.check(), caplog.text]
    assert not any(CANARY in text for text in shown)


@pytest.mark.parametrize(
    "url",
    [
        "influxdb://u:secret@host?bucket=b",
        "influxdb://host?bucket=b&token=secret",
        "influxdb://host?bucket=b&bucket=secret",
        "influxdb://host:secret?bucket=b",
    ],
)
def test_a_secret_in_the_address_is_refused_without_repeating_it(url):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        open_store(url)
    assert "secret" not in str(caught.value)


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path):
    openssl = shutil.which("openssl")
    need(openssl is not None, "openssl: no certificate to try")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run([openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                    "-subj", "/CN=127.0.0.1", "-days", "1"], check=True, capture_output=True)  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    received = []

    def serve(listener):
        connection, _peer = listener.accept()
        with connection, contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as tls:
            received.append(tls.recv(4096))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        url = f"influxdbs://127.0.0.1:{listener.getsockname()[1]}?org=o&bucket=pv&api=v2"
        with pytest.raises(StoreUnavailable, match=r"(?i)certificate"):
            open_store(url, CANARY).write([GOOD])
        thread.join(60)
    assert received in ([], [b""])


DAY = pd.DataFrame(
    [{"kind": "roof", "subject": "a b/c,d", "time": TIME // 900_000 * 900_000, "basis": "meter", "status": "measured"}]
).assign(expected_basis=None, energy=2.5, **dict.fromkeys(ROLLUP_NUMBERS[1:], math.nan))


def test_a_rollup_is_a_point_that_names_what_it_lacks():
    (body,) = influx_rollups.lines(Step.DAY, admit_rollups(Step.DAY, DAY))
    missing = ",".join([*ROLLUP_NUMBERS[1:], "expected_basis"])
    assert body.decode() == (
        r"rollup_day,kind=roof,subject=a\ b/c\,d"
        f' energy=2.5,basis="meter",status="measured",missing="{missing}" {DAY["time"].iloc[0]}'
    )


def test_points_from_before_the_side_of_the_modules_stay_and_do_not_know_it(fresh):
    server, url = fresh
    with contextlib.closing(open_store(url)) as store:
        store.write_rollups(Step.DAY, DAY)
        missing = ",".join([*ROLLUP_NUMBERS[1:-3], "expected_basis"])
        place, time = r"rollup_day,kind=roof,subject=old", DAY["time"].iloc[0]
        line = f'{place} energy=5,basis="meter",status="measured",missing="{missing}" {time}'
        server.line(f"{url.rpartition('=')[2]}_rollup", line)
        old = store.read_rollups(Step.DAY, Subject.ROOF, ["old"], 0, 2**62).iloc[0]
    assert (old["energy"], old["basis"]) == (5.0, "meter")
    assert old[["insolation_corrected", "energy_dc", "lost_clipping"]].isna().all()


def test_the_database_of_the_rollups_is_made_beside_that_of_the_samples(fresh):
    server, url = fresh
    database = url.rpartition("=")[2]
    open_store(url).write_rollups(Step.DAY, DAY)
    assert f'["{database}_rollup"]' in server.query("SHOW DATABASES")
    assert '"rollup_day"' in server.query("SHOW MEASUREMENTS", db=f"{database}_rollup")
    assert "rollup_day" not in server.query("SHOW MEASUREMENTS", db=database)


def test_the_check_makes_the_database_of_the_rollups_or_names_it(fresh, fake):
    server, url = fresh
    assert open_store(url).check() == []
    assert f'{url.rpartition("=")[2]}_rollup"' in server.query("SHOW DATABASES")
    fake.decide = lambda request: fakes.NO_BUCKET if request.query.get("bucket") == ["pv_rollup"] else None
    (fault,) = opened(fake).check()
    assert "bucket=pv_rollup" in fault
    assert "create the database, bucket" in fault


def test_a_wrong_type_among_the_rollups_is_named_by_the_check(fresh):
    server, url = fresh
    store = open_store(url)
    store.check()
    server.line(url.rpartition("=")[2] + "_rollup", f"rollup_day,kind=roof,subject=z energy=5i {TIME}")
    (fault,) = store.check()
    assert "field energy of rollup_day is integer" in fault


def test_who_may_not_create_databases_can_use_one_that_is_there(fake):
    fake.decide = lambda request: fakes.FORBIDDEN if "CREATE" in request.query.get("q", [""])[0] else None
    store = opened(fake)
    store.write_rollups(Step.DAY, DAY)
    assert [request.query["bucket"] for request in fake.writes] == [["pv_rollup"]]


def test_a_server_that_deletes_nothing_on_request_says_that_its_retention_must(fake):
    counted = '{"results":[{"series":[{"name":"sample","columns":["time","count"],"values":[[0,7]]}]}]}'
    refused = Reply(400, '{"error": "DELETE is not supported"}')
    fake.decide = lambda request: Reply(200, counted) if request.method == "GET" else refused
    with pytest.raises(StoreError, match=r"not supported.*retention of the bucket") as caught:
        opened(fake).delete_before(TIME)
    assert type(caught.value) is StoreError
    fake.decide = lambda _request: fakes.BAD_GATEWAY
    with pytest.raises(StoreUnavailable):
        opened(fake).delete_before(TIME)


def test_samples_under_a_retention_policy_are_left_to_it(fresh):
    server, url = fresh
    database = url.rpartition("=")[2]
    server.query(f'CREATE RETENTION POLICY "long" ON "{database}" DURATION INF REPLICATION 1')
    for store in (open_store(url), long := open_store(url + "/long")):
        store.write([GOOD])
    with pytest.raises(StoreError, match="long"):
        long.delete_before(TIME + 1)
    assert (long.count(), open_store(url).count()) == (1, 1)

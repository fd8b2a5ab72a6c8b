"""One question over HTTP: what each failure becomes, and that no secret is told."""

from __future__ import annotations

import gzip
import socket

import pytest

from collector.errors import WeatherError, WeatherFormat, WeatherRefused, WeatherSlow, WeatherUnreachable
from collector.weather.answer import Limits, ask, promised, reading
from tests.weather_fakes import BAD_GATEWAY, LOGIN_PAGE, QUICK, Reply, as_json, served


def test_an_answer_comes_whole_and_says_who_asked() -> None:
    with served(as_json({"a": 1})) as service:
        answer = ask("x", service.url, {"q": "ü"})
        assert answer.document() == {"a": 1}
        assert service.asked[0].query == {"q": "ü"}
        assert service.asked[0].headers["User-Agent"].startswith("tepos")


def test_a_packed_answer_is_unpacked() -> None:
    packed = Reply(gzip.compress(b'{"a": 1}'), headers={"Content-Encoding": "gzip"})
    with served(packed) as service:
        assert ask("x", service.url).document() == {"a": 1}


def test_a_closed_port_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(WeatherUnreachable, match=r"^x cannot be reached \(Connection refused\)$"):
        ask("x", f"http://127.0.0.1:{port}/?key=secret", secret="secret")


def test_an_unknown_name_is_unreachable() -> None:
    with pytest.raises(WeatherUnreachable, match="x cannot be reached"):
        ask("x", "http://weather.invalid/?key=secret", limits=QUICK)


def test_a_service_that_never_answers_is_slow() -> None:
    with served(Reply(hang=True)) as service, pytest.raises(WeatherSlow, match="did not answer in time"):
        ask("x", service.url, limits=QUICK)


def test_a_service_that_drips_is_slow_in_the_end() -> None:
    with served(Reply(b"x" * 1000, drip=0.05)) as service, pytest.raises(WeatherSlow):
        ask("x", service.url, limits=QUICK)


def test_half_an_answer_is_none() -> None:
    with served(Reply(b'{"a": 1}' * 9, short=20)) as service, pytest.raises(WeatherUnreachable):
        ask("x", service.url, limits=QUICK)


def test_an_answer_beyond_all_size_is_not_taken() -> None:
    with served(Reply(b"x" * 5000)) as service, pytest.raises(WeatherFormat, match="larger than"):
        ask("x", service.url, limits=Limits(size=4000))


def test_a_small_packet_that_unpacks_beyond_all_size_is_not_taken() -> None:
    bomb = Reply(gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": "gzip"})
    with served(bomb) as service, pytest.raises(WeatherFormat, match="larger than"):
        ask("x", service.url, limits=Limits(size=10**6))


def test_what_is_not_packed_as_it_says_is_no_crash() -> None:
    broken = Reply(b"not gzip at all", headers={"Content-Encoding": "gzip"})
    with served(broken) as service, pytest.raises(WeatherUnreachable):
        ask("x", service.url, limits=QUICK)


def test_a_login_page_instead_of_json_is_another_form() -> None:
    with served(LOGIN_PAGE) as service:
        answer = ask("x", service.url)
        with pytest.raises(WeatherFormat, match="Bienvenue, identifiez-vous"):
            answer.document()


def test_json_that_is_nested_beyond_reason_is_another_form() -> None:
    with served(Reply("[" * 200_000)) as service, pytest.raises(WeatherFormat):
        ask("x", service.url).document()


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (
            as_json({"error": True, "reason": "Minutely API request limit exceeded."}, 429),
            WeatherRefused,
            "limit exceeded",
        ),
        (as_json({"error": True, "reason": "Cannot initialize Hourly"}, 400), WeatherRefused, "Cannot initialize"),
        (as_json({"code": "900901", "message": "Invalid Credentials"}, 401), WeatherRefused, "give a valid key"),
        (as_json({"messages": ["bad parameter"]}, 422), WeatherRefused, "bad parameter"),
        (as_json(["no", "object"], 404), WeatherRefused, "HTTP 404"),
        (BAD_GATEWAY, WeatherUnreachable, "502 Bad Gateway"),
        (Reply(status=529), WeatherUnreachable, "HTTP 529"),
    ],
)
def test_a_refusal_is_told_in_the_words_of_the_service(reply: Reply, kind: type[WeatherError], said: str) -> None:
    with served(reply) as service, pytest.raises(kind, match=said):
        ask("x", service.url)


@pytest.mark.parametrize(("header", "wait"), [("120", 120.0), ("soon", None), ("9" * 400, 86_400.0)])
def test_a_busy_service_may_say_how_long_it_wants_to_rest(header: str, wait: float | None) -> None:
    with served(as_json({}, 429, **{"Retry-After": header})) as service, pytest.raises(WeatherRefused) as caught:
        ask("x", service.url)
    assert caught.value.retry_after == wait


def test_no_secret_is_told_or_sent_on() -> None:
    with (
        served(as_json({"message": "no user me@example.org"}, 400)) as service,
        pytest.raises(WeatherRefused) as caught,
    ):
        ask("x", f"{service.url}/?user=me@example.org", secret="me@example.org")
    assert "me@example.org" not in str(caught.value)
    with served(as_json({})) as other, served(Reply(status=302, headers={"Location": other.url})) as service:
        with pytest.raises(WeatherError):
            ask("x", service.url, headers={"apikey": "k"}, secret="k")
        assert other.asked == []


def test_a_redirect_is_followed_where_there_is_no_secret() -> None:
    with served(as_json({"a": 1})) as other, served(Reply(status=302, headers={"Location": other.url})) as service:
        assert ask("x", service.url).document() == {"a": 1}


def test_what_does_not_fit_becomes_one_error() -> None:
    with pytest.raises(WeatherFormat, match="KeyError"), reading("x"):
        {}["hourly"]
    with pytest.raises(WeatherFormat, match="promised is 'W/m²'"), reading("x"):
        promised("x", "ghi", "kJ", "W/m²")

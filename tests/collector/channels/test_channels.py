"""Messages reach people over real servers; what fails is told apart by whether it makes sense to try again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from collector.channels.mail import Mail, Mailbox
from collector.channels.message import Message, recipient
from collector.channels.others import Other
from collector.channels.webhook import Webhook, heartbeat
from collector.errors import ChannelDown, ChannelRefused
from config.notify import Smtp
from tests.collector.channels.post_office import PASSWORD, Office, post_office, web_hook
from tests.peers import free_ports

ADDRESS = "technique@example.org"
MESSAGE = Message("qdkzvb/opened", recipient("mail", ADDRESS), "techniques", "Défaut d’isolement", "École…\n", 0)


def mail(office: Office, password: str = PASSWORD, **changes: object) -> Mail:
    given = {"host": "127.0.0.1", "port": office.port, "sender": "tepos@example.org", "ca_file": office.ca_file}
    return Mail(Mailbox(Smtp(**{**given, **changes}), password, 5.0), ADDRESS)  # type: ignore[arg-type]


def send(way: Mail) -> None:
    with closing(way):
        way.send(MESSAGE)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_is_encrypted_and_arrives_with_its_letters(tmp_path: Path, security: str) -> None:
    with post_office(tmp_path, implicit=security == "tls") as office:
        send(mail(office, security=security, user="tepos"))
    ((to, letter),) = office.letters
    assert (to, letter["Subject"], office.text()) == (ADDRESS, "Défaut d’isolement", "École…\n")
    assert letter["Message-ID"] == f"<{MESSAGE.id}@example.org>"


def test_a_server_without_encryption_gets_nothing() -> None:
    with post_office() as office, pytest.raises(ChannelDown, match="STARTTLS"):
        send(mail(office))
    assert office.letters == []


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with post_office(tmp_path) as office, pytest.raises(ChannelDown, match="certificate"):
        send(mail(office, ca_file=""))


def test_a_wrong_password_may_be_mended(tmp_path: Path) -> None:
    with post_office(tmp_path) as office, pytest.raises(ChannelDown, match="535"):
        send(mail(office, "wrong", user="tepos"))


@pytest.mark.parametrize(
    ("answer", "to_recipient", "kind"),
    [
        ("451 try later", "250 OK", ChannelDown),
        ("552 too large", "250 OK", ChannelRefused),
        ("250 OK", "450 greylisted", ChannelDown),
        ("250 OK", f"550 no such user {ADDRESS}", ChannelRefused),
        ("554 your address is listed", "250 OK", ChannelDown),
    ],
)
def test_what_the_server_answers_decides_whether_to_try_again(answer: str, to_recipient: str, kind: type) -> None:
    with post_office() as office:
        office.answer, office.to_recipient = answer, to_recipient
        with pytest.raises(kind) as caught:
            send(mail(office, security="none"))
    assert ADDRESS not in str(caught.value)


def test_a_server_that_is_not_there_is_down() -> None:
    with pytest.raises(ChannelDown, match="cannot be used"):
        send(mail(Office(free_ports(1)[0]), security="none"))


@pytest.mark.parametrize(("status", "kind"), [(503, ChannelDown), (404, ChannelDown), (400, ChannelRefused)])
def test_a_webhook_is_posted_with_its_key_and_its_refusals_tell_no_secret(status: int, kind: type) -> None:
    with web_hook() as hook:
        Webhook(hook.url).send(MESSAGE)
        hook.status = status
        with pytest.raises(kind) as caught:
            Webhook(hook.url).send(MESSAGE)
    assert hook.posted[0][0] == hook.posted[1][0] == MESSAGE.id
    assert hook.posted[0][1]["subject"] == "Défaut d’isolement"
    assert "secret" not in str(caught.value)


def test_a_webhook_that_is_not_there_tells_no_address() -> None:
    with pytest.raises(ChannelDown) as caught:
        Webhook(f"http://127.0.0.1:{free_ports(1)[0]}/secret-path").send(MESSAGE)
    assert "secret" not in str(caught.value)


def test_the_heartbeat_calls_its_address() -> None:
    with web_hook() as hook:
        heartbeat(hook.url)
        hook.status = 500
        with pytest.raises(ChannelDown, match="500"):
            heartbeat(hook.url)
    assert hook.called == 2


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_apprise_reaches_what_it_knows() -> None:
    with web_hook() as hook:
        Other(hook.url.replace("http://", "json://")).send(MESSAGE)
        with pytest.raises(ChannelDown, match="does not understand"):
            Other("nonsense").send(MESSAGE)
    assert hook.posted[0][1]["title"] == "Défaut d’isolement"

"""E-mail by SMTP, encrypted: STARTTLS or TLS. A password is never sent in the clear.

What SMTP promises: a message that the server has answered 250 to is its own business from then on. Between its answer
and our note of it there is a moment in which a kill, or a line that breaks, leaves us in doubt: then the message goes
again, with the same Message-ID, so that servers and readers can know it for the same. So: never lost; sent twice only
out of that moment.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from collector.channels.message import Message
from collector.errors import ChannelDown, ChannelRefused
from config.language import _
from config.notify import Smtp

SECONDS = 20.0
"""For a connection, and for each answer."""
FOR_GOOD = range(500, 600)
ABOUT_US = frozenset({530, 534, 535, 538, 554})
"""Permanent answers that say something about us or about now, not about the message: they may change."""


@dataclass(slots=True)
class Mailbox:
    """The connection that all recipients share."""

    smtp: Smtp
    password: str | None = None
    seconds: float = SECONDS
    _open: smtplib.SMTP | None = None

    def hand_over(self, address: str, mail: EmailMessage) -> None:
        """One mail to one address. ChannelDown and ChannelRefused as in Channel."""
        try:
            server = self._connected()
            server.send_message(mail, from_addr=self.smtp.sender, to_addrs=[address])
        except smtplib.SMTPRecipientsRefused as error:
            ((code, said),) = error.recipients.values()
            self._refuse(code, said, about_recipient=True)
        except smtplib.SMTPResponseException as error:
            self._refuse(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:  # ssl errors are OSErrors
            self.close()
            what = _("the mail server {host} cannot be used now ({reason})")
            raise ChannelDown(what.format(host=self.smtp.host, reason=error)) from None

    def close(self) -> None:
        """Say good-bye."""
        server, self._open = self._open, None
        if server is not None:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _connected(self) -> smtplib.SMTP:
        if self._open is not None:
            return self._open
        smtp, context = self.smtp, ssl.create_default_context(cafile=self.smtp.ca_file or None)
        if smtp.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(smtp.host, smtp.at, timeout=self.seconds, context=context)
        else:
            server = smtplib.SMTP(smtp.host, smtp.at, timeout=self.seconds)
        try:
            if smtp.security == "starttls":
                server.starttls(context=context)  # SMTPNotSupportedError where the server offers none: nothing is sent
            if smtp.user:
                server.login(smtp.user, self.password or "")
        except BaseException:
            server.close()
            raise
        self._open = server
        return server

    def _refuse(self, code: int, said: bytes | str, *, about_recipient: bool = False) -> None:
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        told = f"{code} {' '.join(text.split())[:200]}".replace("@", " at ")  # servers repeat addresses
        if code in FOR_GOOD and code not in ABOUT_US:
            with suppress(smtplib.SMTPException, OSError):
                if self._open is not None:
                    self._open.rset()
            what = _("the mail server {host} will never take this message: {said}")
            raise ChannelRefused(what.format(host=self.smtp.host, said=told))
        self.close()
        what = _("the mail server {host} does not take the message now: {said}")
        raise ChannelDown(what.format(host=self.smtp.host, said=told))


@dataclass(frozen=True, slots=True)
class Mail:
    """One recipient of a mailbox. See Channel."""

    box: Mailbox
    address: str

    def send(self, message: Message) -> None:
        """See Channel."""
        mail = EmailMessage()
        mail["Subject"] = message.subject
        mail["From"] = Address("tepos", addr_spec=self.box.smtp.sender)
        mail["To"] = self.address
        mail["Date"] = format_datetime(datetime.fromtimestamp(message.created / 1000, UTC))
        mail["Message-ID"] = f"<{message.id}@{self.box.smtp.sender.partition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        self.box.hand_over(self.address, mail)

    def close(self) -> None:
        """See Channel: the mailbox is closed for all."""
        self.box.close()

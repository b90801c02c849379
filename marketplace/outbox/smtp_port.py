"""The mail server, over SMTP."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from flask_mailman import EmailMultiAlternatives, Mail

TIMEOUT_SECONDS = 10


class Unreachable(Exception):
    """The server cannot be reached or broke off; nothing says that it is the letter's fault."""


@dataclass(frozen=True)
class Attachment:
    """A file to go with a letter. `mimetype` may carry parameters: `text/calendar; method=REQUEST`."""

    name: str
    content: bytes
    mimetype: str


@dataclass(frozen=True)
class Message:
    """What a letter says."""

    subject: str
    text: str
    html: str | None = None
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True)
class Envelope:
    """To whom a letter goes, the name by which a repeat is known as the same, and when it was written."""

    recipient: str
    public_id: str
    written_at: datetime


class SmtpPost:
    """Hands letters to one server, over one connection as long as it holds."""

    def __init__(self, mail: Mail, host: str) -> None:
        self._mail = mail
        self._host = host
        self._connection: Any = None

    def send(self, envelope: Envelope, message: Message) -> None:
        """Hand one letter over. Raises Unreachable, or smtplib's error when the server will not take this letter."""
        letter = build(envelope, message, self._host)
        try:
            if self._connection is None:
                self._connection = self._mail.get_connection()
                self._connection.open()
            letter.connection = self._connection
            letter.send()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            self.close()
            if _temporary(error):
                raise Unreachable(type(error).__name__) from error
            raise
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Unreachable(type(error).__name__) from error

    def close(self) -> None:
        """Say goodbye; a server that is gone is no fault here."""
        connection, self._connection = self._connection, None
        if connection is not None and connection.connection is not None:
            connection.connection.close()
            connection.connection = None


def _temporary(error: smtplib.SMTPException) -> bool:
    """Whether the server asks to come again (4xx to all)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(400 <= code < 500 for code, _words in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and 400 <= error.smtp_code < 500


def build(envelope: Envelope, message: Message, host: str) -> EmailMultiAlternatives:
    """A letter as the server wants it. Line breaks in the subject become spaces."""
    letter = EmailMultiAlternatives(
        subject=" ".join(message.subject.split()),
        body=message.text,
        to=[envelope.recipient],
        headers={
            "Message-ID": f"<{envelope.public_id}@{host}>",
            "Date": format_datetime(envelope.written_at),
            "Auto-Submitted": "auto-generated",
        },
    )
    if message.html:
        letter.attach_alternative(message.html, "text/html")
    for attachment in message.attachments:
        letter.attach(_part(attachment))
    return letter


def _part(attachment: Attachment) -> MIMEBase:
    kind, *parameters = [word.strip() for word in attachment.mimetype.split(";")]
    main, _, sub = kind.partition("/")
    part: MIMEBase
    part = MIMEText(attachment.content.decode(), sub, "utf-8") if main == "text" else MIMEApplication(attachment.content, sub)
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        part.set_param(name.strip(), value.strip())
    part.add_header("Content-Disposition", "attachment", filename=attachment.name)
    return part


def open_post(app: Any, smtp_url: str, sender: str, base_url: str) -> SmtpPost:
    """A post to `smtp://[user:password@]host[:port]`, `smtps://…` for TLS from the first byte; `?starttls=1` switches to TLS."""
    parts = urlsplit(smtp_url)
    app.config.update(
        MAIL_SERVER=parts.hostname or "127.0.0.1",
        MAIL_PORT=parts.port or (465 if parts.scheme == "smtps" else 25),
        MAIL_USERNAME=unquote(parts.username) if parts.username else None,
        MAIL_PASSWORD=unquote(parts.password) if parts.password else None,
        MAIL_USE_SSL=parts.scheme == "smtps",
        MAIL_USE_TLS="starttls=1" in parts.query,
        MAIL_TIMEOUT=TIMEOUT_SECONDS,
        MAIL_DEFAULT_SENDER=sender,
        MAIL_BACKEND="smtp",
    )
    return SmtpPost(Mail(app), urlsplit(base_url).hostname or "localhost")

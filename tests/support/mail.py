"""A mail server on loopback that keeps what it is given, and can be told to misbehave."""

import asyncio
import email
import email.policy
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP


@dataclass
class MailServer:
    """A real SMTP server. `answer` is what it says to each letter; `down` closes the door."""

    port: int = 0
    answer: str = "250 OK"
    taken: list[EmailMessage] = field(default_factory=list)
    attempts: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """For SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        """One letter."""
        self.attempts += 1
        if self.answer.startswith("250"):
            self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return self.answer

    def open(self) -> None:
        """Listen, on the same port as before."""
        made = self._loop.create_server(lambda: SMTP(self, hostname="localhost", loop=self._loop), "127.0.0.1", self.port)
        self._server = asyncio.run_coroutine_threadsafe(made, self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Hang up."""

        async def end() -> None:
            assert self._server is not None
            self._server.close()

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)

    def run(self) -> threading.Thread:
        """Start the loop in a thread of its own."""
        thread = threading.Thread(target=self._loop.run_forever, name="mail server", daemon=True)
        thread.start()
        return thread

    def stop(self, thread: threading.Thread) -> None:
        """End connections, loop and thread."""

        async def drain() -> None:
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(drain(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        thread.join(10)
        self._loop.close()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """`settings` with `{"SMTP_URL": mail_server.url}` sends here."""
    server = MailServer()
    thread = server.run()
    server.open()
    yield server
    server.close()
    server.stop(thread)

"""A visitor of a served app: speaks what a browser speaks over the websocket, and keeps what the page then shows."""

import json
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from google.protobuf.message import Message  # type: ignore[import-untyped]  # it brings no types
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

COOKIE = "fourfold_sample_person"
PATIENCE = 60  # seconds for one page


@dataclass
class Shown:
    """What one run of the app showed: the menu (path > script hash), elements by place, size and seconds."""

    here: str = ""
    menu: dict[str, str] = field(default_factory=dict)
    elements: dict[tuple[int, ...], Message] = field(default_factory=dict)
    unknown: bool = False
    bytes: int = 0
    seconds: float = 0.0

    def texts(self) -> Iterator[str]:
        """Everything that somebody could read, canvases as the HTML that they show."""
        for element in self.elements.values():
            yield from _texts(element)

    @property
    def words(self) -> str:
        """All texts, one a line."""
        return "\n".join(self.texts()).replace("\u00a0", " ")

    @property
    def faults(self) -> list[str]:
        """What the framework shows where a page broke off."""
        found = [one for one in self.elements.values() if one.WhichOneof("type") == "exception"]
        return [str(getattr(one, "exception").message) for one in found]  # noqa: B009  the class is made at run time


def _texts(message: Message) -> Iterator[str]:
    for known, value in message.ListFields():
        if known.name in ("json", "mixed") and isinstance(value, str) and '"html"' in value:
            yield str(json.loads(value)["html"])
        elif isinstance(value, str):
            yield value
        elif isinstance(value, Message):
            yield from _texts(value)
        elif known.is_repeated:
            for one in value if not isinstance(value, Mapping) else ():
                if isinstance(one, Message):
                    yield from _texts(one)
                elif isinstance(one, str):
                    yield one


@dataclass
class Visitor:
    """One tab of a browser."""

    address: str
    socket: ClientConnection
    shown: Shown = field(default_factory=Shown)
    _kept: dict[str, ForwardMsg] = field(default_factory=dict)

    async def open(self, path: str, query: Mapping[str, str] | None = None) -> Shown:
        """Open an address of the app, as a link from outside or a reload does."""
        return await self.send(self._rerun(path, query, page_name=path))

    async def go(self, path: str, query: Mapping[str, str] | None = None) -> Shown:
        """Click a page of the menu, or a link to one."""
        return await self.send(self._rerun(path, query, page_script_hash=self.shown.menu[path]))

    async def send(self, message: BackMsg) -> Shown:
        """Ask for a run, and wait until what is shown is whole."""
        message.rerun_script.cached_message_hashes.extend(self._kept)
        started, size = time.perf_counter(), 0
        self.shown = Shown(here=self.shown.here, menu=self.shown.menu)
        await self.socket.send(message.SerializeToString())
        while True:
            told = await self.socket.recv()
            size += len(told)
            if self._take(ForwardMsg.FromString(told if isinstance(told, bytes) else told.encode())):
                self.shown.bytes, self.shown.seconds = size, time.perf_counter() - started
                return self.shown

    def _rerun(self, path: str, query: Mapping[str, str] | None, **page: str) -> BackMsg:
        message, asked = BackMsg(), urlencode(query or {})
        message.rerun_script.query_string = asked
        message.rerun_script.context_info.url = f"{self.address}/{path}" + (f"?{asked}" if asked else "")
        for name, value in page.items():
            setattr(message.rerun_script, name, value)
        return message

    def _take(self, told: ForwardMsg) -> bool:
        """Keep what a message says; whether it was the last one of the run."""
        kind = told.WhichOneof("type")
        if kind == "ref_hash":
            kept = ForwardMsg()
            kept.CopyFrom(self._kept[told.ref_hash])
            kept.metadata.CopyFrom(told.metadata)  # the same thing, in another place
            told, kind = kept, kept.WhichOneof("type")
        elif told.metadata.cacheable and told.hash:
            self._kept[told.hash] = told
        if kind == "new_session":
            self.shown.elements.clear()
        elif kind == "navigation":
            pages = told.navigation.app_pages
            self.shown.menu = {page.url_pathname: page.page_script_hash for page in pages}
            here = told.navigation.page_script_hash
            self.shown.here = next((page.url_pathname for page in pages if page.page_script_hash == here), "")
        elif kind == "page_not_found":
            self.shown.unknown = True
        elif kind == "delta" and told.delta.WhichOneof("type") == "new_element":
            self.shown.elements[tuple(told.metadata.delta_path)] = told.delta.new_element
        return kind == "script_finished" and told.script_finished in (
            ForwardMsg.FINISHED_SUCCESSFULLY,
            ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
        )


@asynccontextmanager
async def visiting(address: str, person: str, cookies: Mapping[str, str] | None = None) -> AsyncIterator[Visitor]:
    """A new tab on an app (http://host:port), of somebody who chose this sample person before."""
    every = {COOKIE: person, **(cookies or {})}
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in every.items())}
    async with connect(
        f"{address.replace('http', 'ws', 1)}/_stcore/stream",
        additional_headers=headers,
        subprotocols=[Subprotocol("streamlit")],
        max_size=None,
        open_timeout=PATIENCE,
    ) as socket:
        yield Visitor(address, socket)

"""A visitor who keeps everything that the server sends, also labels of boxes, and who sends what no browser would."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser

from google.protobuf.message import Message  # type: ignore[import-untyped]  # it brings no types
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from bench._visitor import COOKIE, Shown, Visitor

PLAIN = frozenset(
    {"options", "value", "default", "raw_value", "raw_values", "placeholder", "code_text", "url", "id", "key"}
)


@dataclass
class Intruder(Visitor):
    """One tab, its session's id, and the boxes that stand around elements."""

    session: str = ""
    blocks: list[Message] = field(default_factory=list)

    def _take(self, told: ForwardMsg) -> bool:
        if told.WhichOneof("type") == "new_session":
            self.session = told.new_session.initialize.session_id
            self.blocks.clear()
        if told.WhichOneof("type") == "delta" and told.delta.WhichOneof("type") == "add_block":
            self.blocks.append(told.delta.add_block)
        return super()._take(told)

    async def forge(self, states: list[dict[str, object]], page: str = "", query: str = "") -> Shown:
        """A run with widget values that nobody chose."""
        message = BackMsg()
        message.rerun_script.page_script_hash = page
        message.rerun_script.query_string = query
        for state in states:
            one = message.rerun_script.widget_states.widgets.add()
            for name, value in state.items():
                setattr(one, name, value)
        return await self.send(message)

    async def ask(self, message: BackMsg) -> ForwardMsg:
        """The answer to something that is no run of a page; what else comes before it is left out."""
        await self.socket.send(message.SerializeToString())
        while True:
            raw = await self.socket.recv()
            told: ForwardMsg = ForwardMsg.FromString(raw if isinstance(raw, bytes) else raw.encode())
            assert told.WhichOneof("type") != "git_info_changed", "the repository is told"
            if told.WhichOneof("type") == "backend_operation_response":
                return told

    def marks(self) -> Iterator[tuple[str, str]]:
        """Every text that is drawn as Markdown: (where, text)."""
        for element in (*self.shown.elements.values(), *self.blocks):
            yield from _markdown(element, element.WhichOneof("type") or "")


def _markdown(message: Message, where: str) -> Iterator[tuple[str, str]]:
    for known, value in message.ListFields():
        if known.name in PLAIN or known.name in ("json", "mixed", "arrow", "plotly_chart", "bidi_component"):
            continue
        if isinstance(value, str):
            yield f"{where}.{known.name}", value
        elif isinstance(value, Message):
            yield from _markdown(value, f"{where}.{known.name}")
        elif known.is_repeated and known.message_type is not None and not known.message_type.GetOptions().map_entry:
            for one in value:
                yield from _markdown(one, f"{where}.{known.name}")


@asynccontextmanager
async def intruding(address: str, person: str) -> AsyncIterator[Intruder]:
    """A tab of somebody who is let in as this person."""
    async with connect(
        f"{address.replace('http', 'ws', 1)}/_stcore/stream",
        additional_headers={"Cookie": f"{COOKIE}={person}"},
        subprotocols=[Subprotocol("streamlit")],
        max_size=None,
    ) as socket:
        yield Intruder(address, socket)


class Live(HTMLParser):
    """What in a piece of HTML would run: elements, attributes and addresses that nobody of ours writes."""

    TAGS = frozenset({"script", "iframe", "object", "embed", "base", "meta", "link", "form"})

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Each element, with its attributes as a browser reads them."""
        if tag in self.TAGS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            address = "".join((value or "").split()).lower()
            foreign = name in ("src", "href", "action", "formaction", "xlink:href") and (
                address.startswith(("javascript:", "vbscript:", "//", "data:text"))
            )
            if name.startswith("on") or name == "srcdoc" or foreign:
                self.found.append(f"<{tag} {name}={value!r:.60}>")

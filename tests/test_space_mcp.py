"""The endpoints of the Space as tools of a language model."""

import ast
import asyncio
import io
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import mcp
from mcp.client.streamable_http import streamable_http_client
from PIL import Image

pytest_plugins = ["space_browser"]


def with_tools(address: str, talk: Any) -> Any:
    """What `talk`, given a session with the tools, returns."""

    async def main() -> Any:
        async with (
            streamable_http_client(f"{address.rstrip('/')}/gradio_api/mcp/") as (read, write, _),
            mcp.ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await talk(session)

    # In a thread of its own: Playwright may keep an event loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(main())).result()


def test_a_language_model_is_told_what_every_tool_and_argument_is(address):
    async def talk(session: mcp.ClientSession) -> list[Any]:
        return (await session.list_tools()).tools

    tools = {tool.name: tool for tool in with_tools(address, talk)}
    assert tools.keys() == {
        "open_drawing", "open_example", "resume", "question", "look", "paint", "skip", "undo", "redo", "go_to",
        "finish", "choose", "choose_at", "split", "cut", "merge", "move_cell", "recut", "download",
    }  # fmt: skip
    for tool in tools.values():
        assert len(tool.description) > 25, tool.name
        for name, value in tool.inputSchema["properties"].items():
            assert len(value["description"]) > 9, (tool.name, name)
            assert value["description"].endswith("."), f"{tool.name} tells only the first line about {name}"
    assert tools["paint"].inputSchema["required"] == ["painting", "color"]
    assert tools["download"].inputSchema["required"] == ["painting"]


def inline(kind: str, data: bytes) -> str:
    """A file as it can stand in a tool's arguments."""
    return f"data:{kind};base64,{b64encode(data).decode()}"


def test_a_language_model_paints_a_whole_drawing(address, drawing, drawing_file):
    async def talk(session: mcp.ClientSession) -> None:
        async def call(tool: str, **arguments: Any) -> Any:
            result = await session.call_tool(tool, arguments)
            assert not result.isError, result
            return result.content

        async def ask(tool: str, **arguments: Any) -> dict[str, Any]:
            return ast.literal_eval((await call(tool, **arguments))[0].text)

        asked = await ask("open_drawing", drawing=inline("image/png", drawing_file.read_bytes()))
        name, total = asked["painting"], len(asked["regions"])
        assert total >= 3
        (picture, _) = await call("look", painting=name)
        with Image.open(io.BytesIO(b64decode(picture.data))) as view:
            assert view.size == drawing.size
        asked = await ask("paint", painting=name, color="#2266cc")
        assert (asked["number"], asked["regions"][0]["color"]) == (2, "#2266cc")
        wrong = await session.call_tool("paint", {"painting": name, "color": "'junk'"})
        assert wrong.isError
        assert "'junk'" in wrong.content[0].text
        assert "is no color" in wrong.content[0].text
        asked = await ask("skip", painting=name)
        asked = await ask("undo", painting=name)
        assert asked["number"] == 2
        asked = await ask("finish", painting=name)
        assert asked["region"] is None
        (picture, _) = await call("download", painting=name)
        with Image.open(io.BytesIO(b64decode(picture.data))) as result:
            assert (result.format, result.size) == ("PNG", drawing.size)
        (saved,) = await call("download", painting=name, kind="resume")
        again = await ask("resume", file=inline("application/zip", httpx.get(saved.text).content))
        assert again["painting"] != name
        assert again["regions"] == asked["regions"]

    with_tools(address, talk)

# Drives an lmcp server over stdio or HTTP with the Python client of the PyPI package `mcp`.
# Usage: run.py default|legacy|pinned [--hello] [--http | --token] -- SERVER [ARG...]
# Prints one line per check; exits 1 if any failed, after 60 s at the latest.
import json
import os
import re
import signal
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import PromptReference, ResourceTemplateReference
from served import Served

MODERN, LEGACY = "2026-07-28", "2025-11-25"
MODES = {
    "default": (MODERN, {}),  # asks server/discover, falls back to initialize
    "legacy": (LEGACY, {"mode": "legacy"}),  # initialize
    "pinned": (MODERN, {"mode": MODERN}),  # no handshake: the first line is the first request
}
INVALID_PARAMS, RESOURCE_NOT_FOUND = -32602, -32002
# Nothing runs when the client closes. A cancelled call that kept running would delay the exit by 1.5 s.
EXIT_SECONDS = 1.4

TOKEN = "secret"

failures = 0
current = "connect"
servers = []


def report(name, problem=None):
    global failures
    if problem is None:
        print(f"ok  {name}", flush=True)
    else:
        failures += 1
        print(f"FAIL {name}: {problem}", flush=True)


def same(got, want):
    if got != want:
        raise AssertionError(f"got {got!r}, want {want!r}")


def text_of(result):
    same([block.type for block in result.content], ["text"])
    return result.content[0].text


async def call(client, name, arguments, **options):
    result = await client.call_tool(name, arguments, **options)
    if result.is_error:
        raise AssertionError(f"error result: {text_of(result)}")
    return result


async def fails(request, code=None):
    try:
        result = await request
    except MCPError as error:
        if code is not None:
            same(error.code, code)
    else:
        raise AssertionError(f"got {result!r}, want an error")


async def list_tools(client):
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    same(set(tools), {"add", "divide", "forecast", "wait", "count"})
    same({tool.input_schema["type"] for tool in tools.values()}, {"object"})
    same(tools["add"].description, "Add two integers.")
    same(set(tools["add"].input_schema["required"]), {"a", "b"})
    same(tools["forecast"].input_schema["required"], ["city"])
    same(set(tools["forecast"].output_schema["properties"]), {"city", "days", "summary"})


async def list_hello_tools(client):
    same([tool.name for tool in (await client.list_tools()).tools], ["add"])


async def call_add(client):
    same(text_of(await call(client, "add", {"a": 1, "b": 2})), "3")


async def tool_error(client):
    result = await client.call_tool("divide", {"a": 1, "b": 0})
    same((result.is_error, text_of(result)), (True, "division by zero"))


async def wrong_arguments(client):
    for name in ("a", "b"):
        result = await client.call_tool("add", {"a": 1, "b": 2, name: "x"})
        if not (result.is_error and re.search(rf"\b{name}\b", text_of(result))):
            raise AssertionError(f"got {result!r}, want an error result that names {name!r}")


async def unknown_tool(client):
    await fails(client.call_tool("nothing", {}), INVALID_PARAMS)


async def progress(client):
    seen, complete = [], anyio.Event()

    async def on_progress(progress, total, message):
        seen.append((progress, total))
        if progress == total:
            complete.set()

    same(text_of(await call(client, "count", {"to": 3}, progress_callback=on_progress)), "counted to 3")
    with anyio.move_on_after(2):
        await complete.wait()
    same(seen, [(1, 3), (2, 3), (3, 3)])


async def structured_output(client):
    result = await call(client, "forecast", {"city": "Oslo"})
    content = result.structured_content
    same({key: type(value) for key, value in content.items()}, {"city": str, "days": int, "summary": str})
    same((content["city"], content["days"]), ("Oslo", 3))
    same(json.loads(text_of(result)), content)
    same(text_of(result), json.dumps(json.loads(text_of(result)), separators=(",", ":"), ensure_ascii=False))


async def list_resources(client):
    resources = (await client.list_resources()).resources
    same([(item.name, str(item.uri), item.mime_type) for item in resources], [("about", "tour://about", "text/plain")])


async def read_resource(client):
    (content,) = (await client.read_resource("tour://about")).contents
    same((str(content.uri), content.mime_type), ("tour://about", "text/plain"))
    same(content.text, "A server to try clients on.")


async def list_templates(client):
    templates = (await client.list_resource_templates()).resource_templates
    same([(item.name, item.uri_template) for item in templates], [("note", "notes://{id}")])


async def read_template(client):
    (content,) = (await client.read_resource("notes://7")).contents
    same((str(content.uri), content.text), ("notes://7", "note 7"))


async def missing_resource(client):
    code = INVALID_PARAMS if client.protocol_version == MODERN else RESOURCE_NOT_FOUND
    await fails(client.read_resource("tour://nothing"), code)


async def list_prompts(client):
    (prompt,) = (await client.list_prompts()).prompts
    same(prompt.name, "review")
    same([(item.name, item.required) for item in prompt.arguments], [("language", True), ("code", True)])


async def render_prompt(client):
    (message,) = (await client.get_prompt("review", {"language": "rust", "code": "fn main() {}"})).messages
    same((message.role, message.content.text), ("user", "Review this rust:\nfn main() {}"))


async def complete_prompt(client):
    result = await client.complete(PromptReference(name="review"), {"name": "language", "value": "p"})
    same(result.completion.values, ["python"])


async def complete_template(client):
    result = await client.complete(ResourceTemplateReference(uri="notes://{id}"), {"name": "id", "value": "1"})
    same(result.completion.values, ["1", "10", "11"])


async def concurrent_calls(client):
    got, want = {}, {}

    async def ask(key, name, arguments):
        got[key] = text_of(await call(client, name, arguments))

    async with anyio.create_task_group() as tasks:
        for i in range(10):
            ms = 100 - 10 * i
            want["add", i], want["wait", i] = f"{i + 1000}", f"waited {ms} ms"
            tasks.start_soon(ask, ("wait", i), "wait", {"ms": ms})
            tasks.start_soon(ask, ("add", i), "add", {"a": i, "b": 1000})
    same(got, want)


async def cancelled_call(client):
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.call_tool, "wait", {"ms": 10_000})
        await call_add(client)  # answered while the other one waits
        tasks.cancel_scope.cancel()
    await call_add(client)


async def timed_out_call(client):
    await fails(client.call_tool("wait", {"ms": 10_000}, read_timeout_seconds=0.2))
    await call_add(client)


async def cancelled_stream(client):
    running = anyio.Event()

    async def on_progress(progress, total, message):
        running.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: client.call_tool("count", {"to": 1000}, progress_callback=on_progress))
        await running.wait()
        tasks.cancel_scope.cancel()
    await call_add(client)


async def server_identity(client):
    if client.server_info:
        name, instructions = client.server_info.name, client.instructions
    else:  # a pinned client has not asked yet
        result = await client.session.send_discover(MODERN)
        name, instructions = result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], result["instructions"]
    same((name, instructions), ("tour", "A tour of lmcp."))


FULL = [
    list_tools, call_add, tool_error, wrong_arguments, unknown_tool, progress, structured_output,
    list_resources, read_resource, list_templates, read_template, missing_resource,
    list_prompts, render_prompt, complete_prompt, complete_template,
    concurrent_calls, cancelled_call, timed_out_call, server_identity,
]  # fmt: skip
SMALL = [list_hello_tools, call_add]
HTTP = [*FULL, cancelled_stream]


async def attempt(name, check, *arguments):
    global current
    current = name
    try:
        await check(*arguments)
        report(name)
    except Exception as error:
        while getattr(error, "exceptions", None):  # of a task group
            error = error.exceptions[0]
        report(name, f"{type(error).__name__}: {error}")


async def clean_exit(record, closed):
    (ended,) = [json.loads(line) for line in record.read_text().splitlines()]
    same((ended["code"], ended["terminated"]), (0, False))
    if ended["at"] - closed > EXIT_SECONDS:
        raise AssertionError(f"it took {ended['at'] - closed:.2f} s")


async def check_all(client, version, checks):
    async def negotiated_version():
        same(client.protocol_version, version)

    await attempt("negotiated version", negotiated_version)
    for check in checks:
        await attempt(check.__name__.replace("_", " "), check, client)


async def drive(mode, checks, server):
    version, options = MODES[mode]
    faults = []

    async def on_message(message):
        if isinstance(message, Exception):
            faults.append(message)

    async def only_valid_messages():
        same(faults, [])

    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder, "record")
        launcher = Path(__file__).resolve().with_name("launcher.py")
        launch = StdioServerParameters(command="python3", args=[str(launcher), str(record), *server])
        async with Client(launch, message_handler=on_message, read_timeout_seconds=15, **options) as client:
            await check_all(client, version, checks)
            closed = time.time()
        await attempt("clean exit", clean_exit, record, closed)
        await attempt("only valid messages", only_valid_messages)


def serve(server, token):
    served = Served(server, token)
    servers.append(served)
    return served


def bearer(token):
    return {"Authorization": f"Bearer {token}"} if token else {}


class Seen:
    """What came over the wire: the responses, and what the client could not read."""

    def __init__(self):
        self.responses, self.faults = [], []
        self.listens = anyio.Event()

    async def on_response(self, response):
        self.responses.append(response)
        if response.request.method == "GET":
            self.listens.set()

    async def on_message(self, message):
        if isinstance(message, Exception):
            self.faults.append(message)

    def statuses(self, verb):
        return [response.status_code for response in self.responses if response.request.method == verb]


@asynccontextmanager
async def connected(url, mode, seen, token, **options):
    hooks = {"response": [seen.on_response]}
    async with httpx2.AsyncClient(headers=bearer(token), timeout=60, trust_env=False, event_hooks=hooks) as http:
        transport = streamable_http_client(url, http_client=http, **options)
        _, options = MODES[mode]
        async with Client(transport, message_handler=seen.on_message, read_timeout_seconds=15, **options) as client:
            yield client


async def listens(seen, version):
    if version != MODERN:
        await seen.listens.wait()


async def refused_without_token(url, mode, token):
    for wrong in (None, f"{token}s"):
        seen = Seen()
        try:
            async with connected(url, mode, seen, wrong) as client:
                await client.list_tools()
        except Exception:
            same({response.status_code for response in seen.responses}, {401})
        else:
            raise AssertionError(f"connected with the token {wrong!r}")


# A session is opened and deleted before 2026-07-28, and never since.
async def session_end(url, version, seen, token):
    sessions = {response.request.headers.get("mcp-session-id") for response in seen.responses} - {None}
    if version == MODERN:
        same((sessions, seen.statuses("GET"), seen.statuses("DELETE")), (set(), [], []))
        return
    (session,) = sessions
    same((seen.statuses("GET"), seen.statuses("DELETE")), ([200], [204]))
    async with httpx2.AsyncClient(headers=bearer(token), trust_env=False) as http:
        again = await http.delete(url, headers={"mcp-session-id": session})
    same(again.status_code, 404)


async def only_good_responses(version, seen):
    wrong = set(seen.statuses("POST")) - ({200} if version == MODERN else {200, 202})
    same((wrong, seen.faults), (set(), []))


# A client that stays: its call is answered, then the server ends, whatever streams are open.
async def call_outlives_sigterm(url, mode, served, token):
    running, results, seen = anyio.Event(), [], Seen()

    async def on_progress(progress, total, message):
        running.set()

    async with connected(url, mode, seen, token, terminate_on_close=False) as client:
        await listens(seen, client.protocol_version)
        await client.list_tools()  # else the client asks after the call, for the output schema

        async def count():
            results.append(text_of(await call(client, "count", {"to": 30}, progress_callback=on_progress)))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(count)
            await running.wait()
            served.terminate()
        same(results, ["counted to 30"])
        await anyio.to_thread.run_sync(served.wait)


async def drive_http(mode, checks, server, token):
    version, _ = MODES[mode]
    seen = Seen()

    async def clean_exit():
        served.terminate()
        served.wait()

    with serve(server, token) as served:
        if token:
            await attempt("refused without the token", refused_without_token, served.url, mode, token)
        async with connected(served.url, mode, seen, token) as client:
            await check_all(client, version, checks)
            await attempt("session stream", listens, seen, version)
        await attempt("session end", session_end, served.url, version, seen, token)
        await attempt("only good responses", only_good_responses, version, seen)
        await attempt("clean exit", clean_exit)
    if checks is not SMALL:
        with serve(server, token) as served:
            await attempt("call outlives SIGTERM", call_outlives_sigterm, served.url, mode, served, token)


def out_of_time(signum, frame):
    report(current, "not done after 60 s")
    for served in servers:
        served.process.kill()
    os._exit(1)


def main():
    split = sys.argv.index("--")
    mode, *flags = sys.argv[1:split]
    signal.signal(signal.SIGALRM, out_of_time)
    signal.alarm(60)
    try:
        server = sys.argv[split + 1 :]
        if "--http" in flags or "--token" in flags:
            checks = SMALL if "--hello" in flags else HTTP
            anyio.run(drive_http, mode, checks, server, TOKEN if "--token" in flags else None)
        else:
            anyio.run(drive, mode, SMALL if "--hello" in flags else FULL, server)
    except BaseException as error:
        report(current, f"the client broke: {error!r}")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()

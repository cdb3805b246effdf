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
import warnings
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx2
from mcp import Client, MCPDeprecationWarning, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import (
    CreateMessageResult, ElicitResult, ListRootsResult, PromptReference, ResourceTemplateReference, Root, TextContent,
)  # fmt: skip
from served import Served

MODERN, LEGACY = "2026-07-28", "2025-11-25"
MODES = {
    "default": (MODERN, {}),  # asks server/discover, falls back to initialize
    "legacy": (LEGACY, {"mode": "legacy"}),  # initialize
    "pinned": (MODERN, {"mode": MODERN}),  # no handshake: the first line is the first request
}
INVALID_PARAMS, RESOURCE_NOT_FOUND, MISSING_CAPABILITY = -32602, -32002, -32021
# Nothing runs when the client closes. A cancelled call that kept running would delay the exit by 1.5 s.
EXIT_SECONDS = 1.4

TOKEN = "secret"

# Roots are deprecated from 2026-07-28 on, and so is what the client says of them before.
warnings.simplefilter("ignore", MCPDeprecationWarning)

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
    same(set(tools), {"add", "divide", "forecast", "wait", "count", "book", "sum_up", "folders"})
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


# The calls that ask, and what is asked of a client that answers nothing.
LACKING = [
    ("book", {"day": "Friday"}, "elicitation.form", {"elicitation": {"form": {}}}),
    ("sum_up", {"text": "A long one."}, "sampling", {"sampling": {}}),
    ("folders", {}, "roots", {"roots": {}}),
]


async def nobody_to_ask(client):
    for name, arguments, capability, required in LACKING:
        if client.protocol_version != MODERN:
            result = await client.call_tool(name, arguments)
            why = f"the question cannot be asked: the client does not offer `{capability}`"
            same((result.is_error, text_of(result)), (True, why))
            continue
        try:
            result = await client.call_tool(name, arguments)
        except MCPError as error:
            same((error.code, error.data), (MISSING_CAPABILITY, {"requiredCapabilities": required}))
        else:
            raise AssertionError(f"got {result!r}, want an error")


class Someone:
    """Whoever is asked through a client: its user, its model. Notes the questions, and answers as the check says."""

    def __init__(self):
        self.answers()
        # A client declares what it has a callback for, and calls it for requests and for `input_required` alike.
        self.options = {
            "elicitation_callback": self.ask,
            "sampling_callback": self.ask,
            "list_roots_callback": self.ask,
        }

    def answers(self, *answers):
        """Gives these answers to the next questions, and notes only those."""
        self.asked, left = [], iter(answers)

        async def answer(context, params):
            return next(left)

        self.answer = answer

    async def ask(self, context, params=None):
        self.asked.append(params)
        return await self.answer(context, params)


def accept(**content):
    return ElicitResult(action="accept", content=content)


async def book(client, day="Friday"):
    return text_of(await call(client, "book", {"day": day}))


FORM = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "Who is coming."},
        "table": {
            "type": "string",
            "oneOf": [{"const": "window", "title": "By the window"}, {"const": "garden", "title": "In the garden"}],
        },
        "guests": {"type": "integer", "minimum": 1, "maximum": 12},
    },
    "required": ["name", "table"],
}


async def elicitation_accepted(client, someone):
    someone.answers(accept(name="Ada", table="garden", guests=4))
    same(await book(client), "Ada has a table in the garden for 4 on Friday")
    (asked,) = someone.asked
    same((asked.mode, asked.message, asked.requested_schema), ("form", "A table for Friday:", FORM))
    same(list(asked.requested_schema["properties"]), ["name", "table", "guests"])


async def elicitation_accepted__a_field_left_empty(client, someone):
    someone.answers(accept(name="Zoë", table="window"))
    same(await book(client), "Zoë has a table by the window for 2 on Friday")


async def elicitation_declined(client, someone):
    someone.answers(ElicitResult(action="decline"))
    same(await book(client), "nothing is booked")
    same(len(someone.asked), 1)


async def elicitation_cancelled(client, someone):
    someone.answers(ElicitResult(action="cancel"))
    result = await client.call_tool("book", {"day": "Friday"})
    same((result.is_error, text_of(result)), (True, "the user closed the question without answering"))


async def two_elicitations_in_one_call(client, someone):
    party = accept(name="Ada", table="garden", guests=12)
    someone.answers(party, accept(value=True))
    same(await book(client), "Ada has a table in the garden for 12 on Friday")
    messages = [params.message for params in someone.asked]
    same(messages, ["A table for Friday:", "12 pay in advance. Is that all right?"])
    someone.answers(party, accept(value=False))
    same(await book(client), "nothing is booked")


# It is asked for again since 2026-07-28.
async def elicitation_with_a_wrong_answer(client, someone):
    wrong, why = accept(name="Ada", table="garden", guests=99), "guests: expected an integer from 1 to 12"
    someone.answers(wrong, accept(name="Ada", table="garden", guests=9), accept(value=True))
    result = await client.call_tool("book", {"day": "Friday"})
    if client.protocol_version != MODERN:
        same((result.is_error, text_of(result)), (True, f"the client's answer does not fit the question: {why}"))
        return
    same((result.is_error, text_of(result)), (False, "Ada has a table in the garden for 9 on Friday"))
    same(someone.asked[1].message, f"A table for Friday:\n\nThe last answer does not fit: {why}")


async def concurrent_elicitations(client, someone):
    got = {}

    async def answer(context, params):
        return accept(name=params.message.split()[-1], table="window")

    async def ask(day):
        got[day] = await book(client, day)

    someone.answer = answer
    async with anyio.create_task_group() as tasks:
        for i in range(10):
            tasks.start_soon(ask, f"day-{i}")
    days = [f"day-{i}" for i in range(10)]
    same(got, {day: f"{day}: has a table by the window for 2 on {day}" for day in days})


# The user is asked no longer: before 2026-07-28 the server takes its question back.
async def cancelled_while_it_asks(client, someone):
    asked, stopped = anyio.Event(), anyio.Event()

    async def answer(context, params):
        asked.set()
        try:
            await anyio.sleep_forever()
        finally:
            stopped.set()

    someone.answer = answer
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.call_tool, "book", {"day": "Friday"})
        await asked.wait()
        tasks.cancel_scope.cancel()
    await stopped.wait()
    await call_add(client)


async def sampling(client, someone):
    content = TextContent(type="text", text="Short.")
    someone.answers(CreateMessageResult(role="assistant", content=content, model="none", stop_reason="endTurn"))
    same(text_of(await call(client, "sum_up", {"text": "A long one."})), "Short.")
    (asked,) = someone.asked
    (message,) = asked.messages
    same((message.role, message.content.text), ("user", "Sum this up in one sentence:\nA long one."))
    same(asked.max_tokens, 200)


# Before 2026-07-28 they are asked for once, and again when the client says that they changed.
async def roots(client, someone):
    async def folders():
        return text_of(await call(client, "folders", {}))

    old = ListRootsResult(roots=[Root(uri="file:///home/ada", name="Ada"), Root(uri="file:///srv")])
    someone.answers(old, ListRootsResult(roots=[Root(uri="file:///home/bob")]))
    same(await folders(), "file:///home/ada, file:///srv")
    if client.protocol_version != MODERN:
        same(await folders(), "file:///home/ada, file:///srv")
        await client.send_roots_list_changed()
    same(await folders(), "file:///home/bob")


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
    concurrent_calls, cancelled_call, timed_out_call, nobody_to_ask, server_identity,
]  # fmt: skip
SMALL = [list_hello_tools, call_add]
HTTP = [*FULL, cancelled_stream]
ASKING = [
    elicitation_accepted, elicitation_accepted__a_field_left_empty, elicitation_declined, elicitation_cancelled,
    two_elicitations_in_one_call, elicitation_with_a_wrong_answer, concurrent_elicitations, cancelled_while_it_asks,
    sampling, roots,
]  # fmt: skip


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
    await check_each(client, checks)


async def check_each(client, checks, *others):
    for check in checks:
        await attempt(check.__name__.replace("__", ", ").replace("_", " "), check, client, *others)


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
        if checks is SMALL:
            return
        record, someone = Path(folder, "asking"), Someone()
        launch = StdioServerParameters(command="python3", args=[str(launcher), str(record), *server])
        options = {**options, **someone.options}
        async with Client(launch, message_handler=on_message, read_timeout_seconds=15, **options) as client:
            await check_each(client, ASKING, someone)
            closed = time.time()
        await attempt("clean exit after questions", clean_exit, record, closed)
        await attempt("only valid questions", only_valid_messages)


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
async def connected(url, mode, seen, token, answers={}, **options):
    hooks = {"response": [seen.on_response]}
    async with httpx2.AsyncClient(headers=bearer(token), timeout=60, trust_env=False, event_hooks=hooks) as http:
        transport = streamable_http_client(url, http_client=http, **options)
        options = {**MODES[mode][1], **answers}
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


# Calls that need what the client lacks are refused, since 2026-07-28 with a status of their own.
async def only_good_responses(version, seen, lacking):
    good, refused = ({200}, [400] * lacking) if version == MODERN else ({200, 202}, [])
    others = [status for status in seen.statuses("POST") if status not in good]
    same((others, seen.faults), (refused, []))


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
        lacking = 0 if checks is SMALL else len(LACKING)
        await attempt("only good responses", only_good_responses, version, seen, lacking)
        if checks is not SMALL:
            seen, someone = Seen(), Someone()
            async with connected(served.url, mode, seen, token, someone.options) as client:
                await check_each(client, ASKING, someone)
            await attempt("only good responses to answers", only_good_responses, version, seen, 0)
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

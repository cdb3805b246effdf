# A server under test on a port of its own, for run.py: starts it, reads its address, ends it with SIGTERM.
import os
import re
import subprocess
import sys
import threading
import time

EXIT_SECONDS = 2.0


class Served:
    def __init__(self, command, token=None):
        environment = {name: value for name, value in os.environ.items() if name != "LMCP_TOKEN"}
        if token is not None:
            environment["LMCP_TOKEN"] = token
        self.process = subprocess.Popen(
            [*command, "--http", "127.0.0.1:0"],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        line = self.process.stderr.readline()
        address = re.search(r" serves (http://127\.0\.0\.1:[1-9][0-9]*/mcp)\b", line.rstrip("\n"))
        if address is None:
            self.kill()
            raise AssertionError(f"the server said {line!r}, want its address")
        self.url = address[1]
        threading.Thread(target=sys.stderr.writelines, args=[self.process.stderr], daemon=True).start()

    def terminate(self):
        self.terminated = time.monotonic()
        self.process.terminate()

    def wait(self):
        """The server has ended well, and soon after terminate()."""
        left = self.terminated + EXIT_SECONDS - time.monotonic()
        try:
            code = self.process.wait(max(left, 0))
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it still runs {EXIT_SECONDS} s after SIGTERM") from None
        if code != 0:
            raise AssertionError(f"it ended with {code}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.kill()

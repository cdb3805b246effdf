# Stands between a client and the server under test to record how the server ended.
# Usage: launcher.py RECORD SERVER [ARG...]; the server inherits stdin, stdout and stderr.
# Appends one JSON line to RECORD: exit code (negative: the signal that ended it), time, SIGTERM seen.
import json
import os
import signal
import subprocess
import sys
import threading
import time

terminated = False


def pass_on(signum, frame):
    global terminated
    terminated = True
    server.send_signal(signum)
    signal.setitimer(signal.ITIMER_REAL, 0.5)  # clients wait at least 1 s before they kill


def end_when_orphaned(parent):
    while os.getppid() == parent:
        time.sleep(1)
    server.kill()


signal.signal(signal.SIGTERM, signal.SIG_IGN)
server = subprocess.Popen(sys.argv[2:], preexec_fn=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
signal.signal(signal.SIGALRM, lambda signum, frame: server.kill())
signal.signal(signal.SIGTERM, pass_on)
threading.Thread(target=end_when_orphaned, args=[os.getppid()], daemon=True).start()
code = server.wait()
ended = time.time()
with open(sys.argv[1], "a") as record:
    record.write(json.dumps({"code": code, "at": ended, "terminated": terminated}) + "\n")

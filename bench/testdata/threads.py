"""Starts as many threads as the argument says and prints, as JSON, the process status while all
of them wait for an event."""

import json
import sys
import threading

wanted = int(sys.argv[1])
started = threading.Semaphore(0)
go_on = threading.Event()


def wait():
    started.release()
    go_on.wait()


threads = [threading.Thread(target=wait) for _ in range(wanted)]
for thread in threads:
    thread.start()
for _ in threads:
    started.acquire()
with open("/proc/self/status") as status:
    print(json.dumps({"threads": threading.active_count() - 1, "status": status.read()}))
go_on.set()
for thread in threads:
    thread.join()

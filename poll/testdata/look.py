# Says, when asked on standard input, whether descriptor 3 can be read: "look" asks now, "wait" waits.
import select
import sys

p = select.poll()
p.register(3, select.POLLIN)
for line in sys.stdin:
    timeout = None if line.strip() == "wait" else 0
    ready = bool(select.select([3], [], [], timeout)[0])
    assert ready == bool(p.poll(0)), "select and poll disagree"
    print("ready" if ready else "quiet", flush=True)

"""What applications do with kazoo, on a server that is empty.

Usage: kazoo_scenario.py HOST:PORT. Prints what it saw in lines that begin with "= " and are the same on every server:
without times, zxids and session ids. A line "! restart" asks whoever reads for a killed and restarted server, and waits
for "yes" when it serves, or for "no".
"""

import queue
import sys
import threading

from kazoo.client import KazooClient, KazooState
from kazoo.exceptions import KazooException
from kazoo.security import make_acl, make_digest_acl

HOSTS = sys.argv[1]
WAIT_S = 60


def connect(chroot="", **options):
    client = KazooClient(hosts=HOSTS + chroot, timeout=20, **options)
    client.start(timeout=WAIT_S)
    return client


def text(value):
    name = type(value).__name__
    if name == "ZnodeStat":
        return "v%d c%d a%d bytes=%d children=%d%s%s%s" % (
            value.version,
            value.cversion,
            value.aversion,
            value.dataLength,
            value.numChildren,
            " ephemeral" if value.ephemeralOwner else "",
            " unchanged" if value.mzxid == value.czxid else "",
            " barren" if value.pzxid == value.czxid else "",
        )
    if name == "WatchedEvent":
        return "%s %s %s" % (value.type, value.state, value.path)
    if name == "ACL":
        return "%d:%s:%s" % (value.perms, value.id.scheme, value.id.id)
    if isinstance(value, KazooException):
        return name
    if isinstance(value, tuple):
        return "(" + ", ".join(text(each) for each in value) + ")"
    if isinstance(value, list):
        return "[" + ", ".join(text(each) for each in value) + "]"
    return repr(value)


def told(line):
    print("= " + line, flush=True)


def step(name, action):
    """Does something and writes down what came of it."""
    try:
        outcome = text(action())
    except KazooException as e:
        outcome = "failed: " + type(e).__name__
    told(name + " -> " + outcome)


def reads_and_writes():
    zk = connect()
    step("server version", lambda: zk.server_version()[:2])
    step("children of the root", lambda: sorted(zk.get_children("/")))
    step("create", lambda: zk.create("/a", b"one"))
    step("create again", lambda: zk.create("/a", b"one"))
    step("create with a stat", lambda: zk.create("/a/s", b"", include_data=True))
    step("without a parent", lambda: zk.create("/x/y", b""))
    step("with its parents", lambda: zk.create("/x/y/z", b"", makepath=True))
    step("get", lambda: zk.get("/a"))
    step("set", lambda: zk.set("/a", b"two", version=0))
    step("set with an old version", lambda: zk.set("/a", b"three", version=0))
    step("set a missing one", lambda: zk.set("/missing", b""))
    step("exists", lambda: zk.exists("/a"))
    step("missing", lambda: zk.exists("/missing"))
    step("get a missing one", lambda: zk.get("/missing"))
    step("ephemeral", lambda: zk.create("/e", b"", ephemeral=True))
    step("under an ephemeral", lambda: zk.create("/e/x", b""))
    step("its stat", lambda: zk.exists("/e"))
    for ephemeral in (False, True, False):
        step("sequential", lambda: zk.create("/a/n-", b"", sequence=True, ephemeral=ephemeral))
    step("children", lambda: sorted(zk.get_children("/a")))
    step("children with a stat", lambda: [zk.get_children("/a", include_data=True)[1]])
    step("sync", lambda: zk.sync("/a"))
    step("delete with children", lambda: zk.delete("/a"))
    step("delete with a wrong version", lambda: zk.delete("/a/s", version=3))
    step("delete", lambda: zk.delete("/a/s", version=0))
    step("delete all below", lambda: zk.delete("/x", recursive=True))
    step("not ascii", lambda: zk.create("/\u2603", "\u00e9".encode()))
    step("large", lambda: zk.create("/large", b"x" * 500000))
    step("large", lambda: len(zk.get("/large")[0]))
    zk.stop()
    zk.close()
    other = connect()
    step("ephemerals of a closed session", lambda: other.exists("/e"))
    other.stop()
    other.close()


def transactions():
    zk = connect()
    good = zk.transaction()
    good.create("/tx", b"1")
    good.check("/tx", 0)
    good.set_data("/tx", b"2", version=0)
    good.create("/tx/n-", b"", sequence=True)
    good.create("/tx/e", b"", ephemeral=True)
    good.delete("/tx/e")
    step("transaction", good.commit)
    bad = zk.transaction()
    bad.create("/tx/one", b"")
    bad.check("/tx", 7)
    bad.create("/tx/two", b"")
    step("transaction that fails", bad.commit)
    step("after it", lambda: zk.exists("/tx"))
    step("empty transaction", zk.transaction().commit)
    zk.stop()
    zk.close()


def watches():
    zk = connect()
    other = connect()
    events = queue.Queue()
    zk.create("/w", b"")
    for name, write in (
        ("set", lambda: other.set("/w", b"1")),
        ("child", lambda: other.create("/w/c", b"")),
        ("created", lambda: other.create("/w2", b"")),
        ("child gone", lambda: other.delete("/w/c")),
    ):
        data, children = queue.Queue(), queue.Queue()
        exists = queue.Queue()
        zk.get("/w", watch=data.put)
        zk.get_children("/w", watch=children.put)
        zk.exists("/w2", watch=exists.put)
        step("watched: " + name, write)
        zk.sync("/w")
        expected = {"set": data, "child": children, "created": exists, "child gone": children}[name]
        step("  heard", lambda: expected.get(timeout=WAIT_S))
        step("  once", lambda: expected.empty())
    seen = queue.Queue()

    @zk.DataWatch("/d")
    def data_watch(data, stat, event):
        seen.put((data, stat, event))

    step("data watch before", lambda: seen.get(timeout=WAIT_S))
    other.create("/d", b"1")
    step("data watch created", lambda: seen.get(timeout=WAIT_S))
    other.set("/d", b"2")
    step("data watch changed", lambda: seen.get(timeout=WAIT_S))
    other.delete("/d")
    step("data watch deleted", lambda: seen.get(timeout=WAIT_S))

    @zk.ChildrenWatch("/w")
    def children_watch(children):
        events.put(sorted(children))

    step("children watch", lambda: events.get(timeout=WAIT_S))
    for number in range(3):
        other.create("/w/%d" % number, b"")
        step("children watch", lambda: events.get(timeout=WAIT_S))
    for client in (zk, other):
        client.stop()
        client.close()


def access():
    owner = connect(auth_data=[("digest", "owner:secret")])
    stranger = connect()
    mine = [make_digest_acl("owner", "secret", all=True)]
    step("guarded", lambda: owner.create("/guarded", b"", acl=mine))
    step("its list", lambda: owner.get_acls("/guarded"))
    step("a stranger reads", lambda: stranger.get("/guarded"))
    step("a stranger writes", lambda: stranger.set("/guarded", b""))
    step("a stranger looks", lambda: stranger.exists("/guarded"))
    open_to_read = mine + [make_acl("world", "anyone", read=True)]
    step("opened", lambda: owner.set_acls("/guarded", open_to_read, version=0))
    step("a stranger reads", lambda: stranger.get("/guarded"))
    step("a stranger deletes, which the root allows", lambda: stranger.delete("/guarded"))
    step("a stranger becomes the owner", lambda: stranger.add_auth("digest", "owner:secret"))
    for client in (owner, stranger):
        client.stop()
        client.close()


def chroot():
    zk = connect()
    zk.ensure_path("/inner")
    zk.create("/outside", b"")
    inside = connect("/inner")
    seen = queue.Queue()
    inside.exists("/a", watch=seen.put)
    step("in a chroot", lambda: inside.create("/a", b"", ephemeral=True))
    step("heard in it", lambda: seen.get(timeout=WAIT_S))
    step("children of its root", lambda: inside.get_children("/"))
    step("outside of it", lambda: inside.exists("/outside"))
    step("as the others see it", lambda: zk.exists("/inner/a"))
    for client in (inside, zk):
        client.stop()
        client.close()


def lock():
    one, two = connect(), connect()
    first, second = one.Lock("/lock", "one"), two.Lock("/lock", "two")
    step("lock", lambda: first.acquire(timeout=WAIT_S))
    step("locked by another", lambda: second.acquire(blocking=False))
    order = queue.Queue()

    def wait_for_it():
        second.acquire(timeout=WAIT_S)
        order.put("two has it")

    waiting = queue.Queue()

    @one.ChildrenWatch("/lock")
    def contend(children):
        if len(children) == 2:
            waiting.put(len(children))

    thread = threading.Thread(target=wait_for_it)
    thread.start()
    step("who waits", lambda: waiting.get(timeout=WAIT_S))
    step("contenders", first.contenders)
    order.put("one lets go")
    first.release()
    thread.join(WAIT_S)
    step("in order", lambda: [order.get(timeout=WAIT_S), order.get(timeout=WAIT_S)])
    # its holder's session ends: the lock passes on
    two.stop()
    two.close()
    step("after its holder left", lambda: first.acquire(timeout=WAIT_S))
    first.release()
    semaphore = one.Semaphore("/semaphore", max_leases=2)
    step("semaphore", lambda: semaphore.acquire(timeout=WAIT_S))
    step("its holders", lambda: len(semaphore.lease_holders()))
    semaphore.release()
    one.stop()
    one.close()


def election():
    one, two = connect(), connect()
    led = queue.Queue()
    go_on = threading.Event()

    def lead_first():
        led.put("one leads")
        go_on.wait(WAIT_S)

    def lead_second():
        led.put("two leads")

    threads = [threading.Thread(target=lambda: one.Election("/election", "one").run(lead_first))]
    threads[0].start()
    step("elected", lambda: led.get(timeout=WAIT_S))
    threads.append(threading.Thread(target=lambda: two.Election("/election", "two").run(lead_second)))
    threads[1].start()
    go_on.set()
    step("elected after it", lambda: led.get(timeout=WAIT_S))
    for thread in threads:
        thread.join(WAIT_S)
    counter = one.Counter("/counter")
    counter += 2
    counter -= 5
    step("counter", lambda: counter.value)
    party = one.Party("/party", "one")
    party.join()
    step("party", lambda: sorted(party))
    party.leave()
    fifo = one.LockingQueue("/queue")
    fifo.put(b"1")
    fifo.put_all([b"2", b"3"])
    step("queue", lambda: fifo.get(timeout=WAIT_S))
    step("queue", fifo.consume)
    step("queue", lambda: len(fifo))
    barrier = one.Barrier("/barrier")
    barrier.create()
    passed = queue.Queue()
    thread = threading.Thread(target=lambda: passed.put(two.Barrier("/barrier").wait(WAIT_S)))
    thread.start()
    barrier.remove()
    step("barrier", lambda: passed.get(timeout=WAIT_S))
    thread.join(WAIT_S)
    for client in (one, two):
        client.stop()
        client.close()


def restart():
    zk = connect()
    states = queue.Queue()
    zk.add_listener(states.put)
    before = zk.client_id[0]
    zk.create("/kept", b"1")
    zk.create("/kept/e", b"", ephemeral=True)
    seen = queue.Queue()

    @zk.DataWatch("/kept")
    def data_watch(data, stat, event):
        seen.put(data)

    print("! restart", flush=True)
    if sys.stdin.readline().strip() != "yes":
        return
    step("suspended", lambda: states.get(timeout=WAIT_S) == KazooState.SUSPENDED)
    step("connected", lambda: states.get(timeout=WAIT_S) == KazooState.CONNECTED)
    step("the same session", lambda: zk.client_id[0] == before)
    step("its ephemeral", lambda: zk.exists("/kept/e"))
    step("its data", lambda: zk.get("/kept"))
    other = connect()
    other.set("/kept", b"2")
    step("its watch", lambda: (seen.get(timeout=WAIT_S), seen.get(timeout=WAIT_S)))
    other.stop()
    other.close()
    zk.stop()
    zk.close()


if __name__ == "__main__":
    reads_and_writes()
    transactions()
    watches()
    access()
    chroot()
    lock()
    election()
    restart()

"""What applications do with ZooKeeper's C client, libzookeeper_mt, called from here, on a server that is empty.

Usage: c_client_scenario.py HOST:PORT. Prints what it saw in lines that begin with "= " and are the same on every server:
without times, zxids and session ids. A line "! restart" asks whoever reads for a killed and restarted server, and waits
for "yes" when it serves, or for "no".
"""

import ctypes
import queue
import sys

HOSTS = sys.argv[1].encode()
WAIT_S = 60
EPHEMERAL, SEQUENTIAL, CONTAINER, TTL, SEQUENTIAL_TTL = 1, 2, 4, 5, 6
SESSION_EVENT, CONNECTED_STATE, EXPIRED_STATE = -1, 3, -112


class Stat(ctypes.Structure):
    _fields_ = [
        ("czxid", ctypes.c_int64),
        ("mzxid", ctypes.c_int64),
        ("ctime", ctypes.c_int64),
        ("mtime", ctypes.c_int64),
        ("version", ctypes.c_int32),
        ("cversion", ctypes.c_int32),
        ("aversion", ctypes.c_int32),
        ("ephemeral_owner", ctypes.c_int64),
        ("data_length", ctypes.c_int32),
        ("num_children", ctypes.c_int32),
        ("pzxid", ctypes.c_int64),
    ]


class Acl(ctypes.Structure):
    _fields_ = [("perms", ctypes.c_int32), ("scheme", ctypes.c_char_p), ("id", ctypes.c_char_p)]


class AclVector(ctypes.Structure):
    _fields_ = [("count", ctypes.c_int32), ("data", ctypes.POINTER(Acl))]


class StringVector(ctypes.Structure):
    _fields_ = [("count", ctypes.c_int32), ("data", ctypes.POINTER(ctypes.c_char_p))]


class Op(ctypes.Structure):
    """One operation of a multi; a create has the most fields."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("path", ctypes.c_char_p),
        ("data", ctypes.c_char_p),
        ("data_length", ctypes.c_int),
        ("buffer", ctypes.c_char_p),
        ("buffer_length", ctypes.c_int),
        ("acl", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("ttl", ctypes.c_int64),
    ]


class OpResult(ctypes.Structure):
    _fields_ = [
        ("err", ctypes.c_int),
        ("value", ctypes.c_char_p),
        ("value_length", ctypes.c_int),
        ("stat", ctypes.POINTER(Stat)),
    ]


WATCHER = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p
)
COMPLETION = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_void_p)

lib = ctypes.CDLL("libzookeeper_mt.so.2")
lib.zookeeper_init.restype = ctypes.c_void_p
lib.zookeeper_init.argtypes = [
    ctypes.c_char_p,
    WATCHER,
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_int,
]
lib.zoo_client_id.restype = ctypes.POINTER(ctypes.c_int64)
lib.zoo_client_id.argtypes = [ctypes.c_void_p]
lib.zoo_set_debug_level(1)
OPEN = ctypes.byref(AclVector.in_dll(lib, "ZOO_OPEN_ACL_UNSAFE"))
CREATOR = ctypes.byref(AclVector.in_dll(lib, "ZOO_CREATOR_ALL_ACL"))


def text(stat):
    return "v%d c%d a%d bytes=%d children=%d%s%s%s" % (
        stat.version,
        stat.cversion,
        stat.aversion,
        stat.data_length,
        stat.num_children,
        " ephemeral" if stat.ephemeral_owner else "",
        " unchanged" if stat.mzxid == stat.czxid else "",
        " barren" if stat.pzxid == stat.czxid else "",
    )


def told(line):
    print("= " + line, flush=True)


class Client:
    """One session. Every call writes down what came of it."""

    def __init__(self):
        self.sessions = queue.Queue()
        self.events = queue.Queue()
        # kept, or the library would call what is gone
        self.session_watcher = WATCHER(self.heard_of_session)
        self.watcher = WATCHER(self.heard)
        self.handle = ctypes.c_void_p(
            lib.zookeeper_init(HOSTS, self.session_watcher, 20000, None, None, 0)
        )
        assert self.handle, "zookeeper_init"
        self.await_state(CONNECTED_STATE)

    def heard_of_session(self, handle, kind, state, path, context):
        if kind == SESSION_EVENT:
            self.sessions.put(state)

    def heard(self, handle, kind, state, path, context):
        if kind != SESSION_EVENT:
            self.events.put("%d %d %s" % (kind, state, path.decode()))

    def await_state(self, wanted):
        while self.sessions.get(timeout=WAIT_S) != wanted:
            pass

    def session_id(self):
        return lib.zoo_client_id(self.handle)[0]

    def create(self, path, data, flags=0, acl=OPEN):
        made = ctypes.create_string_buffer(256)
        rc = lib.zoo_create(self.handle, path, data, len(data or b""), acl, flags, made, 256)
        told("create %s -> %d %s" % (path.decode(), rc, made.value.decode()))

    def create2(self, path, data, flags=0, ttl_ms=-1):
        made = ctypes.create_string_buffer(256)
        stat = Stat()
        rc = lib.zoo_create2_ttl(
            self.handle,
            path,
            data,
            len(data),
            OPEN,
            flags,
            ctypes.c_int64(ttl_ms),
            made,
            256,
            ctypes.byref(stat),
        )
        told("create2 %s -> %d %s %s" % (path.decode(), rc, made.value.decode(), text(stat)))

    def get(self, path, watch=False):
        data = ctypes.create_string_buffer(256)
        length = ctypes.c_int(256)
        stat = Stat()
        rc = lib.zoo_wget(
            self.handle,
            path,
            self.watcher if watch else None,
            None,
            data,
            ctypes.byref(length),
            ctypes.byref(stat),
        )
        value = data.raw[: length.value] if rc == 0 and length.value >= 0 else None
        told("get %s -> %d %r %s" % (path.decode(), rc, value, text(stat)))

    def exists(self, path, watch=False):
        stat = Stat()
        watcher = self.watcher if watch else None
        rc = lib.zoo_wexists(self.handle, path, watcher, None, ctypes.byref(stat))
        told("exists %s -> %d %s" % (path.decode(), rc, text(stat)))

    def set(self, path, data, version=-1):
        stat = Stat()
        rc = lib.zoo_set2(self.handle, path, data, len(data), version, ctypes.byref(stat))
        told("set %s %d -> %d %s" % (path.decode(), version, rc, text(stat)))

    def delete(self, path, version=-1):
        told("delete %s %d -> %d" % (path.decode(), version, lib.zoo_delete(self.handle, path, version)))

    def children(self, path, watch=False):
        names = StringVector()
        stat = Stat()
        rc = lib.zoo_wget_children2(
            self.handle,
            path,
            self.watcher if watch else None,
            None,
            ctypes.byref(names),
            ctypes.byref(stat),
        )
        found = sorted(names.data[i].decode() for i in range(names.count)) if rc == 0 else None
        told("children %s -> %d %s %s" % (path.decode(), rc, found, text(stat)))

    def acl(self, path):
        acl = AclVector()
        stat = Stat()
        rc = lib.zoo_get_acl(self.handle, path, ctypes.byref(acl), ctypes.byref(stat))
        entries = [(acl.data[i].perms, acl.data[i].scheme, acl.data[i].id) for i in range(acl.count)] if rc == 0 else None
        told("acl %s -> %d %s %s" % (path.decode(), rc, entries, text(stat)))

    def add_auth(self, scheme, certificate):
        done = queue.Queue()
        completion = COMPLETION(lambda rc, data: done.put(rc))
        lib.zoo_add_auth(self.handle, scheme, certificate, len(certificate), completion, None)
        told("add auth -> %d" % done.get(timeout=WAIT_S))

    def multi(self, *operations):
        ops = (Op * len(operations))()
        results = (OpResult * len(operations))()
        kept = []
        for op, (kind, path, *rest) in zip(ops, operations):
            if kind == "create":
                made = ctypes.create_string_buffer(256)
                kept.append(made)
                data, flags = rest
                lib.zoo_create_op_init(ctypes.byref(op), path, data, len(data), OPEN, flags, made, 256)
            elif kind == "delete":
                lib.zoo_delete_op_init(ctypes.byref(op), path, rest[0])
            elif kind == "set":
                stat = Stat()
                kept.append(stat)
                data, version = rest
                lib.zoo_set_op_init(ctypes.byref(op), path, data, len(data), version, ctypes.byref(stat))
            else:
                lib.zoo_check_op_init(ctypes.byref(op), path, rest[0])
        rc = lib.zoo_multi(self.handle, len(operations), ops, results)
        told("multi -> %d" % rc)
        for (kind, path, *rest), result in zip(operations, results):
            made = result.value.decode() if kind == "create" and result.value else ""
            stat = text(result.stat.contents) if kind == "set" and result.stat else ""
            told("  %s %s -> %d %s%s" % (kind, path.decode(), result.err, made, stat))

    def event(self):
        told("  heard " + self.events.get(timeout=WAIT_S))

    def close(self):
        told("close -> %d" % lib.zookeeper_close(self.handle))


def reads_and_writes():
    client = Client()
    client.children(b"/")
    client.create(b"/a", b"one")
    client.create(b"/a", b"one")
    client.create(b"/x/y", b"")
    client.create(b"relative", b"")
    client.create(b"/n", None)
    client.get(b"/n")
    client.get(b"/a")
    client.set(b"/a", b"two", 0)
    client.set(b"/a", b"three", 0)
    client.set(b"/missing", b"")
    client.exists(b"/a")
    client.exists(b"/missing")
    client.create(b"/e", b"", EPHEMERAL)
    client.create(b"/e/x", b"")
    client.exists(b"/e")
    for flags in (SEQUENTIAL, SEQUENTIAL | EPHEMERAL, SEQUENTIAL):
        client.create(b"/a/s-", b"", flags)
    client.create2(b"/a/2", b"12")
    client.create2(b"/a/k", b"", CONTAINER)
    client.create2(b"/a/t", b"", TTL, 600000)
    client.create2(b"/a/ts-", b"", SEQUENTIAL_TTL, 600000)
    client.children(b"/a")
    client.delete(b"/a")
    client.delete(b"/a/2", 7)
    client.delete(b"/a/2", 0)
    client.acl(b"/a")
    client.create(b"/m", b"", 0, CREATOR)
    client.add_auth(b"digest", b"me:secret")
    client.create(b"/m", b"mine", 0, CREATOR)
    client.acl(b"/m")
    stranger = Client()
    stranger.get(b"/m")
    stranger.set(b"/m", b"")
    stranger.exists(b"/e")
    client.close()
    stranger.exists(b"/e")
    stranger.close()


def multis():
    client = Client()
    client.multi(
        ("create", b"/tx", b"1", 0),
        ("create", b"/tx/s-", b"", SEQUENTIAL),
        ("create", b"/tx/e", b"", EPHEMERAL),
        ("check", b"/tx", 0),
        ("set", b"/tx", b"22", 0),
        ("delete", b"/tx/e", -1),
    )
    client.exists(b"/tx")
    client.multi(
        ("set", b"/tx", b"333", 1),
        ("check", b"/tx", 7),
        ("create", b"/tx/n", b"", 0),
    )
    client.exists(b"/tx")
    client.close()


def watches():
    client = Client()
    other = Client()
    client.exists(b"/w", True)
    other.create(b"/w", b"")
    client.event()
    client.get(b"/w", True)
    other.set(b"/w", b"1")
    client.event()
    client.children(b"/w", True)
    other.create(b"/w/c", b"")
    client.event()
    client.get(b"/w/c", True)
    client.children(b"/w/c", True)
    other.delete(b"/w/c")
    client.event()
    client.get(b"/w", True)
    client.set(b"/w", b"22")
    client.event()
    other.close()
    client.close()


def restart():
    client = Client()
    before = client.session_id()
    client.create(b"/kept", b"1")
    client.create(b"/kept/e", b"", EPHEMERAL)
    client.get(b"/kept", True)
    print("! restart", flush=True)
    if sys.stdin.readline().strip() != "yes":
        return
    client.await_state(CONNECTED_STATE)
    told("the same session: %s" % (client.session_id() == before))
    client.exists(b"/kept/e")
    other = Client()
    other.set(b"/kept", b"2")
    client.event()
    other.close()
    client.close()


if __name__ == "__main__":
    reads_and_writes()
    multis()
    watches()
    restart()

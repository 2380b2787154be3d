package io.muster.replica.state;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole state as text, to compare states by: everything but the seed of the hash and the order that comes from it. Two
 * states with the same text answer every question alike.
 */
public final class StateDump {
    private final List<String> lines = new ArrayList<>();

    private StateDump() {}

    public static String text(StateView state) {
        StateDump dump = new StateDump();
        state.forEachZnode((path, znode, directory) -> dump.lines.add(node(
                path.length == 0 ? "/" : utf8(path),
                znode.data(),
                znode.acl(),
                znode.czxid(),
                znode.mzxid(),
                directory == null ? znode.czxid() : directory.pzxid,
                znode.ctimeMs(),
                znode.mtimeMs(),
                znode.version(),
                directory == null ? 0 : directory.childCounter,
                znode.aversion(),
                znode.owner(),
                directory == null ? 0 : directory.childCount)));
        state.forEachSession((id, timeoutMs) -> dump.lines.add(session(id, timeoutMs)));
        for (long owner : state.ephemeralOwners()) {
            state.ephemerals(owner).forEach(path -> dump.lines.add(owned("ephemeral of " + owner, path)));
        }
        state.layout.paths.forEach(state.containers, path -> dump.lines.add(owned("container", utf8(path.path()))));
        state.layout.paths.forEach(state.ttls, path -> dump.lines.add(owned("ttl", utf8(path.path()))));
        dump.lines.add(totals(
                state.zxid(),
                state.znodeCount(),
                state.ephemeralCount(),
                state.sessionCount(),
                state.approximateDataBytes(),
                state.digest()));
        return text(dump.lines);
    }

    static String node(
            String path,
            byte @Nullable [] data,
            AclList acl,
            long czxid,
            long mzxid,
            long pzxid,
            long ctimeMs,
            long mtimeMs,
            int version,
            int childCounter,
            int aversion,
            long owner,
            int children) {
        String shown = data == null ? "null" : HexFormat.of().formatHex(data);
        return path + " data=" + shown + " acl=" + acl.entries() + " c=" + czxid + " m=" + mzxid + " p=" + pzxid
                + " ctime=" + ctimeMs + " mtime=" + mtimeMs + " version=" + version + " counter=" + childCounter
                + " aversion=" + aversion + " owner=" + owner + " children=" + children;
    }

    static String session(long id, int timeoutMs) {
        return "session " + id + " timeout=" + timeoutMs;
    }

    static String owned(String kind, String path) {
        return kind + ": " + path;
    }

    static String totals(long zxid, int znodes, int ephemerals, int sessions, long dataBytes, long digest) {
        return "zxid=" + zxid + " znodes=" + znodes + " ephemerals=" + ephemerals + " sessions=" + sessions
                + " dataBytes=" + dataBytes + " digest=" + Long.toHexString(digest);
    }

    static String text(List<String> lines) {
        return String.join("\n", lines.stream().sorted().toList());
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

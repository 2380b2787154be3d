package io.muster.client.session;

import io.muster.protocol.AddWatchMode;
import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.EventType;
import io.muster.protocol.Extensions;
import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.protocol.WatcherEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A session whose world is a test: time stands until {@link #after} moves it, a server says what the test says, and what the
 * session wants done is told in lines of text.
 */
final class ScriptedSession {
    static final long MS = 1_000_000;
    static final int MUSTER = Extensions.encode(Extensions.CONFIRMED_PINGS);
    static final int ZOOKEEPER = 0;

    final Session session;
    long nowMs = 1_000;
    long jitterMs;

    private final List<Output> last = new ArrayList<>();
    private int connection;

    ScriptedSession(int servers, int timeoutMs) {
        this(new SessionSettings(servers, timeoutMs, Long.MAX_VALUE, false, true, List.of()));
    }

    ScriptedSession(SessionSettings settings) {
        session = new Session(settings, bound -> Math.min(jitterMs * MS, bound - 1));
    }

    /** A session of ten seconds on one server, connected. */
    static ScriptedSession connected(int protocolVersion) {
        ScriptedSession script = new ScriptedSession(1, 10_000);
        script.start();
        script.opened();
        script.accept(protocolVersion, 0x77, 10_000);
        return script;
    }

    List<String> start() {
        return step(new Input.Start());
    }

    List<String> opened() {
        return step(new Input.Opened(connection));
    }

    List<String> lost(String why) {
        return step(new Input.Lost(connection, why));
    }

    List<String> close(long deadlineMs) {
        return step(new Input.Close(deadlineMs * MS));
    }

    /** The server takes the session. */
    List<String> accept(int protocolVersion, long sessionId, int timeoutMs) {
        return accept(protocolVersion, sessionId, timeoutMs, false);
    }

    List<String> accept(int protocolVersion, long sessionId, int timeoutMs, boolean readOnly) {
        JuteWriter out = new JuteWriter();
        new ConnectResponse(protocolVersion, timeoutMs, sessionId, new byte[] {7, 7}, readOnly).write(out);
        return frame(out.toByteArray());
    }

    /** The server says that the session has expired. */
    List<String> refuse() {
        return accept(0, 0, 0);
    }

    List<String> frame(byte[] bytes) {
        return step(new Input.Frame(connection, bytes));
    }

    List<String> frameOf(int oldConnection, byte[] bytes) {
        return step(new Input.Frame(oldConnection, bytes));
    }

    int connection() {
        return connection;
    }

    List<String> reply(int xid, long zxid, ErrorCode err, Response body) {
        return frame(replyBytes(xid, zxid, err, body));
    }

    List<String> reply(int xid, long zxid) {
        return reply(xid, zxid, ErrorCode.OK, Response.EMPTY);
    }

    static byte[] replyBytes(int xid, long zxid, ErrorCode err, Response body) {
        JuteWriter out = new JuteWriter();
        new ReplyHeader(xid, zxid, err.code()).write(out);
        body.write(out);
        return out.toByteArray();
    }

    List<String> event(EventType type, String path, long zxid) {
        JuteWriter out = new JuteWriter();
        new ReplyHeader(-1, zxid, 0).write(out);
        WatcherEvent.of(type, path).write(out);
        return frame(out.toByteArray());
    }

    /** Time passes, and the session is told. */
    List<String> after(long ms) {
        nowMs += ms;
        return step(new Input.Tick());
    }

    /** The same, tick by tick as the session asks for it; the lines of all of them. */
    List<String> run(long ms) {
        long endMs = nowMs + ms;
        List<String> lines = new ArrayList<>();
        while (session.nextTickNanos() <= endMs * MS) {
            nowMs = Math.max(nowMs, (session.nextTickNanos() + MS - 1) / MS);
            lines.addAll(step(new Input.Tick()));
        }
        nowMs = endMs;
        return lines;
    }

    List<String> submit(Request request) {
        return submit(request, null, 60_000);
    }

    List<String> submit(Request request, WatchSink watch) {
        return submit(request, watch, 60_000);
    }

    List<String> submit(Request request, WatchSink watch, long timeoutMs) {
        return step(new Input.Submit(new Call(request, Call.encode(request), (nowMs + timeoutMs) * MS, watch)));
    }

    List<String> hold(boolean begin) {
        return step(new Input.Hold(begin));
    }

    List<String> unwatch(String path, Object owner) {
        return step(new Input.Unwatch(path, owner));
    }

    List<String> closeWatch(String path, AddWatchMode mode, WatchSink sink) {
        return step(new Input.CloseWatch(path, mode, sink));
    }

    long validForMs() {
        return session.validUntilNanos() / MS - nowMs;
    }

    /** The handshake among the last outputs. */
    ConnectRequest handshake() {
        for (Output output : last) {
            if (output instanceof Output.Send send && send.what() == null) {
                return ConnectRequest.read(new JuteReader(send.frame(), 4, send.frame().length - 4));
            }
        }
        throw new AssertionError("no handshake in " + last);
    }

    List<Output> lastOutputs() {
        return List.copyOf(last);
    }

    List<String> step(Input input) {
        last.clear();
        session.step(input, nowMs * MS, last);
        for (Output output : last) {
            if (output instanceof Output.Connect connect) {
                connection = connect.connection();
            }
        }
        return last.stream().map(ScriptedSession::line).toList();
    }

    private static String line(Output output) {
        if (output instanceof Output.Connect out) {
            return "connect to " + out.serverIndex();
        }
        if (output instanceof Output.Send out) {
            return out.what() == null ? "send handshake" : "send " + out.xid() + " " + text(out.what());
        }
        if (output instanceof Output.Disconnect out) {
            return "disconnect: " + out.reason();
        }
        if (output instanceof Output.Answered out) {
            return "answered " + text(out.call().request()) + " " + ErrorCode.of(out.err());
        }
        if (output instanceof Output.Failed out) {
            return "failed " + text(out.call().request()) + " " + out.failure() + (out.unknown() ? " unknown" : "");
        }
        if (output instanceof Output.Event out) {
            return "tell " + out.sink() + " " + out.type() + " " + out.path() + " " + out.zxid();
        }
        if (output instanceof Output.Resync out) {
            return "resync " + out.sink();
        }
        if (output instanceof Output.WatchEnded out) {
            return "end of " + out.sink();
        }
        if (output instanceof Output.Opened out) {
            return String.format(Locale.ROOT, "opened 0x%x for %d ms", out.sessionId(), out.timeoutMs())
                    + (out.readOnly() ? " read-only" : "");
        }
        if (output instanceof Output.Attached out) {
            return String.format(Locale.ROOT, "attached 0x%x for %d ms", out.sessionId(), out.timeoutMs())
                    + (out.readOnly() ? " read-only" : "");
        }
        if (output instanceof Output.Suspended out) {
            return String.format(Locale.ROOT, "suspended 0x%x", out.sessionId());
        }
        if (output instanceof Output.Expired out) {
            return String.format(Locale.ROOT, "expired 0x%x", out.sessionId());
        }
        return "ended by " + ((Output.Ended) output).why();
    }

    private static String text(Request request) {
        if (request instanceof Request.SetWatches set) {
            return set.op() + " " + set.relativeZxid() + " data" + set.data() + " exist" + set.exist() + " child"
                    + set.child() + " persistent" + set.persistent() + " recursive" + set.persistentRecursive();
        }
        String path = request instanceof Request.GetData get
                ? get.path()
                : request instanceof Request.SetData set
                        ? set.path()
                        : request instanceof Request.Exists exists
                                ? exists.path()
                                : request instanceof Request.GetChildren2 children
                                        ? children.path()
                                        : request instanceof Request.AddWatch add
                                                ? add.path()
                                                : request instanceof Request.RemoveWatches remove
                                                        ? remove.path() + " " + remove.type()
                                                        : "";
        return path.isEmpty() ? request.op().toString() : request.op() + " " + path;
    }

    static WatchSink sink(String name) {
        return new NamedSink(name);
    }

    static WatchSink sinkOf(String name, Object owner) {
        return new WatchSink() {
            @Override
            public Object owner() {
                return owner;
            }

            @Override
            public String toString() {
                return name;
            }
        };
    }

    static Request get(String path) {
        return new Request.GetData(path, false);
    }

    static Request getWatching(String path) {
        return new Request.GetData(path, true);
    }

    static Request set(String path) {
        return new Request.SetData(path, new byte[0], -1);
    }

    static Request existsWatching(String path) {
        return new Request.Exists(path, true);
    }

    static Request childrenWatching(String path) {
        return new Request.GetChildren2(path, true);
    }

    static Request addWatch(String path, AddWatchMode mode) {
        return new Request.AddWatch(path, mode.code());
    }

    static final io.muster.protocol.Stat STAT = new io.muster.protocol.Stat(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1);
    static final Response DATA = new Response.Data(new byte[0], STAT);
    static final Response STAT_ONLY = new Response.StatOnly(STAT);
    static final Response CHILDREN = new Response.Children2(List.of(), STAT);
    static final Response ADDED = new Response.ErrorBody(0);

    private static final class NamedSink implements WatchSink {
        private final String name;

        NamedSink(String name) {
            this.name = name;
        }

        @Override
        public Object owner() {
            return this;
        }

        @Override
        public String toString() {
            return name;
        }
    }
}

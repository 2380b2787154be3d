package io.muster.testkit.differential;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Plays a script on one server, under a root of its own. One session speaks at a time: before another one does, all is read
 * that the server has to say to the first, so that the order of everything is the script's. At the end every session is
 * closed. Used by one thread.
 */
final class Player {
    static final String OLD_CLOSED = "the old connection is closed";
    static final String OLD_OPEN = "the old connection is open";

    private static final String QUOTAS = "/zookeeper/quota";
    private static final int NOTIFICATION = -1;
    private static final int EVENT_STATE_CONNECTED = 3;
    private static final int CONNECT_TIMEOUT_MS = 60_000;
    private static final int UNIMPLEMENTED = -6;
    private static final int AUTH_FAILED = -115;
    private static final int EPHEMERAL = 1;
    private static final int SHORTEST_TIMEOUT_MS = 1;
    private static final int NODE_DELETED = 2;

    private final int port;
    private final String root;
    private final Coverage coverage;
    private final Transcript transcript = new Transcript();
    private final Map<Integer, Actor> actors = new TreeMap<>();
    /** Whose sessions their numbers have no more. */
    private final List<Actor> former = new ArrayList<>();

    private Player(int port, String root, Coverage coverage) {
        this.port = port;
        this.root = root;
        this.coverage = coverage;
    }

    /**
     * @param root a path with two components, the first of which no other script has on this server
     * @throws IOException if there is no server
     */
    static Transcript play(Script script, int port, String root, Coverage coverage) throws IOException {
        Player player = new Player(port, root, coverage);
        try {
            player.play(script);
        } finally {
            for (Actor actor : player.actors.values()) {
                if (actor.wire != null) {
                    actor.wire.close();
                }
            }
        }
        return player.transcript;
    }

    private void play(Script script) throws IOException {
        Actor first = actor(0);
        connect(first, CONNECT_TIMEOUT_MS);
        String above = root.substring(0, root.indexOf('/', 1));
        for (String path : List.of(above, root, QUOTAS + above, QUOTAS + root)) {
            ask(first, create("!" + path, 0));
            if (first.lastError != 0) {
                throw new IllegalStateException("no root for the script: error " + first.lastError + " for " + path);
            }
        }
        Actor last = first;
        for (int i = 0; i < script.steps().size(); i++) {
            Step step = script.steps().get(i);
            Actor actor = actor(step.session());
            if (actor != last) {
                awaitReplies(last);
            }
            take(i + 1, step, actor);
            last = actor(step.session());
        }
        awaitReplies(last);
        for (Actor actor : former) {
            end(actor);
        }
        for (Actor actor : actors.values()) {
            end(actor);
        }
    }

    private Actor actor(int session) {
        return actors.computeIfAbsent(session, Actor::new);
    }

    private void take(int number, Step step, Actor actor) throws IOException {
        Operation operation = step.operation();
        if (operation.kind().isRequest()) {
            request(number, step, actor);
            return;
        }
        awaitReplies(actor);
        switch (operation.kind()) {
            case CONNECT -> {
                drop(actor);
                former.add(actor);
                Actor successor = new Actor(actor.number);
                actors.put(actor.number, successor);
                connect(successor, (Integer) operation.argument(0));
            }
            case ATTACH -> attach(actor, (String) operation.argument(0), CONNECT_TIMEOUT_MS);
            case DROP -> drop(actor);
            case EXPIRE -> expire(actor);
            default -> throw new IllegalArgumentException("cannot play " + step);
        }
    }

    private void request(int number, Step step, Actor actor) throws IOException {
        if (actor.wire == null) {
            note(actor, number + " is not connected");
            return;
        }
        if (step.mayClose()) {
            awaitReplies(actor);
        }
        send(actor, number, step);
        if (step.mayClose()) {
            actor.lastError = 0;
            awaitReplies(actor);
            if (actor.lastError == UNIMPLEMENTED || actor.lastError == AUTH_FAILED) {
                awaitClose(actor);
            } else {
                ping(actor);
            }
        } else if (!step.pipelined()) {
            awaitReplies(actor);
        }
    }

    private void send(Actor actor, int number, Step step) {
        Wire wire = actor.wire;
        if (wire == null) {
            return;
        }
        Operation operation = step.operation();
        int xid = step.xid() == null ? xid(actor, operation) : step.xid();
        byte[] record = operation.encode(new NamesOf(actor));
        int length = Math.max(0, record.length - step.cutBytes());
        ByteBuffer frame = ByteBuffer.allocate(8 + length);
        frame.putInt(xid).putInt(operation.code()).put(record, 0, length);
        actor.pending.add(new Actor.Asked(number, xid, operation));
        actor.watches.asked(operation);
        wire.send(frame.array());
    }

    private static int xid(Actor actor, Operation operation) {
        return switch (operation.kind()) {
            case PING -> -2;
            case AUTH -> -4;
            case SET_WATCHES -> -8;
            default -> actor.nextXid();
        };
    }

    private final class NamesOf implements Operation.Names {
        private final Actor actor;

        NamesOf(Actor actor) {
            this.actor = actor;
        }

        @Override
        public String path(String inScript) {
            return absolute(inScript);
        }

        @Override
        public long zxid(String inScript) {
            return inScript.startsWith("seen-")
                    ? actor.seen(Integer.parseInt(inScript.substring(5)))
                    : Long.parseLong(inScript);
        }
    }

    private String absolute(String inScript) {
        if (inScript.startsWith("!")) {
            return inScript.substring(1);
        }
        if (inScript.startsWith("%")) {
            return QUOTAS + root + inScript.substring(1);
        }
        return inScript.equals("/") ? root : root + inScript;
    }

    /** Paths of the script as the script has them, so that roots do not matter. */
    private String relative(String text) {
        if (text.startsWith(QUOTAS + root)) {
            return "%" + text.substring(QUOTAS.length() + root.length());
        }
        return text.startsWith(root) ? "~" + text.substring(root.length()) : text;
    }

    private void awaitReplies(Actor actor) throws IOException {
        while (!actor.pending.isEmpty()) {
            Wire wire = actor.wire;
            if (wire == null) {
                actor.pending.clear();
                return;
            }
            byte[] frame;
            try {
                frame = wire.receive();
            } catch (SocketTimeoutException e) {
                note(actor, "no answer to " + actor.pending);
                frame = null;
            }
            if (frame == null) {
                closed(actor);
            } else {
                read(actor, ByteBuffer.wrap(frame));
            }
        }
    }

    /** Behind an error after which the connection is closed; what is sent before it is, ZooKeeper may still answer. */
    private void awaitClose(Actor actor) throws IOException {
        while (actor.wire != null) {
            try {
                byte[] frame = actor.wire.receive();
                if (frame == null) {
                    closed(actor);
                } else {
                    read(actor, ByteBuffer.wrap(frame));
                }
            } catch (SocketTimeoutException e) {
                note(actor, "is not closed");
                return;
            }
        }
    }

    private void closed(Actor actor) throws IOException {
        List<Integer> unanswered = actor.pending.stream()
                .filter(asked -> asked.step() > 0)
                .map(Actor.Asked::step)
                .toList();
        note(actor, "closed" + (unanswered.isEmpty() ? "" : " without an answer to " + unanswered));
        disconnect(actor);
    }

    private static void disconnect(Actor actor) throws IOException {
        if (actor.wire != null) {
            actor.wire.close();
            actor.wire = null;
        }
        actor.pending.clear();
        actor.watches.clear();
    }

    private void read(Actor actor, ByteBuffer frame) {
        if (frame.remaining() < 16) {
            note(actor, "a frame of " + Arrays.toString(frame.array()));
            return;
        }
        int xid = frame.getInt();
        long zxid = frame.getLong();
        int err = frame.getInt();
        actor.saw(zxid);
        actor.lastError = err;
        if (xid == NOTIFICATION) {
            event(actor, zxid, err, frame);
            return;
        }
        Actor.Asked asked = actor.answered(xid);
        ReplyText text = new ReplyText(frame, this::relative);
        List<Object> line = new ArrayList<>();
        if (asked == null) {
            line.add("xid " + xid + " was not asked");
        } else if (asked.step() > 0) {
            line.add(asked.step() + " " + asked.operation().kind().word);
        } else {
            line.add(asked.operation().kind().word);
        }
        if (asked != null && asked.xid() != xid) {
            line.add(" as " + xid);
        }
        line.add(" err " + err + " zxid ");
        line.add(new Transcript.Zxid(zxid));
        line.addAll(text.body(
                asked == null || err != 0 ? List.of() : asked.operation().kind().reply));
        transcript.add(actor.number, line);
        if (asked != null && asked.step() > 0) {
            coverage.answered(asked.operation(), err, text.slotErrors);
            actor.watches.answered(asked.operation(), err);
        }
        if (asked != null && asked.operation().kind() == Kind.CLOSE_SESSION) {
            transcript.endOfSession(zxid);
        }
    }

    private void event(Actor actor, long zxid, int err, ByteBuffer frame) {
        if (frame.remaining() < 12) {
            note(actor, "an event of " + Arrays.toString(frame.array()));
            return;
        }
        int type = frame.getInt();
        int state = frame.getInt();
        List<Object> line = new ArrayList<>();
        line.add("event " + type);
        line.add(state == EVENT_STATE_CONNECTED && err == 0 ? " zxid " : " state " + state + " err " + err + " zxid ");
        line.add(new Transcript.Zxid(zxid));
        byte[] path = Arrays.copyOfRange(frame.array(), frame.position() + 4, frame.limit());
        line.addAll(new ReplyText(frame, this::relative).body(List.of(Shape.TEXT)));
        transcript.addEvent(actor.number, line, zxid);
        if (type >= 1 && type <= 4) {
            Coverage.Event event = Coverage.Event.values()[type - 1];
            coverage.notified(actor.watches.causes(event, inScript(new String(path, StandardCharsets.UTF_8))), event);
        }
    }

    private String inScript(String absolute) {
        String relative = relative(absolute);
        if (!relative.startsWith("~")) {
            return "!" + absolute;
        }
        return relative.equals("~") ? "/" : relative.substring(1);
    }

    private void ping(Actor actor) throws IOException {
        ask(actor, Operation.of(Kind.PING));
    }

    /** Something that the script does not have. */
    private void ask(Actor actor, Operation operation) throws IOException {
        send(actor, 0, Step.of(actor.number, operation));
        awaitReplies(actor);
    }

    private static Operation create(String path, int flags) {
        return Operation.of(Kind.CREATE, path, "", List.of(new AclEntry(31, "world", "anyone")), flags);
    }

    private void connect(Actor actor, int timeoutMs) throws IOException {
        Wire wire = new Wire(port);
        Handshake.send(wire, new Handshake.Request(0, timeoutMs, 0, new byte[16], true));
        accept(actor, wire, "connect");
    }

    /** Whatever the old connection had to say is read before. */
    private void attach(Actor actor, String how, int timeoutMs) throws IOException {
        if (actor.sessionId == 0) {
            note(actor, "has no session");
            return;
        }
        ping(actor);
        Wire old = actor.wire;
        byte[] password = actor.password.clone();
        if (how.equals("wrong-password")) {
            password[3] ^= 1;
        }
        long lastZxid = how.equals("ahead") ? Long.MAX_VALUE : how.equals("behind") ? 0 : actor.seen(0);
        boolean flag = !how.equals("old-client");
        Wire wire = new Wire(port);
        Handshake.send(wire, new Handshake.Request(lastZxid, timeoutMs, actor.sessionId, password, flag));
        boolean accepted = accept(actor, wire, "attach");
        if (old != null && accepted) {
            awaitClose(actor, old);
        } else if (old != null) {
            ping(actor);
        }
    }

    /** What the old connection of an actor says until it is closed; nothing as a rule. */
    private void awaitClose(Actor actor, Wire old) throws IOException {
        try (old) {
            for (byte[] frame = old.receive(); frame != null; frame = old.receive()) {
                read(actor, ByteBuffer.wrap(frame));
            }
            note(actor, OLD_CLOSED);
        } catch (SocketTimeoutException e) {
            note(actor, OLD_OPEN);
        }
    }

    private boolean accept(Actor actor, Wire wire, String what) throws IOException {
        Handshake.Response response = Handshake.receive(wire);
        List<Object> line = new ArrayList<>();
        line.add(what + " ");
        line.addAll(response.parts());
        transcript.add(actor.number, line);
        if (response.sessionId() == 0) {
            note(actor, Handshake.isClosed(wire) ? "closed" : "open");
            wire.close();
            return false;
        }
        actor.sessionId = response.sessionId();
        actor.password = response.password();
        actor.pending.clear();
        actor.watches.clear();
        actor.wire = wire;
        return true;
    }

    private void drop(Actor actor) throws IOException {
        ping(actor);
        disconnect(actor);
    }

    /** A znode that goes with the session shows when it has ended. */
    private void expire(Actor actor) throws IOException {
        if (actor.wire == null) {
            note(actor, "is not connected");
            return;
        }
        Actor observer = actor(0);
        String marker = "!" + root + "-expiring-" + actor.number;
        ask(actor, create(marker, EPHEMERAL));
        ask(observer, Operation.of(Kind.EXISTS, marker, true));
        attach(actor, "right", SHORTEST_TIMEOUT_MS);
        drop(actor);
        awaitDeletion(observer);
    }

    private void awaitDeletion(Actor observer) throws IOException {
        byte[] frame;
        try {
            frame = observer.wire == null ? null : observer.wire.receive();
        } catch (SocketTimeoutException e) {
            note(observer, "the session does not expire");
            return;
        }
        if (frame == null) {
            closed(observer);
            return;
        }
        ByteBuffer event = ByteBuffer.wrap(frame);
        if (frame.length >= 20 && event.getInt(0) == NOTIFICATION && event.getInt(16) == NODE_DELETED) {
            transcript.endOfSession(event.getLong(4));
        }
        read(observer, event);
    }

    /** So that no session of this script is there to expire during the next one. */
    private void end(Actor actor) throws IOException {
        if (actor.sessionId == 0) {
            return;
        }
        if (actor.wire == null) {
            attach(actor, "right", CONNECT_TIMEOUT_MS);
        }
        ping(actor);
        ask(actor, Operation.of(Kind.CLOSE_SESSION));
        ping(actor);
    }

    private void note(Actor actor, String text) {
        transcript.add(actor.number, List.of(text));
    }
}

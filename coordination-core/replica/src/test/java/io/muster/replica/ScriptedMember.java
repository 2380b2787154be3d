package io.muster.replica;

import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.EventType;
import io.muster.protocol.Extensions;
import io.muster.protocol.Id;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.protocol.Response;
import io.muster.protocol.WatcherEvent;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.Notification;
import io.muster.replica.state.AccessControl;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import io.muster.replica.zab.PeerInput;
import io.muster.replica.zab.Recovered;
import io.muster.replica.zab.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One member of a {@link ScriptedEnsemble}, with its clients' connections, and a disk that does everything at once. */
final class ScriptedMember implements Outputs, PeerWire {
    final long id;
    final List<Transaction> log = new ArrayList<>();
    boolean isUp = true;
    /** Whether reads may be answered without the replica. */
    boolean isPublished;

    final List<String> warnings = new ArrayList<>();
    /** How often that came to an end. */
    int suspensions;

    State published;
    Role role = new Role.Looking();

    private final ScriptedEnsemble ensemble;
    private final Replica replica;
    private final Map<Long, List<String>> heard = new TreeMap<>();
    private final Map<Long, ConnectResponse> accepted = new TreeMap<>();
    private boolean appended;
    private long connections;
    private int xid;

    ScriptedMember(ScriptedEnsemble ensemble, long id, State recovered) {
        this.ensemble = ensemble;
        this.id = id;
        this.published = recovered;
        ReplicaSettings settings = ReplicaSettings.builder()
                .serverId((int) id)
                .tickTimeMs(100)
                .sessionTimeoutsMs(200, 5_000)
                .build();
        this.replica = new Replica(
                settings,
                ensemble.settings(id),
                recovered,
                new Recovered(0, 0, recovered.zxid(), recovered.zxid(), List.of()),
                ScriptedEnsemble.HOLD_MS,
                new Clocks(0, 1_000_000),
                this);
    }

    void take(Input input) {
        if (!isUp) {
            return;
        }
        replica.step(input, this);
        replica.endBatch(this);
        if (appended) {
            appended = false;
            long last = log.get(log.size() - 1).zxid();
            ensemble.later(() -> take(new Input.Persisted(last)));
        }
    }

    private void disk(PeerInput done) {
        ensemble.later(() -> take(new Input.OfPeer(done)));
    }

    int digestMismatches() {
        return replica.digestMismatches();
    }

    State state() {
        return replica.state().freeze();
    }

    // what clients do

    /** A new session, once everything has been done. */
    long connect(int timeoutMs) {
        return connect(new ConnectRequest(0, 0, timeoutMs, 0, new byte[16], false));
    }

    /** A connection to a session that another connection opened. */
    long connect(ConnectResponse session) {
        return connect(new ConnectRequest(0, 0, session.timeoutMs(), session.sessionId(), session.password(), false));
    }

    /** A new session of a client that knows of confirmed pings. */
    long connectAsMuster(int timeoutMs) {
        int version = Extensions.encode(Extensions.CONFIRMED_PINGS);
        return connect(new ConnectRequest(version, 0, timeoutMs, 0, new byte[16], false));
    }

    private long connect(ConnectRequest request) {
        long connection = ++connections;
        heard.put(connection, new ArrayList<>());
        take(new Input.ConnectionOpened(connection, "10.0.0." + connection));
        take(new Input.Connect(connection, request));
        ensemble.settle();
        return connection;
    }

    ConnectResponse session(long connection) {
        ConnectResponse response = accepted.get(connection);
        if (response == null) {
            throw new AssertionError("not accepted: " + heard.get(connection));
        }
        return response;
    }

    /** A ping, without waiting for anything. */
    void ping(long connection) {
        Request request = new Request.Ping();
        take(new Input.Arrived(connection, new RequestHeader(-2, request.op().code()), request));
    }

    /** Without waiting for anything. */
    void send(long connection, Request request) {
        RequestHeader header = new RequestHeader(++xid, request.op().code());
        take(new Input.Arrived(connection, header, request));
    }

    /** What the connection hears of a request, once everything has been done; taken away from {@link #heard}. */
    String ask(long connection, Request request) {
        send(connection, request);
        ensemble.settle();
        List<String> all = heard(connection);
        return all.isEmpty() ? "nothing" : all.get(all.size() - 1);
    }

    /** Since it was asked last. */
    List<String> heard(long connection) {
        List<String> taken = heard.get(connection);
        heard.put(connection, new ArrayList<>());
        return taken == null ? List.of() : taken;
    }

    private void hear(long connection, String what) {
        List<String> list = heard.get(connection);
        if (list != null) {
            list.add(what);
        }
    }

    // what the replica wants done for clients

    @Override
    public void append(Transaction transaction) {
        log.add(transaction);
        appended = true;
    }

    @Override
    public void accept(long connection, long sessionId, ConnectResponse response) {
        accepted.put(connection, response);
        hear(connection, "accepted");
    }

    @Override
    public void reject(long connection, ConnectResponse response) {
        hear(connection, "rejected");
        gone(connection);
    }

    @Override
    public void reply(long connection, ReplyHeader header, Response body) {
        ErrorCode error = ErrorCode.of(header.err());
        hear(connection, error == ErrorCode.OK ? text(body) : error.toString());
    }

    @Override
    public void replyFrom(State state, long zxid, long connection, int number, Request read, List<Id> ids) {
        Answer answer = Reads.answer(state, read, ids, AccessControl.withStandardSchemes(false));
        hear(
                connection,
                answer.error() == ErrorCode.OK
                        ? text(answer.body())
                        : answer.error().toString());
    }

    private static String text(Response body) {
        return new ReplyText().of(body);
    }

    @Override
    public void notify(long connection, long zxid, WatcherEvent event) {
        hear(connection, "event " + EventType.of(event.type()) + " " + event.path());
    }

    @Override
    public void refused(long connection, Limit limit, long max) {
        hear(connection, "refused " + limit);
    }

    @Override
    public void identities(long connection, List<Id> ids) {}

    @Override
    public void close(long connection, String reason) {
        hear(connection, "closed: " + reason);
        gone(connection);
    }

    private void gone(long connection) {
        ensemble.later(() -> take(new Input.ConnectionClosed(connection)));
    }

    @Override
    public void warn(String topic, String message) {
        warnings.add(message);
    }

    @Override
    public PeerWire peers() {
        return this;
    }

    @Override
    public void suspend() {
        isPublished = false;
        suspensions++;
    }

    @Override
    public void publish(State state) {
        published = state;
        isPublished = true;
    }

    // what it wants done with the others and the disk

    @Override
    public void notify(long server, Notification notification) {
        ensemble.toServer(this, server, new PeerInput.NotificationArrived(id, notification));
    }

    @Override
    public void connectTo(long link, long leader) {
        ensemble.connect(this, link, leader);
    }

    @Override
    public void disconnect(long link, String reason) {
        ensemble.cut(this, link);
    }

    @Override
    public void toLeader(long link, LearnerPacket packet) {
        ensemble.toLeader(this, link, packet);
    }

    @Override
    public void toLearner(long link, LeaderPacket packet) {
        ensemble.toLearner(this, link, packet);
    }

    @Override
    public void closeLearner(long link, String reason) {
        ensemble.cutLearner(this, link);
    }

    @Override
    public void truncate(long zxid, boolean reload) {
        log.removeIf(each -> each.zxid() > zxid);
        @Nullable State reloaded = null;
        if (reload) {
            var editor = State.initial(1, true).edit();
            log.forEach(editor::replay);
            reloaded = editor.freeze();
        }
        disk(new PeerInput.Truncated(zxid, zxid, reloaded));
    }

    @Override
    public void install(State state, long zxid) {
        log.clear();
        disk(new PeerInput.Installed(zxid));
    }

    @Override
    public void saveAcceptedEpoch(long epoch) {
        disk(new PeerInput.AcceptedEpochSaved(epoch));
    }

    @Override
    public void saveCurrentEpoch(long epoch) {
        disk(new PeerInput.CurrentEpochSaved(epoch));
    }

    @Override
    public void readLog(long link, long after, long upTo, long maxBytes) {
        disk(new PeerInput.LogRead(link, null));
    }

    @Override
    public void roleChanged(Role now, String why) {
        role = now;
    }
}

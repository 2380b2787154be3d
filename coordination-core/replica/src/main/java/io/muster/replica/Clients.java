package io.muster.replica;

import io.muster.protocol.Acl;
import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.EventType;
import io.muster.protocol.Extensions;
import io.muster.protocol.WatcherEvent;
import io.muster.replica.session.SessionPasswords;
import io.muster.replica.session.SessionSecret;
import io.muster.replica.state.AclList;
import io.muster.replica.state.SecretZnode;
import io.muster.replica.watch.Tally;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who is connected here, with which session, and what they have. Owned by the replica's thread. */
final class Clients {
    private final Core core;
    private final Map<Long, Connection> connections = new LinkedHashMap<>();
    /** A session's connection here, if it has one. */
    private final Map<Long, Connection> ofSession = new HashMap<>();

    private final AddressUse.Table addresses = new AddressUse.Table();

    Clients(Core core) {
        this.core = core;
    }

    void opened(long number, String address) {
        connections.put(number, new Connection(number, address, addresses.connectionOpened(address)));
    }

    /** Null if it is gone. */
    @Nullable
    Connection get(long number) {
        return connections.get(number);
    }

    @Nullable
    Connection ofSession(long sessionId) {
        return ofSession.get(sessionId);
    }

    /** In the order of their coming. Connections may be ended meanwhile, not come or go. */
    void forEach(Consumer<Connection> visitor) {
        connections.values().forEach(visitor);
    }

    /** Those that are not gone. */
    int count() {
        return connections.size();
    }

    /** Its watches go with it; its session does not. */
    void closed(long number) {
        Connection connection = connections.remove(number);
        if (connection != null) {
            connection.closed = true;
            connection.gone = true;
            core.watches.removeConnection(number);
            addresses.connectionClosed(connection);
            if (connection.sessionId != 0) {
                ofSession.remove(connection.sessionId, connection);
            }
        }
    }

    /** The connection speaks for the session from now on. */
    void attach(Connection connection, long sessionId) {
        connection.sessionId = sessionId;
        ofSession.put(sessionId, connection);
    }

    void sessionOpened(long sessionId, Connection connection) {
        addresses.sessionOpened(sessionId, connection);
    }

    void sessionEnded(long sessionId) {
        addresses.sessionEnded(sessionId);
        ofSession.remove(sessionId);
    }

    /** Why the connection may not have a new session, which is put out for whoever keeps the log; or null. */
    private @Nullable String refusalOfSession(Connection connection, Outputs out) {
        Limit limit = sessionLimit(connection);
        if (limit == null) {
            return null;
        }
        out.refused(connection.number, limit, core.settings.limits().of(limit));
        return "there are as many sessions as there may be";
    }

    /** The limit that one more session would exceed, or null. */
    private @Nullable Limit sessionLimit(Connection connection) {
        int sum = core.settings.limits().sessions();
        if (sum > 0 && core.state.sessionCount() >= sum) {
            return Limit.SESSIONS;
        }
        int ofAddress = core.settings.limits().sessionsPerAddress();
        return ofAddress > 0 && connection.address.sessions() >= ofAddress ? Limit.SESSIONS_PER_ADDRESS : null;
    }

    Tally watchesOfAddress(long number) {
        Connection connection = connections.get(number);
        return connection == null ? new Tally() : connection.address.watches;
    }

    /** For whoever keeps the log. */
    void noteRefusedWatch(Connection connection, Outputs out) {
        Limit limit = switch (Objects.requireNonNull(core.watches.reached())) {
            case PER_CONNECTION -> Limit.WATCHES_PER_CONNECTION;
            case PER_ADDRESS -> Limit.WATCHES_PER_ADDRESS;
            case BYTES_PER_CONNECTION -> Limit.WATCH_BYTES_PER_CONNECTION;
            case BYTES -> Limit.WATCH_BYTES;
        };
        out.refused(connection.number, limit, core.settings.limits().of(limit));
    }

    /** Tells a connection of an event, unless it may not read what the event is about. */
    void event(long number, long zxid, EventType type, String path, @Nullable AclList acl, Outputs out) {
        Connection connection = connections.get(number);
        if (connection == null || connection.gone) {
            return;
        }
        if (acl == null || core.settings.access().permits(acl, Acl.READ, connection.ids)) {
            out.notify(number, zxid, WatcherEvent.of(type, path));
        }
    }

    /** Closes a connection after what was put out for it. */
    static void end(Connection connection, String reason, Outputs out) {
        connection.gone = true;
        out.close(connection.number, reason);
    }

    // handshakes

    /** Why a handshake is not even looked at, or null. */
    @Nullable
    String objection(Connection connection, ConnectRequest request, long committedZxid, Outputs out) {
        if (connection.sessionId != 0) {
            return "a second handshake";
        }
        if (request.lastZxidSeen() > committedZxid) {
            return "the client has seen a later transaction than this server";
        }
        return request.sessionId() == 0 ? refusalOfSession(connection, out) : null;
    }

    /** What a session gets of the timeout that it asks for. */
    int timeoutMs(ConnectRequest request) {
        ReplicaSettings settings = core.settings;
        return Math.max(settings.minSessionTimeoutMs(), Math.min(settings.maxSessionTimeoutMs(), request.timeoutMs()));
    }

    /** @param confirmsPings whether pings can be answered by a quorum's word here, for a client that asks for it */
    ConnectResponse accepted(
            Connection connection, long sessionId, int timeoutMs, ConnectRequest request, boolean confirmsPings) {
        int offered = confirmsPings ? Extensions.CONFIRMED_PINGS : 0;
        int agreed = Extensions.decode(request.protocolVersion()) & offered;
        connection.confirmsPings = agreed != 0;
        return new ConnectResponse(
                Extensions.encode(agreed), timeoutMs, sessionId, passwordOf(sessionId), flag(request));
    }

    static ConnectResponse rejected(ConnectRequest request) {
        return new ConnectResponse(0, 0, 0, new byte[ConnectRequest.PASSWORD_BYTES], flag(request));
    }

    /** The read-only flag, which is left out for a client that left it out. */
    private static @Nullable Boolean flag(ConnectRequest request) {
        return request.readOnly() == null ? null : Boolean.FALSE;
    }

    /** Whether the client has proven that the session that it asks for is its own. */
    boolean ownsItsSession(ConnectRequest request) {
        return MessageDigest.isEqual(passwordOf(request.sessionId()), request.password());
    }

    /** A session keeps its password whatever the settings are now: its id says how that was made. */
    private byte[] passwordOf(long sessionId) {
        SessionSecret secret = storedSecret();
        return secret != null && secret.made(sessionId)
                ? secret.password(sessionId)
                : SessionPasswords.zooKeepers(sessionId);
    }

    @Nullable
    SessionSecret storedSecret() {
        byte[] stored = SecretZnode.read(core.state);
        return stored == null ? null : new SessionSecret(stored);
    }
}

package io.muster.replica;

import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.replica.session.SessionIds;
import io.muster.replica.session.SessionSecret;
import io.muster.replica.session.SessionTable;
import io.muster.replica.session.SessionTable.Session;
import io.muster.replica.state.Prepared;
import io.muster.replica.state.Preparer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes sessions, hands them to connections and ends them, on the server that decides. Owned by the replica's thread. */
final class SessionKeeper {
    /** Where transactions go. */
    interface Writer {
        void write(Prepared done, Outputs out);
    }

    private final Core core;
    private final Preparer preparer;
    private final Pipeline pipeline;
    private final Writer writer;
    private final SessionTable sessions;
    private final SessionIds sessionIds;

    /** All sessions of the state live for their whole timeout from now on. */
    SessionKeeper(Core core, Preparer preparer, Pipeline pipeline, Writer writer) {
        this.core = core;
        this.preparer = preparer;
        this.pipeline = pipeline;
        this.writer = writer;
        ReplicaSettings settings = core.settings;
        this.sessions = new SessionTable(settings.tickTimeMs());
        this.sessionIds = new SessionIds(settings.serverId(), Math.max(core.now.wallMs(), core.state.latestTimeMs()));
        core.state.forEachSession((id, timeoutMs) -> {
            sessions.open(id, timeoutMs, core.now.monotonicMs());
            sessionIds.taken(id);
        });
    }

    @Nullable
    Session get(long id) {
        return sessions.get(id);
    }

    /** It lives for this timeout from now on. */
    void renew(long id, int timeoutMs) {
        sessions.open(id, timeoutMs, core.now.monotonicMs());
    }

    void touch(Session session) {
        sessions.touch(session, core.now.monotonicMs());
    }

    private void write(Prepared done, Outputs out) {
        writer.write(done, out);
    }

    /** Answers a handshake to which nothing is to be objected. */
    void connect(Connection connection, ConnectRequest request, Outputs out) {
        int timeoutMs = core.clients.timeoutMs(request);
        if (request.sessionId() == 0) {
            createSession(connection, request, timeoutMs, out);
        } else {
            renewSession(connection, request, timeoutMs, out);
        }
    }

    private void createSession(Connection connection, ConnectRequest request, int timeoutMs, Outputs out) {
        SessionSecret secret = core.clients.storedSecret();
        SessionSecret newSecret = core.settings.newSecret();
        long id;
        if (newSecret == null) {
            id = sessionIds.nextOfZooKeepers(secret);
        } else {
            id = sessionIds.next(secret == null ? storeSecret(newSecret, out) : secret);
        }
        Session session = sessions.open(id, timeoutMs, core.now.monotonicMs());
        session.moveTo(Session.HERE);
        core.clients.sessionOpened(id, connection);
        write(preparer.createSession(id, timeoutMs, pipeline.nextZxid(), core.now.wallMs()), out);
        attach(connection, session, request, out);
    }

    private void renewSession(Connection connection, ConnectRequest request, int timeoutMs, Outputs out) {
        long id = request.sessionId();
        boolean fits = core.clients.ownsItsSession(request);
        Connection other = core.clients.ofSession(id);
        if (other != null && fits) {
            pipeline.close(other, "its session moved to another connection", out);
        }
        Session session = sessions.get(id);
        if (session == null || session.isClosing() || !fits) {
            connection.closed = true;
            ConnectResponse rejected = Clients.rejected(request);
            pipeline.afterPrepared(
                    connection,
                    o -> {
                        connection.gone = true;
                        o.reject(connection.number, rejected);
                    },
                    out);
            return;
        }
        sessions.open(id, timeoutMs, core.now.monotonicMs());
        session.moveTo(Session.HERE);
        attach(connection, session, request, out);
    }

    private void attach(Connection connection, Session session, ConnectRequest request, Outputs out) {
        connection.session = session;
        core.clients.attach(connection, session.id());
        ConnectResponse accepted = core.clients.accepted(connection, session.id(), session.timeoutMs(), request, true);
        pipeline.afterPrepared(
                connection,
                o -> {
                    if (!connection.gone) {
                        o.identities(connection.number, connection.ids);
                        o.accept(connection.number, accepted.sessionId(), accepted);
                    }
                },
                out);
    }

    private SessionSecret storeSecret(SessionSecret secret, Outputs out) {
        preparer.storeSecret(secret.bytes(), pipeline::nextZxid, core.now.wallMs())
                .forEach(done -> write(done, out));
        return secret;
    }

    void end(Session session, int cxid, Outputs out) {
        write(preparer.closeSession(session.id(), cxid, pipeline.nextZxid(), core.now.wallMs()), out);
        sessions.remove(session.id());
        core.clients.sessionEnded(session.id());
    }

    void createFor(long link, long sessionId, int timeoutMs, Outputs out) {
        sessions.open(sessionId, timeoutMs, core.now.monotonicMs()).moveTo(link);
        sessionIds.taken(sessionId);
        write(preparer.createSession(sessionId, timeoutMs, pipeline.nextZxid(), core.now.wallMs()), out);
    }

    void closeFor(long sessionId, int cxid, Outputs out) {
        Session session = sessions.get(sessionId);
        if (session != null) {
            end(session, cxid, out);
        }
    }

    /** So that no server of the ensemble has to make sessions without one. */
    void storeFirstSecret(Outputs out) {
        SessionSecret secret = core.settings.newSecret();
        if (secret != null && core.clients.storedSecret() == null) {
            storeSecret(secret, out);
        }
    }

    /**
     * Ends what is no session and owns ephemeral znodes all the same, which nobody else would ever do. By transactions, so that
     * all servers of an ensemble lose the same; before anything that clients ask.
     */
    void endOrphans(Outputs out) {
        List<Long> owners = core.state.orphanOwners();
        if (owners.isEmpty()) {
            return;
        }
        int before = core.state.ephemeralCount();
        for (long owner : owners) {
            write(preparer.closeSession(owner, 0, pipeline.nextZxid(), core.now.wallMs()), out);
        }
        core.warn("orphans", Orphans.describe(before - core.state.ephemeralCount(), owners));
    }

    /** After the inputs of the batch: a server that was paused hears what its clients sent meanwhile before it judges. */
    void expire(Outputs out) {
        List<Session> expired = sessions.expire(core.now.monotonicMs());
        core.expiredSessions += expired.size();
        for (Session session : expired) {
            Connection connection = core.clients.ofSession(session.id());
            end(session, 0, out);
            if (connection != null) {
                pipeline.close(connection, "the session expired", out);
            }
        }
    }
}

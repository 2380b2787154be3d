package io.muster.client.session;

import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.Extensions;

/** What the client and the servers agree on: which session it is, for how long it lives, and what of it was seen. */
final class Agreement {
    static final long NANOS_PER_MS = 1_000_000;

    private final SessionSettings settings;
    private final Validity validity = new Validity();

    /** 0 for none. */
    private long sessionId;

    private byte[] password = new byte[ConnectRequest.PASSWORD_BYTES];
    private int timeoutMs;
    private long lastZxid;
    private int features;
    private boolean readOnly;
    /** A session that only read-only servers know cannot go on elsewhere. */
    private boolean knownToQuorum;

    private long handshakeSentNanos;

    Agreement(SessionSettings settings) {
        this.settings = settings;
        this.timeoutMs = settings.timeoutMs();
    }

    /** What to ask for, now. */
    ConnectRequest ask(long nowNanos) {
        handshakeSentNanos = nowNanos;
        return new ConnectRequest(
                Extensions.encode(Extensions.CONFIRMED_PINGS),
                lastZxid,
                settings.timeoutMs(),
                knownToQuorum ? sessionId : 0,
                knownToQuorum ? password : new byte[ConnectRequest.PASSWORD_BYTES],
                settings.canBeReadOnly());
    }

    /** Whether a server gave another session than the one that there is. */
    boolean isOtherThan(ConnectResponse response) {
        return sessionId != 0 && response.sessionId() != sessionId;
    }

    /** A server gave what was asked for. What comes of it is to be told to the user. */
    Output accepted(ConnectResponse response) {
        boolean isNew = sessionId == 0;
        sessionId = response.sessionId();
        password = response.password();
        timeoutMs = response.timeoutMs();
        readOnly = Boolean.TRUE.equals(response.readOnly());
        knownToQuorum |= !readOnly;
        features = Extensions.decode(response.protocolVersion());
        if (isNew) {
            validity.opened(timeoutMs, handshakeSentNanos, confirmsPings());
            return new Output.Opened(sessionId, timeoutMs, readOnly);
        }
        validity.attached(timeoutMs, handshakeSentNanos, confirmsPings());
        return new Output.Attached(sessionId, timeoutMs, readOnly);
    }

    /** The session is over: there is none, until a server gives another. */
    void forget() {
        sessionId = 0;
        password = new byte[ConnectRequest.PASSWORD_BYTES];
        timeoutMs = settings.timeoutMs();
        knownToQuorum = false;
        features = 0;
        // A new session has seen nothing: else an ensemble that was set up anew could never take this client back.
        lastZxid = 0;
    }

    void sawZxid(long zxid) {
        // 0 and -1 stand for none.
        lastZxid = Math.max(lastZxid, zxid);
    }

    boolean hasSession() {
        return sessionId != 0;
    }

    /** 0 for none. */
    long sessionId() {
        return sessionId;
    }

    boolean isKnownToQuorum() {
        return knownToQuorum;
    }

    /** Of the session; without one, what will be asked for. */
    long timeoutNanos() {
        return timeoutMs * NANOS_PER_MS;
    }

    long lastZxid() {
        return lastZxid;
    }

    boolean isReadOnly() {
        return readOnly;
    }

    /** Whether the server of the last handshake does. */
    boolean confirmsPings() {
        return (features & Extensions.CONFIRMED_PINGS) != 0;
    }

    /** Until when the session cannot have expired. */
    Validity validity() {
        return validity;
    }
}

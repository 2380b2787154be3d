package io.muster.server.transport.peer;

import io.muster.replica.peer.InitialMessage;
import io.muster.replica.peer.Notification;
import io.muster.replica.zab.PeerInput;
import io.netty.channel.Channel;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Another server, as far as votes go to it and come from it. Belongs to the network's thread. */
final class Neighbor {
    private static final Logger log = LoggerFactory.getLogger(Neighbor.class);
    /** So long a smaller number waits at first to be called by the larger one. */
    private static final int PATIENCE_MS = 30;

    /** Also the time that two attempts are apart at least, so long as the other end does not ask for one. */
    private static final int FIRST_RETRY_MS = 50;

    private static final int LAST_RETRY_MS = 2_000;
    /** A younger attempt may still succeed when the other end asks for one. */
    private static final int OLD_ATTEMPT_MS = 500;

    private final ElectionMesh mesh;
    private final long id;
    /** Where the membership says that it is; empty for a stranger. */
    private final List<InitialMessage.Address> configured;
    /** Where it says itself that it is, which it may do falsely; empty before. */
    private List<InitialMessage.Address> announced = List.of();

    private @Nullable ElectionHandler connection;
    /** The last word to this server: it is said again on each new connection. */
    private @Nullable Notification last;

    /** The attempt that is running. */
    private @Nullable ElectionHandler dialing;

    /** Which of the attempts that wait for their time is meant to happen: the newest. */
    private int scheduled;

    private boolean isScheduled;
    private int attempts;
    private long lastAttemptNanos;
    private int retryMs = FIRST_RETRY_MS;

    Neighbor(ElectionMesh mesh, long id, List<InitialMessage.Address> configured) {
        this.mesh = mesh;
        this.id = id;
        this.configured = List.copyOf(configured);
        this.lastAttemptNanos = System.nanoTime() - FIRST_RETRY_MS * 1_000_000L;
    }

    long id() {
        return id;
    }

    /** Whether nothing goes on with it. */
    boolean isIdle() {
        return connection == null && dialing == null && !isScheduled;
    }

    private boolean dials() {
        return id < mesh.settings().serverId();
    }

    void begin() {
        if (dials()) {
            dial();
        } else {
            dialLater(PATIENCE_MS);
        }
    }

    void notify(Notification notification) {
        last = notification;
        if (connection != null) {
            connection.send(notification);
            return;
        }
        long sinceMs = sinceAttemptMs();
        if (sinceMs >= FIRST_RETRY_MS) {
            dial();
        } else {
            dialLater((int) (FIRST_RETRY_MS - sinceMs));
        }
    }

    private long sinceAttemptMs() {
        return (System.nanoTime() - lastAttemptNanos) / 1_000_000;
    }

    /** A connection that stays. */
    void connected(ElectionHandler handler) {
        ElectionHandler older = connection;
        connection = handler;
        handler.isOf(this);
        if (older != null) {
            older.close();
            mesh.thread().report(new PeerInput.ElectionLost(id));
        }
        mesh.thread().report(new PeerInput.ElectionConnected(id));
        if (last != null) {
            handler.send(last);
        }
    }

    void arrived(ElectionHandler from, Notification notification) {
        if (connection == from) {
            // not before: one who takes connections only to drop them is not to be dialed all the time
            retryMs = FIRST_RETRY_MS;
            mesh.thread().report(new PeerInput.NotificationArrived(id, notification));
        }
    }

    /** A connection is gone. */
    void lost(ElectionHandler handler) {
        if (connection != handler) {
            return;
        }
        connection = null;
        mesh.thread().report(new PeerInput.ElectionLost(id));
        if (mesh.isMember(id)) {
            dialLater(nextRetryMs());
        }
    }

    /** It asked to be called, so it has no connection to us, whatever we think. @param addresses where it says it is */
    void dialBack(List<InitialMessage.Address> addresses) {
        announced = addresses;
        attempts = 0;
        ElectionHandler attempt = dialing;
        if (attempt != null && sinceAttemptMs() >= OLD_ATTEMPT_MS) {
            // to where it is not any more, or was not then
            dialing = null;
            attempt.close();
        }
        ElectionHandler older = connection;
        connection = null;
        if (older != null) {
            older.close();
            mesh.thread().report(new PeerInput.ElectionLost(id));
        }
        dial();
    }

    private void dialLater(int delayMs) {
        if (mesh.isClosed()) {
            return;
        }
        isScheduled = true;
        int number = ++scheduled;
        mesh.thread()
                .schedule(
                        () -> {
                            if (number == scheduled) {
                                isScheduled = false;
                                dial();
                            }
                        },
                        delayMs);
    }

    private void dial() {
        if (dialing != null || connection != null || mesh.isClosed()) {
            return;
        }
        List<InitialMessage.Address> addresses = Stream.concat(announced.stream(), configured.stream())
                .distinct()
                .toList();
        if (addresses.isEmpty()) {
            log.debug("server {} cannot be dialed: it did not say where it is", id);
            return;
        }
        lastAttemptNanos = System.nanoTime();
        InitialMessage.Address address = addresses.get(attempts++ % addresses.size());
        ElectionHandler handler = new ElectionHandler(mesh, this);
        dialing = handler;
        mesh.thread()
                .connect(
                        address.host(),
                        address.port(),
                        mesh.settings().connectTimeoutMs(),
                        handler,
                        channel -> dialed(handler, channel),
                        why -> failed(handler, address, why));
    }

    private void dialed(ElectionHandler handler, Channel channel) {
        boolean isMeant = dialing == handler;
        if (isMeant) {
            dialing = null;
        }
        if (!isMeant || connection != null || mesh.isClosed()) {
            channel.close();
            return;
        }
        handler.greet(mesh.greeting());
        if (dials()) {
            connected(handler);
        } else {
            // it calls back
            handler.closeAtEnd();
            retry();
        }
    }

    private void failed(ElectionHandler handler, InitialMessage.Address address, String why) {
        if (dialing != handler) {
            return;
        }
        dialing = null;
        log.debug("server {} cannot be reached at {}: {}", id, address, why);
        if (connection == null) {
            retry();
        }
    }

    /** Of a stranger each of the addresses that it gave is tried once. */
    private void retry() {
        if (mesh.isMember(id) || attempts < announced.size()) {
            dialLater(nextRetryMs());
        }
    }

    private int nextRetryMs() {
        int now = retryMs;
        retryMs = Math.min(LAST_RETRY_MS, 2 * retryMs);
        return now;
    }

    void close() {
        if (connection != null) {
            connection.close();
        }
    }
}

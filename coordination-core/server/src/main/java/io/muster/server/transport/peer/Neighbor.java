package io.muster.server.transport.peer;

import io.muster.replica.peer.InitialMessage;
import io.muster.replica.peer.Notification;
import io.muster.replica.zab.PeerInput;
import io.netty.channel.Channel;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Another server, as far as votes go to it and come from it. Belongs to the network's thread. */
final class Neighbor {
    private static final Logger log = LoggerFactory.getLogger(Neighbor.class);
    /** So long a smaller number waits at first to be called by the larger one. */
    private static final int PATIENCE_MS = 30;

    private static final int FIRST_RETRY_MS = 50;
    private static final int LAST_RETRY_MS = 2_000;

    private final ElectionMesh mesh;
    private final long id;
    private List<InitialMessage.Address> addresses;
    private @Nullable ElectionHandler connection;
    /** The last word to this server: it is said again on each new connection. */
    private @Nullable Notification last;

    private boolean isDialing;
    private boolean isScheduled;
    private int attempts;
    private int retryMs = FIRST_RETRY_MS;

    Neighbor(ElectionMesh mesh, long id, List<InitialMessage.Address> addresses) {
        this.mesh = mesh;
        this.id = id;
        this.addresses = addresses;
    }

    long id() {
        return id;
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
        } else if (!isScheduled) {
            dial();
        }
    }

    /** A connection that stays. */
    void connected(ElectionHandler handler) {
        ElectionHandler older = connection;
        connection = handler;
        handler.isOf(this);
        retryMs = FIRST_RETRY_MS;
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
            dialLater(FIRST_RETRY_MS);
        }
    }

    /** It asked to be called, so it has no connection to us, whatever we think. */
    void dialBack(List<InitialMessage.Address> announced) {
        if (!announced.isEmpty()) {
            addresses = announced;
        }
        ElectionHandler older = connection;
        connection = null;
        if (older != null) {
            older.close();
            mesh.thread().report(new PeerInput.ElectionLost(id));
        }
        retryMs = FIRST_RETRY_MS;
        dial();
    }

    private void dialLater(int delayMs) {
        if (isScheduled || mesh.isClosed()) {
            return;
        }
        isScheduled = true;
        mesh.thread()
                .schedule(
                        () -> {
                            isScheduled = false;
                            dial();
                        },
                        delayMs);
    }

    private void dial() {
        if (isDialing || connection != null || mesh.isClosed()) {
            return;
        }
        isDialing = true;
        InitialMessage.Address address = addresses.get(attempts++ % addresses.size());
        ElectionHandler handler = new ElectionHandler(mesh, this);
        mesh.thread()
                .connect(
                        address.host(),
                        address.port(),
                        handler,
                        channel -> dialed(handler, channel),
                        why -> failed(address, why));
    }

    private void dialed(ElectionHandler handler, Channel channel) {
        isDialing = false;
        if (connection != null || mesh.isClosed()) {
            channel.close();
            return;
        }
        handler.greet(mesh.greeting());
        if (dials()) {
            connected(handler);
        } else {
            // it calls back
            handler.closeAtEnd();
            dialLater(nextRetryMs());
        }
    }

    private void failed(InitialMessage.Address address, String why) {
        isDialing = false;
        log.debug("server {} cannot be reached at {}: {}", id, address, why);
        if (connection == null && mesh.isMember(id)) {
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

package io.muster.server.transport;

import io.muster.protocol.ConnectResponse;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Response;
import io.muster.protocol.WatcherEvent;
import io.muster.protocol.Xids;
import io.muster.replica.LongRead;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What goes out on one connection: replies and events, the zxid that they have shown its client, and the limits for what
 * waits until the client takes it. Belongs to the connection's I/O thread.
 */
final class Replies {
    /** In a batch for a client, after so much it is looked whether too much waits. */
    private static final int LOOK_EVERY_BYTES = 1 << 20;

    private final ClientPort port;
    private final ConnectionStats stats;
    private final Outbox outbox;

    /** The zxid in the last reply: another one never has a lower one. */
    private long lastZxid;
    /** What waits for the client, as far as the port knows. */
    private long queuedBytes;

    private boolean tooMuchQueued;

    Replies(ClientPort port, ConnectionStats stats, Outbox outbox) {
        this.port = port;
        this.stats = stats;
        this.outbox = outbox;
    }

    long lastZxid() {
        return lastZxid;
    }

    // ---- what is said

    void handshake(ConnectResponse response) {
        countSent();
        outbox.frame(response::write);
    }

    void reply(ReplyHeader header, Response body) {
        write(header, body::write);
    }

    void event(long zxid, WatcherEvent event) {
        write(new ReplyHeader(Xids.NOTIFICATION, zxid, 0), event::write);
    }

    void longReply(int xid, long zxid, LongRead read) {
        lastZxid = Math.max(lastZxid, zxid);
        countSent();
        outbox.longReply(new LongReply(xid, zxid, read, sizeBytes -> countSize(xid, sizeBytes)));
    }

    /** What is no frame. */
    void text(String text) {
        if (!text.isEmpty()) {
            countSent();
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        outbox.append(bytes, bytes.length);
    }

    private void write(ReplyHeader header, Consumer<JuteWriter> body) {
        lastZxid = Math.max(lastZxid, header.zxid());
        countSent();
        int sizeBytes = outbox.frame(out -> {
            header.write(out);
            body.accept(out);
        });
        countSize(header.xid(), sizeBytes);
    }

    private void countSize(int xid, int sizeBytes) {
        port.traffic().frameSent(sizeBytes);
        if (xid != Xids.NOTIFICATION && xid != Xids.PING && xid != Xids.AUTH) {
            port.traffic().replied(Integer.BYTES + sizeBytes);
        }
    }

    private void countSent() {
        stats.sent++;
        port.traffic().sent();
    }

    // ---- what leaves

    /** Whether a long reply is on its way. */
    boolean isBusy() {
        return outbox.isBusy();
    }

    /** Whether anything waits for the client. */
    boolean areWaiting() {
        return outbox.pendingBytes() > 0;
    }

    /** Whether so much was said since the last flush that one should not wait longer. */
    boolean areMany() {
        return outbox.pendingBytes() > queuedBytes + LOOK_EVERY_BYTES;
    }

    /** Lets all leave that may go now. Says why the connection cannot go on, if too much stays. */
    @Nullable
    Refusal flush() {
        outbox.flush();
        countQueued();
        if (queuedBytes > port.settings().maxQueuedBytes()) {
            return new Refusal(
                    "muster.maxQueuedBytesPerConnection",
                    "it does not read what it asked for: more than "
                            + port.settings().maxQueuedBytes() + " bytes wait for it");
        }
        if (tooMuchQueued) {
            return new Refusal(
                    "muster.maxQueuedBytes",
                    "it does not read what it asked for: " + queuedBytes
                            + " bytes wait for it, and for all clients more than "
                            + port.settings().maxQueuedBytesOfAll() + " (muster.maxQueuedBytes)");
        }
        return null;
    }

    private void countQueued() {
        long now = outbox.pendingBytes();
        if (now != queuedBytes) {
            tooMuchQueued = !port.queued().changed(queuedBytes, now);
            queuedBytes = now;
        }
    }

    /** The channel became writable, or stopped to be. */
    void writabilityChanged(boolean writable) {
        countQueued();
        if (writable) {
            outbox.writable();
        }
    }

    /** Closes the channel behind all that was said. */
    void closeAtEnd() {
        outbox.closeAtEnd();
    }

    /** The channel is gone. */
    void release() {
        outbox.release();
        port.queued().changed(queuedBytes, 0);
        queuedBytes = 0;
    }
}

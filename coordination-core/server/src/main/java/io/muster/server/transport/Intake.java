package io.muster.server.transport;

import io.muster.protocol.JuteReader;
import io.muster.server.transport.ClientConnection.Phase;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * What comes in on one connection: the bytes that were not taken yet, which are cut into frames as long as the connection may
 * go on, and the limits for them. Belongs to the connection's I/O thread.
 */
final class Intake {
    /** What a client may send before its handshake is answered. */
    private static final int MAX_EARLY_BYTES = 64 * 1024;

    private final ClientConnection connection;
    private final ClientPort port;
    private final Lane lane;
    private final Channel channel;
    private final Requests requests;
    private final Replies replies;

    private @Nullable ByteBuf unread;
    /** What the port knows of its size. */
    private int unreadBytes;
    /** Whether frames are being taken now, so that who waits for the end of that will flush. */
    private boolean reading;
    /** Nothing is read until the lane lets the connection go on. */
    private boolean paused;
    /** The next frame waits since too many requests have no reply. */
    private boolean throttled;

    Intake(
            ClientConnection connection,
            ClientPort port,
            Lane lane,
            Channel channel,
            Requests requests,
            Replies replies) {
        this.connection = connection;
        this.port = port;
        this.lane = lane;
        this.channel = channel;
        this.requests = requests;
        this.replies = replies;
    }

    boolean isReading() {
        return reading;
    }

    boolean isPaused() {
        return paused;
    }

    /** Takes bytes from the socket, and from them the frames that are whole. */
    void read(ByteBufAllocator allocator, ByteBuf bytes) {
        ByteBuf all = unread == null ? bytes : joined(allocator, unread, bytes);
        unread = all;
        countUnread(all.capacity());
        if (connection.phase() == Phase.CONNECTING) {
            // reading on shows when the client leaves, but only so much may gather
            if (all.readableBytes() > MAX_EARLY_BYTES) {
                channel.config().setAutoRead(false);
            }
            return;
        }
        takeFrames();
    }

    /** Both, in the first if there is room; else in a new one, without what was taken from the first already. */
    private ByteBuf joined(ByteBufAllocator allocator, ByteBuf first, ByteBuf second) {
        ByteBuf joined = first;
        if (first.writableBytes() < second.readableBytes()) {
            joined = allocator.buffer(roomFor(first, first.readableBytes() + second.readableBytes()));
            joined.writeBytes(first);
            first.release();
        }
        joined.writeBytes(second);
        second.release();
        return joined;
    }

    /** The part of a request that has come, and as much again, but not more than the request has. */
    private int roomFor(ByteBuf first, int sizeBytes) {
        if (first.readableBytes() < Integer.BYTES) {
            return sizeBytes;
        }
        long whole = Integer.BYTES + (long) first.getInt(first.readerIndex());
        return (int) Math.max(sizeBytes, Math.min(whole, 2L * sizeBytes));
    }

    private void countUnread(int now) {
        int before = unreadBytes;
        unreadBytes = now;
        if (!port.unread().changed(before, now)) {
            connection.refuse(
                    "muster.maxUnreadBytes",
                    "a request that has not come to its end holds " + now + " bytes; all such would exceed "
                            + port.settings().maxUnreadBytes() + " bytes (muster.maxUnreadBytes)");
        }
    }

    /** Forgets what was not taken. */
    void release() {
        if (unread != null) {
            unread.release();
            unread = null;
            port.unread().changed(unreadBytes, 0);
            unreadBytes = 0;
        }
    }

    // ---- pausing

    /** Takes what came while the handshake was answered, after what is going on now. */
    void goOnLater() {
        paused = true;
        lane.resumeLater(connection);
    }

    /** What it was paused for may be over. */
    void resumeLater() {
        if (paused) {
            lane.resumeLater(connection);
        }
    }

    /** Goes on with what was left unread, after a pause. The caller submits what comes of it. */
    void readOn() {
        if (!takesFrames()) {
            return;
        }
        paused = false;
        takeFrames();
        connection.flush();
        if (!paused && connection.phase() != Phase.CLOSING) {
            channel.config().setAutoRead(true);
        }
    }

    private void pause() {
        channel.config().setAutoRead(false);
        if (!paused) {
            paused = true;
            lane.paused(connection);
        }
    }

    /** A client that does not read its replies, or has a long one coming, or has requests in a loop which has too many. */
    private boolean mustPause() {
        if (!channel.isWritable() || replies.isBusy()) {
            return true;
        }
        boolean tooMany = requests.anyInCore()
                && port.traffic().outstandingRequests() >= port.settings().maxOutstandingRequests();
        if (tooMany && !throttled) {
            port.throttled();
        }
        throttled = tooMany;
        return tooMany;
    }

    /**
     * Each handshake leaves a session in the loop, even if its client does not wait for it. While the log does not get on,
     * as on a full disk, clients that come again and again must not fill the memory with them.
     */
    private boolean mustWait() {
        return lane.core().waiting() >= port.settings().maxOutstandingRequests();
    }

    // ---- frames

    private boolean takesFrames() {
        Phase phase = connection.phase();
        return phase == Phase.GREETING || phase == Phase.OPEN;
    }

    private void takeFrames() {
        reading = true;
        try {
            decode();
        } finally {
            reading = false;
        }
    }

    private void decode() {
        while (unread != null && takesFrames()) {
            boolean open = connection.phase() == Phase.OPEN;
            if (open && mustPause()) {
                pause();
                return;
            }
            if (unread.readableBytes() < Integer.BYTES) {
                break;
            }
            int length = unread.getInt(unread.readerIndex());
            if (!open) {
                Words.Word word = port.words().find(length);
                if (word != null) {
                    takeWordOnceComplete(unread, word);
                    return;
                }
            }
            if (!isAllowed(length, open)) {
                return;
            }
            if (unread.readableBytes() < Integer.BYTES + length) {
                break;
            }
            if (!open && mustWait()) {
                pause();
                return;
            }
            if (open && !requests.admits(length)) {
                return;
            }
            byte[] frame = lane.scratch(length);
            unread.skipBytes(Integer.BYTES).readBytes(frame, 0, length);
            connection.frame(new JuteReader(frame, 0, length), length);
        }
        if (unread != null && !unread.isReadable()) {
            release();
        }
    }

    private boolean isAllowed(int length, boolean open) {
        if (!open && (length < 0 || length > port.settings().maxFrameBytes())) {
            connection.dismiss("it begins with neither a handshake nor a word");
            return false;
        }
        if (!open && length > port.settings().maxHandshakeBytes()) {
            connection.refuse(
                    "muster.maxHandshakeBytes",
                    "a handshake of " + length + " bytes; at most "
                            + port.settings().maxHandshakeBytes() + " are allowed (muster.maxHandshakeBytes)");
            return false;
        }
        if (length < 0 || length > port.settings().maxFrameBytes()) {
            connection.refuse(
                    "jute.maxbuffer",
                    "a frame of " + length + " bytes; at most "
                            + port.settings().maxFrameBytes() + " are allowed (jute.maxbuffer)");
            return false;
        }
        return true;
    }

    private void takeWordOnceComplete(ByteBuf bytes, Words.Word word) {
        if (bytes.readableBytes() < Integer.BYTES + word.argumentBytes()) {
            connection.dismiss("its word lacks what belongs to it");
            return;
        }
        bytes.skipBytes(Integer.BYTES);
        connection.word(word, word.argumentBytes() == Long.BYTES ? bytes.readLong() : 0);
    }
}

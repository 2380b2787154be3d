package io.muster.client.session;

import io.muster.protocol.EventType;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import org.jspecify.annotations.Nullable;

/** What a session wants done, in this order. */
public sealed interface Output {

    void accept(Handler handler);

    /** One method for each case, so that a case that nobody handles does not compile. */
    interface Handler {
        void connect(Connect output);

        void send(Send output);

        void disconnect(Disconnect output);

        void answered(Answered output);

        void failed(Failed output);

        void event(Event output);

        void resync(Resync output);

        void watchEnded(WatchEnded output);

        void opened(Opened output);

        void attached(Attached output);

        void suspended(Suspended output);

        void expired(Expired output);

        void ended(Ended output);
    }

    /** Connect to a server; {@link Input.Opened} or {@link Input.Lost} comes back. */
    record Connect(int connection, int serverIndex, long timeoutNanos) implements Output {
        @Override
        public void accept(Handler handler) {
            handler.connect(this);
        }
    }

    /**
     * Send a frame.
     *
     * @param what the request in it, for those who look on; null for the handshake
     * @param frame its length in front
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Send(int connection, int xid, @Nullable Request what, byte[] frame) implements Output {
        @Override
        public void accept(Handler handler) {
            handler.send(this);
        }

        @Override
        public String toString() {
            return "Send[" + connection + ", xid " + xid + ", " + what + "]";
        }
    }

    /** Close a connection; nothing that comes from it matters any more. */
    record Disconnect(int connection, String reason) implements Output {
        @Override
        public void accept(Handler handler) {
            handler.disconnect(this);
        }
    }

    /**
     * The server's answer to a call.
     *
     * @param err an {@link io.muster.protocol.ErrorCode}'s number
     * @param body {@link Response#EMPTY} when {@code err} is not 0
     */
    record Answered(Call call, int err, Response body) implements Output {
        @Override
        public void accept(Handler handler) {
            handler.answered(this);
        }
    }

    /** @param unknown whether the request may have been, or may still be applied */
    record Failed(Call call, Failure failure, boolean unknown) implements Output {
        @Override
        public void accept(Handler handler) {
            handler.failed(this);
        }
    }

    /** A watched znode changed. */
    record Event(WatchSink sink, EventType type, String path, long zxid) implements Output {
        @Override
        public void accept(Handler handler) {
            handler.event(this);
        }
    }

    /** A persistent watch is in force again; events may have been missed. */
    record Resync(WatchSink sink) implements Output {
        @Override
        public void accept(Handler handler) {
            handler.resync(this);
        }
    }

    /** No further event comes to this registration. */
    record WatchEnded(WatchSink sink) implements Output {
        @Override
        public void accept(Handler handler) {
            handler.watchEnded(this);
        }
    }

    /** A new session was opened. */
    record Opened(long sessionId, int timeoutMs, boolean readOnly) implements Output {
        @Override
        public void accept(Handler handler) {
            handler.opened(this);
        }
    }

    /** The session goes on over another connection. */
    record Attached(long sessionId, int timeoutMs, boolean readOnly) implements Output {
        @Override
        public void accept(Handler handler) {
            handler.attached(this);
        }
    }

    /** The connection is gone. */
    record Suspended(long sessionId, String reason) implements Output {
        @Override
        public void accept(Handler handler) {
            handler.suspended(this);
        }
    }

    /** The session is over. */
    record Expired(long sessionId, String reason) implements Output {
        @Override
        public void accept(Handler handler) {
            handler.expired(this);
        }
    }

    /** The last output: nothing more will happen. */
    record Ended(Failure why) implements Output {
        @Override
        public void accept(Handler handler) {
            handler.ended(this);
        }
    }
}

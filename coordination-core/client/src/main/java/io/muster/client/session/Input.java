package io.muster.client.session;

import io.muster.protocol.AddWatchMode;

/** What happens to a session. Connections are numbered by the session itself: news of an old one is ignored. */
public sealed interface Input {

    void accept(Handler handler);

    /** One method for each case, so that a case that nobody handles does not compile. */
    interface Handler {
        void start(Start input);

        void opened(Opened input);

        void frame(Frame input);

        void lost(Lost input);

        void tick(Tick input);

        void submit(Submit input);

        void unwatch(Unwatch input);

        void closeWatch(CloseWatch input);

        void hold(Hold input);

        void close(Close input);

        void abort(Abort input);
    }

    /** The first input. */
    record Start() implements Input {
        @Override
        public void accept(Handler handler) {
            handler.start(this);
        }
    }

    /** The connection that {@link Output.Connect} asked for is there. */
    record Opened(int connection) implements Input {
        @Override
        public void accept(Handler handler) {
            handler.opened(this);
        }
    }

    /** @param bytes one frame without its length */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int connection, byte[] bytes) implements Input {
        @Override
        public void accept(Handler handler) {
            handler.frame(this);
        }
    }

    /** The connection could not be made, or is gone. */
    record Lost(int connection, String reason) implements Input {
        @Override
        public void accept(Handler handler) {
            handler.lost(this);
        }
    }

    /** Time has passed: due at {@link Session#nextTickNanos()}, harmless at any other time. */
    record Tick() implements Input {
        @Override
        public void accept(Handler handler) {
            handler.tick(this);
        }
    }

    /** A request of the user's; an {@link io.muster.protocol.Request.Auth} is remembered for later connections too. */
    record Submit(Call call) implements Input {
        @Override
        public void accept(Handler handler) {
            handler.submit(this);
        }
    }

    /** Forget the one-shot watches on a path that belong to an owner. */
    record Unwatch(String path, Object owner) implements Input {
        @Override
        public void accept(Handler handler) {
            handler.unwatch(this);
        }
    }

    /** Forget a persistent watch. */
    record CloseWatch(String path, AddWatchMode mode, WatchSink sink) implements Input {
        @Override
        public void accept(Handler handler) {
            handler.closeWatch(this);
        }
    }

    /** One more, or one less, who wants the session confirmed on schedule. */
    record Hold(boolean begin) implements Input {
        @Override
        public void accept(Handler handler) {
            handler.hold(this);
        }
    }

    /** @param deadlineNanos how long to wait for outstanding answers and for the server's goodbye */
    record Close(long deadlineNanos) implements Input {
        @Override
        public void accept(Handler handler) {
            handler.close(this);
        }
    }

    /** End at once, without a word to the server: whoever executes the outputs has failed. */
    record Abort(String reason) implements Input {
        @Override
        public void accept(Handler handler) {
            handler.abort(this);
        }
    }
}

package io.muster.server.transport;

import io.muster.protocol.ConnectResponse;
import io.muster.protocol.Id;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.protocol.WatcherEvent;
import io.muster.replica.state.State;
import java.util.List;

/** One thing that the serial loop puts out for a connection; executed by the connection's I/O thread, in order. */
public sealed interface Item {
    /** Gives itself to the method for its case. */
    void execute(Handler handler);

    /** One method for each case. */
    interface Handler {
        void accept(Accept item);

        void reject(Reject item);

        void reply(Reply item);

        void replyFrom(ReplyFrom item);

        void event(Event item);

        void identities(Identities item);

        void close(Close item);
    }

    record Accept(long sessionId, ConnectResponse response) implements Item {
        @Override
        public void execute(Handler handler) {
            handler.accept(this);
        }
    }

    record Reject(ConnectResponse response) implements Item {
        @Override
        public void execute(Handler handler) {
            handler.reject(this);
        }
    }

    record Reply(ReplyHeader header, Response body) implements Item {
        @Override
        public void execute(Handler handler) {
            handler.reply(this);
        }
    }

    /** A reply that is read from a state here, in its place of the connection's order. */
    record ReplyFrom(State state, long zxid, int xid, Request read, List<Id> ids) implements Item {
        @Override
        public void execute(Handler handler) {
            handler.replyFrom(this);
        }
    }

    record Event(long zxid, WatcherEvent event) implements Item {
        @Override
        public void execute(Handler handler) {
            handler.event(this);
        }
    }

    record Identities(List<Id> ids) implements Item {
        @Override
        public void execute(Handler handler) {
            handler.identities(this);
        }
    }

    record Close(String reason) implements Item {
        @Override
        public void execute(Handler handler) {
            handler.close(this);
        }
    }
}

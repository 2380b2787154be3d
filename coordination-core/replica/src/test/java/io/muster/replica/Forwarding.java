package io.muster.replica;

import io.muster.protocol.ConnectResponse;
import io.muster.protocol.Id;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.protocol.WatcherEvent;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import java.util.List;

/** For a test that wants to see one kind of output itself. */
class Forwarding implements Outputs {
    private final Outputs to;

    Forwarding(Outputs to) {
        this.to = to;
    }

    @Override
    public void append(Transaction transaction) {
        to.append(transaction);
    }

    @Override
    public void accept(long connection, long sessionId, ConnectResponse response) {
        to.accept(connection, sessionId, response);
    }

    @Override
    public void reject(long connection, ConnectResponse response) {
        to.reject(connection, response);
    }

    @Override
    public void reply(long connection, ReplyHeader header, Response body) {
        to.reply(connection, header, body);
    }

    @Override
    public void replyFrom(State state, long zxid, long connection, int xid, Request read, List<Id> ids) {
        to.replyFrom(state, zxid, connection, xid, read, ids);
    }

    @Override
    public void notify(long connection, long zxid, WatcherEvent event) {
        to.notify(connection, zxid, event);
    }

    @Override
    public void refused(long connection, Limit limit, long max) {
        to.refused(connection, limit, max);
    }

    @Override
    public void identities(long connection, List<Id> ids) {
        to.identities(connection, ids);
    }

    @Override
    public void close(long connection, String reason) {
        to.close(connection, reason);
    }

    @Override
    public void warn(String topic, String message) {
        to.warn(topic, message);
    }

    @Override
    public PeerWire peers() {
        return to.peers();
    }

    @Override
    public void suspend() {
        to.suspend();
    }

    @Override
    public void publish(State state) {
        to.publish(state);
    }
}

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

/** What a {@link Replica} wants done, to be executed in the order of the calls. */
public interface Outputs {
    /** Writes to the log; {@link Input.Persisted} is to come when it is forced. */
    void append(Transaction transaction);

    /** Answers a handshake; the connection's requests may come now. */
    void accept(long connection, long sessionId, ConnectResponse response);

    /** Answers a handshake and closes the connection. */
    void reject(long connection, ConnectResponse response);

    void reply(long connection, ReplyHeader header, Response body);

    /**
     * A reply whose body is read from a state that will not change: {@link Reads#answer}, by any thread, in this place of
     * the connection's order. What a session has, {@link Reads#ephemerals}, is read so too.
     *
     * @param zxid for the header
     */
    void replyFrom(State state, long zxid, long connection, int xid, Request read, List<Id> ids);

    /** A watch event. @param zxid of the transaction that caused it, -1 for one that is made up for after a reconnect */
    void notify(long connection, long zxid, WatcherEvent event);

    /**
     * A request was refused, because its client has as many as it may have. The client is told in an output of its own; this is
     * for whoever keeps the log.
     */
    void refused(long connection, Limit limit, long max);

    /** Who the connection is from now on, for reads that are answered outside of the replica. */
    void identities(long connection, List<Id> ids);

    /** Closes a connection after what was put out for it before. */
    void close(long connection, String reason);

    /**
     * Something that an operator should know, to be logged at most once a minute for one topic.
     *
     * @param topic what it is about: a path or an address, as a client may have chosen it
     * @param message printable
     */
    void warn(String topic, String message);

    /** For a member of an ensemble; of a server that is alone nothing is wanted there. */
    PeerWire peers();

    /** Nothing may be read without asking the replica, until the next {@link #publish}. */
    void suspend();

    /** What may be read without asking the replica: everything up to {@code state.zxid()} has been put out. */
    void publish(State state);
}

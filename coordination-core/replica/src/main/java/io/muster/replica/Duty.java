package io.muster.replica;

import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;

/** What a server is to its clients at present: it decides, or asks the one who does, or neither. */
interface Duty {
    void connect(Connection connection, ConnectRequest request, Outputs out);

    /** Something was heard from the connection's session. False if there is no such session any more. */
    boolean touch(Connection connection);

    void arrived(Connection connection, RequestHeader header, Request request, Outputs out);

    /** A request that could not be decoded, or is unknown. */
    void refused(Connection connection, RequestHeader header, ErrorCode error, boolean thenClose, Outputs out);

    /** It is gone already: only what this knows of it is to be forgotten. */
    void connectionClosed(Connection connection);

    /** To be called when all inputs that were there at once have been taken. */
    void endBatch(Outputs out);

    /** Answers and events that wait, whether or not anybody listens. */
    int waitingCount();

    /** The last transaction that clients may see. */
    long committedZxid();
}

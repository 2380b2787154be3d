package io.muster.replica.state;

import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;

/**
 * Stands before every transaction in the log and on the wire between servers.
 *
 * @param sessionId who asked; 0 for the server itself
 * @param cxid the client's number for the request; 0 for sessions and for what the server does itself
 * @param timeMs the leader's wall clock, milliseconds since 1970
 * @param type the code of the transaction, or of the request when that failed in a multi
 */
public record TxnHeader(long sessionId, int cxid, long zxid, long timeMs, int type) {
    public static TxnHeader read(JuteReader in) {
        return new TxnHeader(
                in.readLong("clientId"),
                in.readInt("cxid"),
                in.readLong("zxid"),
                in.readLong("time"),
                in.readInt("type"));
    }

    public void write(JuteWriter out) {
        out.writeLong(sessionId)
                .writeInt(cxid)
                .writeLong(zxid)
                .writeLong(timeMs)
                .writeInt(type);
    }
}

package io.muster.replica.peer;

import io.muster.protocol.Id;
import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.Zxid;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A packet as it is on the stream between a learner and its leader, before anybody asks what it means.
 *
 * @param type one of those below, or one that we do not know
 * @param zxid which one depends on the type
 * @param data which depends on the type; null is not the same as empty. Not copied, nobody may change it
 * @param ids who a forwarded request's client is; null in all packets but those
 */
public record QuorumPacket(
        int type,
        long zxid,
        byte @Nullable [] data,
        @Nullable List<Id> ids) {
    public static final int REQUEST = 1;
    public static final int PROPOSAL = 2;
    public static final int ACK = 3;
    public static final int COMMIT = 4;
    public static final int PING = 5;
    public static final int REVALIDATE = 6;
    public static final int SYNC = 7;
    public static final int INFORM = 8;
    public static final int COMMIT_AND_ACTIVATE = 9;
    public static final int NEW_LEADER = 10;
    public static final int FOLLOWER_INFO = 11;
    public static final int UP_TO_DATE = 12;
    public static final int DIFF = 13;
    public static final int TRUNC = 14;
    public static final int SNAP = 15;
    public static final int OBSERVER_INFO = 16;
    public static final int LEADER_INFO = 17;
    public static final int ACK_EPOCH = 18;
    public static final int INFORM_AND_ACTIVATE = 19;

    /** The zxid in packets that are about none. */
    static final long NO_ZXID = -1;

    public QuorumPacket {
        ids = ids == null ? null : List.copyOf(ids);
    }

    public void write(JuteWriter out) {
        out.writeInt(type).writeLong(zxid).writeBuffer(data);
        if (ids == null) {
            out.writeInt(-1);
        } else {
            out.writeVector(ids, (to, id) -> id.write(to));
        }
    }

    /** A reader of the data, of which there must be so many bytes at least. */
    JuteReader data(String what, int minBytes) {
        if (data == null || data.length < minBytes) {
            throw new MalformedFrameException(what + ": " + (data == null ? "no" : String.valueOf(data.length))
                    + " bytes of data, and there must be at least " + minBytes);
        }
        return new JuteReader(data);
    }

    /** The epoch whose first zxid, the one with the counter 0, this packet carries. */
    long epoch() {
        return Zxid.epoch(zxid);
    }
}

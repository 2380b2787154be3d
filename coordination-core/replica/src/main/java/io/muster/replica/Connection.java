package io.muster.replica;

import io.muster.protocol.Id;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.replica.session.SessionTable.Session;
import io.muster.replica.state.AccessControl;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the replica knows of one client's connection. Owned by the replica's thread. */
final class Connection {
    final long number;
    final String remoteAddress;
    final AddressUse address;
    /** Who the client has proven to be; replaced as a whole, never changed. */
    List<Id> ids;
    /** From the handshake on; 0 before. */
    long sessionId;
    /** As agreed with its client. */
    int timeoutMs;
    /** Asks for a session, or whether its session lives: nothing else is answered meanwhile. */
    boolean isConnecting;
    /** Whether its client was told that an answer to a ping is a quorum's word. */
    boolean confirmsPings;
    /** Waits for the answer to a sync, on a server that decides: what it asks meanwhile comes after that. */
    boolean isSyncing;
    /** How many of its first turns were forwarded to a leader that is gone. */
    int unsettled;
    /** What was asked and is not taken yet. */
    final ArrayDeque<Turn> turns = new ArrayDeque<>();
    /** The same as {@link #sessionId} in the table of whoever ends sessions; null where somebody else does. */
    @Nullable
    Session session;
    /** Nothing more is taken from it. What it asked before is still answered. */
    boolean closed;
    /** Nothing more is put out for it. */
    boolean gone;

    Connection(long number, String remoteAddress, AddressUse address) {
        this.number = number;
        this.remoteAddress = remoteAddress;
        this.address = address;
        this.ids = List.of(AccessControl.ofAddress(remoteAddress));
    }

    /** Its first turn is about to go: it was answered. */
    void answered() {
        unsettled = Math.max(0, unsettled - 1);
    }

    /** The leader is gone to which its turns were forwarded. A sync can be asked of the next one. */
    void unsettle() {
        List<Turn> all = List.copyOf(turns);
        turns.clear();
        unsettled = 0;
        for (Turn turn : all) {
            if (turn instanceof Turn.Forwarded forwarded && forwarded.request() instanceof Request.Sync) {
                RequestHeader header = new RequestHeader(forwarded.xid(), OpCode.SYNC.code());
                turns.add(new Turn.Asked(header, forwarded.request()));
            } else {
                turns.add(turn);
                unsettled += turn instanceof Turn.Forwarded ? 1 : 0;
            }
        }
    }

    /** False, with nothing added, if it would have more than so many, or so many bytes of them, then. */
    boolean addIds(List<Id> proven, int max, int maxBytes) {
        List<Id> all = new ArrayList<>(ids);
        for (Id id : proven) {
            if (!all.contains(id)) {
                all.add(id);
            }
        }
        if (all.size() > max || bytes(all) > maxBytes) {
            return false;
        }
        ids = List.copyOf(all);
        return true;
    }

    private static long bytes(List<Id> ids) {
        long bytes = 0;
        for (Id id : ids) {
            bytes += id.scheme().length() + id.id().getBytes(StandardCharsets.UTF_8).length;
        }
        return bytes;
    }
}

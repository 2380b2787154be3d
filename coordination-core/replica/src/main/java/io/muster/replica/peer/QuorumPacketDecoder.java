package io.muster.replica.peer;

import io.muster.protocol.Id;
import io.muster.protocol.JuteReader;
import io.muster.protocol.PieceDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads packets from a stream, one after the other: they stand there without a length of their own. */
final class QuorumPacketDecoder extends PieceDecoder {
    private static final int HEAD_BYTES = Integer.BYTES + Long.BYTES + Integer.BYTES;

    private enum Next {
        HEAD,
        DATA,
        ID_COUNT,
        SCHEME_LENGTH,
        SCHEME,
        ID_LENGTH,
        ID
    }

    private final int maxBytes;
    private Next next = Next.HEAD;
    private int type;
    private long zxid;
    private byte @Nullable [] data;
    private int idsLeft;
    private int idBytesLeft;
    private String scheme = "";
    private @Nullable List<Id> ids;

    /** @param maxBytes of one packet's data, and of all its ids */
    QuorumPacketDecoder(int maxBytes) {
        this.maxBytes = maxBytes;
        want(HEAD_BYTES);
    }

    /** The packet, once it is done; the next one follows. */
    QuorumPacket next() {
        if (!isDone()) {
            throw new IllegalStateException("the packet's end has not come yet");
        }
        QuorumPacket packet = new QuorumPacket(type, zxid, data, ids);
        data = null;
        ids = null;
        next = Next.HEAD;
        restart(HEAD_BYTES);
        return packet;
    }

    @Override
    protected void take(byte[] bytes, int length) {
        switch (next) {
            case HEAD -> {
                JuteReader head = new JuteReader(bytes, 0, length);
                type = head.readInt("type");
                zxid = head.readLong("zxid");
                takeDataLength(head.readInt("length"));
            }
            case DATA -> {
                data = bytes;
                expect(Next.ID_COUNT, Integer.BYTES);
            }
            case ID_COUNT -> takeIdCount(number(bytes));
            case SCHEME_LENGTH -> expect(Next.SCHEME, textLength(number(bytes), "scheme"));
            case SCHEME -> {
                scheme = text(bytes, length);
                expect(Next.ID_LENGTH, Integer.BYTES);
            }
            case ID_LENGTH -> expect(Next.ID, textLength(number(bytes), "id"));
            case ID -> {
                if (ids != null) {
                    ids.add(new Id(scheme, text(bytes, length)));
                }
                nextId();
            }
        }
    }

    private void takeDataLength(int length) {
        if (length < -1 || length > maxBytes) {
            throw malformed("packet of type " + type + ": data: length " + length + ", and at most " + maxBytes
                    + " is allowed");
        }
        if (length == -1) {
            expect(Next.ID_COUNT, Integer.BYTES);
        } else {
            next = Next.DATA;
            wantToKeep(length);
        }
    }

    private void takeIdCount(int count) {
        if (count < -1) {
            throw malformed("packet of type " + type + ": ids: count " + count);
        }
        if (count == -1) {
            done();
            return;
        }
        ids = new ArrayList<>();
        idsLeft = count;
        idBytesLeft = maxBytes;
        nextId();
    }

    private void nextId() {
        if (idsLeft-- > 0) {
            expect(Next.SCHEME_LENGTH, Integer.BYTES);
        } else {
            done();
        }
    }

    /** Null is read as empty. */
    private int textLength(int length, String what) {
        idBytesLeft -= Integer.BYTES;
        if (length < -1 || length > idBytesLeft) {
            throw malformed("packet of type " + type + ": ids: " + what + ": length " + length + ", and at most "
                    + Math.max(0, idBytesLeft) + " is allowed");
        }
        int bytes = Math.max(0, length);
        idBytesLeft -= bytes;
        return bytes;
    }

    private void expect(Next field, int length) {
        next = field;
        want(length);
    }

    private static int number(byte[] bytes) {
        return new JuteReader(bytes, 0, Integer.BYTES).readInt("length");
    }

    private static String text(byte[] bytes, int length) {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}

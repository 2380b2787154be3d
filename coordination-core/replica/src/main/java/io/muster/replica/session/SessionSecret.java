package io.muster.replica.session;

import io.muster.protocol.ConnectRequest;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the servers know and nobody else: sessions' passwords are made of it, and so is a mark in the low bits of their ids.
 * The mark tells sessions that were made with this secret from those that came from ZooKeeper, without a list that would
 * have to be kept: one in {@code 2^14} of ZooKeeper's sessions has it by chance. Immutable, any thread.
 */
public final class SessionSecret {
    static final int MARK_BITS = 14;

    private static final long MARK = (1L << MARK_BITS) - 1;
    private static final int MIN_BYTES = 16;
    private static final String ALGORITHM = "HmacSHA256";
    private static final byte PASSWORD = 1;
    private static final byte ID = 2;

    private final byte[] bytes;

    /** @param bytes at least 16, that nobody can guess; copied */
    public SessionSecret(byte[] bytes) {
        if (bytes.length < MIN_BYTES) {
            throw new IllegalArgumentException("a secret has at least " + MIN_BYTES + " bytes, not " + bytes.length);
        }
        this.bytes = bytes.clone();
    }

    /** The id with the mark in its low bits, whatever they were. */
    long marked(long sessionId) {
        byte[] code = code(ID, sessionId & ~MARK);
        return sessionId & ~MARK | (code[0] << 8 | code[1] & 0xFF) & MARK;
    }

    /** Whether the session was made with this secret. */
    public boolean made(long sessionId) {
        return marked(sessionId) == sessionId;
    }

    /** Of a session that {@link #made} is true for. */
    public byte[] password(long sessionId) {
        return Arrays.copyOf(code(PASSWORD, sessionId), ConnectRequest.PASSWORD_BYTES);
    }

    private byte[] code(byte purpose, long sessionId) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(bytes, ALGORITHM));
            return mac.doFinal(ByteBuffer.allocate(1 + Long.BYTES)
                    .put(purpose)
                    .putLong(sessionId)
                    .array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    /** A copy, to be stored where nobody but servers and the super user reads it. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SessionSecret secret && Arrays.equals(bytes, secret.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "SessionSecret";
    }
}

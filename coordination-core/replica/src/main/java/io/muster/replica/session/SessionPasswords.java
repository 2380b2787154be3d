package io.muster.replica.session;

import io.muster.protocol.ConnectRequest;
import java.security.MessageDigest;
import java.util.Random;

/**
 * The password that goes with a session's id: whoever shows it may take the session over. Derived from the id as ZooKeeper
 * derives it, so that sessions survive a server's restart and a change between the two products.
 */
public final class SessionPasswords {
    private static final long SALT = 0xB341_5C00L;

    private SessionPasswords() {}

    public static byte[] of(long sessionId) {
        byte[] password = new byte[ConnectRequest.PASSWORD_BYTES];
        new Random(sessionId ^ SALT).nextBytes(password);
        return password;
    }

    /** Compares in constant time. No password fits the id 0, which is no session. */
    public static boolean fits(long sessionId, byte[] password) {
        return MessageDigest.isEqual(of(sessionId), password) && sessionId != 0;
    }
}

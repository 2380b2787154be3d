package io.muster.replica.session;

import io.muster.protocol.ConnectRequest;
import java.util.Random;

/**
 * ZooKeeper's way from a session's id to the password that goes with it. Everybody who knows the id, which is public, can
 * go it too: only sessions that ZooKeeper made, or that are to be continued there, have such a password.
 *
 * @see SessionSecret
 */
public final class SessionPasswords {
    private static final long SALT = 0xB341_5C00L;

    private SessionPasswords() {}

    public static byte[] zooKeepers(long sessionId) {
        byte[] password = new byte[ConnectRequest.PASSWORD_BYTES];
        new Random(sessionId ^ SALT).nextBytes(password);
        return password;
    }
}

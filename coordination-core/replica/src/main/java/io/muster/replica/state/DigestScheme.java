package io.muster.replica.state;

import io.muster.protocol.Id;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code user:password}; the id is the user and a hash of both. */
final class DigestScheme implements AuthScheme {
    static final String NAME = "digest";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public @Nullable List<Id> authenticate(byte @Nullable [] credential, String remoteAddress) {
        if (credential == null) {
            return null;
        }
        String text = new String(credential, StandardCharsets.UTF_8);
        return List.of(new Id(NAME, user(text) + ":" + hash(text)));
    }

    private static String hash(String userAndPassword) {
        try {
            byte[] sha1 = MessageDigest.getInstance("SHA1").digest(userAndPassword.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(sha1);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA1", e);
        }
    }

    @Override
    public boolean isValid(String id) {
        int colon = id.indexOf(':');
        return colon >= 0 && colon < id.length() - 1 && id.indexOf(':', colon + 1) < 0;
    }

    @Override
    public boolean matches(String connectionId, String listId) {
        return connectionId.equals(listId);
    }

    @Override
    public boolean isProven() {
        return true;
    }

    @Override
    public String user(String id) {
        int colon = id.indexOf(':');
        return colon < 0 ? id : id.substring(0, colon);
    }

    /** For lists that are shown to somebody who may not change them: the hash is blanked. */
    static @Nullable String masked(Id id) {
        int colon = id.scheme().equals(NAME) ? id.id().indexOf(':') : -1;
        return colon < 0 ? null : id.id().substring(0, colon + 1) + "x";
    }
}

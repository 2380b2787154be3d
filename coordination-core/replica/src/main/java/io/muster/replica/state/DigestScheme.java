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

    private final String algorithm;
    private final byte @Nullable [] superDigest;
    private final @Nullable String superUser;

    /**
     * @param algorithm that this Java platform has
     * @param superDigest the id that makes its owner the super user; null for none
     */
    DigestScheme(String algorithm, @Nullable String superDigest) {
        this.algorithm = algorithm;
        this.superDigest = superDigest == null ? null : superDigest.getBytes(StandardCharsets.UTF_8);
        this.superUser = superDigest == null ? null : user(superDigest);
    }

    @Override
    public String name() {
        return NAME;
    }

    /** Whoever names the super user and does not know the password is told nothing of that, as in ZooKeeper. */
    @Override
    public Proof authenticate(byte @Nullable [] credential, String remoteAddress) {
        if (credential == null) {
            return Proof.NONE;
        }
        String text = new String(credential, StandardCharsets.UTF_8);
        String user = user(text);
        Id id = new Id(NAME, user + ":" + hash(text));
        boolean isSuper = superDigest != null
                && MessageDigest.isEqual(superDigest, id.id().getBytes(StandardCharsets.UTF_8));
        return new Proof(isSuper ? List.of(AccessControl.SUPER_ID, id) : List.of(id), user.equals(superUser));
    }

    private String hash(String userAndPassword) {
        try {
            byte[] hash = MessageDigest.getInstance(algorithm).digest(userAndPassword.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("there was a digest algorithm " + algorithm + " at the start", e);
        }
    }

    @Override
    public boolean isValid(String id) {
        // colons at the end do not count, which is how ZooKeeper splits
        int end = id.length();
        while (end > 0 && id.charAt(end - 1) == ':') {
            end--;
        }
        int colon = id.indexOf(':');
        return colon >= 0 && colon < end && id.lastIndexOf(':', end - 1) == colon;
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

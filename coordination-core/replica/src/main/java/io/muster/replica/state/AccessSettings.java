package io.muster.replica.state;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is let in, and how they prove who they are.
 *
 * @param skipAcl no checks of access control lists at all
 * @param digest whether there is the scheme {@code digest}
 * @param digestAlgorithm what its ids are hashed with, by the name that Java has for it; ids that were made with another one
 *     do not fit
 * @param superDigest the {@code digest} id that makes its owner the super user; null for none
 * @param enforcedSchemes of which a connection must have proven one before it may do anything else; empty for no such rule
 * @param maxIds identities that one connection may have, at least 1
 * @param maxIdBytes of all identities of one connection together, schemes and ids in UTF-8, at least 1024; and of a
 *     credential, which is not looked at if it is longer
 * @param maxWrongPerMinute times that one address may claim to be the super user without being it; from there on nobody at
 *     that address becomes it before a minute is over. 0 for no limit
 */
public record AccessSettings(
        boolean skipAcl,
        boolean digest,
        String digestAlgorithm,
        @Nullable String superDigest,
        List<String> enforcedSchemes,
        int maxIds,
        int maxIdBytes,
        int maxWrongPerMinute) {
    /** ZooKeeper's, and limits that no honest client meets. */
    public static final AccessSettings DEFAULT =
            new AccessSettings(false, true, "SHA1", null, List.of(), 100, 64 << 10, 10);

    /** @throws IllegalArgumentException if there is no such algorithm, or a scheme is enforced that there is not */
    public AccessSettings {
        enforcedSchemes = List.copyOf(enforcedSchemes);
        if (maxIds < 1 || maxWrongPerMinute < 0) {
            throw new IllegalArgumentException(
                    "maxIds must be at least 1 and maxWrongPerMinute 0, not " + maxIds + " and " + maxWrongPerMinute);
        }
        if (maxIdBytes < 1024) {
            throw new IllegalArgumentException("maxIdBytes must be at least 1024, not " + maxIdBytes);
        }
        if (digest && !isKnown(digestAlgorithm)) {
            throw new IllegalArgumentException("this Java platform has no digest algorithm " + digestAlgorithm);
        }
        for (String scheme : enforcedSchemes) {
            boolean known = scheme.equals(IpScheme.NAME) || digest && scheme.equals(DigestScheme.NAME);
            if (!known) {
                throw new IllegalArgumentException("there is no authentication scheme " + scheme + " to be enforced");
            }
        }
    }

    private static boolean isKnown(String algorithm) {
        try {
            MessageDigest.getInstance(algorithm);
            return true;
        } catch (NoSuchAlgorithmException e) {
            return false;
        }
    }

    public AccessSettings withSkipAcl(boolean skip) {
        return new AccessSettings(
                skip, digest, digestAlgorithm, superDigest, enforcedSchemes, maxIds, maxIdBytes, maxWrongPerMinute);
    }

    /** Without the hash. */
    @Override
    public String toString() {
        return "AccessSettings[skipAcl=" + skipAcl + ", digest=" + digest + ", digestAlgorithm=" + digestAlgorithm
                + ", superDigest=" + (superDigest == null ? "none" : "set") + ", enforcedSchemes=" + enforcedSchemes
                + ", maxIds=" + maxIds + ", maxIdBytes=" + maxIdBytes + ", maxWrongPerMinute=" + maxWrongPerMinute
                + "]";
    }
}

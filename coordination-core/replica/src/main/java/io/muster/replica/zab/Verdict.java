package io.muster.replica.zab;

import org.jspecify.annotations.Nullable;

/**
 * Of a packet.
 *
 * @param wrong why its link is to be closed; null if nothing is wrong
 */
record Verdict(@Nullable String wrong) {
    static final Verdict FINE = new Verdict(null);

    static Verdict wrong(String why) {
        return new Verdict(why);
    }
}

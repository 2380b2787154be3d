package io.muster.server.transport;

import io.muster.replica.Limit;

/**
 * Why a client, or another server, does not get what it wants.
 *
 * @param limit what was crossed, the same for all who cross it: the setting's name, if there is one
 * @param reason this case of it, with its numbers, in words
 */
public record Refusal(String limit, String reason) {
    /** Of a limit that the serial loop keeps. */
    static Refusal of(Limit limit, long max) {
        String what = switch (limit) {
            case WATCHES_PER_CONNECTION -> " watches of a connection (muster.maxWatchesPerConnection)";
            case WATCHES_PER_ADDRESS -> " watches from one address (muster.maxWatchesPerAddress)";
            case WATCH_BYTES_PER_CONNECTION ->
                " bytes of paths that a connection watches (muster.maxWatchBytesPerConnection)";
            case WATCH_BYTES -> " bytes of paths that are watched (muster.maxWatchBytes)";
            case SESSIONS -> " sessions (muster.maxSessions)";
            case SESSIONS_PER_ADDRESS -> " sessions from one address (muster.maxSessionsPerAddress)";
        };
        return new Refusal(limit.name(), "more than " + max + what);
    }
}

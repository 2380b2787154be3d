package io.muster.server.admin;

import io.muster.replica.state.State;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * The words that speak of what only the serial loop knows. Its thread makes the text, so whoever asks for a million watches
 * holds everybody up: these words are not allowed unless the configuration says so. Any thread.
 */
final class CoreWords {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE MMM dd HH:mm:ss zzz yyyy", Locale.ENGLISH)
            .withZone(ZoneId.systemDefault());

    private final ServerView server;

    CoreWords(ServerView server) {
        this.server = server;
    }

    /** dump */
    CompletableFuture<String> sessions() {
        return server.ask(replica -> replica.sessionsByDeadline()).thenApply(this::dump);
    }

    private String dump(SortedMap<Long, List<Long>> byDeadline) {
        State state = server.state();
        int count = byDeadline.values().stream().mapToInt(List::size).sum();
        StringBuilder out = new StringBuilder("SessionTracker dump:\n");
        out.append("Session Sets (")
                .append(byDeadline.size())
                .append(")/(")
                .append(count)
                .append("):\n");
        byDeadline.forEach((deadlineMs, ids) -> {
            out.append(ids.size())
                    .append(" expire at ")
                    .append(DATE.format(Instant.ofEpochMilli(deadlineMs)))
                    .append(":\n");
            ids.forEach(id -> out.append('\t').append(hex(id)).append('\n'));
        });
        List<Long> owners = state.ephemeralOwners();
        out.append("ephemeral nodes dump:\nSessions with Ephemerals (")
                .append(owners.size())
                .append("):\n");
        for (long owner : owners) {
            out.append(hex(owner)).append(":\n");
            state.ephemerals(owner)
                    .forEach(path -> out.append('\t').append(path).append('\n'));
        }
        return out.toString();
    }

    /** wchs */
    CompletableFuture<String> watchSummary() {
        return server.ask(replica -> {
            Set<Long> sessions = new HashSet<>();
            Set<String> paths = new HashSet<>();
            int[] pairs = {0};
            replica.forEachDataWatch((session, path) -> {
                sessions.add(session);
                paths.add(path);
                pairs[0]++;
            });
            return sessions.size() + " connections watching " + paths.size() + " paths\nTotal watches:" + pairs[0]
                    + "\n";
        });
    }

    /** wchc */
    CompletableFuture<String> watchesBySession() {
        return server.ask(replica -> {
            SortedMap<Long, List<String>> paths = new TreeMap<>();
            replica.forEachDataWatch((session, path) ->
                    paths.computeIfAbsent(session, key -> new ArrayList<>()).add(path));
            StringBuilder out = new StringBuilder();
            paths.forEach((session, of) -> {
                out.append(hex(session)).append('\n');
                Collections.sort(of);
                of.forEach(path -> out.append('\t').append(path).append('\n'));
            });
            return out.append('\n').toString();
        });
    }

    /** wchp */
    CompletableFuture<String> watchesByPath() {
        return server.ask(replica -> {
            SortedMap<String, List<Long>> sessions = new TreeMap<>();
            replica.forEachDataWatch((session, path) ->
                    sessions.computeIfAbsent(path, key -> new ArrayList<>()).add(session));
            StringBuilder out = new StringBuilder();
            sessions.forEach((path, of) -> {
                out.append(path).append('\n');
                Collections.sort(of);
                of.forEach(session -> out.append('\t').append(hex(session)).append('\n'));
            });
            return out.append('\n').toString();
        });
    }

    /** hash */
    CompletableFuture<String> digests() {
        return server.ask(replica -> {
            StringBuilder out = new StringBuilder();
            replica.forEachDigest((zxid, digest) -> out.append(Long.toHexString(zxid))
                    .append(": ")
                    .append(digest)
                    .append('\n'));
            return out.toString();
        });
    }

    private static String hex(long id) {
        return "0x" + Long.toHexString(id);
    }
}

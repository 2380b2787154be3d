package io.muster.server.admin;

import io.muster.replica.state.State;
import io.muster.server.transport.ConnectionReport;
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
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The words that speak of what only the serial loop knows. It is asked for a piece at a time, between batches, and the texts are
 * made by a thread of their own, so that whoever asks for a million watches holds nobody up. Any thread.
 */
final class CoreWords {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE MMM dd HH:mm:ss zzz yyyy", Locale.ENGLISH)
            .withZone(ZoneId.systemDefault());

    private static final int WATCHES_AT_A_TIME = 2_000;
    private static final int SESSIONS_AT_A_TIME = 2_000;

    private final ServerView server;
    /** Makes one text after the other; there is no thread while nobody asks. */
    private final Executor texts;

    CoreWords(ServerView server) {
        this.server = server;
        ThreadPoolExecutor one =
                new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), CoreWords::thread);
        one.allowCoreThreadTimeOut(true);
        this.texts = one;
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "muster-words");
        thread.setDaemon(true);
        return thread;
    }

    private record Watch(long session, String path) {}

    private CompletableFuture<String> ofWatches(Function<List<Watch>, String> text) {
        List<Watch> all = new ArrayList<>();
        return collect(0, all).thenApplyAsync(done -> text.apply(all), texts);
    }

    private CompletableFuture<Void> collect(int from, List<Watch> into) {
        return server.ask(replica -> replica.forEachDataWatch(
                        from, WATCHES_AT_A_TIME, (session, path) -> into.add(new Watch(session, path))))
                .thenCompose(next -> next < 0 ? CompletableFuture.completedFuture(null) : collect(next, into));
    }

    /** dump */
    CompletableFuture<String> sessions() {
        SortedMap<Long, List<Long>> byDeadline = new TreeMap<>();
        return CompletableFuture.supplyAsync(() -> sessionIds(server.state()), texts)
                .thenCompose(ids -> deadlines(ids, 0, byDeadline))
                .thenCombineAsync(server.connections(), (done, connections) -> dump(byDeadline, connections), texts);
    }

    private static List<Long> sessionIds(State state) {
        List<Long> ids = new ArrayList<>();
        state.forEachSession((id, timeoutMs) -> ids.add(id));
        Collections.sort(ids);
        return ids;
    }

    private CompletableFuture<Void> deadlines(List<Long> ids, int from, SortedMap<Long, List<Long>> into) {
        if (from >= ids.size()) {
            return CompletableFuture.completedFuture(null);
        }
        int to = Math.min(ids.size(), from + SESSIONS_AT_A_TIME);
        return server.ask(replica -> {
                    replica.forEachDeadline(
                            ids.subList(from, to),
                            (wallMs, id) -> into.computeIfAbsent(wallMs, key -> new ArrayList<>())
                                    .add(id));
                    return to;
                })
                .thenCompose(next -> deadlines(ids, next, into));
    }

    private String dump(SortedMap<Long, List<Long>> byDeadline, List<ConnectionReport> connections) {
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
        connections(out, connections);
        return out.toString();
    }

    /** As ZooKeeper groups them: by the end of the interval, as long as a handshake may take, in which they would be closed. */
    private void connections(StringBuilder out, List<ConnectionReport> connections) {
        long intervalMs = server.config().transport().handshakeTimeoutMs();
        SortedMap<Long, List<ConnectionReport>> byEnd = new TreeMap<>();
        for (ConnectionReport connection : ConnectionWords.sorted(connections)) {
            long endMs = (connection.deadlineMs() / intervalMs + 1) * intervalMs;
            byEnd.computeIfAbsent(endMs, key -> new ArrayList<>()).add(connection);
        }
        out.append("Connections dump:\nConnections Sets (")
                .append(byEnd.size())
                .append(")/(")
                .append(connections.size())
                .append("):\n");
        byEnd.forEach((endMs, of) -> {
            out.append(of.size())
                    .append(" expire at ")
                    .append(DATE.format(Instant.ofEpochMilli(endMs)))
                    .append(":\n");
            of.forEach(connection -> out.append("\tip: /")
                    .append(connection.remote().getAddress().getHostAddress())
                    .append(':')
                    .append(connection.remote().getPort())
                    .append(" sessionId: ")
                    .append(hex(connection.sessionId()))
                    .append('\n'));
        });
    }

    /** wchs */
    CompletableFuture<String> watchSummary() {
        return ofWatches(all -> {
            Set<Long> sessions = new HashSet<>();
            Set<String> paths = new HashSet<>();
            for (Watch watch : all) {
                sessions.add(watch.session);
                paths.add(watch.path);
            }
            return sessions.size() + " connections watching " + paths.size() + " paths\nTotal watches:" + all.size()
                    + "\n";
        });
    }

    /** wchc */
    CompletableFuture<String> watchesBySession() {
        return ofWatches(all -> {
            SortedMap<Long, List<String>> paths = new TreeMap<>();
            for (Watch watch : all) {
                paths.computeIfAbsent(watch.session, key -> new ArrayList<>()).add(watch.path);
            }
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
        return ofWatches(all -> {
            SortedMap<String, List<Long>> sessions = new TreeMap<>();
            for (Watch watch : all) {
                sessions.computeIfAbsent(watch.path, key -> new ArrayList<>()).add(watch.session);
            }
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

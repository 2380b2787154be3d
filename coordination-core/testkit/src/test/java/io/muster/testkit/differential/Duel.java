package io.muster.testkit.differential;

import io.muster.testkit.MusterProcess;
import io.muster.testkit.ServerProcess;
import io.muster.testkit.ZooKeeperProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A Muster server and a ZooKeeper server with the same configuration, each in a process of its own, that play the same
 * scripts. Both are fresh ones every {@link #SCRIPTS_A_SERVER} scripts, since nothing is cleaned up. Used by one thread.
 */
final class Duel implements AutoCloseable {
    private static final int SCRIPTS_A_SERVER = 2_000;
    private static final String NEVER_MS = "1000000000";

    private final ExecutorService players = Executors.newFixedThreadPool(2);
    private final Coverage coverage = new Coverage();
    private @Nullable MusterProcess muster;
    private @Nullable ZooKeeperProcess zooKeeper;
    private int played;

    /** What both saw; equal if all is well. */
    record Outcome(List<String> muster, List<String> zooKeeper) {
        boolean isEqual() {
            return muster.equals(zooKeeper);
        }

        /** Where they part, with a few lines before. */
        String difference() {
            int at = 0;
            while (at < Math.min(muster.size(), zooKeeper.size())
                    && muster.get(at).equals(zooKeeper.get(at))) {
                at++;
            }
            StringBuilder text = new StringBuilder();
            muster.subList(Math.max(0, at - 3), at)
                    .forEach(line -> text.append("  both       ").append(line).append('\n'));
            muster.subList(at, Math.min(muster.size(), at + 4))
                    .forEach(line -> text.append("  Muster     ").append(line).append('\n'));
            zooKeeper
                    .subList(at, Math.min(zooKeeper.size(), at + 4))
                    .forEach(line -> text.append("  ZooKeeper  ").append(line).append('\n'));
            return text.toString();
        }
    }

    /** @throws UncheckedIOException if a server is gone */
    Outcome play(Script script) {
        if (played++ % SCRIPTS_A_SERVER == 0) {
            stop();
        }
        ServerProcess one = muster == null ? muster = startMuster() : muster;
        ServerProcess other = zooKeeper == null ? zooKeeper = startZooKeeper() : zooKeeper;
        String root = "/d" + played + "/t";
        CompletableFuture<Transcript> first = playing(script, one, root, new Coverage());
        CompletableFuture<Transcript> second = playing(script, other, root, coverage);
        try {
            return new Outcome(
                    first.join().lines(), sparingZooKeeper(second.join().lines()));
        } catch (CompletionException e) {
            throw new IllegalStateException(
                    "cannot play\n" + script + one + " runs: " + one.isRunning() + "\n" + other + " runs: "
                            + other.isRunning(),
                    e);
        }
    }

    /**
     * When ZooKeeper hears late that a connection was dropped, it forgets the one that its session has by then, and does not
     * close that when the session moves once more. Seen once in some thousand scripts.
     */
    private static List<String> sparingZooKeeper(List<String> lines) {
        return lines.stream()
                .map(line -> line.replace(Player.OLD_OPEN, Player.OLD_CLOSED))
                .toList();
    }

    private CompletableFuture<Transcript> playing(Script script, ServerProcess server, String root, Coverage counts) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return Player.play(script, server.port(), root, counts);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                players);
    }

    /** Of all that ZooKeeper answered so far. */
    Coverage coverage() {
        return coverage;
    }

    /** Configuration and system properties of both. */
    private static void common(BiConsumer<String, String> config, BiConsumer<String, String> property) {
        config.accept("tickTime", "100");
        property.accept("znode.container.checkIntervalMs", NEVER_MS);
        property.accept("zookeeper.enforceQuota", "true");
        property.accept("zookeeper.DigestAuthenticationProvider.superDigest", Identities.superDigest());
    }

    private static MusterProcess startMuster() {
        ServerProcess.Builder<MusterProcess> settings = MusterProcess.builder();
        common(settings::config, settings::property);
        // ZooKeeper lets everybody guess
        settings.property("zookeeper.muster.maxWrongSuperLoginsPerMinute", "0");
        // so that there is no znode with a secret, which ZooKeeper does not have
        settings.property("zookeeper.muster.sessionPasswords", "zookeeper");
        return settings.start();
    }

    private static ZooKeeperProcess startZooKeeper() {
        ServerProcess.Builder<ZooKeeperProcess> settings = ZooKeeperProcess.builder();
        common(settings::config, settings::property);
        return settings.start();
    }

    private void stop() {
        if (muster != null) {
            muster.close();
            muster = null;
        }
        if (zooKeeper != null) {
            zooKeeper.close();
            zooKeeper = null;
        }
    }

    @Override
    public void close() {
        players.shutdown();
        stop();
    }
}

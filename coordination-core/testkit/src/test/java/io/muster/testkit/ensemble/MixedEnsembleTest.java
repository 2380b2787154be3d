package io.muster.testkit.ensemble;

import static io.muster.testkit.ensemble.Connecting.connect;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.CreateOptions;
import io.muster.client.MusterClient;
import io.muster.testkit.ProcessEnsemble;
import io.muster.testkit.ProcessEnsemble.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers of both kinds are one ensemble: whoever leads, all have the same after the same writes. */
@Timeout(180)
class MixedEnsembleTest {
    private static final int WRITES = 10_000;
    private static final int IN_FLIGHT = 200;

    /** Creates, changes and deletes, with some that fail; over the server with this number. */
    private static void write(ProcessEnsemble ensemble, int server) throws InterruptedException {
        try (MusterClient client = connect(ensemble.server(server).connectString())) {
            Semaphore room = new Semaphore(IN_FLIGHT);
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (int i = 0; i < WRITES; i++) {
                room.acquire();
                String path = "/by" + server + "-" + i % 500;
                byte[] data = ("value " + i).getBytes(UTF_8);
                CompletableFuture<?> write = switch (i % 5) {
                    case 0 -> client.createAsync(path, data);
                    case 1 -> client.createAsync(path, data, CreateOptions.EPHEMERAL_SEQUENTIAL);
                    case 2 -> client.setAsync("/by" + server + "-" + (i - 2) % 500, data);
                    case 3 -> client.setAsync("/missing", data);
                    default -> client.deleteAsync("/by" + server + "-" + (i - 4) % 500);
                };
                all.add(write.handle((done, failure) -> {
                    room.release();
                    return done;
                }));
            }
            all.forEach(CompletableFuture::join);
        }
    }

    /** By the digests that each server keeps of its tree at every 128th transaction. */
    private static void assertAllAreEqual(ProcessEnsemble ensemble) throws InterruptedException {
        for (int id = 1; id <= ensemble.size(); id++) {
            try (MusterClient client = connect(ensemble.server(id).connectString())) {
                client.sync("/");
            }
        }
        SortedMap<String, String> first = digests(ensemble, 1);
        assertTrue(first.size() >= 2 * WRITES / 128 - 1, "there are only " + first.size() + " digests");
        for (int id = 2; id <= ensemble.size(); id++) {
            SortedMap<String, String> other = digests(ensemble, id);
            assertTrue(other.size() >= first.size() - 2, "server " + id + " has only " + other.size() + " digests");
            other.keySet().retainAll(first.keySet());
            other.forEach((zxid, digest) -> assertEquals(first.get(zxid), digest, "at " + zxid));
        }
    }

    private static SortedMap<String, String> digests(ProcessEnsemble ensemble, int id) {
        SortedMap<String, String> digests = new TreeMap<>();
        ensemble.server(id).fourLetterWord("hash").lines().forEach(line -> {
            int colon = line.indexOf(": ");
            digests.put(line.substring(0, colon), line.substring(colon + 2));
        });
        return digests;
    }

    private static void haveTheSame(Kind... kinds) throws InterruptedException {
        try (ProcessEnsemble ensemble = ProcessEnsemble.start(kinds)) {
            assertEquals("leader", ensemble.says(3, "Mode"));
            write(ensemble, 1);
            write(ensemble, 3);
            assertAllAreEqual(ensemble);
        }
    }

    @Test
    void zooKeeperFollowsMuster() throws InterruptedException {
        haveTheSame(Kind.ZOOKEEPER, Kind.ZOOKEEPER, Kind.MUSTER);
    }

    @Test
    void musterFollowsZooKeeper() throws InterruptedException {
        haveTheSame(Kind.MUSTER, Kind.MUSTER, Kind.ZOOKEEPER);
    }
}

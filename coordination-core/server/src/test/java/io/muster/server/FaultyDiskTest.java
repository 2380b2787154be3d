package io.muster.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.replica.state.State;
import io.muster.server.config.ServerConfig;
import io.muster.server.storage.Disk;
import io.muster.server.storage.MemoryDisk;
import io.muster.server.storage.StorageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A whole server on a disk that misbehaves. The names begin with the fault's row in the project's list of faults. */
@Timeout(120)
class FaultyDiskTest {
    private final FaultyDisk disk = new FaultyDisk();

    private static ServerConfig config(UnaryOperator<ServerConfig.Builder> settings) {
        return settings.apply(ServerConfig.in(Path.of("target", "nowhere"))
                        .replica(r -> r.tickTimeMs(1_000))
                        .storage(s -> s.preallocationBytes(16 << 10))
                        .transport(t -> t.ioThreads(1)))
                .build();
    }

    private static MusterServer start(Disk snapshots, Disk logs, UnaryOperator<ServerConfig.Builder> settings) {
        ServerConfig config = config(settings);
        DiskJournal journal = DiskJournal.open(config, snapshots, logs);
        return MusterServer.start(config, journal, journal.takeRecovered(), System.nanoTime());
    }

    private MusterServer start() {
        return start(disk, disk, settings -> settings);
    }

    /** What a server would have after the power was lost now. */
    private static State recovered(MemoryDisk disk) {
        DiskJournal journal = DiskJournal.open(config(settings -> settings), disk, disk);
        try {
            return journal.takeRecovered();
        } finally {
            journal.close();
        }
    }

    private static Request.Create create(String path) {
        return new Request.Create(OpCode.CREATE, path, new byte[100], Acl.OPEN, 0, 0);
    }

    private static int error(RawClient client, Request request) throws Exception {
        return client.call(request).header().err();
    }

    /** Receives the reply, or returns false when the server waits for room instead. */
    private boolean isAnswered(RawClient client) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (disk.askedInVain() == 0) {
            if (client.hasBytes()) {
                assertEquals(0, client.receive().header().err());
                return true;
            }
            assertTrue(System.nanoTime() < deadline, "neither a reply nor a full disk");
            Thread.onSpinWait();
        }
        return false;
    }

    private static String failureOf(MusterServer server) {
        ExecutionException failure =
                assertThrows(ExecutionException.class, () -> server.terminated().get(30, TimeUnit.SECONDS));
        return failure.getCause().getMessage();
    }

    @Test
    void noReplyLeavesBeforeTheSyncThatCoversItReturned() throws Exception {
        try (MusterServer server = start();
                RawClient writer = RawClient.connected(server.clientPort());
                RawClient reader = RawClient.connected(server.clientPort())) {
            disk.hold();
            int xid = writer.send(create("/durable"));
            disk.awaitForce();
            assertNull(recovered(disk.afterPowerLoss(MemoryDisk.Loss.ALL, 1)).find("/durable"));
            for (int i = 0; i < 20; i++) {
                assertEquals(ErrorCode.NO_NODE.code(), error(reader, new Request.Exists("/durable", false)));
            }
            assertFalse(writer.hasBytes());
            disk.release();
            assertEquals(xid, writer.receive().header().xid());
            assertNotNull(recovered(disk.afterPowerLoss(MemoryDisk.Loss.ALL, 1)).find("/durable"));
        }
    }

    @Test
    void noHandshakeIsAnsweredBeforeItsSessionIsDurable() throws Exception {
        try (MusterServer server = start()) {
            disk.hold();
            try (RawClient client = RawClient.connectedLater(server.clientPort())) {
                disk.awaitForce();
                assertFalse(client.hasBytes());
                disk.release();
                long session = client.handshakeReply().sessionId();
                List<Long> found = new ArrayList<>();
                recovered(disk.afterPowerLoss(MemoryDisk.Loss.ALL, 1)).forEachSession((id, timeoutMs) -> found.add(id));
                assertEquals(List.of(session), found);
            }
        }
    }

    /** F13 too: for a server that is alone, both are one. */
    @Test
    void f14_everythingAcknowledgedIsThereAfterAPowerLossAtAnyMoment() throws Exception {
        int writers = 3;
        int each = 400;
        Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (MusterServer server = start(disk, disk, settings -> settings.storage(s -> s.snapshotEveryTxns(200)))) {
            List<Thread> threads = new ArrayList<>();
            for (int w = 0; w < writers; w++) {
                String prefix = "/w" + w + "-";
                Thread thread = new Thread(() -> {
                    try (RawClient client = RawClient.connected(server.clientPort())) {
                        for (int i = 0; i < each; i++) {
                            assertEquals(0, error(client, create(prefix + i)));
                            acknowledged.add(prefix + i);
                        }
                    } catch (Throwable e) {
                        failure.set(e);
                    }
                });
                thread.start();
                threads.add(thread);
            }
            int losses = 0;
            while (threads.stream().anyMatch(Thread::isAlive)) {
                List<String> before = List.copyOf(acknowledged);
                MemoryDisk.Loss loss = losses % 2 == 0 ? MemoryDisk.Loss.ALL : MemoryDisk.Loss.ANY_PART;
                State found = recovered(disk.afterPowerLoss(loss, losses));
                for (String path : before) {
                    assertNotNull(found.find(path), () -> path + " is lost");
                }
                losses++;
            }
            assertNull(failure.get(), () -> failure.get().toString());
            assertEquals(writers * each, acknowledged.size());
            assertTrue(losses > 5, losses + " power losses");
        }
    }

    @Test
    void f15_aServerStartsThatLostItsPowerRightAfterItsFirstStart() throws Exception {
        MemoryDisk after;
        try (MusterServer server = start();
                RawClient client = RawClient.connected(server.clientPort())) {
            assertEquals(0, error(client, create("/first")));
            after = disk.afterPowerLoss(MemoryDisk.Loss.ALL, 1);
        }
        FaultyDisk next = new FaultyDisk(after);
        try (MusterServer server = start(next, next, settings -> settings);
                RawClient client = RawClient.connected(server.clientPort())) {
            assertEquals(0, error(client, new Request.Exists("/first", false)));
        }
    }

    @Test
    void f16_aSyncThatFailedOnceEndsTheServerAndNothingIsAcknowledgedAfterIt() throws Exception {
        try (MusterServer server = start();
                RawClient client = RawClient.connected(server.clientPort());
                RawClient other = RawClient.connected(server.clientPort())) {
            assertEquals(0, error(client, create("/before")));
            disk.failForceOf("log.");
            client.send(create("/lost"));
            other.send(create("/lost-too"));
            assertTrue(failureOf(server).contains("input/output error"));
            assertEquals(List.of(), client.receiveToEnd());
            assertEquals(List.of(), other.receiveToEnd());
        }
        assertEquals(0, disk.forcesAfterFailure());
        State after = recovered(disk.afterPowerLoss(MemoryDisk.Loss.ALL, 1));
        assertNotNull(after.find("/before"));
        assertNull(after.find("/lost"));
    }

    @Test
    void f17_aDiskThatSyncsNothingAnyMoreEndsTheServerAndTheNextStartIsRefused() throws Exception {
        try (MusterServer server = start();
                RawClient client = RawClient.connected(server.clientPort())) {
            assertEquals(0, error(client, create("/before")));
            disk.failEveryForce();
            client.send(create("/lost"));
            assertTrue(failureOf(server).contains("input/output error"));
            assertEquals(List.of(), client.receiveToEnd());
        }
        assertThrows(StorageException.class, this::start);
        assertNotNull(recovered(disk.afterPowerLoss(MemoryDisk.Loss.ALL, 1)).find("/before"));
    }

    @Test
    void f18_aWriteThatFailedEndsTheServerAndNothingIsAcknowledgedAfterIt() throws Exception {
        try (MusterServer server = start();
                RawClient client = RawClient.connected(server.clientPort())) {
            assertEquals(0, error(client, create("/before")));
            disk.failWriteOf("log.");
            client.send(create("/lost"));
            assertTrue(failureOf(server).contains("input/output error"));
            assertEquals(List.of(), client.receiveToEnd());
        }
        assertNotNull(recovered(disk.afterPowerLoss(MemoryDisk.Loss.ALL, 1)).find("/before"));
    }

    @Test
    void f28_onAFullDiskNothingIsAcknowledgedReadsAreAndWritesGoOnWhenThereIsRoom() throws Exception {
        try (MusterServer server = start();
                RawClient writer = RawClient.connected(server.clientPort());
                RawClient reader = RawClient.connected(server.clientPort())) {
            assertEquals(0, error(writer, create("/before")));
            disk.roomBytes(0);
            long used = disk.usedBytes();
            int sent = 0;
            do {
                writer.send(create("/n" + sent++));
            } while (isAnswered(writer));
            assertTrue(sent > 1, "there is room for some in what was allocated before");
            assertEquals(ErrorCode.NO_NODE.code(), error(reader, new Request.Exists("/n" + (sent - 1), false)));
            assertEquals(used, disk.usedBytes());
            assertFalse(writer.hasBytes());
            disk.makeRoom();
            assertEquals(0, writer.receive().header().err());
            assertEquals(0, error(writer, create("/after")));
            assertNotNull(recovered(disk.afterPowerLoss(MemoryDisk.Loss.ALL, 1)).find("/after"));
        }
    }

    @Test
    void f28_aServerThatWaitsForRoomCanBeClosedAndHasAllThatItAcknowledged() throws Exception {
        try (MusterServer server = start();
                RawClient client = RawClient.connected(server.clientPort())) {
            assertEquals(0, error(client, create("/before")));
            disk.roomBytes(0);
            client.send(new Request.Create(OpCode.CREATE, "/large", new byte[100_000], Acl.OPEN, 0, 0));
            assertFalse(isAnswered(client));
            try (RawClient reader = RawClient.connectedLater(server.clientPort())) {
                server.close();
                assertEquals(List.of(), reader.receiveToEnd());
            }
            assertEquals(List.of(), client.receiveToEnd());
            server.terminated().get(30, TimeUnit.SECONDS);
        }
        State after = recovered(disk.afterPowerLoss(MemoryDisk.Loss.ALL, 1));
        assertNotNull(after.find("/before"));
        assertNull(after.find("/large"));
    }

    @Test
    void f28_clientsThatComeAgainAndAgainWhileTheDiskIsFullLeaveNoMoreSessionsThanMayBeOutstanding() throws Exception {
        int limit = 10;
        int attempts = 200;
        try (MusterServer server = start(
                        disk,
                        disk,
                        settings -> settings.transport(t -> t.maxOutstandingRequests(limit)
                                .maxConnectionsPerAddress(0)
                                .handshakeTimeoutMs(1_000)));
                RawClient reader = RawClient.connected(server.clientPort());
                RawClient writer = RawClient.connected(server.clientPort())) {
            disk.roomBytes(0);
            writer.send(new Request.Create(OpCode.CREATE, "/large", new byte[100_000], Acl.OPEN, 0, 0));
            assertFalse(isAnswered(writer));
            for (int i = 0; i < attempts; i++) {
                RawClient.connectedLater(server.clientPort()).close();
                assertEquals(ErrorCode.NO_NODE.code(), error(reader, new Request.Exists("/large", false)));
            }
            try (RawClient patient = RawClient.connectedLater(server.clientPort())) {
                assertEquals("", patient.readToEnd());
            }
            disk.makeRoom();
            assertEquals(0, writer.receive().header().err());
            try (RawClient next = RawClient.connected(server.clientPort())) {
                assertEquals(0, error(next, create("/next")));
            }
        }
        int sessions = recovered(disk.afterPowerLoss(MemoryDisk.Loss.ALL, 1)).sessionCount();
        assertTrue(sessions >= 3 && sessions <= limit + 3, sessions + " sessions");
    }

    @Test
    void handshakesThatHadToWaitForTheLogAreAnsweredWhenItGetsOn() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try (MusterServer server = start(
                disk,
                disk,
                settings -> settings.transport(t -> t.maxOutstandingRequests(2).ioThreads(4)))) {
            disk.hold();
            for (int i = 0; i < 20; i++) {
                clients.add(RawClient.connectedLater(server.clientPort()));
            }
            disk.awaitForce();
            disk.release();
            for (RawClient client : clients) {
                assertTrue(client.handshakeReply().isAccepted());
                assertEquals(0, error(client, new Request.Exists("/", false)));
            }
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void f30_whileASyncIsSlowReadsAreAnsweredAndItIsCounted() throws Exception {
        try (MusterServer server = start(
                        disk,
                        disk,
                        settings -> settings.storage(s -> s.slowSyncMs(50)).words(Set.of("*")));
                RawClient writer = RawClient.connected(server.clientPort());
                RawClient reader = RawClient.connected(server.clientPort())) {
            int before = slowSyncs(server);
            disk.hold();
            writer.send(create("/slow"));
            disk.awaitForce();
            long startedNanos = System.nanoTime();
            do {
                assertEquals(ErrorCode.NO_NODE.code(), error(reader, new Request.Exists("/slow", false)));
            } while (System.nanoTime() - startedNanos < TimeUnit.MILLISECONDS.toNanos(100));
            disk.release();
            assertEquals(0, writer.receive().header().err());
            assertTrue(slowSyncs(server) > before);
        }
    }

    private static int slowSyncs(MusterServer server) throws Exception {
        try (RawClient client = new RawClient(server.clientPort())) {
            client.gatherBytes("mntr".getBytes(StandardCharsets.US_ASCII));
            client.flush();
            Matcher found =
                    Pattern.compile("zk_fsync_threshold_exceed_count\t(\\d+)").matcher(client.readToEnd());
            assertTrue(found.find());
            return Integer.parseInt(found.group(1));
        }
    }

    @Test
    void purgeByTheClockNeedsNoSnapshotToBeWritten() throws Exception {
        try (MusterServer server = start(
                        disk,
                        disk,
                        settings -> settings.storage(s -> s.keepSnapshots(0).snapshotEveryTxns(10)));
                RawClient client = RawClient.connected(server.clientPort())) {
            for (int i = 0; snapshots(disk).size() < 6; i++) {
                assertEquals(0, error(client, create("/n" + i)));
            }
        }
        FaultyDisk next = new FaultyDisk(disk.afterPowerLoss(MemoryDisk.Loss.ALL, 1));
        try (MusterServer server = start(
                next, next, settings -> settings.storage(s -> s.keepSnapshots(3).purgeEveryMs(20)))) {
            awaitThreeSnapshots(next);
        }
        next = new FaultyDisk(next.afterPowerLoss(MemoryDisk.Loss.NOTHING, 1));
        try (MusterServer server = start(
                        next,
                        next,
                        settings -> settings.storage(
                                s -> s.keepSnapshots(3).purgeEveryMs(20).snapshotEveryTxns(10)));
                RawClient client = RawClient.connected(server.clientPort())) {
            List<String> before = snapshots(next);
            for (int i = 0; snapshots(next).stream().anyMatch(before::contains); i++) {
                assertTrue(i < 5_000);
                assertEquals(0, error(client, create("/more" + i)));
            }
            awaitThreeSnapshots(next);
        }
    }

    private static void awaitThreeSnapshots(FaultyDisk disk) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (snapshots(disk).size() != 3) {
            assertTrue(System.nanoTime() < deadline, () -> snapshots(disk).toString());
            Thread.onSpinWait();
        }
    }

    @Test
    void f29_whenOnlySnapshotsHaveNoRoomTheLogGoesOnAndNothingIsPurged() throws Exception {
        FaultyDisk logs = new FaultyDisk();
        try (MusterServer server = start(disk, logs, settings -> settings.storage(s -> s.snapshotEveryTxns(20)));
                RawClient client = RawClient.connected(server.clientPort())) {
            disk.roomBytes(0);
            for (int i = 0; i < 200; i++) {
                assertEquals(0, error(client, create("/n" + i)));
            }
            assertEquals(List.of("snapshot.0"), snapshots(disk));
            assertTrue(logs.exists("log.1"));
            disk.makeRoom();
            for (int i = 200; disk.exists("snapshot.0"); i++) {
                assertTrue(i < 5_000, "no snapshots were written, or nothing was purged");
                assertEquals(0, error(client, create("/n" + i)));
            }
        }
    }

    private static List<String> snapshots(FaultyDisk disk) {
        return disk.list().stream().filter(name -> name.startsWith("snapshot.")).toList();
    }

    @Test
    void aSnapshotThatFailsForAnotherReasonThanRoomEndsTheServer() throws Exception {
        try (MusterServer server = start(disk, disk, settings -> settings.storage(s -> s.snapshotEveryTxns(20)));
                RawClient client = RawClient.connected(server.clientPort())) {
            disk.failForceOf("tmp.snapshot.");
            for (int i = 0; i < 25; i++) {
                client.gather(create("/n" + i));
            }
            client.flush();
            assertTrue(failureOf(server).contains("syncing tmp.snapshot."));
        }
        recovered(disk.afterPowerLoss(MemoryDisk.Loss.ALL, 1));
    }
}

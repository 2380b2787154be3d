package io.muster.server.storage;

import static io.muster.server.storage.StorageFixture.SETTINGS;
import static io.muster.server.storage.StorageFixture.assertSame;
import static io.muster.server.storage.StorageFixture.open;
import static io.muster.server.storage.StorageFixture.recover;
import static io.muster.server.storage.StorageFixture.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Zxid;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.Txn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StorageTest {
    private final Script script = Script.of(6, 60);
    private final MemoryDisk disk = new MemoryDisk();

    private long zxid(int count) {
        return script.transactions().get(count - 1).zxid();
    }

    private List<Long> zxids(int from, int to) {
        return zxids(script.transactions().subList(from - 1, to));
    }

    private static List<Long> zxids(@Nullable List<Transaction> transactions) {
        return transactions == null
                ? List.of()
                : transactions.stream().map(Transaction::zxid).toList();
    }

    private List<String> names(String kind) {
        return disk.list().stream().filter(each -> each.startsWith(kind)).toList();
    }

    @Test
    void aSnapshotIsDueAfterHalfToAllOfTheCount() {
        List<Integer> counts = new ArrayList<>();
        for (int seed = 0; seed < 20; seed++) {
            try (Storage storage = Storage.open(
                    new MemoryDisk(),
                    new MemoryDisk(),
                    SETTINGS.toBuilder().snapshotEveryTxns(40).build(),
                    new Random(seed))) {
                int count = 0;
                while (!storage.snapshotDue()) {
                    storage.append(script.transactions().subList(count, count + 1));
                    count++;
                }
                assertTrue(count >= 20 && count <= 40, "after " + count);
                counts.add(count);
                storage.snapshot(script.stateAt(zxid(count)), Runnable::run);
                assertFalse(storage.snapshotDue());
            }
        }
        assertTrue(counts.stream().distinct().count() > 3, counts::toString);
    }

    @Test
    void noneIsDueWhileOneIsBeingWritten() {
        List<Runnable> background = new ArrayList<>();
        try (Storage storage =
                open(disk, SETTINGS.toBuilder().snapshotEveryTxns(2).build())) {
            write(storage, script.transactions().subList(0, 10));
            CompletableFuture<Void> done = storage.snapshot(script.stateAt(zxid(10)), background::add);
            write(storage, script.transactions().subList(10, 20));
            assertFalse(storage.snapshotDue());
            assertThrows(IllegalStateException.class, () -> storage.snapshot(script.stateAt(zxid(20)), Runnable::run));
            background.get(0).run();
            done.join();
            assertTrue(storage.snapshotDue());
        }
        assertEquals(zxid(10), recover(disk).snapshotZxid());
    }

    @Test
    void aClosedStorageWritesNoSnapshotAnyMore() {
        List<Runnable> background = new ArrayList<>();
        CompletableFuture<Void> done;
        try (Storage storage = open(disk)) {
            write(storage, script.transactions().subList(0, 10));
            done = storage.snapshot(script.stateAt(zxid(10)), background::add);
        }
        int before = disk.steps();
        background.get(0).run();
        assertEquals(before, disk.steps());
        CompletionException failure = assertThrows(CompletionException.class, done::join);
        assertTrue(failure.getCause() instanceof CancellationException);
    }

    @Test
    void purgeKeepsTheNewestSnapshotsAndTheLogsThatReachBackToTheOldestOfThem() {
        try (Storage storage = open(disk)) {
            for (int i = 10; i <= 60; i += 10) {
                write(storage, script.transactions().subList(i - 10, i - 4));
                // what comes between the state and the roll is needed behind the snapshot
                write(storage, script.transactions().subList(i - 4, i));
                storage.snapshot(script.stateAt(zxid(i - 4)), Runnable::run).join();
            }
        }
        assertEquals(
                List.of(FileNames.snapshot(zxid(36)), FileNames.snapshot(zxid(46)), FileNames.snapshot(zxid(56))),
                FileNames.snapshots(disk).stream().map(FileNames.Named::name).toList());
        assertEquals(zxid(31), FileNames.logs(disk).get(0).zxid());
        for (int damaged = 0; damaged < 2; damaged++) {
            List<FileNames.Named> snapshots = FileNames.snapshots(disk);
            disk.put(snapshots.get(snapshots.size() - 1 - damaged).name(), new byte[100]);
            assertSame(script.end(), recover(disk).state());
        }
    }

    @Test
    void purgeByTheClockKeepsWhatIsNeededToo() {
        try (Storage storage = open(disk, SETTINGS.toBuilder().keepSnapshots(0).build())) {
            for (int i = 10; i <= 60; i += 10) {
                write(storage, script.transactions().subList(i - 10, i));
                storage.snapshot(script.stateAt(zxid(i)), Runnable::run).join();
            }
            assertEquals(7, names("snapshot.").size());
            storage.purge(10);
            assertEquals(7, names("snapshot.").size());
            storage.purge(3);
            assertEquals(
                    List.of(FileNames.snapshot(zxid(40)), FileNames.snapshot(zxid(50)), FileNames.snapshot(zxid(60))),
                    FileNames.snapshots(disk).stream()
                            .map(FileNames.Named::name)
                            .toList());
            assertEquals(zxid(31), FileNames.logs(disk).get(0).zxid());
        }
        assertSame(script.end(), recover(disk).state());
    }

    @Test
    void aLogFileEndsWhenItIsLongerThanAllowedWithoutASnapshot() {
        StorageSettings small = SETTINGS.toBuilder().maxLogFileBytes(1000).build();
        try (Storage storage = open(disk, small)) {
            for (Transaction each : script.transactions()) {
                storage.append(List.of(each));
                storage.force();
            }
        }
        List<FileNames.Named> logs = FileNames.logs(disk);
        assertTrue(logs.size() > 3, logs::toString);
        for (FileNames.Named each : logs.subList(0, logs.size() - 1)) {
            assertTrue(disk.size(each.name()) > 1000 && disk.size(each.name()) < 4096, each.name());
        }
        assertEquals(List.of("snapshot.0"), names("snapshot."));
        assertSame(script.end(), recover(disk).state());
    }

    @Test
    void f27_anEpochThatCannotBeWrittenIsNotPromised() {
        Epochs epochs = Epochs.load(disk, Zxid.of(5, 9));
        disk.failForce(1);
        assertThrows(StorageException.class, () -> epochs.accept(6));
        assertEquals(5, epochs.accepted());
        epochs.accept(6);
        disk.failWrite(1);
        assertThrows(StorageException.class, () -> epochs.follow(6));
        assertEquals(5, epochs.current());
    }

    @Test
    void f26_anEpochFileThatHoldsNoNumberIsRefused() {
        for (String garbage : List.of("", "x", "5x", "99999999999999999999")) {
            MemoryDisk each = new MemoryDisk();
            Epochs.load(each, Zxid.of(5, 9));
            each.put("acceptedEpoch", garbage.getBytes(StandardCharsets.US_ASCII));
            assertThrows(CorruptStorageException.class, () -> Epochs.load(each, Zxid.of(5, 9)), garbage);
        }
    }

    @Test
    void truncateGoesBackDurablyAndAnotherHistoryGoesOn() {
        for (int target : new int[] {0, 1, 9, 10, 11, 25, 40, 55, 60}) {
            MemoryDisk each = new MemoryDisk();
            try (Storage storage = open(each)) {
                write(storage, script.transactions().subList(0, 10));
                storage.snapshot(script.stateAt(zxid(10)), Runnable::run).join();
                write(storage, script.transactions().subList(10, 40));
                storage.snapshot(script.stateAt(zxid(40)), Runnable::run).join();
                write(storage, script.transactions().subList(40, 60));
                long at = target == 0 ? 0 : zxid(target);
                assertEquals(at, storage.truncate(at));
                assertSame(script.stateAt(at), storage.reload());
                MemoryDisk after = each.afterCrash(MemoryDisk.Loss.ALL, new Random(1));
                assertSame(script.stateAt(at), recover(after).state());
                Transaction next = otherAfter(at);
                storage.append(List.of(next));
                storage.force();
                Recovered found = recover(each.afterCrash(MemoryDisk.Loss.ALL, new Random(1)));
                assertEquals(next.zxid(), found.lastZxid());
                assertEquals(4321, found.state().sessionTimeoutMs(99));
            }
        }
    }

    private static Transaction otherAfter(long zxid) {
        Script other = new Script(1);
        for (int i = 0; i <= Zxid.epoch(zxid); i++) {
            other.nextEpoch();
        }
        return new Transaction(other.add(99, new Txn.CreateSession(4321)).header(), new Txn.CreateSession(4321), null);
    }

    @Test
    void truncateToWhatIsNotThereLeavesTheLastBeforeIt() {
        try (Storage storage = open(disk)) {
            write(storage, script.transactions());
            assertEquals(zxid(60), storage.truncate(zxid(60) + 1));
            assertEquals(zxid(60), storage.truncate(Zxid.of(7, 7)));
            long before = script.transactions().stream()
                    .mapToLong(Transaction::zxid)
                    .filter(each -> each <= Zxid.of(1, 1000))
                    .max()
                    .orElseThrow();
            assertEquals(before, storage.truncate(Zxid.of(1, 1000)));
            assertSame(script.stateAt(before), storage.reload());
        }
    }

    @Test
    void truncateBeforeTheOldestSnapshotIsRefusedAndChangesNothing() {
        try (Storage storage = open(disk)) {
            write(storage, script.transactions().subList(0, 10));
            storage.install(script.stateAt(zxid(30)));
            write(storage, script.transactions().subList(30, 60));
            String message = assertThrows(StorageException.class, () -> storage.truncate(zxid(20)))
                    .getMessage();
            assertTrue(message.contains("begins behind a snapshot at " + Zxid.toString(zxid(30))), message);
        }
        assertSame(script.end(), recover(disk).state());
    }

    @Test
    void aPartOfTheLogIsReadForSomebodyElse() {
        try (Storage storage = open(disk)) {
            write(storage, script.transactions().subList(0, 20));
            storage.snapshot(script.stateAt(zxid(20)), Runnable::run).join();
            write(storage, script.transactions().subList(20, 60));
            assertEquals(zxids(10, 50), zxids(storage.read(zxid(10), zxid(50), Long.MAX_VALUE)));
            assertEquals(zxids(60, 60), zxids(storage.read(zxid(60) + 3, zxid(60), 1)));
            assertNull(storage.read(0, zxid(50), Long.MAX_VALUE), "the log does not reach back so far");
            long bytes = script.transactions().subList(10, 50).stream()
                    .mapToLong(Transaction::sizeBytes)
                    .sum();
            assertNotNull(storage.read(zxid(10), zxid(50), bytes));
            assertNull(storage.read(zxid(10), zxid(50), bytes - 1), "it is too much");
        }
    }

    @Test
    void theEndOfTheLogIsHandedOverAsFarAsItIsWanted() {
        try (Storage storage = open(disk)) {
            write(storage, script.transactions());
        }
        StorageSettings ten = SETTINGS.toBuilder().recentTxns(10).build();
        try (Storage storage = open(disk, ten)) {
            Recovered found = storage.takeRecovered();
            assertEquals(zxids(51, 60), zxids(found.recent()));
            assertEquals(zxid(50), found.recentAfter());
        }
        try (Storage storage = open(disk, ten.toBuilder().recentBytes(1).build())) {
            Recovered found = storage.takeRecovered();
            assertEquals(List.of(), found.recent());
            assertEquals(zxid(60), found.recentAfter());
        }
        try (Storage storage = open(disk)) {
            assertEquals(List.of(), storage.takeRecovered().recent());
        }
    }

    @Test
    void ofWhatWasThereBeforeAnInstalledStateNothingIsLeft() {
        Script leaders = Script.of(77, 30);
        try (Storage storage = open(disk)) {
            write(storage, script.transactions());
            storage.install(leaders.end());
        }
        assertEquals(
                List.of("snapshot." + Long.toHexString(leaders.last())),
                disk.list().stream()
                        .filter(name -> name.startsWith("log.") || name.startsWith("snapshot."))
                        .toList());
    }

    @Test
    void anInstalledStateReplacesALongerHistory() {
        Script leaders = Script.of(77, 30);
        try (Storage storage = open(disk)) {
            write(storage, script.transactions());
            storage.install(leaders.end());
            assertEquals(leaders.last(), storage.lastZxid());
            assertSame(
                    leaders.end(),
                    recover(disk.afterCrash(MemoryDisk.Loss.ALL, new Random(1))).state());
        }
        assertSame(leaders.end(), recover(disk).state());
    }

    @Test
    void anInstalledStateIsGoneOnFrom() {
        try (Storage storage = open(disk)) {
            write(storage, script.transactions().subList(0, 10));
            storage.install(script.stateAt(zxid(30)));
            write(storage, script.transactions().subList(30, 60));
        }
        assertSame(script.end(), recover(disk).state());
    }

    @Test
    void f33_twoServersCannotShareADirectory() {
        Storage first = open(disk);
        assertTrue(assertThrows(StorageException.class, () -> open(disk))
                .getMessage()
                .contains("another server"));
        first.close();
        open(disk).close();
    }

    @Test
    void theRecoveredStateIsGivenAwayOnce() {
        try (Storage storage = open(disk)) {
            storage.takeRecovered();
            assertThrows(IllegalStateException.class, storage::takeRecovered);
        }
    }

    @Test
    void epochsAreDurableWhenTheMethodReturns() {
        try (Storage storage = open(disk)) {
            Epochs epochs = storage.epochs();
            assertEquals(0, epochs.current());
            epochs.accept(3);
            assertThrows(IllegalStateException.class, () -> epochs.follow(4));
            epochs.follow(2);
            Epochs later = Epochs.load(disk.afterCrash(MemoryDisk.Loss.ALL, new Random(1)), 0);
            assertEquals(3, later.accepted());
            assertEquals(2, later.current());
        }
        assertEquals("3", new String(disk.content("acceptedEpoch"), StandardCharsets.US_ASCII));
    }

    @Test
    void f26_missingEpochsComeFromTheLastTransaction() {
        Epochs epochs = Epochs.load(disk, Zxid.of(5, 9));
        assertEquals(5, epochs.current());
        assertEquals(5, epochs.accepted());
        assertEquals(List.of("acceptedEpoch", "currentEpoch"), names(""));
    }

    @Test
    void f26_epochsThatContradictTheLogAreRefusedUnlessOneWasBeingWritten() {
        Epochs.load(disk, Zxid.of(5, 9));
        assertThrows(CorruptStorageException.class, () -> Epochs.load(disk, Zxid.of(6, 1)));
        disk.put("currentEpoch.tmp", "6".getBytes(StandardCharsets.US_ASCII));
        disk.put("acceptedEpoch", "6".getBytes(StandardCharsets.US_ASCII));
        assertEquals(6, Epochs.load(disk, Zxid.of(6, 1)).current());
        disk.put("acceptedEpoch", "4".getBytes(StandardCharsets.US_ASCII));
        assertThrows(CorruptStorageException.class, () -> Epochs.load(disk, Zxid.of(6, 1)));
    }
}

package io.muster.server.storage;

import static io.muster.server.storage.StorageFixture.SETTINGS;
import static io.muster.server.storage.StorageFixture.assertSame;
import static io.muster.server.storage.StorageFixture.open;
import static io.muster.server.storage.StorageFixture.recover;
import static io.muster.server.storage.StorageFixture.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.OpCode;
import io.muster.replica.state.AclList;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.Txn;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TxnLogTest {
    private final Script script = Script.of(5, 120);

    private static List<Transaction> read(Disk disk, String name) {
        List<Transaction> found = new ArrayList<>();
        try (LogReader reader = new LogReader(disk, name)) {
            for (Transaction next = reader.next(); next != null; next = reader.next()) {
                found.add(next);
            }
            assertEquals(null, reader.damage());
        }
        return found;
    }

    @Test
    void everyKindOfTransactionIsInTheScript() {
        Set<Class<?>> seen = script.transactions().stream()
                .map(Transaction::txn)
                .flatMap(each -> each instanceof Txn.Multi multi
                        ? Stream.concat(Stream.of(each), multi.txns().stream())
                        : Stream.of(each))
                .map(Object::getClass)
                .collect(Collectors.toSet());
        assertEquals(Set.of(Txn.class.getPermittedSubclasses()), seen);
    }

    @Test
    void whatIsWrittenIsRead() {
        MemoryDisk disk = new MemoryDisk();
        try (Storage storage = open(disk)) {
            write(storage, script.transactions());
        }
        List<Transaction> found = read(disk, "log.1");
        assertEquals(script.transactions().size(), found.size());
        for (int i = 0; i < found.size(); i++) {
            assertArrayEquals(
                    Script.bytes(script.transactions().get(i)), Script.bytes(found.get(i)), "transaction " + i);
        }
    }

    @Test
    void aBatchIsOneWriteAndOneForce() {
        MemoryDisk disk = new MemoryDisk();
        try (Storage storage =
                open(disk, SETTINGS.toBuilder().preallocationBytes(1 << 16).build())) {
            storage.append(script.transactions().subList(0, 3));
            storage.force();
            int before = disk.steps();
            storage.append(script.transactions().subList(3, 40));
            assertEquals(1, disk.steps() - before);
            storage.force();
            // the sync, and the mark
            assertEquals(3, disk.steps() - before);
        }
    }

    @Test
    void theFileGrowsByStretchesAndGivesUpTheRestWhenItEnds() {
        MemoryDisk disk = new MemoryDisk();
        try (Storage storage = open(disk)) {
            write(storage, script.transactions().subList(0, 30));
            assertEquals(0, disk.size("log.1") % SETTINGS.preallocationBytes());
            storage.snapshot(script.stateAt(30), Runnable::run).join();
            assertTrue(disk.size("log.1") % SETTINGS.preallocationBytes() != 0);
            write(storage, script.transactions().subList(30, 33));
            assertTrue(disk.exists("log.1f"), disk.list().toString());
        }
        assertSame(script.stateAt(33), recover(disk).state());
    }

    @Test
    void f16_aFailedForceIsNeverTriedAgain() {
        MemoryDisk disk = new MemoryDisk();
        try (Storage storage = open(disk)) {
            write(storage, script.transactions().subList(0, 6));
            storage.append(script.transactions().subList(6, 9));
            disk.failForce(1);
            assertThrows(StorageException.class, storage::force);
            int before = disk.steps();
            assertThrows(StorageException.class, storage::force);
            assertThrows(
                    StorageException.class,
                    () -> storage.append(script.transactions().subList(9, 12)));
            assertEquals(before, disk.steps());
        }
        assertTrue(recover(disk.afterCrash(MemoryDisk.Loss.ALL, new Random(1))).lastZxid() >= 6);
    }

    @Test
    void f18_aFailedWriteIsNeverTriedAgain() {
        MemoryDisk disk = new MemoryDisk();
        try (Storage storage = open(disk)) {
            write(storage, script.transactions().subList(0, 6));
            disk.failWrite(1);
            List<Transaction> next = script.transactions().subList(6, 9);
            assertThrows(StorageException.class, () -> storage.append(next));
            assertThrows(StorageException.class, () -> storage.append(next));
            assertThrows(StorageException.class, storage::force);
        }
        assertSame(script.stateAt(6), recover(disk).state());
    }

    @Test
    void f28_aFullDiskIsMetBeforeARecordIsWrittenAndTheBatchMayComeAgain() {
        for (boolean admits : new boolean[] {true, false}) {
            MemoryDisk disk = new MemoryDisk();
            try (Storage storage = open(disk)) {
                write(storage, script.transactions().subList(0, 3));
                disk.capacityBytes(disk.usedBytes() + 1000, admits);
                int kept = 3;
                List<Transaction> refused = null;
                while (refused == null) {
                    List<Transaction> batch = script.transactions().subList(kept, kept + 3);
                    try {
                        storage.append(batch);
                        storage.force();
                        kept += 3;
                    } catch (DiskFullException e) {
                        refused = batch;
                    }
                }
                assertSame(
                        script.stateAt(kept),
                        recover(disk.afterCrash(MemoryDisk.Loss.NOTHING, new Random(1)))
                                .state());
                disk.capacityBytes(Long.MAX_VALUE, true);
                storage.append(refused);
                write(
                        storage,
                        script.transactions()
                                .subList(kept + 3, script.transactions().size()));
            }
            assertSame(script.end(), recover(disk).state());
        }
    }

    @Test
    void aFullDiskLeavesNoEmptyFileBehind() {
        MemoryDisk disk = new MemoryDisk();
        try (Storage storage = open(disk)) {
            for (int room : new int[] {0, 10, 2000}) {
                disk.capacityBytes(disk.usedBytes() + room, false);
                List<Transaction> batch = script.transactions().subList(0, 3);
                assertThrows(DiskFullException.class, () -> storage.append(batch));
                assertFalse(disk.exists("log.1"));
            }
            disk.capacityBytes(Long.MAX_VALUE, true);
            write(storage, script.transactions());
        }
        assertSame(script.end(), recover(disk).state());
    }

    @Test
    void f28_aRecordThatDoesNotFitEndsALogWithoutPreallocation() {
        MemoryDisk disk = new MemoryDisk();
        try (Storage storage =
                open(disk, SETTINGS.toBuilder().preallocationBytes(0).build())) {
            write(storage, script.transactions().subList(0, 6));
            disk.capacityBytes(disk.usedBytes() + 100, true);
            List<Transaction> next = script.transactions().subList(6, 9);
            StorageException failure = assertThrows(StorageException.class, () -> storage.append(next));
            assertFalse(failure instanceof DiskFullException);
            assertThrows(StorageException.class, storage::force);
        }
        assertSame(script.stateAt(6), recover(disk).state());
    }

    @Test
    void noMoreThanTheBoundIsEverUnsynced() {
        MemoryDisk disk = new MemoryDisk();
        try (Storage storage = open(
                disk,
                SETTINGS.toBuilder()
                        .maxUnsyncedBytes(1000)
                        .preallocationBytes(0)
                        .build())) {
            storage.append(script.transactions());
        }
        MemoryDisk after = disk.afterCrash(MemoryDisk.Loss.ANY_PART, new Random(3));
        assertTrue(disk.size("log.1") > 5000);
        assertTrue(after.size("log.1") >= disk.size("log.1") - 1000);
    }

    @Test
    void aTransactionAboveTheBoundIsWrittenInPartsAndNotTakenForDamageWhereverItIsTorn() {
        StorageSettings settings =
                SETTINGS.toBuilder().maxUnsyncedBytes(700).preallocationBytes(0).build();
        Script with = Script.of(5, 6);
        Txn.Create large = new Txn.Create(OpCode.CREATE.code(), "/large", new byte[5000], AclList.OPEN, false, 100);
        with.add(0, large);
        List<Transaction> all = with.transactions();
        boolean finished = false;
        int cut = 0;
        for (int step = 1; !finished; step++) {
            MemoryDisk disk = new MemoryDisk();
            try (Storage storage = open(disk, settings)) {
                write(storage, all.subList(0, 6));
                disk.crashAtStep(disk.steps() + step);
                storage.append(all.subList(6, 7));
                storage.force();
                finished = true;
            } catch (MemoryDisk.Crash crash) {
                assertTrue(step < 100);
            }
            for (int seed = 0; seed < 10; seed++) {
                MemoryDisk after = disk.afterCrash(MemoryDisk.Loss.ANY_PART, new Random(seed));
                try (Storage storage = open(after, settings)) {
                    Recovered found = storage.takeRecovered();
                    assertTrue(found.lastZxid() == with.last() || !finished);
                    assertSame(with.stateAt(found.lastZxid()), found.state());
                    cut = (int) Math.max(cut, found.cutBytes());
                }
                assertEquals(0, SyncedMark.largestBytes(after), "what was recovered is whole");
            }
        }
        assertTrue(cut > 2 * 700, "at most " + cut + " bytes were cut");
    }

    @Test
    void aLargeBatchIsWrittenInPartsAndTheRestMayComeAgainAfterAFullDisk() {
        Script with = Script.of(5, 3);
        for (int i = 0; i < 12; i++) {
            with.add(0, new Txn.Create(OpCode.CREATE.code(), "/l" + i, new byte[1 << 20], AclList.OPEN, false, i + 10));
        }
        MemoryDisk disk = new MemoryDisk();
        StorageSettings settings = SETTINGS.toBuilder()
                .maxUnsyncedBytes(4 << 20)
                .preallocationBytes(1 << 20)
                .build();
        List<Integer> parts = new ArrayList<>();
        try (Storage storage = open(disk, settings)) {
            disk.capacityBytes(disk.usedBytes() + (6 << 20), true);
            List<Transaction> rest = with.transactions();
            while (!rest.isEmpty()) {
                int count;
                try {
                    count = storage.append(rest);
                } catch (DiskFullException e) {
                    count = 0;
                    disk.capacityBytes(Long.MAX_VALUE, true);
                }
                parts.add(count);
                rest = rest.subList(count, rest.size());
            }
            storage.force();
        }
        assertEquals(List.of(7, 0, 4, 4), parts);
        assertSame(with.end(), recover(disk).state());
    }

    @Test
    void aTransactionOutOfOrderIsRefused() {
        try (Storage storage = open(new MemoryDisk())) {
            assertThrows(
                    IllegalStateException.class,
                    () -> storage.append(script.transactions().subList(1, 2)));
        }
    }
}

package io.muster.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.replica.state.State;
import io.muster.replica.state.TimesToLive;
import io.muster.replica.state.Transaction;
import java.util.List;
import java.util.Random;

/** Short words for tests of storage on a disk in memory. */
final class StorageFixture {
    static final StorageSettings SETTINGS = StorageSettings.builder()
            .seed(Script.SEED)
            .snapshotEveryTxns(1000)
            .snapshotEveryBytes(0)
            .preallocationBytes(4096)
            .maxUnsyncedBytes(1 << 16)
            .snapshotStepBytes(256)
            .timesToLive(TimesToLive.ON)
            .build();

    private StorageFixture() {}

    static Storage open(Disk disk) {
        return open(disk, SETTINGS);
    }

    static Storage open(Disk disk, StorageSettings settings) {
        return Storage.open(disk, disk, settings, new Random(1));
    }

    /** Appends and forces in batches of three. */
    static void write(Storage storage, List<Transaction> transactions) {
        for (int i = 0; i < transactions.size(); i += 3) {
            storage.append(transactions.subList(i, Math.min(transactions.size(), i + 3)));
            storage.force();
        }
    }

    /** A disk with a history, left as after a kill. */
    static MemoryDisk diskWith(Script script) {
        MemoryDisk disk = new MemoryDisk();
        try (Storage storage = open(disk)) {
            write(storage, script.transactions());
        }
        return disk;
    }

    static Recovered recover(Disk disk) {
        try (Storage storage = open(disk)) {
            return storage.takeRecovered();
        }
    }

    static void assertSame(State expected, State actual) {
        assertEquals(Script.dump(expected), Script.dump(actual));
    }
}

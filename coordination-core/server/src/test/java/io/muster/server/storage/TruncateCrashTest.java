package io.muster.server.storage;

import static io.muster.server.storage.StorageFixture.assertSame;
import static io.muster.server.storage.StorageFixture.open;
import static io.muster.server.storage.StorageFixture.recover;
import static io.muster.server.storage.StorageFixture.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.replica.state.State;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Crashes while a member of an ensemble gives up its own history for a leader's. */
class TruncateCrashTest {
    private final Script own = Script.of(6, 40);
    private final Script leaders = Script.of(77, 30);

    private MemoryDisk disk() {
        MemoryDisk disk = new MemoryDisk();
        try (Storage storage = open(disk)) {
            write(storage, own.transactions().subList(0, 10));
            storage.snapshot(own.stateAt(zxid(10)), Runnable::run).join();
            write(storage, own.transactions().subList(10, 25));
            storage.snapshot(own.stateAt(zxid(10)), Runnable::run).join();
            write(storage, own.transactions().subList(25, 40));
        }
        return disk.afterCrash(MemoryDisk.Loss.NOTHING, new Random(0));
    }

    private long zxid(int count) {
        return own.transactions().get(count - 1).zxid();
    }

    private interface Judge {
        void judge(Recovered found, boolean finished, String where);
    }

    private void atEveryStep(Consumer<Storage> change, Judge judge) {
        boolean finished = false;
        for (int step = 1; !finished; step++) {
            MemoryDisk disk = disk();
            Storage storage = open(disk);
            disk.crashAtStep(disk.steps() + step);
            try {
                change.accept(storage);
                finished = true;
            } catch (MemoryDisk.Crash crash) {
                assertTrue(step < 1000);
            }
            for (MemoryDisk.Loss loss : MemoryDisk.Loss.values()) {
                for (int seed = 0; seed < (loss == MemoryDisk.Loss.ANY_PART ? 10 : 1); seed++) {
                    String where = "step " + step + " " + loss + " " + seed;
                    judge.judge(recover(disk.afterCrash(loss, new Random(seed))), finished, where);
                }
            }
        }
    }

    @Test
    void onTheWayATruncatedHistoryIsAPrefixNotShorterThanItsEnd() {
        for (int target : new int[] {12, 25, 30}) {
            long end = zxid(target);
            atEveryStep(storage -> assertEquals(end, storage.truncate(end)), (found, finished, where) -> {
                assertTrue(found.lastZxid() >= end, where + " has " + found.lastZxid());
                assertTrue(!finished || found.lastZxid() == end, where + " has " + found.lastZxid());
                assertSame(own.stateAt(found.lastZxid()), found.state());
            });
        }
    }

    @Test
    void onTheWayToAnInstalledStateTheOldHistoryIsWhole() {
        State installed = leaders.end();
        atEveryStep(storage -> storage.install(installed), (found, finished, where) -> {
            boolean there = found.state().digest() == installed.digest();
            assertTrue(there || !finished, where);
            assertSame(there ? installed : own.stateAt(found.lastZxid()), found.state());
        });
    }
}

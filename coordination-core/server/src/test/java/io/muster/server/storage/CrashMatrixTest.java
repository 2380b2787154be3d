package io.muster.server.storage;

import static io.muster.server.storage.StorageFixture.assertSame;
import static io.muster.server.storage.StorageFixture.open;
import static io.muster.server.storage.StorageFixture.recover;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.muster.replica.state.Transaction;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class CrashMatrixTest {
    private static final Logger RECOVERY_LOG = (Logger) LoggerFactory.getLogger(Recovery.class);

    /** Thousands of tails are cut here, each with a warning. */
    @BeforeAll
    static void hush() {
        RECOVERY_LOG.setLevel(Level.ERROR);
    }

    @AfterAll
    static void speakAgain() {
        RECOVERY_LOG.setLevel(null);
    }

    private final Script script = Script.of(3, 40);

    @Test
    void f13_atEveryStepOfTheDiskACrashKeepsWhatWasForcedAndNothingByHalves() {
        int step = 1;
        boolean finished = false;
        while (!finished) {
            MemoryDisk disk = new MemoryDisk();
            disk.crashAtStep(step);
            long forced = 0;
            try {
                forced = live(disk, 0);
                finished = true;
            } catch (MemoryDisk.Crash crash) {
                forced = lastForced;
            }
            for (MemoryDisk.Loss loss : MemoryDisk.Loss.values()) {
                for (int seed = 0; seed < (loss == MemoryDisk.Loss.ANY_PART ? 12 : 1); seed++) {
                    judge(disk.afterCrash(loss, new Random(seed)), forced, "step " + step + " " + loss + " " + seed);
                }
            }
            step++;
        }
        assertTrue(step > 100, "the matrix has only " + step + " steps");
    }

    private long lastForced;

    /** A server's life: batches of three, now and then a snapshot. */
    private long live(MemoryDisk disk, long from) {
        lastForced = from;
        try (Storage storage = open(disk)) {
            List<Transaction> rest = script.transactions().stream()
                    .filter(each -> each.zxid() > from)
                    .toList();
            for (int i = 0; i < rest.size(); i += 3) {
                List<Transaction> batch = rest.subList(i, Math.min(rest.size(), i + 3));
                storage.append(batch);
                storage.force();
                lastForced = batch.get(batch.size() - 1).zxid();
                if (i % 12 == 9) {
                    storage.snapshot(script.stateAt(lastForced), Runnable::run);
                }
            }
        }
        return lastForced;
    }

    private void judge(MemoryDisk disk, long forced, String where) {
        Recovered recovered;
        try {
            recovered = recover(disk);
        } catch (StorageException e) {
            throw new AssertionError(where + ": refused: " + e.getMessage() + " " + disk.list(), e);
        }
        assertTrue(recovered.lastZxid() >= forced, where + ": lost " + forced + ", has " + recovered.lastZxid());
        assertSame(script.stateAt(recovered.lastZxid()), recovered.state());
        // it was flushed: the power may go again at once, and the history goes on
        MemoryDisk again = disk.afterCrash(MemoryDisk.Loss.ALL, new Random(0));
        live(again, recovered.lastZxid());
        assertSame(script.end(), recover(again).state());
    }
}

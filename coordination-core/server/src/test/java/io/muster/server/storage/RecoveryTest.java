package io.muster.server.storage;

import static io.muster.server.storage.StorageFixture.SETTINGS;
import static io.muster.server.storage.StorageFixture.assertSame;
import static io.muster.server.storage.StorageFixture.diskWith;
import static io.muster.server.storage.StorageFixture.open;
import static io.muster.server.storage.StorageFixture.recover;
import static io.muster.server.storage.StorageFixture.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.JuteWriter;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RecoveryTest {
    private final Script script = Script.of(8, 60);

    /** Where each record of a log starts, and where the last one ends. */
    private static List<Integer> offsets(MemoryDisk disk, String name) {
        List<Integer> offsets = new ArrayList<>();
        try (LogReader reader = new LogReader(disk, name)) {
            offsets.add((int) reader.offset());
            while (reader.next() != null) {
                offsets.add((int) reader.offset());
            }
        }
        return offsets;
    }

    private static void edit(MemoryDisk disk, String name, int at, int bytes) {
        byte[] content = disk.content(name);
        for (int i = at; i < at + bytes; i++) {
            content[i] ^= 0x55;
        }
        disk.put(name, content);
    }

    private static void cut(MemoryDisk disk, String name, int size) {
        disk.put(name, Arrays.copyOf(disk.content(name), size));
    }

    private static String refusal(MemoryDisk disk) {
        List<String> before = disk.list();
        String message =
                assertThrows(CorruptStorageException.class, () -> recover(disk)).getMessage();
        assertEquals(before, disk.list().stream().filter(before::contains).toList(), "a refusal changes nothing");
        return message;
    }

    private static void forgetMark(MemoryDisk disk) {
        disk.delete(SyncedMark.NAME);
    }

    /** Three log files, and a snapshot of the empty state. */
    private MemoryDisk threeFiles() {
        return filesOf(21);
    }

    /** An epoch has 20 transactions. */
    private MemoryDisk filesOf(int transactions) {
        MemoryDisk disk = new MemoryDisk();
        for (int i = 0; i < 60; i += transactions) {
            try (Storage storage = open(disk)) {
                write(storage, script.transactions().subList(i, Math.min(60, i + transactions)));
            }
        }
        return disk;
    }

    private List<String> logs(MemoryDisk disk) {
        return FileNames.logs(disk).stream().map(FileNames.Named::name).toList();
    }

    @Test
    void anEmptyDirectoryGetsASnapshotOfTheEmptyState() {
        MemoryDisk disk = new MemoryDisk();
        Recovered found = recover(disk);
        assertTrue(found.fresh());
        assertEquals(0, found.lastZxid());
        assertTrue(disk.exists("snapshot.0"));
        assertFalse(recover(disk).fresh());
    }

    @Test
    void severalFilesAreOneLog() {
        MemoryDisk disk = threeFiles();
        assertEquals(3, logs(disk).size());
        Recovered found = recover(disk);
        assertSame(script.end(), found.state());
        assertEquals(60, found.replayed());
        assertEquals(61, found.digestsCompared());
        assertEquals(0, found.digestMismatches());
    }

    @Test
    void f21_aTornTailIsCutWhereverItIsTorn() {
        MemoryDisk whole = diskWith(script);
        forgetMark(whole);
        List<Integer> offsets = offsets(whole, "log.1");
        int last = offsets.get(offsets.size() - 1);
        int before = offsets.get(offsets.size() - 2);
        for (int size = before + 1; size < last; size++) {
            MemoryDisk disk = whole.afterCrash(MemoryDisk.Loss.NOTHING, new Random(1));
            cut(disk, "log.1", size);
            Recovered found = recover(disk);
            assertEquals(script.transactions().size() - 1, found.replayed(), "cut at " + size);
            // padding need not be there, but what is there ends with a whole record
            assertTrue(disk.size("log.1") == before || size < before + 12, "cut at " + size);
            assertEquals(0, recover(disk).cutBytes());
        }
    }

    @Test
    void f22_damageInWhatWasSyncedIsRefusedAndNothingIsTouched() {
        MemoryDisk disk = diskWith(script);
        List<Integer> offsets = offsets(disk, "log.1");
        for (int record = 0; record < offsets.size() - 1; record++) {
            for (int within : new int[] {0, 8, 12, 20, offsets.get(record + 1) - offsets.get(record) - 1}) {
                MemoryDisk copy = disk.afterCrash(MemoryDisk.Loss.NOTHING, new Random(1));
                edit(copy, "log.1", offsets.get(record) + within, 1);
                byte[] before = copy.content("log.1");
                String message = refusal(copy);
                assertTrue(message.contains("log.1 at offset " + offsets.get(record)), message);
                assertTrue(message.contains("synced"), message);
                assertEquals(Arrays.hashCode(before), Arrays.hashCode(copy.content("log.1")));
            }
        }
    }

    @Test
    void f19_aLostEndOfWhatWasSyncedIsRefused() {
        MemoryDisk disk = diskWith(script);
        List<Integer> offsets = offsets(disk, "log.1");
        cut(disk, "log.1", offsets.get(offsets.size() - 3));
        assertTrue(refusal(disk).contains("synced up to"));
    }

    @Test
    void damageFurtherFromTheEndThanIsEverUnsyncedIsRefused() {
        StorageSettings small = SETTINGS.toBuilder()
                .maxUnsyncedBytes(1000)
                .preallocationBytes(0)
                .build();
        MemoryDisk disk = new MemoryDisk();
        try (Storage storage = open(disk, small)) {
            write(storage, script.transactions());
        }
        disk.delete(SyncedMark.NAME);
        List<Integer> offsets = offsets(disk, "log.1");
        int size = (int) disk.size("log.1");
        assertTrue(size > 5000);
        int far = offsets.stream().filter(each -> each < size - 2013).reduce(0, Math::max);
        int near =
                offsets.stream().filter(each -> each > size - 2000).findFirst().orElseThrow();
        MemoryDisk copy = disk.afterCrash(MemoryDisk.Loss.NOTHING, new Random(1));
        // the end mark: it looks torn
        edit(copy, "log.1", offsets.get(offsets.indexOf(far) + 1) - 1, 1);
        String message = assertThrows(CorruptStorageException.class, () -> open(copy, small))
                .getMessage();
        assertTrue(message.contains("more than are ever written without a sync"), message);
        edit(disk, "log.1", offsets.get(offsets.indexOf(near) + 1) - 1, 1);
        try (Storage storage = open(disk, small)) {
            assertEquals(offsets.indexOf(near), storage.takeRecovered().replayed());
        }
    }

    @Test
    void aBadChecksumInALogOfAnotherServersIsRefused() {
        MemoryDisk disk = diskWith(script);
        forgetMark(disk);
        List<Integer> offsets = offsets(disk, "log.1");
        edit(disk, "log.1", offsets.get(offsets.size() - 2) + 20, 1);
        assertTrue(refusal(disk).contains("checksum"));
    }

    @Test
    void aTornRecordInAnOldFileIsHarmlessWhenTheNextFileHasIt() {
        MemoryDisk disk = threeFiles();
        // as ZooKeeper leaves it, which goes on in a new file after a crash
        String first = logs(disk).get(0);
        int end = offsets(disk, first).get(21);
        byte[] content = Arrays.copyOf(disk.content(first), end + 40);
        Arrays.fill(content, end, end + 40, (byte) 1);
        disk.put(first, content);
        assertSame(script.end(), recover(disk).state());
    }

    @Test
    void f22_aBadRecordInAnOldFileIsRefused() {
        MemoryDisk disk = threeFiles();
        forgetMark(disk);
        String second = logs(disk).get(1);
        edit(disk, second, offsets(disk, second).get(18) + 20, 1);
        String message = refusal(disk);
        assertTrue(message.contains(second) && message.contains("goes on with"), message);
    }

    @Test
    void aMissingFileIsRefused() {
        MemoryDisk disk = threeFiles();
        forgetMark(disk);
        disk.delete(logs(disk).get(1));
        assertTrue(refusal(disk).contains("the log lacks what is between"));
    }

    @Test
    void aMissingFileIsRefusedByItsDigestWhereOnlyAnEpochIsMissing() {
        MemoryDisk disk = filesOf(20);
        forgetMark(disk);
        disk.delete(logs(disk).get(1));
        String message = refusal(disk);
        assertTrue(message.contains("the log seems to lack what comes after"), message);
    }

    @Test
    void aMissingNewestFileIsRefused() {
        MemoryDisk disk = threeFiles();
        disk.delete(logs(disk).get(2));
        assertTrue(refusal(disk).contains("synced up to"));
    }

    @Test
    void aNewestFileWithoutATransactionIsDeleted() {
        for (int size : new int[] {0, 1, 15, 16, 17, 40, 5000}) {
            MemoryDisk disk = threeFiles();
            byte[] begun = Arrays.copyOf(Arrays.copyOf(disk.content(logs(disk).get(0)), Math.min(16, size)), size);
            String name = FileNames.log(script.last() + 1);
            disk.put(name, begun);
            assertSame(script.end(), recover(disk).state());
            assertFalse(disk.exists(name), "size " + size);
        }
    }

    @Test
    void logsAloneAreEnoughIfTheyAreWhole() {
        MemoryDisk disk = threeFiles();
        disk.delete("snapshot.0");
        assertSame(script.end(), recover(disk).state());
        assertEquals(script.last(), recover(disk).snapshotZxid());
    }

    @Test
    void logsAloneThatBeginLaterAreRefusedUnlessTrusted() {
        MemoryDisk disk = threeFiles();
        disk.delete("snapshot.0");
        disk.delete(logs(disk).get(0));
        assertTrue(refusal(disk).contains("there is no snapshot"));
        Script late = new Script(1);
        late.nextEpoch();
        late.nextEpoch();
        late.nextEpoch();
        Transaction first = late.add(0, new io.muster.replica.state.Txn.CreateSession(1));
        MemoryDisk other = new MemoryDisk();
        try (Storage storage = open(other)) {
            storage.append(List.of(first));
            storage.force();
        }
        other.delete("snapshot.0");
        assertTrue(refusal(other).contains("there is no snapshot"));
        try (Storage storage =
                open(other, SETTINGS.toBuilder().trustEmptySnapshot(true).build())) {
            assertEquals(first.zxid(), storage.takeRecovered().lastZxid());
        }
    }

    @Test
    void f23_aDamagedSnapshotIsSkippedWhenTheLogReachesBack() {
        MemoryDisk disk = new MemoryDisk();
        try (Storage storage = open(disk)) {
            write(storage, script.transactions().subList(0, 30));
            storage.snapshot(script.stateAt(zxid(30)), Runnable::run).join();
            write(storage, script.transactions().subList(30, 60));
        }
        String name = FileNames.snapshot(zxid(30));
        assertEquals(zxid(30), recover(disk).snapshotZxid());
        edit(disk, name, 200, 1);
        Recovered found = recover(disk);
        assertEquals(0, found.snapshotZxid());
        assertEquals(1, found.damagedSnapshots());
        assertSame(script.end(), found.state());
    }

    private long zxid(int count) {
        return script.transactions().get(count - 1).zxid();
    }

    @Test
    void f23_aDamagedSnapshotThatTheLogDoesNotReachIsRefused() {
        MemoryDisk disk = new MemoryDisk();
        try (Storage storage = open(disk)) {
            write(storage, script.transactions().subList(0, 10));
            storage.snapshot(script.stateAt(zxid(30)), Runnable::run).join();
        }
        assertSame(script.stateAt(zxid(30)), recover(disk).state());
        forgetMark(disk);
        edit(disk, FileNames.snapshot(zxid(30)), 200, 1);
        assertTrue(refusal(disk).contains("cannot be read, and the log does not reach so far"));
    }

    @Test
    void f24_ifNoSnapshotCanBeReadALogThatBeginsWithTheFirstTransactionIsEnough() {
        MemoryDisk disk = threeFiles();
        edit(disk, "snapshot.0", 20, 1);
        Recovered found = recover(disk);
        assertEquals(1, found.damagedSnapshots());
        assertSame(script.end(), found.state());
        assertEquals(script.last(), recover(disk).snapshotZxid());
    }

    @Test
    void f24_ifNoSnapshotCanBeReadAndTheLogBeginsLaterTheStartIsRefused() {
        MemoryDisk disk = new MemoryDisk();
        try (Storage storage = open(disk)) {
            write(storage, script.transactions().subList(0, 30));
            storage.snapshot(script.stateAt(zxid(30)), Runnable::run).join();
            write(storage, script.transactions().subList(30, 60));
        }
        disk.delete(logs(disk).get(0));
        disk.delete("snapshot.0");
        edit(disk, FileNames.snapshot(zxid(30)), 20, 1);
        assertTrue(refusal(disk).contains("none of the 1 newest snapshots"));
    }

    /** A server that was alone, with a snapshot and no log of that time, then became a member in the first epoch. */
    @Test
    void f24_aLogThatOnlySeemsToBeginWithTheFirstTransactionIsRefused() {
        State before = script.stateAt(zxid(10));
        Script member = Script.from(before);
        member.nextEpoch();
        member.add(1000, new io.muster.replica.state.Txn.CreateSession(5000));
        MemoryDisk disk = new MemoryDisk();
        SnapshotFile.write(disk, before, SETTINGS, () -> false);
        try (Storage storage = open(disk)) {
            write(storage, member.transactions());
        }
        assertEquals(List.of("log.100000001"), logs(disk));
        assertSame(member.end(), recover(disk).state());
        edit(disk, FileNames.snapshot(before.zxid()), 20, 1);
        refusal(disk);
    }

    @Test
    void f20_aNewFileIsThereAfterAPowerLossOnceItsFirstTransactionWasSynced() {
        MemoryDisk disk = new MemoryDisk();
        try (Storage storage = open(disk)) {
            write(storage, script.transactions().subList(0, 30));
            storage.snapshot(script.stateAt(zxid(30)), Runnable::run).join();
            MemoryDisk atOnce = disk.afterCrash(MemoryDisk.Loss.ALL, new Random(1));
            assertTrue(atOnce.exists(FileNames.snapshot(zxid(30))));
            write(storage, script.transactions().subList(30, 31));
        }
        MemoryDisk after = disk.afterCrash(MemoryDisk.Loss.ALL, new Random(1));
        assertTrue(after.exists(FileNames.log(zxid(31))));
        assertSame(script.stateAt(zxid(31)), recover(after).state());
    }

    /** Except for the last of an epoch if its digest is that of the one before: nothing in the format tells of that one. */
    @Test
    void f25_aRecordThatWasWrittenOverAnotherIsNoticed() {
        MemoryDisk whole = diskWith(script);
        List<Integer> offsets = offsets(whole, "log.1");
        int noticed = 0;
        for (int from = 0; from < offsets.size() - 1; from++) {
            for (int to = 0; to < offsets.size() - 1; to++) {
                int length = offsets.get(from + 1) - offsets.get(from);
                boolean same = length == offsets.get(to + 1) - offsets.get(to);
                boolean tells = (to + 1) % 20 != 0
                        || to == offsets.size() - 2
                        || !digestAfter(to).equals(digestAfter(to - 1));
                if (from != to && same && tells) {
                    MemoryDisk disk = whole.afterCrash(MemoryDisk.Loss.NOTHING, new Random(1));
                    byte[] content = disk.content("log.1");
                    System.arraycopy(content, offsets.get(from), content, offsets.get(to), length);
                    disk.put("log.1", content);
                    refusal(disk);
                    noticed++;
                }
            }
        }
        assertTrue(noticed > 10, noticed + " pairs of one length");
    }

    private Long digestAfter(int index) {
        return script.stateAt(zxid(index + 1)).digest();
    }

    @Test
    void f25_aBlockThatStillHasItsOlderContentIsNoticed() {
        MemoryDisk early = new MemoryDisk();
        try (Storage storage = open(early)) {
            write(storage, script.transactions().subList(0, 20));
        }
        MemoryDisk disk = diskWith(script);
        byte[] stale = early.content("log.1");
        byte[] now = disk.content("log.1");
        int noticed = 0;
        for (int block = 0; block < Math.min(stale.length, now.length) / 512; block++) {
            byte[] mixed = now.clone();
            System.arraycopy(stale, block * 512, mixed, block * 512, 512);
            if (!Arrays.equals(mixed, now)) {
                MemoryDisk copy = disk.afterCrash(MemoryDisk.Loss.NOTHING, new Random(1));
                copy.put("log.1", mixed);
                refusal(copy);
                noticed++;
            }
        }
        assertTrue(noticed > 3, noticed + " blocks");
    }

    @Test
    void aSnapshotThatItsWriterDidNotForceIsForcedBeforeItIsUsed() {
        MemoryDisk source = new MemoryDisk();
        SnapshotFile.write(source, script.end(), SETTINGS, () -> false);
        MemoryDisk disk = new MemoryDisk();
        for (String name : source.list()) {
            byte[] content = source.content(name);
            disk.open(name).write(0, content, 0, content.length);
        }
        recover(disk);
        MemoryDisk after = disk.afterCrash(MemoryDisk.Loss.ALL, new Random(1));
        assertSame(script.end(), recover(after).state());
    }

    @Test
    void anUnfinishedSnapshotIsDeleted() {
        MemoryDisk disk = threeFiles();
        disk.put("tmp.snapshot.5", new byte[100]);
        recover(disk);
        assertFalse(disk.exists("tmp.snapshot.5"));
    }

    @Test
    void filesInTheWrongOfTwoDirectoriesAreRefused() {
        MemoryDisk both = threeFiles();
        assertThrows(StorageException.class, () -> Storage.open(both, new MemoryDisk(), SETTINGS, new Random(1)));
        assertThrows(StorageException.class, () -> Storage.open(new MemoryDisk(), both, SETTINGS, new Random(1)));
        MemoryDisk snapshots = new MemoryDisk();
        MemoryDisk logs = new MemoryDisk();
        for (int i = 0; i < 2; i++) {
            try (Storage storage = Storage.open(snapshots, logs, SETTINGS, new Random(1))) {
                write(storage, script.transactions().subList(30 * i, 30 * (i + 1)));
            }
        }
        assertEquals(List.of("snapshot.0"), snapshots.list());
        assertEquals(2, logs(logs).size());
    }

    @Test
    void aDigestThatDiffersIsCountedAndNotFatal() {
        MemoryDisk disk = new MemoryDisk();
        try (Storage storage = open(disk)) {
            List<Transaction> wrong = script.transactions().stream()
                    .map(each -> each.zxid() == 5 ? new Transaction(each.header(), each.txn(), 1L) : each)
                    .toList();
            write(storage, wrong);
        }
        assertEquals(1, recover(disk).digestMismatches());
    }

    /** A snapshot as ZooKeeper may write it: named and sealed for one transaction, with the next one in its tree already. */
    private void putRunAhead(MemoryDisk disk, long zxid) {
        MemoryDisk aside = new MemoryDisk();
        SnapshotFile.write(aside, script.stateAt(zxid + 1), SETTINGS, () -> false);
        byte[] whole = aside.content(FileNames.snapshot(zxid + 1));
        int blocks = SnapshotFileTest.DIGEST_BYTES + SnapshotFileTest.LAST_ZXID_BYTES;
        byte[] body = Arrays.copyOf(whole, whole.length - blocks);
        JuteWriter digest = new JuteWriter()
                .writeLong(zxid)
                .writeInt(2)
                .writeLong(script.stateAt(zxid).digest());
        disk.put(FileNames.snapshot(zxid), SnapshotFileTest.sealed(body, digest));
    }

    private long aChange() {
        return LongStream.range(5, 19)
                .filter(zxid -> script.stateAt(zxid).digest()
                        != script.stateAt(zxid + 1).digest())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aSnapshotThatRanAheadOfItsDigestByOneTransactionIsNoDifference() {
        MemoryDisk disk = diskWith(script);
        putRunAhead(disk, aChange());
        Recovered found = recover(disk);
        assertEquals(aChange(), found.snapshotZxid());
        assertEquals(0, found.digestMismatches());
        assertEquals(script.last(), found.lastZxid());
        assertSame(script.end(), found.state());
    }

    @Test
    void aSnapshotThatDoesNotFitItsDigestAndHasNothingBehindItIsADifference() {
        MemoryDisk disk = new MemoryDisk();
        putRunAhead(disk, aChange());
        assertEquals(1, recover(disk).digestMismatches());
    }

    @Test
    void transactionsThatAreThereTwiceAreAppliedOnce() {
        MemoryDisk disk = threeFiles();
        byte[] first = disk.content(logs(disk).get(0));
        disk.put(FileNames.log(2), first);
        Recovered found = recover(disk);
        assertEquals(21, found.repeated());
        assertSame(script.end(), found.state());
    }
}

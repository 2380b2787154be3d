package io.muster.server.storage;

import static io.muster.server.storage.StorageFixture.SETTINGS;
import static io.muster.server.storage.StorageFixture.assertSame;
import static io.muster.server.storage.StorageFixture.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDiskTest {
    @TempDir
    Path directory;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String read(Disk disk, String name, long offset) throws IOException {
        try (InputStream in = disk.read(name, offset)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void aHistoryComesBackFromRealFiles() {
        Script script = Script.of(2, 90);
        Path data = directory.resolve("a/data");
        Path log = directory.resolve("b/log");
        for (int i = 0; i < 3; i++) {
            try (Storage storage = Storage.open(data, log, SETTINGS, new Random(1))) {
                write(storage, script.transactions().subList(30 * i, 30 * (i + 1)));
                storage.snapshot(script.stateAt(storage.lastZxid()), Runnable::run)
                        .join();
            }
        }
        try (Storage storage = Storage.open(data, log, SETTINGS, new Random(1))) {
            assertSame(script.end(), storage.takeRecovered().state());
        }
        assertTrue(Files.exists(data.resolve("version-2").resolve(FileNames.snapshot(script.last()))));
        assertTrue(Files.exists(log.resolve("version-2").resolve("log.1")));
    }

    @Test
    void f34_filesAreChosenByTheirZxidsWhateverTheirTimesSay() throws IOException {
        Script script = Script.of(2, 90);
        StorageSettings keepAll = SETTINGS.toBuilder().keepSnapshots(0).build();
        for (int i = 0; i < 3; i++) {
            try (Storage storage = Storage.open(directory, directory, keepAll, new Random(1))) {
                write(storage, script.transactions().subList(30 * i, 30 * (i + 1)));
                storage.snapshot(script.stateAt(storage.lastZxid()), Runnable::run)
                        .join();
            }
        }
        Disk disk = FileDisk.open(directory.resolve("version-2"));
        List<FileNames.Named> oldestFirst = Stream.concat(
                        FileNames.logs(disk).stream(), FileNames.snapshots(disk).stream())
                .toList();
        assertEquals(7, oldestFirst.size());
        for (FileNames.Named each : oldestFirst) {
            long newestOfAll = 2_000_000_000_000L - each.zxid();
            Files.setLastModifiedTime(
                    directory.resolve("version-2").resolve(each.name()), FileTime.fromMillis(newestOfAll));
        }
        try (Storage storage = Storage.open(directory, directory, keepAll, new Random(1))) {
            Recovered found = storage.takeRecovered();
            assertEquals(script.last(), found.snapshotZxid());
            assertSame(script.end(), found.state());
            storage.purge(3);
        }
        assertEquals(script.last(), FileNames.snapshots(disk).get(2).zxid());
        assertFalse(disk.exists("snapshot.0"));
    }

    @Test
    void filesAreWrittenAnywhereCutReplacedRenamedAndDeleted() throws IOException {
        Disk disk = FileDisk.open(directory.resolve("new"));
        assertEquals(List.of(), disk.list());
        try (DiskFile file = disk.open("one")) {
            file.write(0, bytes("0123456789"), 0, 10);
            file.write(4, bytes("xabcx"), 1, 3);
            file.force();
            file.truncate(8);
            assertEquals(8, file.size());
        }
        assertEquals("0123abc7", read(disk, "one", 0));
        assertEquals("c7", read(disk, "one", 6));
        disk.replace("two", bytes("first"));
        disk.replace("two", bytes("2nd"));
        assertEquals("2nd", read(disk, "two", 0));
        disk.rename("one", "two");
        assertEquals("0123abc7", read(disk, "two", 0));
        assertEquals(List.of("two"), disk.list());
        disk.delete("two");
        disk.delete("two");
        assertFalse(disk.exists("two"));
        assertTrue(disk.usableBytes() > 0);
        disk.forceDirectory();
    }

    @Test
    void aFailureNamesTheFile() {
        Disk disk = FileDisk.open(directory);
        String message =
                assertThrows(StorageException.class, () -> disk.size("none")).getMessage();
        assertTrue(message.contains(directory.resolve("none").toString()), message);
    }

    @Test
    void f33_oneLockKeepsOthersOut() {
        Disk disk = FileDisk.open(directory);
        Disk.Lock lock = disk.lock();
        Disk other = FileDisk.open(directory);
        assertTrue(
                assertThrows(StorageException.class, other::lock).getMessage().contains("another server uses"));
        lock.close();
        other.lock().close();
    }
}

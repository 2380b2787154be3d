package io.muster.server.storage;

import static io.muster.server.storage.StorageFixture.SETTINGS;
import static io.muster.server.storage.StorageFixture.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.JuteWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.zip.Adler32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class SnapshotFileTest {
    static final int DIGEST_BYTES = 33;
    static final int LAST_ZXID_BYTES = 21;

    private final Script script = Script.of(4, 80);
    private final String name = FileNames.snapshot(script.last());
    private final MemoryDisk disk = new MemoryDisk();

    private byte[] write() {
        SnapshotFile.write(disk, script.end(), 128, () -> false);
        return disk.content(name);
    }

    private SnapshotFile.Loaded read(String file) {
        return SnapshotFile.read(disk, new FileNames.Named(file, script.last()), SETTINGS);
    }

    @Test
    void whatIsWrittenIsRead() {
        write();
        SnapshotFile.Loaded loaded = read(name);
        assertSame(script.end(), loaded.state());
        assertEquals(new SnapshotFile.DigestBlock(script.last(), script.end().digest()), loaded.digestBlock());
        assertEquals(0, loaded.znodesWithoutAcl());
        assertTrue(SnapshotFile.looksWhole(disk, name));
    }

    @Test
    void itIsDurableAndThenHasItsName() {
        write();
        assertEquals(
                Set.of(name),
                Set.copyOf(disk.afterCrash(MemoryDisk.Loss.ALL, new Random(0)).list()));
    }

    @Test
    void itCanBeCompressed() throws IOException {
        byte[] plain = write();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(plain);
        }
        disk.put(name + ".gz", bytes.toByteArray());
        assertSame(script.end(), read(name + ".gz").state());
        disk.put(name + ".gz", Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2));
        assertThrows(StorageException.class, () -> read(name + ".gz"));
    }

    @Test
    void cutAnywhereButAtTheEndOfABlockItIsRefused() {
        byte[] whole = write();
        Set<Integer> ends =
                Set.of(whole.length, whole.length - LAST_ZXID_BYTES, whole.length - LAST_ZXID_BYTES - DIGEST_BYTES);
        for (int size = 0; size <= whole.length; size++) {
            disk.put(name, Arrays.copyOf(whole, size));
            if (ends.contains(size)) {
                assertSame(script.end(), read(name).state());
            } else {
                assertThrows(StorageException.class, () -> read(name), "cut at " + size);
            }
        }
    }

    @Test
    void aBitFlippedAnywhereIsNoticed() {
        byte[] whole = write();
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 1;
            disk.put(name, flipped);
            assertThrows(StorageException.class, () -> read(name), "flipped at " + at);
        }
    }

    @Test
    void theBlockOfTheLastZxidMayStandAloneAndTheDigestMayBeOfAnOldKind() {
        byte[] whole = write();
        byte[] body = Arrays.copyOf(whole, whole.length - LAST_ZXID_BYTES - DIGEST_BYTES);
        JuteWriter last = new JuteWriter().writeLong(script.last());
        disk.put(name, sealed(body, last));
        assertSame(script.end(), read(name).state());
        JuteWriter old = new JuteWriter().writeLong(script.last()).writeInt(1).writeString("abcdef");
        disk.put(name, sealed(body, old));
        assertEquals(null, read(name).digestBlock());
        disk.put(name, sealed(sealed(body, old), last));
        assertSame(script.end(), read(name).state());
    }

    /** A snapshot's bytes with one more block behind them. */
    static byte[] sealed(byte[] before, JuteWriter block) {
        JuteWriter out = new JuteWriter().writeBytes(before, 0, before.length);
        out.writeBytes(block.array(), 0, block.size());
        Adler32 adler = new Adler32();
        adler.update(out.array(), 0, out.size());
        return out.writeLong(adler.getValue()).writeString("/").toByteArray();
    }

    @Test
    void givenUpItLeavesNothing() {
        int[] asked = {0};
        assertThrows(
                CancellationException.class, () -> SnapshotFile.write(disk, script.end(), 128, () -> ++asked[0] > 3));
        assertTrue(disk.list().isEmpty());
    }

    @Test
    void withoutRoomItLeavesNothing() {
        disk.capacityBytes(500, true);
        assertThrows(DiskFullException.class, () -> SnapshotFile.write(disk, script.end(), 128, () -> false));
        assertTrue(disk.list().isEmpty());
    }

    @Test
    void aFileCutOffDoesNotLookWhole() {
        byte[] whole = write();
        disk.put(name, Arrays.copyOf(whole, whole.length - 1));
        assertFalse(SnapshotFile.looksWhole(disk, name));
        disk.put(name, new byte[0]);
        assertFalse(SnapshotFile.looksWhole(disk, name));
    }
}

package io.muster.server.storage;

import static io.muster.server.storage.StorageFixture.SETTINGS;
import static io.muster.server.storage.StorageFixture.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.JuteWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.zip.Adler32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SnapshotFileTest {
    static final int DIGEST_BYTES = 33;
    static final int LAST_ZXID_BYTES = 21;

    private final Script script = Script.of(4, 80);
    private final String name = FileNames.snapshot(script.last());
    private final MemoryDisk disk = new MemoryDisk();

    private byte[] write() {
        SnapshotFile.write(disk, script.end(), SETTINGS, () -> false);
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

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatIsWrittenIsReadWhateverItsCompression(Compression compression) {
        String packed = write(compression);
        assertEquals(compression, Compression.ofFile(packed));
        assertSame(script.end(), read(packed).state());
        assertTrue(SnapshotFile.looksWhole(disk, packed));
        assertEquals(
                Set.of(packed),
                Set.copyOf(disk.afterCrash(MemoryDisk.Loss.ALL, new Random(0)).list()));
        if (compression != Compression.NONE) {
            assertTrue(disk.size(packed) < write().length);
            disk.put(packed, write());
            assertFalse(SnapshotFile.looksWhole(disk, packed));
        }
    }

    private String write(Compression compression) {
        StorageSettings settings = SETTINGS.toBuilder().compression(compression).build();
        SnapshotFile.write(disk, script.end(), settings, () -> false);
        return FileNames.snapshot(script.last(), compression);
    }

    /** Or it makes no difference: not every byte of a compressed file has a meaning. */
    @ParameterizedTest
    @EnumSource(Compression.class)
    void damageIsNoticedWhateverTheCompression(Compression compression) {
        String packed = write(compression);
        byte[] whole = disk.content(packed);
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 0x55;
            disk.put(packed, flipped);
            assertNoticed(packed);
        }
        for (int size = 0; size < whole.length - LAST_ZXID_BYTES - DIGEST_BYTES - 20; size += 7) {
            disk.put(packed, Arrays.copyOf(whole, size));
            assertThrows(StorageException.class, () -> read(packed));
        }
    }

    private void assertNoticed(String file) {
        SnapshotFile.Loaded loaded;
        try {
            loaded = read(file);
        } catch (StorageException e) {
            return;
        }
        assertSame(script.end(), loaded.state());
    }

    @Test
    void itsBlocksCanBeLeftOut() {
        int whole = write().length;
        StorageSettings settings =
                SETTINGS.toBuilder().lastZxidInSnapshots(false).build();
        SnapshotFile.write(disk, script.end(), settings, () -> false);
        assertEquals(whole - LAST_ZXID_BYTES, disk.size(name));
        assertSame(script.end(), read(name).state());
        SnapshotFile.write(
                disk,
                script.end(),
                settings.toBuilder().digestInSnapshots(false).build(),
                () -> false);
        assertEquals(whole - LAST_ZXID_BYTES - DIGEST_BYTES, disk.size(name));
        assertSame(script.end(), read(name).state());
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
                CancellationException.class,
                () -> SnapshotFile.write(disk, script.end(), SETTINGS, () -> ++asked[0] > 3));
        assertTrue(disk.list().isEmpty());
    }

    @Test
    void itSaysHowLongEachStepTookSoThatTheWriterMayRest() {
        List<Long> steps = new ArrayList<>();
        SnapshotFile.write(disk, script.end(), SETTINGS, () -> false, tookNanos -> {
            assertTrue(tookNanos >= 0, "nanoseconds: " + tookNanos);
            steps.add(tookNanos);
        });
        long bytes = disk.size(FileNames.snapshot(script.last(), SETTINGS.compression()));
        assertTrue(steps.size() >= 1 && steps.size() <= bytes / SETTINGS.snapshotStepBytes(), steps.size() + " steps");
    }

    @Test
    void whoRestsMayGiveUp() {
        assertThrows(
                CancellationException.class,
                () -> SnapshotFile.write(disk, script.end(), SETTINGS, () -> false, tookNanos -> {
                    throw new CancellationException("enough");
                }));
        assertTrue(disk.list().isEmpty());
    }

    @Test
    void withoutRoomItLeavesNothing() {
        disk.capacityBytes(500, true);
        assertThrows(DiskFullException.class, () -> SnapshotFile.write(disk, script.end(), SETTINGS, () -> false));
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

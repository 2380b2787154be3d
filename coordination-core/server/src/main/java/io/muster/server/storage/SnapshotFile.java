package io.muster.server.storage;

import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import io.muster.replica.state.SnapshotCodec;
import io.muster.replica.state.State;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.zip.Adler32;
import org.jspecify.annotations.Nullable;

/** Snapshots as files: what {@link SnapshotCodec} writes, with a header before it and blocks sealed by checksums behind. */
final class SnapshotFile {
    private static final int MAGIC = 0x5A4B534E;
    private static final int VERSION = 2;
    private static final int HEADER_BYTES = 16;
    private static final int DIGEST_VERSION = 2;
    private static final String SEAL_END = "/";
    private static final int SEAL_BYTES = Long.BYTES + Integer.BYTES + 1;
    private static final int DIGEST_BYTES = 2 * Long.BYTES + Integer.BYTES + SEAL_BYTES;
    private static final int LAST_ZXID_BYTES = Long.BYTES + SEAL_BYTES;
    private static final int MAX_TAIL_BYTES = 1 << 10;
    private static final int BLOCK_BYTES = 1 << 16;
    private static final int MIN_BYTES = 10;
    private static final byte[] PLAIN_END = {0, 0, 0, 1, '/'};

    private SnapshotFile() {}

    /** The digest of the tree at a zxid, which may be later than the snapshot's own: what is read then is of many moments. */
    record DigestBlock(long zxid, long digest) {}

    /** @param digestBlock null where there is none, or one of an old kind */
    record Loaded(
            State state, int znodesWithoutAcl, @Nullable DigestBlock digestBlock) {}

    /**
     * Writes a snapshot, durably, under the name that says its zxid; until it is whole it has another name. Forces after
     * each step, so that the disk is never busy with much of it at once.
     *
     * @throws CancellationException if asked to stop before the end; there is no snapshot then
     */
    static void write(Disk disk, State state, StorageSettings settings, BooleanSupplier cancelled) {
        write(disk, state, settings, cancelled, tookNanos -> {});
    }

    /** The same; {@code afterStep} is called after each step with the nanoseconds that it took, and may wait. */
    static void write(
            Disk disk, State state, StorageSettings settings, BooleanSupplier cancelled, LongConsumer afterStep) {
        String name = FileNames.snapshot(state.zxid(), settings.compression());
        String unfinished = FileNames.unfinished(name);
        try (DiskFile file = disk.open(unfinished)) {
            file.truncate(0);
            Steps steps = new Steps(file, settings.snapshotStepBytes(), afterStep);
            try (OutputStream out = settings.compression().pack(steps)) {
                new Writing(out, cancelled).writeAll(state, settings);
            }
            file.force();
        } catch (IOException e) {
            throw new StorageException("writing " + disk.locate(unfinished) + ": " + e, e);
        } catch (CancellationException | DiskFullException e) {
            disk.delete(unfinished);
            throw e;
        }
        disk.rename(unfinished, name);
        disk.forceDirectory();
    }

    /** Bytes on their way into a file, which is forced after each step. */
    private static final class Steps extends OutputStream {
        private final DiskFile file;
        private final int stepBytes;
        private final LongConsumer afterStep;
        private long position;
        private long unforcedBytes;
        private long stepBeganNanos = System.nanoTime();

        Steps(DiskFile file, int stepBytes, LongConsumer afterStep) {
            this.file = file;
            this.stepBytes = stepBytes;
            this.afterStep = afterStep;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            file.write(position, bytes, offset, length);
            position += length;
            unforcedBytes += length;
            if (unforcedBytes >= stepBytes) {
                file.force();
                unforcedBytes = 0;
                afterStep.accept(System.nanoTime() - stepBeganNanos);
                stepBeganNanos = System.nanoTime();
            }
        }
    }

    /** One snapshot on its way out. Checksums are over what is not compressed yet. */
    private static final class Writing {
        private final OutputStream out;
        private final BooleanSupplier cancelled;
        private final Adler32 adler = new Adler32();

        Writing(OutputStream out, BooleanSupplier cancelled) {
            this.out = out;
            this.cancelled = cancelled;
        }

        void writeAll(State state, StorageSettings settings) throws IOException {
            JuteWriter block = new JuteWriter();
            put(block.writeInt(MAGIC).writeInt(VERSION).writeLong(-1));
            try {
                SnapshotCodec.write(state, this::put);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
            seal(block);
            if (settings.digestInSnapshots()) {
                put(block.writeLong(state.zxid()).writeInt(DIGEST_VERSION).writeLong(state.digest()));
                seal(block);
            }
            if (settings.lastZxidInSnapshots()) {
                put(block.writeLong(state.zxid()));
                seal(block);
            }
        }

        private void seal(JuteWriter block) {
            put(block.writeLong(adler.getValue()).writeString(SEAL_END));
        }

        private void put(JuteWriter block) {
            put(block.array(), 0, block.size());
            block.clear();
        }

        private void put(byte[] bytes, int offset, int length) {
            if (cancelled.getAsBoolean()) {
                throw new CancellationException("snapshot given up");
            }
            adler.update(bytes, offset, length);
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Whether a look at its size and end finds nothing wrong. */
    static boolean looksWhole(Disk disk, String name) {
        long size = disk.size(name);
        if (size < MIN_BYTES) {
            return false;
        }
        Compression compression = Compression.ofFile(name);
        try (InputStream in = disk.read(name, compression == Compression.NONE ? size - PLAIN_END.length : 0)) {
            return compression == Compression.NONE
                    ? Arrays.equals(in.readNBytes(PLAIN_END.length), PLAIN_END)
                    : compression.hasItsBegin(in);
        } catch (IOException e) {
            throw new StorageException("reading " + disk.locate(name) + ": " + e, e);
        }
    }

    /** @throws StorageException if it is damaged, cut off, or cannot be read */
    static Loaded read(Disk disk, FileNames.Named named, StorageSettings settings) {
        String name = named.name();
        try (InputStream raw = disk.read(name, 0);
                InputStream in = Compression.ofFile(name).unpack(raw)) {
            return new Reading(in).readAll(settings, named.zxid());
        } catch (MalformedFrameException | IOException | UncheckedIOException e) {
            throw new StorageException(disk.locate(name) + " is damaged: " + e.getMessage(), e);
        }
    }

    /** One snapshot on its way in. */
    private static final class Reading {
        private final InputStream in;
        private final Adler32 adler = new Adler32();
        private final byte[] fixed = new byte[HEADER_BYTES];
        /** What was read from the file: up to {@code summed} it is in the checksum, up to {@code taken} it was given out. */
        private final byte[] block = new byte[BLOCK_BYTES];

        private int summed;
        private int taken;
        private int filled;

        Reading(InputStream in) {
            this.in = in;
        }

        Loaded readAll(StorageSettings settings, long zxid) throws IOException {
            if (readFixed(HEADER_BYTES).readInt("magic") != MAGIC) {
                throw new MalformedFrameException("its header is not that of a snapshot");
            }
            SnapshotCodec.Restored restored =
                    SnapshotCodec.read(this::read, settings.seed(), settings.timesToLive(), zxid);
            sumUp();
            long expected = adler.getValue();
            checkSeal(readFixed(SEAL_BYTES), expected);
            sumUp();
            return new Loaded(restored.state(), restored.znodesWithoutAcl(), readTail(readRest()));
        }

        /** Which blocks follow shows by how much follows. */
        private @Nullable DigestBlock readTail(byte[] tail) {
            JuteReader rest = new JuteReader(tail);
            DigestBlock block = null;
            if (tail.length != 0 && tail.length != LAST_ZXID_BYTES) {
                block = readDigest(rest, tail);
            }
            if (rest.remaining() != 0) {
                if (rest.remaining() != LAST_ZXID_BYTES) {
                    throw rest.malformed("unexpected bytes after the last block");
                }
                rest.readLong("last zxid");
                sealOver(rest, tail, Long.BYTES);
            }
            return block;
        }

        private @Nullable DigestBlock readDigest(JuteReader rest, byte[] tail) {
            int from = rest.offset();
            long zxid = rest.readLong("digest zxid");
            int version = rest.readInt("digest version");
            if (version < DIGEST_VERSION) {
                rest.readString("digest");
                sealOver(rest, tail, rest.offset() - from);
                return null;
            }
            long digest = rest.readLong("digest");
            sealOver(rest, tail, DIGEST_BYTES - SEAL_BYTES);
            // ZooKeeper's first snapshot, at 0, says that its digest is 0, which it is not
            boolean known = version == DIGEST_VERSION && (zxid != 0 || digest != 0);
            return known ? new DigestBlock(zxid, digest) : null;
        }

        /** Takes the last bytes into the checksum, then reads the seal over them, then takes that in too. */
        private void sealOver(JuteReader rest, byte[] tail, int blockBytes) {
            adler.update(tail, rest.offset() - blockBytes, blockBytes);
            long expected = adler.getValue();
            adler.update(tail, rest.offset(), Math.min(SEAL_BYTES, rest.remaining()));
            checkSeal(rest, expected);
        }

        private static void checkSeal(JuteReader seal, long expected) {
            long found = seal.readLong("checksum");
            if (found != expected || !seal.readString("end of seal").equals(SEAL_END)) {
                throw new MalformedFrameException("its checksum is " + expected + ", not " + found + " as it says");
            }
        }

        private JuteReader readFixed(int length) {
            read(fixed, 0, length);
            return new JuteReader(fixed, 0, length);
        }

        private void read(byte[] into, int offset, int length) {
            int done = 0;
            while (done < length) {
                if (taken == filled && !fill()) {
                    throw new MalformedFrameException("it ends too early");
                }
                int part = Math.min(length - done, filled - taken);
                System.arraycopy(block, taken, into, offset + done, part);
                taken += part;
                done += part;
            }
        }

        /** A checksum over long stretches is much cheaper than over each number. */
        private void sumUp() {
            adler.update(block, summed, taken - summed);
            summed = taken;
        }

        /** Says whether there was more. */
        private boolean fill() {
            sumUp();
            try {
                filled = Math.max(0, in.readNBytes(block, 0, block.length));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            summed = 0;
            taken = 0;
            return filled > 0;
        }

        /** As much as the tail may be, and not yet in the checksum. */
        private byte[] readRest() {
            byte[] rest = new byte[MAX_TAIL_BYTES];
            int length = 0;
            while (length < rest.length && (taken < filled || fill())) {
                int part = Math.min(rest.length - length, filled - taken);
                System.arraycopy(block, taken, rest, length, part);
                taken += part;
                summed = taken;
                length += part;
            }
            return Arrays.copyOf(rest, length);
        }
    }
}

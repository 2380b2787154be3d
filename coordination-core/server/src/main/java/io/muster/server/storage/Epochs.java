package io.muster.server.storage;

import io.muster.protocol.Zxid;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The epochs that a member of an ensemble promised and follows, each in a file of its own; durable when a method returns.
 * A server that stands alone has none. Owned by the log thread.
 *
 * <p>Invariant: current <= accepted, and the epoch of the last transaction <= current.
 */
public final class Epochs {
    private static final String CURRENT = "currentEpoch";
    private static final String ACCEPTED = "acceptedEpoch";

    private final Disk disk;
    private long current;
    private long accepted;

    private Epochs(Disk disk, long current, long accepted) {
        this.disk = disk;
        this.current = current;
        this.accepted = accepted;
    }

    /** Reads both, or makes those that are missing from the last transaction's epoch, as ZooKeeper does. */
    static Epochs load(Disk disk, long lastZxid) {
        long ofLast = Zxid.epoch(lastZxid);
        Long storedCurrent = read(disk, CURRENT);
        Long storedAccepted = read(disk, ACCEPTED);
        long current = storedCurrent == null ? ofLast : storedCurrent;
        if (ofLast > current) {
            Long unfinished = read(disk, CURRENT + ".tmp");
            if (unfinished == null || unfinished < ofLast) {
                throw new CorruptStorageException(disk.locate(CURRENT) + " says " + current
                        + ", but the last transaction is " + Zxid.toString(lastZxid) + Recovery.WHAT_NOW);
            }
            current = unfinished;
            storedCurrent = null;
        }
        long accepted = storedAccepted == null ? Math.max(ofLast, current) : storedAccepted;
        if (accepted < current) {
            throw new CorruptStorageException(disk.locate(ACCEPTED) + " says " + accepted + ", which is less than the "
                    + current + " of " + CURRENT + Recovery.WHAT_NOW);
        }
        Epochs epochs = new Epochs(disk, current, accepted);
        if (storedAccepted == null) {
            epochs.accept(accepted);
        }
        if (storedCurrent == null) {
            epochs.follow(current);
        }
        return epochs;
    }

    private static @Nullable Long read(Disk disk, String name) {
        if (!disk.exists(name)) {
            return null;
        }
        try (InputStream in = disk.read(name, 0)) {
            return Long.parseLong(new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip());
        } catch (IOException e) {
            throw new StorageException("reading " + disk.locate(name) + ": " + e, e);
        } catch (NumberFormatException e) {
            throw new CorruptStorageException(disk.locate(name) + " holds no number" + Recovery.WHAT_NOW, e);
        }
    }

    public long current() {
        return current;
    }

    public long accepted() {
        return accepted;
    }

    /** Promises to follow no leader of an earlier epoch. */
    public void accept(long epoch) {
        write(ACCEPTED, epoch);
        accepted = epoch;
    }

    /** Follows the leader of this epoch, whose history is on the disk already. */
    public void follow(long epoch) {
        if (epoch > accepted) {
            throw new IllegalStateException("epoch " + epoch + " was not accepted, only " + accepted);
        }
        write(CURRENT, epoch);
        current = epoch;
    }

    private void write(String name, long epoch) {
        disk.replace(name, Long.toString(epoch).getBytes(StandardCharsets.US_ASCII));
    }
}

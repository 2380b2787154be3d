package io.muster.server.storage;

import io.muster.protocol.Zxid;
import io.muster.replica.state.State;
import io.muster.replica.state.StateEditor;
import io.muster.replica.state.Transaction;
import io.muster.server.storage.FileNames.Named;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One pass over the log, from a snapshot on; changes no file. Used once. */
final class Replay {
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);

    private final SnapshotFile.Loaded base;
    private final StateEditor editor;
    private final long limit;
    /** Whether the first transaction may be any. */
    private boolean trustsStart;

    private final List<Named> read = new ArrayList<>();
    /** Files without a transaction behind the last one that has any. */
    private final List<Named> emptyAtEnd = new ArrayList<>();
    /** Damage behind the last transaction. */
    private final List<LogEnd> damagedAtEnd = new ArrayList<>();

    private long last;
    private int replayed;
    private int repeated;
    /** What the snapshot says of its own digest; null where that says nothing, being older than the snapshot. */
    private final SnapshotFile.@Nullable DigestBlock block;

    private boolean digestsCovered;
    /**
     * The last transaction of an epoch, while no digest behind it has told yet whether it really was the last: an epoch may
     * end anywhere, so its number tells nothing.
     */
    private @Nullable Long possibleGapAfter;

    /** The snapshot does not fit its own digest, and no later transaction has told yet what to think of it. */
    private boolean blockDiffers;

    private int digestsCompared;
    private int digestMismatches;

    private final RecentTxns recent;

    Replay(SnapshotFile.Loaded base, long limit, boolean trustsStart, StorageSettings settings) {
        this.base = base;
        this.editor = base.state().edit();
        this.limit = limit;
        this.trustsStart = trustsStart;
        this.last = base.state().zxid();
        this.recent = new RecentTxns(settings.recentTxns(), settings.recentBytes(), last);
        SnapshotFile.DigestBlock written = base.digestBlock();
        this.block = written != null && written.zxid() >= last ? written : null;
        compareWithBlock(last);
    }

    void run(Disk disk, List<Named> logs) {
        List<Named> reaching = FileNames.reaching(logs, base.state().zxid());
        for (Named each : reaching.isEmpty() ? logs : reaching) {
            if (each.zxid() > limit) {
                return;
            }
            readFile(disk, each);
        }
    }

    private void readFile(Disk disk, Named named) {
        read.add(named);
        try (LogReader reader = new LogReader(disk, named.name())) {
            boolean holdsAny = false;
            Transaction next = reader.next();
            while (next != null) {
                if (next.zxid() > limit) {
                    return;
                }
                if (!holdsAny) {
                    judgeDamageBefore(next, disk, reader);
                }
                accept(next, reader);
                holdsAny = true;
                next = reader.next();
            }
            if (!holdsAny) {
                emptyAtEnd.add(named);
            }
            LogReader.Damage damage = reader.damage();
            if (damage != null) {
                damagedAtEnd.add(new LogEnd(named, reader.offset(), damage));
            }
        }
    }

    /**
     * ZooKeeper begins a new file at each start and leaves the old one's torn tail. It is harmless if what follows shows
     * that nothing is missing.
     */
    private void judgeDamageBefore(Transaction next, Disk disk, LogReader reader) {
        boolean nothingMissing = next.zxid() <= last + 1;
        for (LogEnd each : damagedAtEnd) {
            LogReader.Damage damage = each.damage();
            if (!nothingMissing && !(damage.torn() && Order.follows(last, next.zxid()))) {
                throw new CorruptStorageException(each.where(disk) + ": " + damage.reason()
                        + ", and the log goes on with "
                        + Zxid.toString(next.zxid()) + " in " + reader.where() + "; the last good transaction is "
                        + Zxid.toString(last) + Recovery.WHAT_NOW);
            }
            LOG.warn(
                    "unfinished record passed over, the log goes on in a later file: {}: {}; lastGoodZxid={} nextZxid={}",
                    each.where(disk),
                    damage.reason(),
                    Zxid.toString(last),
                    Zxid.toString(next.zxid()));
        }
        damagedAtEnd.clear();
        emptyAtEnd.clear();
    }

    private void accept(Transaction next, LogReader reader) {
        long zxid = next.zxid();
        if (zxid <= last) {
            repeated += zxid > base.state().zxid() ? 1 : 0;
            return;
        }
        if (!Order.follows(last, zxid) && !trustsStart) {
            throw new CorruptStorageException("the log lacks what is between " + Zxid.toString(last) + " and "
                    + Zxid.toString(zxid) + ": the latter ends in " + reader.where() + ", the former is "
                    + (last == base.state().zxid() ? "that of the snapshot" : "the one before it")
                    + "; bring back the missing file" + Recovery.WHAT_NOW);
        }
        if (Zxid.epoch(zxid) > Zxid.epoch(last) && !trustsStart) {
            possibleGapAfter = last;
        }
        trustsStart = false;
        try {
            editor.replay(next);
        } catch (IllegalStateException e) {
            throw new CorruptStorageException(
                    "transaction " + Zxid.toString(zxid) + ", which ends in " + reader.where()
                            + ", does not fit those before it: " + e.getMessage() + Recovery.WHAT_NOW,
                    e);
        }
        replayed++;
        recent.add(next);
        checkDigest(next);
        last = zxid;
    }

    private void checkDigest(Transaction next) {
        Long digest = next.digest();
        if (block != null && next.zxid() <= block.zxid()) {
            compareWithBlock(next.zxid());
            return;
        }
        digestsCovered |= block != null;
        if (digest == null) {
            return;
        }
        blockDiffers = false;
        boolean differs = digest != editor.digest();
        if (differs && digestsCovered && digestMismatches == 0 && possibleGapAfter != null) {
            throw new CorruptStorageException("the log seems to lack what comes after "
                    + Zxid.toString(possibleGapAfter)
                    + ", the last of its epoch: the digest fits the state up to there and"
                    + " not at " + Zxid.toString(next.zxid()) + "; bring back what is missing" + Recovery.WHAT_NOW);
        }
        possibleGapAfter = null;
        // without a block, nobody knows until when a snapshot was being written: until the first digest that fits
        digestsCovered |= block == null && !differs;
        if (digestsCovered) {
            compareDigest(next.zxid(), digest);
        }
    }

    /**
     * ZooKeeper writes its snapshots while it applies, and the block names the last transaction that was wholly applied: the
     * tree may hold a part of the one after it already. So a difference at the block says nothing until the next digest.
     */
    private void compareWithBlock(long zxid) {
        if (block == null || block.zxid() != zxid) {
            return;
        }
        if (block.digest() == editor.digest()) {
            digestsCovered = true;
            digestsCompared++;
        } else {
            blockDiffers = true;
        }
    }

    private void compareDigest(long zxid, long expected) {
        digestsCompared++;
        if (expected == editor.digest()) {
            return;
        }
        digestMismatches++;
        if (digestMismatches == 1) {
            LOG.error(
                    "THE STATE DIFFERS FROM ITS WRITER'S at zxid={}: digest={} instead of {}; compare this server with the"
                            + " others of its ensemble",
                    Zxid.toString(zxid),
                    Long.toHexString(editor.digest()),
                    Long.toHexString(expected));
        }
    }

    /** Says what is not worth refusing for. */
    void warn() {
        if (blockDiffers && block != null) {
            compareDigest(block.zxid(), block.digest());
        }
        if (repeated > 0) {
            LOG.warn("the log holds {} transactions twice; each was applied once", repeated);
        }
        if (digestMismatches > 1) {
            LOG.error("{} of {} digests differ", digestMismatches, digestsCompared);
        }
        if (base.znodesWithoutAcl() > 0) {
            LOG.warn(
                    "{} znodes of the snapshot at {} lacked their access control list; those that the log did not give one"
                            + " are open to the super user only",
                    base.znodesWithoutAcl(),
                    Zxid.toString(base.state().zxid()));
        }
    }

    State state() {
        return editor.freeze();
    }

    long lastZxid() {
        return last;
    }

    RecentTxns recent() {
        return recent;
    }

    int filesRead() {
        return read.size();
    }

    List<Named> read() {
        return read;
    }

    int replayed() {
        return replayed;
    }

    int repeated() {
        return repeated;
    }

    List<Named> emptyAtEnd() {
        return emptyAtEnd;
    }

    List<LogEnd> damagedAtEnd() {
        return damagedAtEnd;
    }

    int digestsCompared() {
        return digestsCompared;
    }

    int digestMismatches() {
        return digestMismatches;
    }
}

package io.muster.server;

import io.muster.replica.Input;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import io.muster.replica.zab.PeerInput;
import io.muster.server.storage.Epochs;
import io.muster.server.storage.Recovered;
import io.muster.server.storage.Storage;
import io.muster.server.storage.StorageException;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a member of an ensemble does with its files beside writing transactions. Owned by the log thread. */
final class MemberJournal {
    private static final Logger log = LoggerFactory.getLogger(MemberJournal.class);

    private final Storage storage;
    private final Epochs epochs;
    private final double snapshotShare;
    private final io.muster.replica.zab.Recovered recovered;

    /** @param snapshotShare a log is read for a learner if it is at most this share of the newest snapshot */
    MemberJournal(Storage storage, Recovered found, double snapshotShare) {
        this.storage = storage;
        this.epochs = storage.epochs();
        this.snapshotShare = snapshotShare;
        this.recovered = new io.muster.replica.zab.Recovered(
                epochs.accepted(),
                epochs.current(),
                Math.max(found.snapshotZxid(), storage.oldestReachable()),
                found.recentAfter(),
                found.recent());
    }

    io.muster.replica.zab.Recovered recovered() {
        return recovered;
    }

    void carryOut(DiskTask.OfMember task, Consumer<Input> done) {
        if (task instanceof DiskTask.ReadLog read) {
            Thread reader = new Thread(() -> done.accept(new Input.OfPeer(read(read))), "muster-log-reader");
            reader.setDaemon(true);
            reader.start();
        } else {
            done.accept(new Input.OfPeer(carryOut(task)));
        }
    }

    private PeerInput carryOut(DiskTask.OfMember task) {
        if (task instanceof DiskTask.SaveAcceptedEpoch save) {
            epochs.accept(save.epoch());
            return new PeerInput.AcceptedEpochSaved(save.epoch());
        } else if (task instanceof DiskTask.SaveCurrentEpoch save) {
            epochs.follow(save.epoch());
            return new PeerInput.CurrentEpochSaved(save.epoch());
        } else if (task instanceof DiskTask.Truncate truncate) {
            long left = storage.truncate(truncate.zxid());
            return new PeerInput.Truncated(truncate.zxid(), left, truncate.reload() ? storage.reload() : null);
        } else if (task instanceof DiskTask.Install install) {
            storage.install(at(install.zxid(), install.state()));
            return new PeerInput.Installed(install.zxid());
        }
        throw new IllegalArgumentException("not one of the disk's: " + task);
    }

    /** An epoch may have begun since the state's last transaction. */
    private static State at(long zxid, State state) {
        if (state.zxid() == zxid) {
            return state;
        }
        var editor = state.edit();
        editor.skipTo(zxid);
        return editor.freeze();
    }

    /** Whoever asks gets a snapshot where the log cannot be read: that it is damaged is told here, and at the next start. */
    private PeerInput read(DiskTask.ReadLog task) {
        List<Transaction> found = null;
        try {
            long share = (long) (snapshotShare * storage.snapshotBytes());
            found = storage.read(task.after(), task.upTo(), Math.min(task.maxBytes(), share));
        } catch (StorageException e) {
            log.warn("the log could not be read for a learner, which gets a snapshot instead: {}", e.getMessage());
        }
        return new PeerInput.LogRead(task.link(), found);
    }
}

package io.muster.replica.zab;

import io.muster.protocol.Zxid;
import io.muster.replica.state.Transaction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a leader makes a learner's history equal to its own. */
sealed interface SyncPlan {
    /** The learner's history is the beginning of ours: it keeps it, and gets the rest. */
    record Diff(List<Transaction> then) implements SyncPlan {}

    /** The learner forgets what comes after a transaction, and gets the rest. */
    record TruncThenDiff(long zxid, List<Transaction> then) implements SyncPlan {}

    /** The learner forgets everything and gets a snapshot. */
    record Snap() implements SyncPlan {}

    /** What the learner misses is in the log only: it is to be read, and {@link Question#planWith} to be asked. */
    record FromLog(long after, long upTo) implements SyncPlan {}

    /**
     * What a plan depends on.
     *
     * @param learnerLast the last transaction of the learner
     * @param window the end of our log
     * @param upTo the last transaction to send as committed: the last committed one, or, before the epoch is established, the
     *     last in our log
     * @param epochZxid of the epoch that we lead, counter 0; a learner that has it for its last transaction has all that was
     *     there when the epoch began
     * @param epochEstablished whether transactions of that epoch can be in the learner's log
     * @param cutsBeforeNewEpoch whether the learner may be told to cut the end of its log at an epoch's end. ZooKeeper's
     *     leaders rather send a snapshot; Muster's learners ask for one if they cannot cut
     */
    record Question(
            long learnerLast,
            Window window,
            long upTo,
            long epochZxid,
            boolean epochEstablished,
            boolean cutsBeforeNewEpoch) {

        SyncPlan plan() {
            if (learnerLast == upTo) {
                return new Diff(List.of());
            }
            if (learnerLast == epochZxid && epochEstablished) {
                return new Diff(window.between(learnerLast, upTo));
            }
            boolean isStartOfEpoch = Zxid.counter(learnerLast) == 0;
            if (learnerLast > upTo) {
                return isStartOfEpoch ? new Snap() : new TruncThenDiff(upTo, List.of());
            }
            if (learnerLast < window.base()) {
                return new FromLog(learnerLast, window.base());
            }
            if (isStartOfEpoch || window.reaches(learnerLast)) {
                return new Diff(window.between(learnerLast, upTo));
            }
            List<Transaction> before = window.between(window.base(), learnerLast);
            long previous = before.isEmpty()
                    ? window.base()
                    : before.get(before.size() - 1).zxid();
            return cut(previous, window.between(learnerLast, upTo));
        }

        /**
         * @param log transactions of our log, in order, from the last that is not after the learner's last on; null if the log
         *     does not reach back so far, or that would be too much
         */
        SyncPlan planWith(@Nullable List<Transaction> log) {
            if (learnerLast >= window.base()) {
                return plan();
            }
            if (log == null || log.isEmpty() || log.get(0).zxid() > learnerLast) {
                return new Snap();
            }
            long previous = 0;
            List<Transaction> missing = new ArrayList<>();
            for (Transaction transaction : log) {
                if (transaction.zxid() <= learnerLast) {
                    previous = transaction.zxid();
                } else if (transaction.zxid() <= window.base()) {
                    missing.add(transaction);
                }
            }
            if (missing.isEmpty() || missing.get(missing.size() - 1).zxid() != window.base()) {
                return new Snap(); // a gap between what was read and what is in memory
            }
            missing.addAll(window.between(window.base(), upTo));
            if (previous == learnerLast || Zxid.counter(learnerLast) == 0) {
                return new Diff(List.copyOf(missing));
            }
            return cut(previous, missing);
        }

        /** The learner has something that we never had, after what we both have. */
        private SyncPlan cut(long previous, List<Transaction> then) {
            boolean insideOfEpoch = !then.isEmpty() && Zxid.epoch(then.get(0).zxid()) == Zxid.epoch(learnerLast);
            boolean atItsEnd = cutsBeforeNewEpoch
                    && Zxid.epoch(previous) == Zxid.epoch(learnerLast)
                    && Zxid.counter(previous) != 0;
            return insideOfEpoch || atItsEnd ? new TruncThenDiff(previous, List.copyOf(then)) : new Snap();
        }
    }
}

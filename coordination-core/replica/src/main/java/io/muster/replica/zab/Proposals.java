package io.muster.replica.zab;

import io.muster.protocol.Zxid;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A leader's count of who has which proposals on the disk. A log is forced from its beginning on, so one number for each
 * server says it all. Commits come in the order of the zxids: the last transaction that a quorum has, in every membership
 * that counts for it, is committed with all before it. Owned by one thread.
 */
final class Proposals {
    private final List<Rule> rules = new ArrayList<>();
    private final Map<Long, Long> acked = new TreeMap<>();
    private long committed;

    /** From which transaction on quorums count. */
    private record Rule(long from, Quorums quorums) {}

    /** @param committed what is committed at the beginning */
    Proposals(long committed, Quorums quorums) {
        this.committed = committed;
        rules.add(new Rule(0, quorums));
    }

    /** From this transaction on, which changes the membership, a quorum in these too is needed. */
    void alsoFrom(long zxid, Quorums quorums) {
        rules.add(new Rule(zxid, quorums));
    }

    /** Everything up to this is on a server's disk. */
    void ack(long server, long zxid) {
        acked.merge(server, zxid, Math::max);
    }

    /** Up to where a server has everything on its disk; 0 if nothing is known. */
    long acked(long server) {
        return acked.getOrDefault(server, 0L);
    }

    /**
     * A server is told to cut its log: what it acknowledged beyond is not there any more, even if it comes again later.
     * Without this, a commit could rest on a copy that is gone.
     */
    void withdraw(long server, long after) {
        acked.computeIfPresent(server, (id, zxid) -> Math.min(zxid, after));
    }

    long committed() {
        return committed;
    }

    /**
     * Commits what can be committed.
     *
     * @param last the last proposal
     * @return what is committed now
     * @throws IllegalStateException if a quorum has more than was proposed
     */
    long advance(long last) {
        long reached = Long.MAX_VALUE;
        for (Rule rule : rules) {
            long ofRule = rule.quorums.reached(this::acked);
            reached = Math.min(reached, Math.max(ofRule, rule.from - 1));
        }
        if (reached > last) {
            throw new IllegalStateException("a quorum has acknowledged " + Zxid.toString(reached) + ", but only "
                    + Zxid.toString(last) + " was proposed");
        }
        committed = Math.max(committed, reached);
        return committed;
    }
}

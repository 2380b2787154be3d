package io.muster.replica.zab;

import io.muster.protocol.Zxid;
import io.muster.replica.state.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The invariants of ZAB, looked at after every step; each says in its message what it is. */
final class SimChecks {
    /** What one end of a link may hold against the other when both do as they should. */
    private static final Pattern FAIR_REASONS =
            Pattern.compile("nothing heard.*|.*has promised.*|.*is before the accepted.*"
                    + "|.*a snapshot is needed|.*has come again|.*is not acknowledged.*|.*was not acknowledged for.*|no quorum.*"
                    + "|only the servers.*|.*are used up|.*has more history than its leader.*|.*does not lead|lost the leader.*"
                    + "|left the leader.*|elected in round.*");

    private final SimEnsemble ensemble;
    /** The common history, as far as anybody has delivered it. */
    private final List<Transaction> common = new ArrayList<>();

    private final Map<Long, Transaction> proposed = new TreeMap<>();
    private final TreeMap<Long, Long> leaders = new TreeMap<>();

    SimChecks(SimEnsemble ensemble) {
        this.ensemble = ensemble;
    }

    int committed() {
        return common.size();
    }

    long highestEpoch() {
        return leaders.isEmpty() ? 0 : leaders.lastKey();
    }

    void check(boolean holds, String message) {
        if (!holds) {
            throw new AssertionError(message + ": " + ensemble.servers);
        }
    }

    void proposed(SimServer server, Transaction transaction) {
        Transaction before = proposed.put(transaction.zxid(), transaction);
        check(before == null, "Uniqueness: two proposals are " + Zxid.toString(transaction.zxid()));
        check(
                leaders.getOrDefault(Zxid.epoch(transaction.zxid()), 0L) == server.id,
                "Leadership: " + server + " proposes " + Zxid.toString(transaction.zxid()));
    }

    /** Agreement, TotalOrder, PrefixConsistency, Integrity and the orders of primaries are all in one common sequence. */
    void delivered(SimServer server) {
        int last = server.applied.size() - 1;
        if (last >= 0) {
            same(server, last);
        }
    }

    private void same(SimServer server, int index) {
        Transaction transaction = server.applied.get(index);
        if (index < common.size()) {
            check(common.get(index).equals(transaction), "Agreement, at " + index + " " + server);
            return;
        }
        check(index == common.size(), "TotalOrder: " + server + " delivers " + index + " of " + common.size());
        check(transaction.equals(proposed.get(transaction.zxid())), "Integrity: " + transaction);
        if (index > 0) {
            check(
                    Window.follows(common.get(index - 1).zxid(), transaction.zxid()),
                    "PrimaryOrder: " + Zxid.toString(transaction.zxid()) + " after " + common.get(index - 1));
        }
        common.add(transaction);
    }

    void roleChanged(SimServer server) {
        if (server.role instanceof Role.Leading leading) {
            long other = leaders.getOrDefault(leading.epoch(), server.id);
            check(other == server.id, "Leadership2: two leaders of epoch " + leading.epoch());
            check(!leaders.containsKey(leading.epoch()), "Leadership2: again leader of epoch " + leading.epoch());
            long before = common.stream()
                    .filter(transaction -> Zxid.epoch(transaction.zxid()) < leading.epoch())
                    .count();
            everything(server);
            check(
                    server.applied.size() >= before,
                    "PrimaryIntegrity: " + server + " begins with " + server.applied.size() + " of " + before);
            leaders.put(leading.epoch(), server.id);
            ensemble.count("epochs");
        } else if (server.role instanceof Role.Following || server.role instanceof Role.Observing) {
            everything(server);
        }
    }

    void everything(SimServer server) {
        for (int i = 0; i < server.applied.size(); i++) {
            same(server, i);
        }
    }

    void closed(SimServer server, String reason) {
        ensemble.log(server, "closed: " + reason);
        if (reason.endsWith("a snapshot is needed")) {
            ensemble.count("start over");
        }
        check(FAIR_REASONS.matcher(reason).matches(), "ShouldNotBeTriggered: " + server + " closes: " + reason);
    }

    void confirmed(SimServer server, long round) {
        ensemble.count("rounds");
        long epoch = server.role instanceof Role.Leading leading ? leading.epoch() : -1;
        server.confirms.headMap(round, true).values().removeIf(highest -> {
            check(highest == epoch, "Confirmed: " + server + " led " + epoch + ", but " + highest + " was established");
            return true;
        });
    }

    void after(SimServer server) {
        if (server.isUp && server.role instanceof Role.Leading) {
            check(server.applied.size() <= common.size(), "delivered only what is common");
        }
    }

    /** What is committed stays on a quorum's disks, whatever happens. */
    void afterEvent() {
        if (common.isEmpty()) {
            return;
        }
        int index = common.size() - 1;
        Transaction last = common.get(index);
        int holders = ensemble.votersOf(server -> server.disk.holds(index, last));
        check(holders > ensemble.voters() / 2, "Durability: only " + holders + " hold " + Zxid.toString(last.zxid()));
    }

    boolean everybodyServes() {
        for (SimServer server : ensemble.servers) {
            boolean serves = server.role instanceof Role.Leading
                    || server.role instanceof Role.Following
                    || server.role instanceof Role.Observing;
            if (!server.isUp || !serves || server.applied.size() != common.size()) {
                return false;
            }
        }
        return Zxid.epoch(common.isEmpty() ? 0 : common.get(common.size() - 1).zxid()) == highestEpoch();
    }
}

package io.muster.replica.zab;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A leader's learners by their links, in the order in which they came. Owned by one thread. */
final class Learners {
    private final PeerOutputs out;
    private final Map<Long, Learner> byLink = new TreeMap<>();

    Learners(PeerOutputs out) {
        this.out = out;
    }

    void add(Learner learner) {
        byLink.put(learner.link, learner);
    }

    @Nullable
    Learner get(long link) {
        return byLink.get(link);
    }

    /** The link is gone, whoever closed it. */
    void lost(long link) {
        if (byLink.remove(link) != null) {
            out.learnerLost(link);
        }
    }

    void close(Learner learner, String reason) {
        if (byLink.remove(learner.link) != null) {
            out.closeLearner(learner.link, reason);
            out.learnerLost(learner.link);
        }
    }

    /** A server has come again before its old link was known to be gone. */
    void closeOlder(Learner learner) {
        for (Learner other : all()) {
            if (other.link != learner.link
                    && other.isAtLeast(Learner.Step.WAITING_FOR_EPOCH)
                    && other.server() == learner.server()) {
                close(other, "server " + other.server() + " has come again");
            }
        }
    }

    /** Calls an action that closes nobody. */
    void forEach(Learner.Step atLeast, Consumer<Learner> action) {
        for (Learner learner : byLink.values()) {
            if (learner.isAtLeast(atLeast)) {
                action.accept(learner);
            }
        }
    }

    /** The servers of those at this step or further for which something holds. */
    Set<Long> servers(Learner.Step atLeast, Predicate<Learner> condition) {
        Set<Long> servers = new TreeSet<>();
        forEach(atLeast, learner -> {
            if (condition.test(learner)) {
                servers.add(learner.server());
            }
        });
        return servers;
    }

    /** A copy, so that some may be closed meanwhile. */
    List<Learner> all() {
        return List.copyOf(byLink.values());
    }

    /** Those in a step, in a copy. */
    List<Learner> in(Learner.Step step) {
        return byLink.values().stream()
                .filter(learner -> learner.step() == step)
                .toList();
    }

    List<PeerStatus.LearnerStatus> status(Predicate<Learner> votes) {
        List<PeerStatus.LearnerStatus> all = new ArrayList<>();
        forEach(
                Learner.Step.WAITING_FOR_EPOCH,
                learner -> all.add(new PeerStatus.LearnerStatus(
                        learner.server(),
                        votes.test(learner),
                        learner.observes(),
                        learner.step() == Learner.Step.UP,
                        learner.acked())));
        return all;
    }
}

package io.muster.replica.zab;

import io.muster.replica.peer.Notification;
import io.muster.replica.peer.ServerState;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a leader, as ZooKeeper's servers do it (fast leader election). What comes out is a hint: that nothing is lost
 * depends on the promises and acknowledgements that come after it.
 *
 * <table>
 * <caption>Transitions</caption>
 * <tr><th>when</th><th>then</th></tr>
 * <tr><td>the log is being cut, or a snapshot written</td><td>waits for that: it is the end of what was before</td></tr>
 * <tr><td>a better vote, or one of a later round</td><td>votes so too, and says so</td></tr>
 * <tr><td>a quorum votes as this server does, and so does every voter that is connected</td><td>elected</td></tr>
 * <tr><td>the same, and no better vote for a while</td><td>elected</td></tr>
 * <tr><td>a quorum has a leader, and that leader says so</td><td>elected</td></tr>
 * <tr><td>elected: this server</td><td>{@link Leading}</td></tr>
 * <tr><td>elected: another</td><td>{@link Joining}</td></tr>
 * </table>
 */
final class Looking extends Part {
    private static final long NOT_YET = Long.MAX_VALUE;

    /** Of servers that look for a leader, in this round, and of those that have one since it. */
    private final Map<Long, Ballot> received = new TreeMap<>();
    /** Of servers that have a leader. */
    private final Map<Long, Ballot> established = new TreeMap<>();
    /** What came before this server could vote: the last of each. */
    private final Map<Long, Notification> early = new TreeMap<>();

    private @Nullable Ballot mine;
    private long repeatMs;
    private long repeatAtMs;
    private long settledAtMs = NOT_YET;

    Looking(Peer peer) {
        super(peer);
        repeatMs = peer.settings.election().minNotificationMs();
    }

    @Override
    ServerState state() {
        return ServerState.LOOKING;
    }

    @Override
    void begin() {
        if (!peer.history.isResetting()) {
            start();
        }
    }

    @Override
    void diskAnswered() {
        if (mine == null && !peer.history.isResetting()) {
            start();
        }
    }

    private void start() {
        peer.round++;
        Ballot initial = vote(initial());
        mine = initial;
        broadcast(initial);
        early.forEach(this::notified);
        early.clear();
        decideIfClear();
    }

    private Vote initial() {
        return peer.votes() ? peer.ownVote() : Vote.NOBODY;
    }

    private long self() {
        return peer.settings.serverId();
    }

    private Ballot vote(Vote vote) {
        return new Ballot(vote, peer.round, ServerState.LOOKING, Notification.VERSION);
    }

    private void change(Vote vote) {
        Ballot next = vote(vote);
        mine = next;
        settledAtMs = NOT_YET;
        broadcast(next);
    }

    private void broadcast(Ballot ballot) {
        for (long voter : peer.quorums.voters()) {
            if (voter != self()) {
                peer.notify(voter, ServerState.LOOKING, ballot.vote(), ballot.round());
            }
        }
        repeatAtMs = peer.nowMs + repeatMs;
    }

    @Override
    void electionConnected(long server) {
        Ballot ballot = mine;
        if (ballot != null && peer.quorums.isVoter(server)) {
            repeatMs = peer.settings.election().minNotificationMs();
            repeatAtMs = peer.nowMs + repeatMs;
            peer.notify(server, ServerState.LOOKING, ballot.vote(), ballot.round());
        }
    }

    @Override
    void electionLost(long server) {
        decideIfClear();
    }

    @Override
    void notified(long server, Notification notification) {
        Ballot current = mine;
        if (current == null) {
            if (peer.quorums.isVoter(server)) {
                early.put(server, notification);
            }
            return;
        }
        if (!peer.quorums.isVoter(server)) {
            answerNonVoter(server, notification, current);
            return;
        }
        repeatAtMs = peer.nowMs + repeatMs;
        if (!peer.quorums.isVoter(notification.leader()) || peer.part() != this) {
            return;
        }
        switch (notification.state()) {
            case LOOKING -> looking(server, notification, current);
            case FOLLOWING, LEADING -> hasLeader(server, notification);
            case OBSERVING -> {}
        }
    }

    /** In a round that the other does not take for an old one: it would only answer that. */
    private void answerNonVoter(long server, Notification notification, Ballot current) {
        if (notification.state() == ServerState.LOOKING && peer.votes()) {
            peer.notify(server, ServerState.LOOKING, current.vote(), Math.max(peer.round, notification.round()));
        }
    }

    private void looking(long server, Notification notification, Ballot current) {
        if (notification.zxid() == -1) {
            return; // an empty server that is not sure that it should be
        }
        Vote other = Vote.in(notification);
        if (notification.round() < peer.round) {
            if (peer.votes()) {
                peer.notify(server, ServerState.LOOKING, current.vote(), current.round());
            }
            return;
        }
        if (notification.round() > peer.round) {
            peer.round = notification.round();
            received.clear();
            Vote initial = initial();
            change(isBetter(other, initial) ? other : initial);
        } else if (isBetter(other, current.vote())) {
            change(other);
        }
        received.put(server, Ballot.in(notification));
        decideIfClear();
    }

    private boolean isBetter(Vote vote, Vote than) {
        return peer.quorums.mayLead(vote.leader()) && vote.isBetterThan(than);
    }

    /** A leader is joined if a quorum has it, and it says itself that it leads. */
    private void hasLeader(long server, Notification notification) {
        Ballot ballot = Ballot.in(notification);
        long leader = ballot.vote().leader();
        if (notification.round() == peer.round) {
            received.put(server, ballot);
            if (isQuorumFor(ballot, received, mine) && leads(leader, notification.round(), received)) {
                decide(ballot);
                return;
            }
        }
        established.put(server, ballot);
        if (isQuorumFor(ballot, established, null) && leads(leader, notification.round(), established)) {
            peer.round = notification.round();
            decide(ballot);
        }
    }

    /** @param own this server's own ballot, if it counts */
    private boolean isQuorumFor(Ballot ballot, Map<Long, Ballot> ballots, @Nullable Ballot own) {
        return peer.quorums.contain(server -> {
            Ballot other = server == self() ? own : ballots.get(server);
            return other != null && ballot.agreesWith(other);
        });
    }

    /** That others call a server their leader is not enough: it could be gone. Of itself it knows best, in its own round. */
    private boolean leads(long leader, long round, Map<Long, Ballot> ballots) {
        if (leader == self()) {
            return round == peer.round;
        }
        Ballot said = ballots.get(leader);
        return said != null && said.state() == ServerState.LEADING;
    }

    private void decideIfClear() {
        Ballot current = mine;
        if (current == null || peer.part() != this || current.vote().equals(Vote.NOBODY)) {
            return;
        }
        if (!isQuorumFor(current, received, current)) {
            settledAtMs = NOT_YET;
        } else if (everyoneAgrees(current)) {
            decide(current);
        } else if (settledAtMs == NOT_YET) {
            settledAtMs = peer.nowMs + peer.settings.election().settleMs();
        }
    }

    /** Nobody is left that could be heard and has not voted so. */
    private boolean everyoneAgrees(Ballot current) {
        for (long voter : peer.quorums.voters()) {
            if (voter != self() && peer.isConnected(voter)) {
                Ballot other = received.get(voter);
                if (other == null || !current.agreesWith(other)) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    long dueMs() {
        return mine == null ? Long.MAX_VALUE : Math.min(settledAtMs, repeatAtMs);
    }

    @Override
    void endBatch() {
        Ballot current = mine;
        if (current == null) {
            return;
        }
        if (peer.nowMs >= settledAtMs) {
            decide(current);
        } else if (peer.nowMs >= repeatAtMs) {
            repeatMs = Math.min(2 * repeatMs, peer.settings.election().maxNotificationMs());
            broadcast(current);
        }
    }

    private void decide(Ballot ballot) {
        peer.decided = ballot;
        long leader = ballot.vote().leader();
        String why = "elected in round " + ballot.round() + " with zxid "
                + text(ballot.vote().zxid()) + " of epoch " + ballot.vote().peerEpoch();
        if (leader == self()) {
            peer.become(new Leading(peer), new Role.Elected(), why);
        } else {
            peer.become(new Joining(peer, leader), new Role.Joining(leader), why);
        }
    }
}

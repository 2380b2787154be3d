package io.muster.replica.peer;

/**
 * One server's word in an election, or about the leader that it has.
 *
 * @param state of the sender
 * @param leader whom the sender wants to lead, or knows to lead: a server id; {@link #NOBODY} from who may not vote
 * @param zxid the candidate's last one, as the vote says; -1 for a candidate whose empty database is not to be trusted
 * @param round the sender's election round, from 1
 * @param peerEpoch the candidate's current epoch; once a leader is established, the epoch that it leads
 * @param version of the format: {@link #VERSION}; 0 from a sender that said no version
 * @param membershipText the sender's committed membership as ZooKeeper writes it; empty from a sender that said none
 */
public record Notification(
        ServerState state, long leader, long zxid, long round, long peerEpoch, int version, String membershipText) {
    /** The format that ZooKeeper 3.9 writes. */
    public static final int VERSION = 2;

    /** In the place of leader, zxid and epoch, from a server that has no vote. */
    public static final long NOBODY = Long.MIN_VALUE;
}

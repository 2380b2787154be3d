package io.muster.replica.zab;

import io.muster.protocol.Zxid;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerInfo;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.PeerExtensions;

/**
 * One learner, as its leader sees it: the other end of {@link Joining}, {@link Following} and {@link Observing}. One object
 * for each link.
 *
 * <table>
 * <caption>Steps</caption>
 * <tr><th>step</th><th>what ends it</th><th>then</th></tr>
 * <tr><td>GREETING</td><td>FOLLOWERINFO or OBSERVERINFO</td><td>waits for the epoch to be on the leader's disk</td></tr>
 * <tr><td>WAITING_FOR_EPOCH</td><td>that</td><td>LEADERINFO</td></tr>
 * <tr><td>PROMISING</td><td>ACKEPOCH</td><td>waits for a quorum's promises</td></tr>
 * <tr><td>WAITING_FOR_QUORUM</td><td>those, and the leader is in the epoch itself</td><td>a plan</td></tr>
 * <tr><td>READING_LOG</td><td>what the plan needs was read</td><td>the history, NEWLEADER, and from now on all proposals</td></tr>
 * <tr><td>SYNCHRONIZING</td><td>ACK of NEWLEADER</td><td>waits for a quorum of those</td></tr>
 * <tr><td>ACKNOWLEDGED</td><td>the epoch is established</td><td>UPTODATE</td></tr>
 * <tr><td>UP</td><td>the end</td><td></td></tr>
 * </table>
 *
 * <p>Owned by one thread.
 */
final class Learner implements LearnerPacket.Handler<Verdict> {
    enum Step {
        GREETING,
        WAITING_FOR_EPOCH,
        PROMISING,
        WAITING_FOR_QUORUM,
        READING_LOG,
        SYNCHRONIZING,
        ACKNOWLEDGED,
        UP
    }

    private final Leading leading;
    final long link;
    private Step step = Step.GREETING;
    private LearnerInfo info = new LearnerInfo(0, 0, 0);
    private boolean observes;
    private int features;
    private long last;
    private long heardMs;
    private long acked;
    /** Proposals that are not acknowledged: the oldest, when it was sent, and another one. 0 for none. */
    private long waitsFor;

    private long waitsSinceMs;
    private long thenWaitsFor;
    private long thenSinceMs;

    Learner(Leading leading, long link, long nowMs) {
        this.leading = leading;
        this.link = link;
        this.heardMs = nowMs;
    }

    /** Its server id; means nothing in GREETING. */
    long server() {
        return info.serverId();
    }

    Step step() {
        return step;
    }

    void become(Step next) {
        step = next;
    }

    boolean isAtLeast(Step other) {
        return step.compareTo(other) >= 0;
    }

    boolean observes() {
        return observes;
    }

    /** The last transaction in its log when it came. */
    long last() {
        return last;
    }

    boolean has(int feature) {
        return (features & feature) != 0;
    }

    /** Whether it is a Muster server that said so. */
    boolean isMuster() {
        return features != 0;
    }

    void heard(long nowMs) {
        heardMs = nowMs;
    }

    boolean isHeardSince(long ms) {
        return heardMs >= ms;
    }

    /** Its acknowledgement of NEWLEADER will stand for everything up to this. */
    void synchronizedUpTo(long zxid) {
        acked = zxid;
        step = Step.SYNCHRONIZING;
    }

    long acked() {
        return acked;
    }

    void proposed(long zxid, long nowMs) {
        if (waitsFor == 0) {
            waitsFor = zxid;
            waitsSinceMs = nowMs;
        } else if (thenWaitsFor == 0) {
            thenWaitsFor = zxid;
            thenSinceMs = nowMs;
        }
    }

    /** For how long a proposal has waited for its acknowledgement, at least; 0 if none does. */
    long waitsMs(long nowMs) {
        return waitsFor == 0 || !isAtLeast(Step.UP) ? 0 : nowMs - waitsSinceMs;
    }

    private void noteAck(long zxid) {
        acked = zxid;
        if (waitsFor != 0 && zxid >= waitsFor) {
            boolean isBehind = thenWaitsFor > zxid;
            boolean isUnknown = !isBehind && zxid < leading.nextZxid() - 1;
            waitsFor = isBehind ? thenWaitsFor : isUnknown ? zxid + 1 : 0;
            waitsSinceMs = isBehind ? thenSinceMs : leading.nowMs();
            thenWaitsFor = 0;
        }
    }

    @Override
    public Verdict followerInfo(LearnerPacket.FollowerInfo packet) {
        return greeted(packet.acceptedEpoch(), packet.info());
    }

    @Override
    public Verdict observerInfo(LearnerPacket.ObserverInfo packet) {
        observes = true;
        return greeted(packet.acceptedEpoch(), packet.info());
    }

    private Verdict greeted(long acceptedEpoch, LearnerInfo greeting) {
        if (step != Step.GREETING) {
            return Verdict.wrong("greeted twice");
        }
        if (greeting.protocolVersion() < LearnerInfo.PROTOCOL) {
            return Verdict.wrong("speaks the protocol " + greeting.protocolVersion() + ", which is too old");
        }
        if (greeting.membershipVersion() > leading.membershipVersion()) {
            return Verdict.wrong("knows a newer membership: " + Zxid.toString(greeting.membershipVersion()));
        }
        info = greeting;
        features = PeerExtensions.decode(greeting.protocolVersion()) & leading.features();
        step = Step.WAITING_FOR_EPOCH;
        return leading.greeted(this, acceptedEpoch);
    }

    LeaderPacket.LeaderInfo leaderInfo(long epoch) {
        return new LeaderPacket.LeaderInfo(epoch, PeerExtensions.encode(features));
    }

    @Override
    public Verdict ackEpoch(LearnerPacket.AckEpoch packet) {
        if (step != Step.PROMISING) {
            return unexpected(packet);
        }
        last = packet.lastZxid();
        step = Step.WAITING_FOR_QUORUM;
        return leading.promised(this, packet.currentEpoch());
    }

    @Override
    public Verdict ack(LearnerPacket.Ack packet) {
        if (step == Step.SYNCHRONIZING) {
            return leading.acknowledged(this, packet.zxid());
        }
        if (!isAtLeast(Step.UP)) {
            return unexpected(packet);
        }
        long zxid = packet.zxid();
        if (Zxid.counter(zxid) == 0 || zxid <= acked) {
            return Verdict.FINE;
        }
        boolean skips = !has(PeerExtensions.CUMULATIVE_ACKS) && !Window.follows(acked, zxid);
        if (skips || zxid >= leading.nextZxid()) {
            return Verdict.wrong("acknowledged " + Zxid.toString(zxid) + " after " + Zxid.toString(acked)
                    + ", but the next proposal is " + Zxid.toString(leading.nextZxid()));
        }
        noteAck(zxid);
        leading.acked(this, zxid);
        return Verdict.FINE;
    }

    @Override
    public Verdict pingReply(LearnerPacket.PingReply packet) {
        if (!isAtLeast(Step.ACKNOWLEDGED)) {
            return unexpected(packet);
        }
        if (packet.round() != 0 && !has(PeerExtensions.ROUNDS)) {
            return Verdict.wrong("answered round " + packet.round() + ", though it knows of none");
        }
        return leading.pinged(this, packet);
    }

    @Override
    public Verdict request(LearnerPacket.Request packet) {
        return step == Step.UP ? leading.passUp(this, packet) : unexpected(packet);
    }

    @Override
    public Verdict revalidate(LearnerPacket.Revalidate packet) {
        return step == Step.UP ? leading.passUp(this, packet) : unexpected(packet);
    }

    private Verdict unexpected(LearnerPacket packet) {
        return Verdict.wrong(packet.getClass().getSimpleName() + " in step " + step);
    }
}

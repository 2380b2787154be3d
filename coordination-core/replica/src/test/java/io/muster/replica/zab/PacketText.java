package io.muster.replica.zab;

import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerInfo;
import io.muster.replica.peer.LearnerPacket;

/** A packet in a line, with ZooKeeper's names. */
final class PacketText implements LeaderPacket.Handler<String>, LearnerPacket.Handler<String> {
    private static String z(long zxid) {
        return ScriptedPeer.text(zxid);
    }

    private static String version(int version) {
        return version == LearnerInfo.PROTOCOL ? "" : " with features";
    }

    @Override
    public String leaderInfo(LeaderPacket.LeaderInfo packet) {
        return "LEADERINFO " + packet.epoch() + version(packet.protocolVersion());
    }

    @Override
    public String diff(LeaderPacket.Diff packet) {
        return "DIFF " + z(packet.zxid());
    }

    @Override
    public String trunc(LeaderPacket.Trunc packet) {
        return "TRUNC " + z(packet.zxid());
    }

    @Override
    public String snap(LeaderPacket.Snap packet) {
        return "SNAP " + z(packet.zxid());
    }

    @Override
    public String newLeader(LeaderPacket.NewLeader packet) {
        return "NEWLEADER " + packet.epoch();
    }

    @Override
    public String upToDate(LeaderPacket.UpToDate packet) {
        return "UPTODATE";
    }

    @Override
    public String propose(LeaderPacket.Propose packet) {
        return "PROPOSAL " + z(packet.transaction().zxid());
    }

    @Override
    public String commit(LeaderPacket.Commit packet) {
        return "COMMIT " + z(packet.zxid());
    }

    @Override
    public String commitAndActivate(LeaderPacket.CommitAndActivate packet) {
        return "COMMITANDACTIVATE " + z(packet.zxid());
    }

    @Override
    public String inform(LeaderPacket.Inform packet) {
        return "INFORM " + z(packet.transaction().zxid());
    }

    @Override
    public String informAndActivate(LeaderPacket.InformAndActivate packet) {
        return "INFORMANDACTIVATE " + z(packet.transaction().zxid());
    }

    @Override
    public String ping(LeaderPacket.Ping packet) {
        return "PING " + z(packet.zxid()) + (packet.round() == 0 ? "" : " round " + packet.round());
    }

    @Override
    public String revalidated(LeaderPacket.Revalidated packet) {
        return "REVALIDATE " + packet.valid();
    }

    @Override
    public String syncDone(LeaderPacket.SyncDone packet) {
        return "SYNC";
    }

    @Override
    public String followerInfo(LearnerPacket.FollowerInfo packet) {
        return "FOLLOWERINFO " + packet.info().serverId() + " accepted " + packet.acceptedEpoch()
                + version(packet.info().protocolVersion());
    }

    @Override
    public String observerInfo(LearnerPacket.ObserverInfo packet) {
        return "OBSERVERINFO " + packet.info().serverId() + " accepted " + packet.acceptedEpoch()
                + version(packet.info().protocolVersion());
    }

    @Override
    public String ackEpoch(LearnerPacket.AckEpoch packet) {
        return "ACKEPOCH " + z(packet.lastZxid()) + " current " + packet.currentEpoch();
    }

    @Override
    public String ack(LearnerPacket.Ack packet) {
        return "ACK " + z(packet.zxid());
    }

    @Override
    public String pingReply(LearnerPacket.PingReply packet) {
        return "PING " + z(packet.zxid()) + (packet.round() == 0 ? "" : " round " + packet.round())
                + (packet.touches().isEmpty()
                        ? ""
                        : " touches " + packet.touches().size());
    }

    @Override
    public String request(LearnerPacket.Request packet) {
        return "REQUEST " + packet.sessionId();
    }

    @Override
    public String revalidate(LearnerPacket.Revalidate packet) {
        return "REVALIDATE " + packet.sessionId();
    }
}

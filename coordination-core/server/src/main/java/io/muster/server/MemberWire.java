package io.muster.server;

import io.muster.protocol.Zxid;
import io.muster.replica.PeerWire;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.Notification;
import io.muster.replica.state.State;
import io.muster.replica.zab.Role;
import io.muster.server.transport.peer.PeerNetwork;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings what a member of an ensemble wants done to its network and its disk. Owned by the serial loop's thread. */
final class MemberWire implements PeerWire {
    private static final Logger log = LoggerFactory.getLogger(MemberWire.class);

    private final long serverId;
    private final PeerNetwork network;
    private final DiskTasks disk;
    private final Consumer<Role> roles;

    /** @param roles is told of each new role; must not block */
    MemberWire(long serverId, PeerNetwork network, DiskTasks disk, Consumer<Role> roles) {
        this.serverId = serverId;
        this.network = network;
        this.disk = disk;
        this.roles = roles;
    }

    @Override
    public void notify(long server, Notification notification) {
        network.notify(server, notification);
    }

    @Override
    public void connectTo(long link, long leader) {
        network.connectTo(link, leader);
    }

    @Override
    public void disconnect(long link, String reason) {
        network.disconnect(link, reason);
    }

    @Override
    public void toLeader(long link, LearnerPacket packet) {
        network.toLeader(link, packet);
    }

    @Override
    public void toLearner(long link, LeaderPacket packet) {
        network.toLearner(link, packet);
    }

    @Override
    public void closeLearner(long link, String reason) {
        log.info("server={} closes a learner's connection: link={} reason=\"{}\"", serverId, link, reason);
        network.closeLearner(link, reason);
    }

    @Override
    public void truncate(long zxid, boolean reload) {
        log.warn(
                "server={} cuts its log, as the leader's history does not have what comes after {}",
                serverId,
                Zxid.toString(zxid));
        disk.add(new DiskTask.Truncate(zxid, reload));
    }

    @Override
    public void install(State state, long zxid) {
        log.info(
                "server={} takes over the leader's snapshot: zxid={} znodes={} sessions={}",
                serverId,
                Zxid.toString(zxid),
                state.znodeCount(),
                state.sessionCount());
        disk.add(new DiskTask.Install(state, zxid));
    }

    @Override
    public void saveAcceptedEpoch(long epoch) {
        disk.add(new DiskTask.SaveAcceptedEpoch(epoch));
    }

    @Override
    public void saveCurrentEpoch(long epoch) {
        disk.add(new DiskTask.SaveCurrentEpoch(epoch));
    }

    @Override
    public void readLog(long link, long after, long upTo, long maxBytes) {
        disk.add(new DiskTask.ReadLog(link, after, upTo, maxBytes));
    }

    @Override
    public void roleChanged(Role role, String why) {
        log.info("server={} role={} reason=\"{}\"", serverId, Roles.describe(role), why);
        network.acceptLearners(role instanceof Role.Elected || role instanceof Role.Leading);
        if (role instanceof Role.Retired) {
            network.retire();
        }
        roles.accept(role);
    }
}

package io.muster.server;

import io.muster.replica.Clocks;
import io.muster.replica.Input;
import io.muster.replica.Outputs;
import io.muster.replica.PeerWire;
import io.muster.replica.Replica;
import io.muster.replica.ReplicaSettings;
import io.muster.replica.peer.MembershipText;
import io.muster.replica.peer.PeerExtensions;
import io.muster.replica.state.State;
import io.muster.replica.zab.PeerSettings;
import io.muster.replica.zab.Recovered;
import io.muster.replica.zab.Role;
import io.muster.server.config.EnsembleConfig;
import io.muster.server.config.ServerConfig;
import io.muster.server.transport.peer.PeerNetwork;
import io.muster.server.transport.peer.PeerNetworkSettings;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a server has more when it is a member of an ensemble: the network between the members, and what it knows of them. */
final class EnsembleMember implements Ensemble, AutoCloseable {
    /** Of the heap, for transactions that wait for one slow learner. */
    private static final int QUEUE_SHARE = 8;

    private final ServerConfig config;
    private final EnsembleConfig ensemble;
    private final ReplicaSettings settings;
    private final PeerNetwork network;
    private final MemberWire wire;
    private final CompletableFuture<Void> retired = new CompletableFuture<>();
    private @Nullable State recovered;
    private @Nullable Recovered history;
    private volatile Role role = new Role.Looking();

    EnsembleMember(
            ServerConfig config,
            EnsembleConfig ensemble,
            ReplicaSettings settings,
            State recovered,
            Recovered history,
            DiskTasks disk,
            Consumer<List<Input>> inbox) {
        this.config = config;
        this.ensemble = ensemble;
        this.settings = settings;
        this.recovered = recovered;
        this.history = history;
        PeerNetworkSettings ports = new PeerNetworkSettings(
                ensemble.serverId(),
                ensemble.membership(),
                ensemble.listenOnAllAddresses(),
                ensemble.connectTimeoutMs(),
                Math.multiplyExact(settings.tickTimeMs(), ensemble.connectLimitTicks()),
                settings.form().maxBytes(),
                Runtime.getRuntime().maxMemory() / QUEUE_SHARE,
                recovered.seed(),
                config.storage().timesToLive(),
                config.transport().nativeTransport(),
                config.transport().tcpKeepAlive());
        this.network = new PeerNetwork(
                ports,
                inputs -> inbox.accept(
                        inputs.stream().<Input>map(Input.OfPeer::new).toList()));
        this.wire = new MemberWire(ensemble.serverId(), network, disk, this::roleChanged);
    }

    /** @throws java.io.UncheckedIOException if the election port cannot be listened on */
    void open() {
        network.open();
    }

    @Override
    public Replica start(Clocks now, Outputs out) {
        State state = recovered;
        Recovered found = history;
        if (state == null || found == null) {
            throw new IllegalStateException("started before");
        }
        recovered = null;
        history = null;
        return new Replica(settings, peerSettings(state.seed()), state, found, ensemble.holdClientsMs(), now, out);
    }

    private PeerSettings peerSettings(long seed) {
        long recentBytes = config.storage().recentBytes();
        return new PeerSettings(
                ensemble.serverId(),
                ensemble.membership(),
                MembershipText.print(ensemble.membership()),
                settings.tickTimeMs(),
                ensemble.initLimitTicks(),
                ensemble.syncLimitTicks(),
                State.initial(seed, config.storage().timesToLive()),
                new PeerSettings.Election(
                        ensemble.minNotificationMs(),
                        ensemble.maxNotificationMs(),
                        PeerSettings.Election.DEFAULT.settleMs()),
                new PeerSettings.Bounds(
                        ensemble.commitLogCount(),
                        recentBytes,
                        ensemble.snapshotSizeFactor() < 0 ? 0 : recentBytes,
                        PeerSettings.Bounds.LAST_COUNTER,
                        PeerExtensions.ROUNDS | PeerExtensions.CUMULATIVE_ACKS));
    }

    private void roleChanged(Role now) {
        role = now;
        if (now instanceof Role.Retired) {
            retired.complete(null);
        }
    }

    /** At present. Any thread. */
    Role role() {
        return role;
    }

    /** Completes when this server takes no part any more, as it was asked to. */
    CompletableFuture<Void> retired() {
        return retired;
    }

    @Override
    public PeerWire wire() {
        return wire;
    }

    @Override
    public void flush() {
        network.flush();
    }

    @Override
    public void readAllThatArrived(int timeoutMs) {
        network.readAllThatArrived(timeoutMs);
    }

    /** Blocks until all sockets are closed. Any thread. */
    @Override
    public void close() {
        network.close();
    }
}

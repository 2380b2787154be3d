package io.muster.server.transport.peer;

import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.Notification;
import io.muster.replica.zab.PeerInput;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections between this server and the other members. What is asked for is done after the next {@link #flush}, in its
 * order; these methods are called by one thread and never block. {@link #open} and {@link #close} are anybody's.
 */
public final class PeerNetwork implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PeerNetwork.class);

    private final PeerThread thread;
    private final ElectionMesh mesh;
    private final QuorumPort port;
    private final LeaderLink leader;
    private List<Runnable> asked = new ArrayList<>();

    /** @param inputs gets all that came at once, on the network's thread; must not block */
    public PeerNetwork(PeerNetworkSettings settings, Consumer<List<PeerInput>> inputs) {
        this.thread = new PeerThread(settings, inputs);
        this.mesh = new ElectionMesh(settings, thread);
        this.port = new QuorumPort(settings, thread);
        this.leader = new LeaderLink(settings, thread);
    }

    /**
     * Listens for votes, and begins to look for the others. Blocks until the port is bound.
     *
     * @throws java.io.UncheckedIOException if it cannot be; {@link #close} is still to be called
     */
    public void open() {
        mesh.open();
    }

    public void notify(long server, Notification notification) {
        asked.add(() -> mesh.notify(server, notification));
    }

    public void connectTo(long link, long server) {
        asked.add(() -> leader.connect(link, server));
    }

    public void disconnect(long link, String reason) {
        asked.add(() -> leader.disconnect(link));
    }

    public void toLeader(long link, LearnerPacket packet) {
        asked.add(() -> leader.send(link, packet));
    }

    public void toLearner(long link, LeaderPacket packet) {
        asked.add(() -> port.send(link, packet));
    }

    /** After what was sent to it before. */
    public void closeLearner(long link, String reason) {
        asked.add(() -> port.closeLearner(link));
    }

    /** Listens for learners, or closes that port and their connections. */
    public void acceptLearners(boolean whether) {
        asked.add(whether ? port::open : port::close);
    }

    /** This server takes no part any more: nobody is to wait for its vote. */
    public void retire() {
        asked.add(mesh::close);
    }

    /** What was asked for since this was called last is to be done. */
    public void flush() {
        if (asked.isEmpty()) {
            return;
        }
        List<Runnable> all = asked;
        asked = new ArrayList<>(all.size());
        thread.execute(() -> {
            try {
                all.forEach(Runnable::run);
                port.flush();
                leader.flush();
            } catch (RuntimeException | Error e) {
                // something is missing in what the others get: they are to begin anew rather than to go on behind a gap
                log.error("what was to be sent to other members was not all sent: their connections are closed", e);
                port.cut();
                leader.cut("something could not be sent: " + e);
            }
        });
    }

    /** What had arrived when this was called has been handed over when it returns, unless that takes longer than this. */
    public void readAllThatArrived(int timeoutMs) {
        thread.readAllThatArrived(timeoutMs);
    }

    /** Closes all sockets; blocks until the thread has ended. */
    @Override
    public void close() {
        thread.close(() -> {
            mesh.close();
            port.close();
            leader.close();
        });
    }
}

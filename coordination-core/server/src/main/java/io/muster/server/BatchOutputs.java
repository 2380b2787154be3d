package io.muster.server;

import io.muster.protocol.ConnectResponse;
import io.muster.protocol.Id;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.protocol.WatcherEvent;
import io.muster.replica.Limit;
import io.muster.replica.Outputs;
import io.muster.replica.PeerWire;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import io.muster.server.transport.ClientConnection;
import io.muster.server.transport.Item;
import io.muster.server.transport.Lane;
import io.muster.server.transport.Published;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Gathers what one batch of the serial loop puts out. Owned by the loop's thread. */
final class BatchOutputs implements Outputs {
    private final LongFunction<@Nullable ClientConnection> connections;
    private final DiskTasks disk;
    /** Of a member of an ensemble. */
    private final @Nullable PeerWire peers;

    private final List<ClientConnection> addressed = new ArrayList<>();
    private final Warnings warnings = new Warnings();
    private State newest;
    private boolean isServing;
    private long batch;

    /** @param peers null for a server that is alone */
    BatchOutputs(
            State recovered,
            LongFunction<@Nullable ClientConnection> connections,
            DiskTasks disk,
            @Nullable PeerWire peers) {
        this.newest = recovered;
        this.connections = connections;
        this.disk = disk;
        this.peers = peers;
        this.isServing = peers == null;
    }

    @Override
    public void append(Transaction transaction) {
        disk.append(transaction);
    }

    @Override
    public void accept(long connection, long sessionId, ConnectResponse response) {
        put(connection, new Item.Accept(sessionId, response));
    }

    @Override
    public void reject(long connection, ConnectResponse response) {
        put(connection, new Item.Reject(response));
    }

    @Override
    public void reply(long connection, ReplyHeader header, Response body) {
        put(connection, new Item.Reply(header, body));
    }

    @Override
    public void replyFrom(State state, long zxid, long connection, int xid, Request read, List<Id> ids) {
        put(connection, new Item.ReplyFrom(state, zxid, xid, read, ids));
    }

    @Override
    public void notify(long connection, long zxid, WatcherEvent event) {
        put(connection, new Item.Event(zxid, event));
    }

    @Override
    public void refused(long number, Limit limit, long max) {
        ClientConnection connection = connections.apply(number);
        if (connection != null) {
            connection.refused(limit, max);
        }
    }

    @Override
    public void identities(long connection, List<Id> ids) {
        put(connection, new Item.Identities(ids));
    }

    @Override
    public void close(long connection, String reason) {
        put(connection, new Item.Close(reason));
    }

    @Override
    public void warn(String topic, String message) {
        warnings.log(topic, message);
    }

    @Override
    public PeerWire peers() {
        if (peers == null) {
            throw new IllegalStateException("this server is alone");
        }
        return peers;
    }

    @Override
    public void suspend() {
        isServing = false;
    }

    @Override
    public void publish(State state) {
        newest = state;
        isServing = true;
    }

    private void put(long number, Item item) {
        ClientConnection connection = connections.apply(number);
        if (connection != null && connection.put(item)) {
            addressed.add(connection);
        }
    }

    /**
     * Ends the batch. The order of the three steps is what keeps the order of each connection: see the package {@link
     * io.muster.server.transport}.
     */
    void deliver(Consumer<Published> publish) {
        batch++;
        Map<Lane, List<Lane.Parcel>> byLane = new LinkedHashMap<>();
        for (ClientConnection connection : addressed) {
            byLane.computeIfAbsent(connection.lane(), lane -> new ArrayList<>())
                    .add(new Lane.Parcel(connection, connection.takeParcel()));
        }
        addressed.clear();
        byLane.forEach((lane, parcels) -> lane.hand(batch, parcels));
        publish.accept(new Published(newest, batch, isServing));
        byLane.keySet().forEach(Lane::wake);
    }
}

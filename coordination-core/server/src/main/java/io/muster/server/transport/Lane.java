package io.muster.server.transport;

import io.muster.protocol.JuteWriter;
import io.muster.replica.Input;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * What the connections of one I/O thread share: the queue in which the serial loop hands over what it puts out, and buffers.
 * {@link #hand} and {@link #wake} are the serial loop's, all else belongs to the I/O thread.
 */
public final class Lane {
    private static final int SCRATCH_BYTES = 64 * 1024;

    /** What one batch puts out for one connection. */
    public record Parcel(ClientConnection connection, List<Item> items) {}

    private record Delivery(long batch, List<Parcel> parcels) {}

    private final EventLoop thread;
    private final Core core;
    private final Queue<Delivery> deliveries = new ConcurrentLinkedQueue<>();
    private final List<Input> pending = new ArrayList<>();
    private final List<ClientConnection> touched = new ArrayList<>();
    /** Connections that may go on reading once the present work is done. */
    private final List<ClientConnection> resuming = new ArrayList<>();
    /** Connections that stopped reading because of the backlog. */
    private final List<ClientConnection> paused = new ArrayList<>();

    private final byte[] scratch = new byte[SCRATCH_BYTES];
    private JuteWriter writer = new JuteWriter(SCRATCH_BYTES);

    Lane(EventLoop thread, Core core, int touchIntervalMs) {
        this.thread = thread;
        this.core = core;
        thread.scheduleWithFixedDelay(this::atIntervals, touchIntervalMs, touchIntervalMs, TimeUnit.MILLISECONDS);
    }

    /** Before the batch's state is published. */
    public void hand(long batch, List<Parcel> parcels) {
        deliveries.add(new Delivery(batch, parcels));
    }

    /** After the batch's state was published. */
    public void wake() {
        thread.execute(this::drainPublished);
    }

    private void drainPublished() {
        drainUpTo(core.published().batch());
    }

    /** Writes all that was handed over up to a batch. Never reads requests, so it may be called while one is answered. */
    void drainUpTo(long batch) {
        for (Delivery next = deliveries.peek(); next != null && next.batch <= batch; next = deliveries.peek()) {
            deliveries.remove();
            for (Parcel parcel : next.parcels) {
                guarded(parcel.connection, () -> parcel.connection.deliver(parcel.items));
            }
        }
        if (!paused.isEmpty() && resuming.isEmpty()) {
            thread.execute(this::resume);
        }
    }

    /** Lets a connection read on, after what is going on now. */
    void resumeLater(ClientConnection connection) {
        resuming.add(connection);
        if (resuming.size() == 1) {
            thread.execute(this::resume);
        }
    }

    void paused(ClientConnection connection) {
        paused.add(connection);
    }

    private void resume() {
        List<ClientConnection> ready = new ArrayList<>(resuming);
        resuming.clear();
        ready.addAll(paused);
        paused.clear();
        ready.forEach(connection -> guarded(connection, connection::readOn));
        submitPending();
    }

    /** What goes wrong with one connection ends that one, not the others that are served in the same go. */
    private static void guarded(ClientConnection connection, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | OutOfMemoryError e) {
            connection.failed(e);
        }
    }

    void pend(Input input) {
        pending.add(input);
    }

    void submitPending() {
        if (!pending.isEmpty()) {
            core.submit(List.copyOf(pending));
            pending.clear();
        }
    }

    /** Remembers to tell the serial loop that the connection's session lives. */
    void touch(ClientConnection connection) {
        touched.add(connection);
    }

    private void atIntervals() {
        // the loop wakes only lanes that it has something for; a connection may wait for others' answers
        if (!paused.isEmpty()) {
            resume();
        }
        sendTouches();
    }

    private void sendTouches() {
        if (touched.isEmpty()) {
            return;
        }
        for (ClientConnection connection : touched) {
            connection.touchInto(pending);
        }
        touched.clear();
        submitPending();
    }

    EventLoop thread() {
        return thread;
    }

    Core core() {
        return core;
    }

    /** An array of at least that many bytes whose content nobody needs after the present call. */
    byte[] scratch(int sizeBytes) {
        return sizeBytes <= scratch.length ? scratch : new byte[sizeBytes];
    }

    /** An empty writer; {@link #released} is to be called when its bytes are not needed any more. */
    JuteWriter writer() {
        return writer;
    }

    void released(boolean arrayIsInUse) {
        if (arrayIsInUse) {
            writer = new JuteWriter(SCRATCH_BYTES);
        } else {
            writer.clear();
        }
    }
}

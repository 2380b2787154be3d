package io.muster.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectionEventQueueTest {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<ConnectionEvent> seen = new ArrayList<>();
    private final ConnectionEventQueue queue = new ConnectionEventQueue("test", seen::add, tasks::add);

    private void run() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    @Test
    void aListenerInTimeSeesEverything() {
        List<ConnectionEvent> all = List.of(
                new ConnectionEvent.Connected(1),
                new ConnectionEvent.Suspended(1),
                new ConnectionEvent.Reconnected(1),
                new ConnectionEvent.Suspended(1),
                new ConnectionEvent.SessionExpired(1));
        for (ConnectionEvent event : all) {
            queue.add(event);
            run();
        }
        assertEquals(all, seen);
    }

    @Test
    void aSlowListenerSeesTheLastOfASessionsInterruptionsAndEveryExpiry() {
        queue.add(new ConnectionEvent.Connected(1));
        for (int i = 0; i < 1_000; i++) {
            queue.add(new ConnectionEvent.Suspended(1));
            queue.add(new ConnectionEvent.Reconnected(1));
        }
        queue.add(new ConnectionEvent.Suspended(1));
        queue.add(new ConnectionEvent.SessionExpired(1));
        queue.add(new ConnectionEvent.Connected(2));
        queue.add(new ConnectionEvent.Suspended(2));
        queue.add(new ConnectionEvent.Closed());
        run();
        assertEquals(
                List.of(
                        new ConnectionEvent.Connected(1),
                        new ConnectionEvent.Suspended(1),
                        new ConnectionEvent.SessionExpired(1),
                        new ConnectionEvent.Connected(2),
                        new ConnectionEvent.Suspended(2),
                        new ConnectionEvent.Closed()),
                seen);
    }

    @Test
    void aListenerThatThrowsIsToldTheNextAllTheSame() {
        List<ConnectionEvent> told = new ArrayList<>();
        ConnectionEventQueue failing = new ConnectionEventQueue(
                "test",
                event -> {
                    told.add(event);
                    throw new IllegalStateException("expected in this test");
                },
                tasks::add);
        failing.add(new ConnectionEvent.Connected(1));
        failing.add(new ConnectionEvent.Closed());
        run();
        assertEquals(2, told.size());
    }

    @Test
    void aClosedQueueTellsNothingMore() {
        queue.add(new ConnectionEvent.Connected(1));
        queue.close();
        run();
        assertEquals(List.of(), seen);
    }
}

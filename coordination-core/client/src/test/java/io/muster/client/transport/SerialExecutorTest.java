package io.muster.client.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SerialExecutorTest {

    @Test
    void tasksRunInOrderAndOneAtATime() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            SerialExecutor serial = new SerialExecutor(pool, pool);
            List<Integer> order = new ArrayList<>(); // not safe for two threads: that is the point
            CountDownLatch done = new CountDownLatch(10_000);
            for (int i = 0; i < 10_000; i++) {
                int number = i;
                serial.execute(() -> {
                    order.add(number);
                    done.countDown();
                });
            }
            assertTrue(done.await(20, TimeUnit.SECONDS));
            for (int i = 0; i < order.size(); i++) {
                assertEquals(i, order.get(i));
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aTaskThatThrowsDoesNotStopTheNext() {
        List<String> ran = new ArrayList<>();
        SerialExecutor serial = new SerialExecutor(Runnable::run, Runnable::run);
        serial.execute(() -> {
            throw new IllegalStateException("expected in this test");
        });
        serial.execute(() -> ran.add("next"));
        assertEquals(List.of("next"), ran);
    }

    @Test
    void whatTheFirstExecutorRefusesTheSecondRuns() {
        List<String> ran = new ArrayList<>();
        SerialExecutor serial = new SerialExecutor(
                task -> {
                    throw new RejectedExecutionException("expected in this test");
                },
                Runnable::run);
        serial.execute(() -> ran.add("one"));
        serial.execute(() -> ran.add("two"));
        assertEquals(List.of("one", "two"), ran);
    }
}

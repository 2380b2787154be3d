package io.muster.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InboxTest {
    private record Entry(int thread, int number) {}

    @Test
    void eachThreadsOrderIsKeptAndNothingIsLost() throws Exception {
        Inbox<Entry> inbox = new Inbox<>();
        int threads = 4;
        int each = 20_000;
        List<Thread> producers = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int thread = t;
            Thread producer = new Thread(() -> {
                for (int i = 0; i < each; i += 2) {
                    inbox.add(List.of(new Entry(thread, i), new Entry(thread, i + 1)));
                }
            });
            producers.add(producer);
            producer.start();
        }
        int[] next = new int[threads];
        int total = 0;
        while (total < threads * each) {
            for (Entry entry : inbox.take(TimeUnit.SECONDS.toNanos(30))) {
                assertEquals(next[entry.thread]++, entry.number);
                total++;
            }
        }
        for (Thread producer : producers) {
            producer.join();
        }
        assertEquals(List.of(), inbox.take(0));
    }

    @Test
    void emptyInboxReturnsWhenTheTimeIsOver() {
        assertEquals(List.of(), new Inbox<String>().take(1_000));
    }
}

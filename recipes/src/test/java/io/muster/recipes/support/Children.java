package io.muster.recipes.support;

import io.muster.client.MusterClient;
import io.muster.client.NoNodeException;
import io.muster.client.WatchEvent;
import io.muster.client.Watcher;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Waits for what the children of a znode shall be; a znode that is not there has none. */
public final class Children {
    private static final long DEADLINE_SECONDS = 30;

    private Children() {}

    public static List<String> awaitCount(MusterClient client, String path, int count) throws InterruptedException {
        return await(client, path, names -> names.size() == count);
    }

    public static List<String> await(MusterClient client, String path, Predicate<List<String>> wanted)
            throws InterruptedException {
        LinkedBlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
        Watcher watcher = events::add;
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (true) {
            List<String> names;
            try {
                names = client.children(path, watcher);
            } catch (NoNodeException e) {
                names = List.of();
                if (!wanted.test(names) && client.exists(path, watcher).isPresent()) {
                    continue;
                }
            }
            if (wanted.test(names)) {
                client.unwatch(path, watcher);
                return names;
            }
            if (events.poll(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS) == null) {
                throw new AssertionError("after " + DEADLINE_SECONDS + " s the children of " + path + " are " + names);
            }
        }
    }
}

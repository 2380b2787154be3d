package io.muster.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * From many threads to one that takes all that waits at once. Adding costs one compare-and-set and never blocks; what one
 * thread adds stays in its order.
 *
 * <p>It is as bounded as those who add to it: a connection stops reading while it has a request here and there are too many
 * of them (globalOutstandingLimit).
 */
final class Inbox<T> {
    private static final class Node<T> {
        final List<T> elements;

        @Nullable
        Node<T> next;

        Node(List<T> elements) {
            this.elements = elements;
        }
    }

    /** The newest first. */
    private final AtomicReference<@Nullable Node<T>> newest = new AtomicReference<>();

    private volatile @Nullable Thread waiting;

    void add(List<T> elements) {
        Node<T> node = new Node<>(elements);
        Node<T> before;
        do {
            before = newest.get();
            node.next = before;
        } while (!newest.compareAndSet(before, node));
        wake();
    }

    /** Ends the taker's wait, whether there is something or not. */
    void wake() {
        Thread taker = waiting;
        if (taker != null) {
            LockSupport.unpark(taker);
        }
    }

    /** All that waits, oldest first; empty if nothing came within the time or {@link #wake} was called. One thread only. */
    List<T> take(long maxWaitNanos) {
        if (newest.get() == null && maxWaitNanos > 0) {
            waiting = Thread.currentThread();
            if (newest.get() == null) {
                LockSupport.parkNanos(this, maxWaitNanos);
            }
            waiting = null;
        }
        Node<T> node = newest.getAndSet(null);
        if (node == null) {
            return List.of();
        }
        Node<T> oldest = null;
        int count = 0;
        while (node != null) {
            Node<T> next = node.next;
            node.next = oldest;
            oldest = node;
            count += node.elements.size();
            node = next;
        }
        List<T> all = new ArrayList<>(count);
        for (Node<T> each = oldest; each != null; each = each.next) {
            all.addAll(each.elements);
        }
        return all;
    }
}

package io.muster.client;

/** Is told what happens to what it watches. */
@FunctionalInterface
public interface Watcher {
    /**
     * Called once for a one-shot watch, any number of times for a persistent one, in the order of the changes and never by
     * two threads at once. It may block and may call the client's blocking operations. What it throws is logged.
     */
    void onEvent(WatchEvent event);
}

package io.muster.client.session;

import java.util.List;

/** The step that is under way: its time and what it puts out. Begun by the session, read by its parts. */
final class Step {
    private long nowNanos;
    private List<Output> outputs = List.of();

    void begin(long now, List<Output> out) {
        nowNanos = now;
        outputs = out;
    }

    long nowNanos() {
        return nowNanos;
    }

    void put(Output output) {
        outputs.add(output);
    }
}

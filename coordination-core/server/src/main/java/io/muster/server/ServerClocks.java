package io.muster.server;

import io.muster.replica.Clocks;
import io.muster.replica.Input;
import java.util.concurrent.TimeUnit;

/** The real clocks, for the replica that reads none. */
final class ServerClocks {
    private ServerClocks() {}

    static Clocks now() {
        return new Clocks(TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), System.currentTimeMillis());
    }

    static Input.Tick tick() {
        Clocks now = now();
        return new Input.Tick(now.monotonicMs(), now.wallMs());
    }
}

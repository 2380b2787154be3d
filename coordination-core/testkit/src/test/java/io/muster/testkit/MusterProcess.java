package io.muster.testkit;

/** A Muster server, alone, in a JVM of its own: one that can be killed as only a process can. */
public final class MusterProcess extends ServerProcess {
    private MusterProcess(Builder<MusterProcess> settings) {
        super("Muster", MusterMain.class.getName(), settings);
    }

    /** A server with the defaults: ticks of 500 ms, so sessions of 1 to 60 s. */
    public static MusterProcess start() {
        return builder().start();
    }

    public static Builder<MusterProcess> builder() {
        return new Builder<>(MusterProcess::new);
    }
}

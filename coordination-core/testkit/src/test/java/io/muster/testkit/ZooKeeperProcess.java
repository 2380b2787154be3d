package io.muster.testkit;

/** An Apache ZooKeeper server, alone, in a JVM of its own: the real thing to test against. */
public final class ZooKeeperProcess extends ServerProcess {
    private ZooKeeperProcess(Builder<ZooKeeperProcess> settings) {
        super("ZooKeeper", "org.apache.zookeeper.server.ZooKeeperServerMain", settings);
    }

    /** A server with the defaults: ticks of 500 ms, so sessions of 1 to 60 s. */
    public static ZooKeeperProcess start() {
        return builder().start();
    }

    public static Builder<ZooKeeperProcess> builder() {
        return new Builder<>(ZooKeeperProcess::new).config("admin.enableServer", "false");
    }
}

package io.muster.testkit;

/** An Apache ZooKeeper server in a JVM of its own: the real thing to test against. */
public final class ZooKeeperProcess extends ServerProcess {
    private ZooKeeperProcess(String mainClass, Builder<ZooKeeperProcess> settings) {
        super("ZooKeeper", mainClass, settings);
    }

    /** A server with the defaults: ticks of 500 ms, so sessions of 1 to 60 s. */
    public static ZooKeeperProcess start() {
        return builder().start();
    }

    /** Of a server that is alone. */
    public static Builder<ZooKeeperProcess> builder() {
        return builder("org.apache.zookeeper.server.ZooKeeperServerMain");
    }

    /** Of a member of an ensemble. */
    static Builder<ZooKeeperProcess> memberBuilder() {
        return builder("org.apache.zookeeper.server.quorum.QuorumPeerMain");
    }

    private static Builder<ZooKeeperProcess> builder(String mainClass) {
        Builder<ZooKeeperProcess> builder = new Builder<>(settings -> new ZooKeeperProcess(mainClass, settings));
        return builder.config("admin.enableServer", "false");
    }
}

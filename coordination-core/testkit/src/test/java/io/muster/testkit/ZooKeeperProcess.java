package io.muster.testkit;

import java.util.LinkedHashMap;
import java.util.Map;

/** An Apache ZooKeeper server, alone, in a JVM of its own: the real thing to test against. */
public final class ZooKeeperProcess extends ServerProcess {
    private ZooKeeperProcess(Builder settings) {
        super("ZooKeeper", "org.apache.zookeeper.server.ZooKeeperServerMain", settings.config, settings.properties);
    }

    /** A server with the defaults: ticks of 500 ms, so sessions of 1 to 60 s. */
    public static ZooKeeperProcess start() {
        return builder().start();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** What differs from the defaults. */
    public static final class Builder {
        private final Map<String, String> config = new LinkedHashMap<>();
        private final Map<String, String> properties = new LinkedHashMap<>();

        private Builder() {
            config("tickTime", "500");
            config("maxSessionTimeout", "60000");
            config("maxClientCnxns", "0");
            config("admin.enableServer", "false");
            config("4lw.commands.whitelist", "*");
            property("zookeeper.extendedTypesEnabled", "true");
            // A killed process loses nothing that it had written; only a machine would.
            property("zookeeper.forceSync", "no");
        }

        /** A line of {@code zoo.cfg}. */
        public Builder config(String key, String value) {
            config.put(key, value);
            return this;
        }

        /** A system property of the server's JVM. */
        public Builder property(String key, String value) {
            properties.put(key, value);
            return this;
        }

        /** Starts a server and waits until it serves. */
        public ZooKeeperProcess start() {
            ZooKeeperProcess server = new ZooKeeperProcess(this);
            server.launchOnAFreePort();
            return server;
        }
    }
}

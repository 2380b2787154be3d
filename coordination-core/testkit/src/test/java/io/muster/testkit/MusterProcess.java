package io.muster.testkit;

import java.util.LinkedHashMap;
import java.util.Map;

/** A Muster server, alone, in a JVM of its own: one that can be killed as only a process can. */
public final class MusterProcess extends ServerProcess {
    private MusterProcess(Builder settings) {
        super("Muster", MusterMain.class.getName(), settings.config, settings.properties);
    }

    /** A server with the defaults: ticks of 500 ms, so sessions of 1 to 60 s. */
    public static MusterProcess start() {
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
        public MusterProcess start() {
            MusterProcess server = new MusterProcess(this);
            server.launchOnAFreePort();
            return server;
        }
    }
}

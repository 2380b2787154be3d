package io.muster.server.config;

import io.muster.replica.Reaping;

/** Reads the keys that say what the server lets its clients do and keep. */
final class AccessKeys {
    private AccessKeys() {}

    static void read(Settings settings, ServerConfig.Builder builder) {
        builder.reaping(reaping(settings));
    }

    /** As in ZooKeeper, system properties only. */
    private static Reaping reaping(Settings settings) {
        Reaping standard = Reaping.DEFAULT;
        return new Reaping(
                Settings.number(
                        settings.inSystem("znode.container.checkIntervalMs"),
                        standard.checkIntervalMs(),
                        1,
                        Integer.MAX_VALUE),
                Settings.number(
                        settings.inSystem("znode.container.maxPerMinute"),
                        standard.maxPerMinute(),
                        1,
                        Integer.MAX_VALUE),
                Settings.number(
                        settings.inSystem("znode.container.maxNeverUsedIntervalMs"),
                        standard.maxNeverUsedMs(),
                        0,
                        Long.MAX_VALUE));
    }
}

package io.muster.server.config;

import io.muster.replica.Reaping;
import io.muster.replica.ReplicaSettings;
import io.muster.replica.state.AccessControl;
import io.muster.replica.state.AccessSettings;
import io.muster.replica.state.TimesToLive;
import io.muster.server.config.Settings.Found;
import java.util.List;

/** Reads the keys that say what the server lets its clients do and keep. */
final class AccessKeys {
    private AccessKeys() {}

    static void read(Settings settings, ReplicaSettings.Builder replica, List<String> warnings) {
        replica.access(AccessControl.of(access(settings, warnings)));
        replica.reaping(reaping(settings));
        Settings.flag(settings.inFile("reconfigEnabled"), replica::reconfigEnabled);
        Settings.flag(settings.anywhere("enforceQuota"), replica::enforceQuota);
        Settings.number(settings.anywhere("muster.maxMultiOps"), 1, Integer.MAX_VALUE, replica::maxMultiOps);
    }

    private static AccessSettings access(Settings settings, List<String> warnings) {
        AccessSettings standard = AccessSettings.DEFAULT;
        boolean skip = Settings.flag(settings.anywhere("skipACL"), standard.skipAcl());
        Found algorithm = settings.anywhere("DigestAuthenticationProvider.digestAlg");
        boolean digest = Settings.flag(settings.anywhere("DigestAuthenticationProvider.enabled"), standard.digest());
        Found superDigest = settings.anywhere("DigestAuthenticationProvider.superDigest");
        if (superDigest != null && !superDigest.value().matches("[^:]+:[^:]+")) {
            warnings.add(
                    superDigest.where() + " makes nobody the super user: it must be the user, a colon and the hash of"
                            + " user:password in base 64");
        }
        Found enforced = settings.anywhere("enforce.auth.enabled");
        List<String> schemes = Settings.list(settings.anywhere("enforce.auth.schemes"));
        if (enforced != null && Settings.flag(enforced, false)) {
            if (schemes.isEmpty()) {
                throw new ConfigException(
                        enforced.where() + "=" + enforced.value() + ": enforce.auth.schemes must say which");
            }
        } else {
            schemes = List.of();
        }
        int maxIds = Settings.number(
                settings.anywhere("muster.maxIdentitiesPerConnection"), standard.maxIds(), 2, Integer.MAX_VALUE);
        int maxIdBytes = Settings.number(
                settings.anywhere("muster.maxIdentityBytesPerConnection"),
                standard.maxIdBytes(),
                1024,
                Integer.MAX_VALUE);
        int maxWrong = Settings.number(
                settings.anywhere("muster.maxWrongSuperLoginsPerMinute"),
                standard.maxWrongPerMinute(),
                0,
                Integer.MAX_VALUE);
        try {
            return new AccessSettings(
                    skip,
                    digest,
                    algorithm == null ? standard.digestAlgorithm() : algorithm.value(),
                    superDigest == null ? null : superDigest.value(),
                    schemes,
                    maxIds,
                    maxIdBytes,
                    maxWrong);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(e.getMessage() + " (DigestAuthenticationProvider.*, enforce.auth.schemes)");
        }
    }

    static TimesToLive timesToLive(Settings settings) {
        boolean on = Settings.flag(settings.anywhere("extendedTypesEnabled"), false);
        boolean old = Settings.flag(settings.anywhere("emulate353TTLNodes"), false);
        if (on && old) {
            return TimesToLive.ON_WITH_3_5_3;
        }
        return on ? TimesToLive.ON : TimesToLive.OFF;
    }

    static boolean zooKeepersPasswords(Settings settings) {
        Found found = settings.anywhere("muster.sessionPasswords");
        if (found == null || found.value().equals("secret")) {
            return false;
        }
        if (found.value().equals("zookeeper")) {
            return true;
        }
        throw Settings.wrong(found, "secret, or zookeeper for the time before a move to a ZooKeeper server");
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

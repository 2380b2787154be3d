package io.muster.server.config;

import io.muster.replica.peer.Membership;
import io.muster.replica.peer.MembershipText;
import io.muster.server.config.Settings.Found;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the keys that concern an ensemble, with ZooKeeper's defaults. */
final class EnsembleKeys {
    private static final int MAX = Integer.MAX_VALUE;

    private EnsembleKeys() {}

    /** @throws ConfigException if no member can start from them; in one line */
    static EnsembleConfig read(String file, Settings settings, Path dataDir) {
        Membership membership = membership(file, settings);
        long own = MyId.read(dataDir);
        if (membership.member(own).isEmpty()) {
            throw new ConfigException(
                    dataDir.resolve(MyId.FILE) + ": holds " + own + ", but there is no server." + own + " in " + file);
        }
        Found algorithm = settings.inFile("electionAlg");
        if (algorithm != null && !algorithm.value().equals("3")) {
            throw Settings.wrong(algorithm, "3");
        }
        int initLimit = required(file, settings, "initLimit");
        int syncLimit = required(file, settings, "syncLimit");
        int connectLimit = Settings.number(settings.inFile("connectToLearnerMasterLimit"), 0, 0, MAX);
        int first = Settings.number(settings.anywhere("fastleader.minNotificationInterval"), 200, 1, MAX);
        return new EnsembleConfig(
                own,
                membership,
                initLimit,
                syncLimit,
                connectLimit == 0 ? initLimit : connectLimit,
                Settings.flag(settings.inFile("quorumListenOnAllIPs"), false),
                Settings.number(settings.anywhere("cnxTimeout"), 5_000, 1, MAX),
                first,
                Settings.number(settings.anywhere("fastleader.maxNotificationInterval"), 60_000, first, MAX),
                Settings.number(settings.anywhere("commitLogCount"), 500, 0, MAX),
                factor(settings.anywhere("snapshotSizeFactor")),
                Settings.number(settings.anywhere("muster.holdClientsMs"), 1_000, 0, MAX));
    }

    private static int required(String file, Settings settings, String key) {
        Found found = settings.inFile(key);
        if (found == null) {
            throw new ConfigException(
                    file + ": " + key + " is missing; in an ensemble it must be a number of ticks (10 for"
                            + " initLimit and 5 for syncLimit are usual)");
        }
        return Settings.number(found, 0, 1, MAX);
    }

    private static double factor(@Nullable Found found) {
        if (found == null) {
            return 0.33;
        }
        try {
            double value = Double.parseDouble(found.value());
            if (!Double.isNaN(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw Settings.wrong(found, "a number, negative for never");
        }
        throw Settings.wrong(found, "a number, negative for never");
    }

    private static Membership membership(String file, Settings settings) {
        Map<String, String> entries = new LinkedHashMap<>();
        for (String prefix : new String[] {"server.", "group.", "weight."}) {
            for (String key : settings.keysLike(prefix)) {
                Found found = settings.inFile(key);
                if (found != null) {
                    entries.put(key, found.value());
                }
            }
        }
        MembershipText.Parsed parsed = MembershipText.parse(entries);
        if (parsed instanceof MembershipText.Parsed.Malformed malformed) {
            throw new ConfigException(file + ": " + malformed.reason());
        }
        Membership membership = ((MembershipText.Parsed.Members) parsed).membership();
        Set<String> addresses = new HashSet<>();
        for (Membership.Member member : membership.members()) {
            for (Membership.Endpoint each : member.endpoints()) {
                for (int port : new int[] {each.quorumPort(), each.electionPort()}) {
                    if (port == 0 || !addresses.add(each.host() + ":" + port)) {
                        throw new ConfigException(file + ": server." + member.id() + " is to listen on " + each.host()
                                + ":" + port + (port == 0 ? ", which is no port" : ", as something else is"));
                    }
                }
            }
        }
        return membership;
    }
}

package io.muster.server.config;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import io.muster.replica.Limits;
import io.muster.replica.ReplicaSettings;
import io.muster.replica.state.TxnForm;
import io.muster.server.config.Settings.Found;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a {@code zoo.cfg}, unchanged from ZooKeeper. */
final class ZooCfg {
    private static final int MAX = Integer.MAX_VALUE;
    private static final int MAX_PORT = 65_535;

    private final String file;
    private final Settings settings;
    private final List<String> warnings;

    private ZooCfg(String file, Settings settings, List<String> warnings) {
        this.file = file;
        this.settings = settings;
        this.warnings = warnings;
    }

    /** @throws ConfigException if it cannot be read, or no server can start from it */
    static ServerConfig read(Path file, SystemSettings system) {
        String text;
        try {
            // the encoding of Java's properties files, as ZooKeeper reads them
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new ConfigException(file + ": there is no such file");
        } catch (IOException e) {
            throw new ConfigException(file + ": cannot be read: " + e.getMessage());
        }
        List<String> warnings = new ArrayList<>();
        Settings settings = new Settings(file.toString(), parse(file, text), system, warnings);
        return new ZooCfg(file.toString(), settings, warnings).interpret();
    }

    private static Map<String, String> parse(Path file, String text) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException(file + ": is not in the format of Java properties: " + e.getMessage());
        }
        Map<String, String> entries = new LinkedHashMap<>();
        for (String key : properties.stringPropertyNames()) {
            entries.put(key.trim(), properties.getProperty(key));
        }
        return entries;
    }

    private ServerConfig interpret() {
        refuseWhatIsNotThere();
        Found dataDir = settings.inFile("dataDir");
        if (dataDir == null) {
            throw new ConfigException(file + ": dataDir is missing; it must name the directory for snapshots");
        }
        ServerConfig.Builder builder = ServerConfig.in(path(dataDir));
        Found dataLogDir = settings.inFile("dataLogDir");
        if (dataLogDir != null) {
            builder.dataLogDir(path(dataLogDir));
        }
        EnsembleConfig ensemble = ensemble(path(dataDir));
        if (ensemble != null) {
            builder.ensemble(ensemble);
        }
        InetSocketAddress address = clientAddress(ownMember(ensemble));
        builder.transport(transport -> {
            transport.address(address);
            TransportKeys.read(settings, transport);
        });
        builder.storage(storage -> {
            StorageKeys.read(settings, storage, warnings);
            storage.timesToLive(AccessKeys.timesToLive(settings));
        });
        builder.replica(replica -> {
            sessions(replica);
            replica.limits(limits());
            replica.form(form());
            AccessKeys.read(settings, replica, warnings);
        });
        builder.zooKeepersPasswords(AccessKeys.zooKeepersPasswords(settings));
        Found extra = settings.anywhere("jute.maxbuffer.extrasize");
        if (extra != null) {
            // ZooKeeper raises it too
            builder.extraTxnBytes(Math.max(1, Settings.bytes(extra, 0, 0)));
        }
        words(builder);
        UnhonouredSettings.warnings(settings.unusedInFile(), ensemble != null)
                .forEach(line -> warnings.add(file + ": " + line));
        UnhonouredSettings.warnings(settings.unusedInSystem(), ensemble != null)
                .forEach(line -> warnings.add("system properties: " + line));
        return builder.warnings(warnings).build();
    }

    private void words(ServerConfig.Builder builder) {
        List<String> words = Settings.list(settings.anywhere("4lw.commands.whitelist"));
        Set<String> allowed = new HashSet<>(words);
        // zkServer.sh asks for it
        allowed.add("srvr");
        // asked by clients that look for a server which is not read-only
        Found readOnly = settings.inSystem("readonlymode.enabled");
        if (readOnly != null && readOnly.value().equals("true")) {
            allowed.add("isro");
        }
        builder.words(allowed);
        if (!words.isEmpty()) {
            List<String> unknown = words.stream()
                    .filter(word -> !word.equals("*") && word.length() != 4)
                    .toList();
            if (!unknown.isEmpty()) {
                warnings.add(file + ": 4lw.commands.whitelist names what is no four-letter word: "
                        + String.join(", ", unknown));
            }
        }
    }

    private void sessions(ReplicaSettings.Builder replica) {
        Settings.number(settings.inFile("tickTime"), 1, MAX / 20, replica::tickTimeMs);
        int tick = replica.build().tickTimeMs();
        // -1 is ZooKeeper's way to say "not set"
        int min = Settings.number(settings.inFile("minSessionTimeout"), -1, -1, MAX);
        int max = Settings.number(settings.inFile("maxSessionTimeout"), -1, -1, MAX);
        min = min <= 0 ? 2 * tick : min;
        max = max <= 0 ? 20 * tick : max;
        if (min > max) {
            throw new ConfigException(file + ": minSessionTimeout=" + min + " is not allowed; it must be at most"
                    + " maxSessionTimeout=" + max + " (by default they are 2 and 20 times tickTime)");
        }
        replica.sessionTimeoutsMs(min, max);
    }

    private Limits limits() {
        Limits standard = Limits.DEFAULT;
        return new Limits(
                limit("muster.maxWatchesPerConnection", standard.watchesPerConnection()),
                limit("muster.maxWatchesPerAddress", standard.watchesPerAddress()),
                limit("muster.maxWatchBytesPerConnection", standard.watchBytesPerConnection()),
                limit("muster.maxWatchBytes", Runtime.getRuntime().maxMemory() / 4),
                limit("muster.maxSessions", standard.sessions()),
                limit("muster.maxSessionsPerAddress", standard.sessionsPerAddress()));
    }

    private TxnForm form() {
        return TxnForm.DEFAULT
                .withDigest(Settings.flag(settings.anywhere("digest.enabled"), true))
                .withCloseSessionPaths(Settings.flag(settings.anywhere("closeSessionTxn.enabled"), true));
    }

    private long limit(String key, long otherwise) {
        return Settings.number(settings.anywhere(key), otherwise, 0, Long.MAX_VALUE);
    }

    private int limit(String key, int otherwise) {
        return Settings.number(settings.anywhere(key), otherwise, 0, MAX);
    }

    private static Path path(Found found) {
        try {
            return Path.of(found.value());
        } catch (IllegalArgumentException e) {
            throw Settings.wrong(found, "a path: " + e.getMessage());
        }
    }

    /** Null for a server that is alone, as ZooKeeper's is with one participant, unless it is told not to be. */
    private @Nullable EnsembleConfig ensemble(Path dataDir) {
        if (settings.inFile("dynamicConfigFile") != null) {
            throw new ConfigException(file + ": dynamicConfigFile is set, but this is not there yet; write the server.N"
                    + " lines into this file");
        }
        int members = settings.keysLike("server.").size();
        boolean mayBeAlone = members != 1 || Settings.flag(settings.inFile("standaloneEnabled"), true);
        boolean observes = settings.keysLike("server.").stream()
                .map(settings::inFile)
                .anyMatch(found ->
                        found != null && found.value().toLowerCase(Locale.ROOT).contains(":observer"));
        if (members == 0 || members == 1 && mayBeAlone && !observes) {
            return null;
        }
        return EnsembleKeys.read(file, settings, dataDir);
    }

    /** This server's own line; null if the file names none. */
    private @Nullable Found ownMember(@Nullable EnsembleConfig ensemble) {
        if (ensemble != null) {
            return settings.inFile("server." + ensemble.serverId());
        }
        return settings.keysLike("server.").stream()
                .map(settings::inFile)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private InetSocketAddress clientAddress(@Nullable Found member) {
        Found port = settings.inFile("clientPort");
        Found host = settings.inFile("clientPortAddress");
        if (port != null) {
            int number = Settings.number(port, 0, 0, MAX_PORT);
            return host == null ? new InetSocketAddress(number) : new InetSocketAddress(resolve(host), number);
        }
        if (host != null) {
            throw new ConfigException(file + ": clientPortAddress is set, but clientPort is missing");
        }
        if (member != null && member.value().indexOf(';') >= 0) {
            return memberClientAddress(member);
        }
        throw new ConfigException(
                file + ": clientPort is missing; it must be a port from 1 to 65535 (2181 is usual), or 0 for any");
    }

    /** What stands behind the semicolon: a port, or a host and a port. */
    private static InetSocketAddress memberClientAddress(Found member) {
        String text = member.value().substring(member.value().indexOf(';') + 1).trim();
        try {
            if (text.chars().allMatch(Character::isDigit)) {
                return new InetSocketAddress(Integer.parseInt(text));
            }
            HostAndPort parsed = HostAndPort.fromString(text);
            return new InetSocketAddress(resolve(new Found(member.where(), parsed.getHost(), null)), parsed.getPort());
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw Settings.wrong(member, "host:port:port[:role][;[host:]port]");
        }
    }

    private static InetAddress resolve(Found host) {
        String name = host.value();
        if (name.startsWith("[") && name.endsWith("]")) {
            name = name.substring(1, name.length() - 1);
        }
        try {
            return InetAddresses.isInetAddress(name) ? InetAddresses.forString(name) : InetAddress.getByName(name);
        } catch (UnknownHostException e) {
            throw Settings.wrong(host, "an address of this machine, and this name is not known");
        }
    }

    /** Whoever asks for these counts on them: a server without them would be less safe than it looks. */
    private void refuseWhatIsNotThere() {
        for (String key : UnhonouredSettings.REFUSED_WHEN_SET) {
            Found found = settings.anywhere(key);
            if (found != null) {
                throw new ConfigException(found.where() + "=" + found.value() + ": this is not there yet; remove it");
            }
        }
        for (String key : UnhonouredSettings.REFUSED_WHEN_TRUE) {
            Found found = settings.anywhere(key);
            if (Settings.flag(found, false) && found != null) {
                throw new ConfigException(
                        found.where() + "=" + found.value() + ": this is not there yet; remove it, or set it to false");
            }
        }
    }
}

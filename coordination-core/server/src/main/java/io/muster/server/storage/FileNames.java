package io.muster.server.storage;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names of logs and snapshots: a kind, and the zxid of the first or the last transaction in lower-case hex. */
final class FileNames {
    private static final String LOG = "log";
    private static final String SNAPSHOT = "snapshot";
    /** Before the name of a snapshot that is being written; nobody takes that for a snapshot. */
    private static final String UNFINISHED = "tmp.";

    private FileNames() {}

    /** A file and the zxid in its name. */
    record Named(String name, long zxid) {}

    static String log(long firstZxid) {
        return LOG + "." + Long.toHexString(firstZxid);
    }

    static String snapshot(long lastZxid) {
        return snapshot(lastZxid, Compression.NONE);
    }

    static String snapshot(long lastZxid, Compression compression) {
        return SNAPSHOT + "." + Long.toHexString(lastZxid) + compression.ending();
    }

    static String unfinished(String name) {
        return UNFINISHED + name;
    }

    static boolean isUnfinished(String name) {
        return name.startsWith(UNFINISHED + SNAPSHOT + ".");
    }

    /** Ascending by zxid. */
    static List<Named> logs(Disk disk) {
        return list(disk, LOG, List.of(""));
    }

    /** Ascending by zxid. */
    static List<Named> snapshots(Disk disk) {
        return list(
                disk,
                SNAPSHOT,
                Arrays.stream(Compression.values()).map(Compression::ending).toList());
    }

    private static List<Named> list(Disk disk, String kind, List<String> endings) {
        return disk.list().stream()
                .<Named>mapMulti((name, sink) -> {
                    Long zxid = zxid(name, kind, endings);
                    if (zxid != null) {
                        sink.accept(new Named(name, zxid));
                    }
                })
                .sorted(Comparator.comparingLong(Named::zxid).thenComparing(Named::name))
                .toList();
    }

    /** Those from the last one on that begins at or before a zxid; empty if all begin later. */
    static List<Named> reaching(List<Named> ascending, long zxid) {
        int first = -1;
        for (int i = 0; i < ascending.size() && ascending.get(i).zxid() <= zxid; i++) {
            first = i;
        }
        return first < 0 ? List.of() : ascending.subList(first, ascending.size());
    }

    private static @Nullable Long zxid(String name, String kind, List<String> endings) {
        if (!name.startsWith(kind + ".")) {
            return null;
        }
        String rest = name.substring(kind.length() + 1);
        int dot = rest.indexOf('.');
        String hex = dot < 0 ? rest : rest.substring(0, dot);
        if (!endings.contains(dot < 0 ? "" : rest.substring(dot))) {
            return null;
        }
        try {
            return Long.parseUnsignedLong(hex, 16);
        } catch (NumberFormatException e) {
            return null;
        }
    }
}

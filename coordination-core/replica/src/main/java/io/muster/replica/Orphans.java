package io.muster.replica;

import java.util.List;
import java.util.stream.Collectors;

/** Tells of ephemeral znodes that were deleted because those who owned them are no sessions. */
final class Orphans {
    private static final int MAX_NAMED = 20;

    private Orphans() {}

    /** @param owners at least one */
    static String describe(int znodes, List<Long> owners) {
        String named = owners.stream().limit(MAX_NAMED).map(Orphans::hex).collect(Collectors.joining(" "));
        StringBuilder text = new StringBuilder("ephemeral znodes deleted, their owners are no sessions: znodes=")
                .append(znodes)
                .append(" owners=")
                .append(owners.size())
                .append(" (")
                .append(named)
                .append(owners.size() > MAX_NAMED ? " ...)" : ")");
        if (owners.stream().anyMatch(owner -> owner < 0)) {
            text.append(
                    "; an owner from 0x8000000000000000 up may have been a time to live that these settings do not admit,"
                            + " see extendedTypesEnabled and emulate353TTLNodes");
        }
        return text.toString();
    }

    private static String hex(long owner) {
        return "0x" + Long.toHexString(owner);
    }
}

package io.muster.replica.state;

import static io.muster.replica.state.OwnerKind.CONTAINER;
import static io.muster.replica.state.OwnerKind.EPHEMERAL;
import static io.muster.replica.state.OwnerKind.PERSISTENT;
import static io.muster.replica.state.OwnerKind.TTL;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** As ZooKeeper's own class answers for the same owners and settings. */
class OwnerKindTest {
    private record Row(long owner, OwnerKind off, OwnerKind on, OwnerKind with353) {}

    private static final List<Row> ROWS = List.of(
            new Row(0, PERSISTENT, PERSISTENT, PERSISTENT),
            new Row(0x8000_0000_0000_0000L, CONTAINER, CONTAINER, CONTAINER),
            new Row(0x8000_0000_0000_03E8L, EPHEMERAL, EPHEMERAL, TTL),
            new Row(0xFF00_0000_0000_03E8L, EPHEMERAL, TTL, TTL),
            new Row(0x8100_0000_0000_0001L, EPHEMERAL, EPHEMERAL, TTL),
            new Row(0xFE00_0000_0000_0001L, EPHEMERAL, EPHEMERAL, TTL),
            new Row(0x0100_0000_0000_0001L, EPHEMERAL, EPHEMERAL, EPHEMERAL),
            new Row(0x7F00_0000_0000_0001L, EPHEMERAL, EPHEMERAL, EPHEMERAL));

    @Test
    void anOwnerIsReadAsTheSettingSays() {
        for (Row row : ROWS) {
            String owner = Long.toHexString(row.owner);
            assertEquals(row.off, OwnerKind.of(row.owner, TimesToLive.OFF), owner);
            assertEquals(row.on, OwnerKind.of(row.owner, TimesToLive.ON), owner);
            assertEquals(row.with353, OwnerKind.of(row.owner, TimesToLive.ON_WITH_3_5_3), owner);
        }
    }

    @Test
    void bothEncodingsHoldTheTimeInTheLowBits() {
        assertEquals(1_000, OwnerKind.ttlMs(0x8000_0000_0000_03E8L));
        assertEquals(1_000, OwnerKind.ttlMs(OwnerKind.ttlOwner(1_000)));
    }
}

package io.muster.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

/** Codes and their names agree both ways; the test kit compares the numbers with ZooKeeper's. */
class TablesTest {
    @Test
    void everyCodeLeadsBackToItsName() {
        for (OpCode op : OpCode.values()) {
            assertEquals(op, OpCode.of(op.code()));
        }
        for (ErrorCode error : ErrorCode.values()) {
            assertEquals(error, ErrorCode.of(error.code()));
        }
        for (CreateMode mode : CreateMode.values()) {
            assertEquals(mode, CreateMode.of(mode.flag()));
        }
        for (EventType type : EventType.values()) {
            assertEquals(type, EventType.of(type.code()));
        }
        for (WatchKind kind : WatchKind.values()) {
            assertEquals(kind, WatchKind.of(kind.code()));
        }
        for (AddWatchMode mode : AddWatchMode.values()) {
            assertEquals(mode, AddWatchMode.of(mode.code()));
        }
    }

    @Test
    void unknownCodesHaveNoName() {
        int[] unknown = {0, 10, 23, 99, 108, 127, 128, -2, -9, -12, Integer.MIN_VALUE, Integer.MAX_VALUE};
        for (int code : unknown) {
            assertNull(OpCode.of(code), "operation " + code);
        }
        for (int code : new int[] {1, -9, -10, -11, -126, -128, -129, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertEquals(ErrorCode.SYSTEM_ERROR, ErrorCode.of(code), "error " + code);
        }
        for (int code : new int[] {-1, 7, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertNull(CreateMode.of(code));
            assertNull(EventType.of(code));
            assertNull(WatchKind.of(code));
            assertNull(AddWatchMode.of(code));
        }
    }

    @Test
    void zxidIsEpochAndCounter() {
        assertEquals(0x1_0000_0003L, Zxid.of(1, 3));
        assertEquals(0xFFFF_FFFFL, Zxid.epoch(Zxid.of(0xFFFF_FFFFL, 0xFFFF_FFFFL)));
        assertEquals(0xFFFF_FFFFL, Zxid.counter(-1));
        assertEquals("0x100000003", Zxid.toString(Zxid.of(1, 3)));
    }

    @Test
    void extensionsAreReadOnlyFromWhatMusterWrote() {
        assertEquals(0, Extensions.encode(0));
        assertEquals(0, Extensions.decode(0));
        assertEquals(Extensions.CONFIRMED_PINGS, Extensions.decode(Extensions.encode(Extensions.CONFIRMED_PINGS)));
        assertEquals(0, Extensions.decode(Extensions.CONFIRMED_PINGS));
        assertEquals(0, Extensions.decode(-1));
    }
}

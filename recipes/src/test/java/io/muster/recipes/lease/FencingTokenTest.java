package io.muster.recipes.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FencingTokenTest {

    @Test
    void tokensAreOrderedWithoutSign() {
        FencingToken small = new FencingToken(Long.MAX_VALUE);
        FencingToken great = new FencingToken(Long.MIN_VALUE);
        assertTrue(small.compareTo(great) < 0);
        assertTrue(great.compareTo(small) > 0);
        assertEquals(0, great.compareTo(new FencingToken(Long.MIN_VALUE)));
    }

    @Test
    void theTextIsHexadecimalAndReadBack() {
        for (long czxid : new long[] {0, 31, 0x1_0000_0002L, -1}) {
            FencingToken token = new FencingToken(czxid);
            assertEquals(token, FencingToken.parse(token.toString()));
        }
        assertEquals("0x100000002", new FencingToken(0x1_0000_0002L).toString());
        assertThrows(IllegalArgumentException.class, () -> FencingToken.parse("31"));
    }
}

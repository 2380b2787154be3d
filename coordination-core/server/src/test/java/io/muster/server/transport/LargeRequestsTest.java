package io.muster.server.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LargeRequestsTest {
    @Test
    void onlyLargeOnesCountAndOnlyUntilTheyAreAnswered() {
        LargeRequests requests = new LargeRequests(100, 250);
        assertEquals(0, requests.take(100));
        assertEquals(101, requests.take(101));
        assertEquals(149, requests.take(149));
        assertEquals(-1, requests.take(101));
        requests.giveBack(101);
        assertEquals(101, requests.take(101));
    }

    @Test
    void withoutAThresholdNoneIsLarge() {
        assertEquals(0, new LargeRequests(-1, 1).take(Integer.MAX_VALUE));
    }
}

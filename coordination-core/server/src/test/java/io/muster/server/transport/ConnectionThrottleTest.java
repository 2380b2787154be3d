package io.muster.server.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ConnectionThrottleTest {
    private long nowMs = 1_000_000;
    private double random;

    private ConnectionThrottle throttle(ConnectionRate rate) {
        return new ConnectionThrottle(rate, () -> nowMs, () -> random);
    }

    private static int admitted(ConnectionThrottle throttle, int attempts) {
        int count = 0;
        for (int i = 0; i < attempts; i++) {
            count += throttle.admits(true) ? 1 : 0;
        }
        return count;
    }

    @Test
    void withoutTokensEverybodyMayCome() {
        assertEquals(10_000, admitted(throttle(ConnectionRate.UNLIMITED), 10_000));
    }

    @Test
    void bucketIsEmptiedAndFillsAgainWithTime() {
        ConnectionThrottle throttle = throttle(new ConnectionRate(10, 100, 2, -1, 0, 0, 0, 1, 1));
        assertEquals(10, admitted(throttle, 20));
        nowMs += 100;
        assertEquals(0, admitted(throttle, 20));
        nowMs += 1;
        assertEquals(2, admitted(throttle, 20));
        nowMs += 1_000_000_000L;
        assertEquals(10, admitted(throttle, 20), "it never holds more than its size");
    }

    @Test
    void bucketFillsInProportionToTheTimeAndThePeriodStartsAnew() {
        ConnectionThrottle throttle = throttle(new ConnectionRate(10, 100, 2, -1, 0, 0, 0, 1, 1));
        assertEquals(10, admitted(throttle, 20));
        nowMs += 199;
        assertEquals(3, admitted(throttle, 20));
        nowMs += 100;
        assertEquals(0, admitted(throttle, 20), "the rest of the last period is forgotten");
    }

    @Test
    void bucketThatIsLessThanEmptyLetsNobodyCome() {
        ConnectionThrottle throttle = throttle(new ConnectionRate(-5, 1, 1, -1, 0, 0, 0, 1, 1));
        nowMs += 1_000_000_000L;
        assertEquals(0, admitted(throttle, 20));
    }

    @Test
    void newSessionTakesMoreThanOneThatComesBack() {
        ConnectionThrottle throttle = throttle(new ConnectionRate(5, 100, 1, -1, 0, 0, 0, 3, 2));
        assertTrue(throttle.admits(true));
        assertFalse(throttle.admits(true), "2 are left");
        assertTrue(throttle.admits(false));
        assertFalse(throttle.admits(false));
    }

    @Test
    void shareIsDroppedWhileTheBucketIsEmptyAndAgainNoneWhenItIsFull() {
        ConnectionThrottle throttle = throttle(new ConnectionRate(2, 1_000, 1, 10, 0.5, 0.25, 0, 1, 1));
        random = 0.4;
        assertEquals(2, admitted(throttle, 3));
        nowMs += 11;
        assertFalse(throttle.admits(true));
        assertEquals(0.5, throttle.dropShare());
        nowMs += 990;
        assertFalse(throttle.admits(true), "there is a token, but luck is against it");
        nowMs += 2_000;
        assertTrue(throttle.admits(true), "the bucket is full: a quarter is dropped, and 0.4 is above");
        assertEquals(0.25, throttle.dropShare());
    }
}

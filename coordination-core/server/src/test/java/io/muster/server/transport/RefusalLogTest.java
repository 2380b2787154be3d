package io.muster.server.transport;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RefusalLogTest {
    private final RefusalLog log = new RefusalLog();

    @Test
    void eachLimitThatAnAddressCrossesIsSaidOnceAMinuteWhateverItsNumbersAre() {
        assertTrue(log.isFirst("10.0.0.1", new Refusal("jute.maxbuffer", "a frame of 2000000 bytes")));
        assertFalse(log.isFirst("10.0.0.1", new Refusal("jute.maxbuffer", "a frame of 3000000 bytes")));
        assertTrue(log.isFirst("10.0.0.1", new Refusal("maxClientCnxns", "more than 60 connections")));
        assertTrue(log.isFirst("10.0.0.2", new Refusal("jute.maxbuffer", "a frame of 2000000 bytes")));
        assertFalse(log.isFirst("10.0.0.1", new Refusal("maxClientCnxns", "more than 60 connections")));
    }
}

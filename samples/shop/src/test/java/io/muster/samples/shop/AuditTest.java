package io.muster.samples.shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.recipes.lease.FencingToken;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AuditTest {
    private static final Sale TEAPOT = new Sale("teapot", "ann", new FencingToken(8));
    private static final Sale TEAPOT_AGAIN = new Sale("teapot", "bob", new FencingToken(7));
    private static final Sale LAMP = new Sale("lamp", "ann", new FencingToken(9));

    private final Stock full = Stock.of(List.of("teapot", "lamp"), true);

    @Test
    void passesWhenEachItemWasSoldOnce() {
        Audit audit = Audit.of(full.sold(TEAPOT).sold(LAMP).refused(TEAPOT_AGAIN));
        assertTrue(audit.passed());
        assertEquals(Map.of("ann", 2), audit.salesByWorker());
        assertEquals(List.of(TEAPOT_AGAIN), audit.refusals());
    }

    @Test
    void namesTheItemThatWasSoldTwiceAndByWhom() {
        Audit audit = Audit.of(full.sold(TEAPOT).sold(LAMP).sold(TEAPOT_AGAIN));
        assertFalse(audit.passed());
        assertEquals(Map.of("teapot", List.of(TEAPOT, TEAPOT_AGAIN)), audit.soldTwice());
        assertEquals("sold twice: the teapot", audit.failure());
        assertTrue(
                audit.lines().stream()
                        .anyMatch(
                                line -> line.contains("the teapot: by ann with token 0x8, then by bob with token 0x7")),
                audit.lines().toString());
    }

    @Test
    void twoSalesByOneWorkerAreTwoAlso() {
        assertFalse(Audit.of(full.sold(TEAPOT).sold(TEAPOT).sold(LAMP)).passed());
        assertEquals(
                Map.of("ann", 3),
                Audit.of(full.sold(TEAPOT).sold(TEAPOT).sold(LAMP)).salesByWorker());
    }

    @Test
    void whatIsLeftFailsItToo() {
        Audit audit = Audit.of(full.sold(TEAPOT));
        assertFalse(audit.passed());
        assertEquals("left unsold: the lamp", audit.failure());
    }
}

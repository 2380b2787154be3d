package io.muster.samples.shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.recipes.lease.FencingToken;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StockTest {
    private final Stock stock = Stock.of(List.of("teapot", "lamp"), true)
            .seen(new FencingToken(8))
            .sold(new Sale("teapot", "ann", new FencingToken(8)))
            .refused(new Sale("lamp", "bob", new FencingToken(7)));

    @Test
    void whatIsWrittenIsReadBack() {
        assertEquals(stock, Stock.parse(stock.toText()));
        Stock unchecked = Stock.of(List.of(), false);
        assertEquals(unchecked, Stock.parse(unchecked.toText()));
    }

    @Test
    void aFileThatWasCutOffAnywhereIsNotBelieved() {
        String text = stock.toText();
        for (int length = 0; length < text.length() - 1; length++) {
            String cut = text.substring(0, length);
            assertThrows(IllegalArgumentException.class, () -> Stock.parse(cut), cut);
        }
    }

    @Test
    void aLineThatIsNotKnownIsNamed() {
        String text = stock.toText().replace("item lamp", "item table lamp");
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Stock.parse(text));
        assertTrue(e.getMessage().contains("item table lamp"), e.getMessage());
    }

    @Test
    void theNextForSaleIsTheFirstThatNobodySold() {
        assertEquals(Optional.of("lamp"), stock.nextForSale());
        assertEquals(
                Optional.empty(),
                stock.sold(new Sale("lamp", "ann", new FencingToken(9))).nextForSale());
    }

    @Test
    void tokensAreComparedWithoutSign() {
        Stock late = stock.seen(new FencingToken(0x8000_0000_0000_0000L));
        assertEquals(new FencingToken(0x8000_0000_0000_0000L), late.highest());
        assertTrue(late.refuses(new FencingToken(Long.MAX_VALUE)));
    }
}

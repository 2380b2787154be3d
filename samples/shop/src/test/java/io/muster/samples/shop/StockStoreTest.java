package io.muster.samples.shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.recipes.lease.FencingToken;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StockStoreTest {
    private static final FencingToken OLD = new FencingToken(7);
    private static final FencingToken NEW = new FencingToken(8);
    private static final List<String> ITEMS = List.of("teapot", "lamp");

    @TempDir
    private Path directory;

    @Test
    void aSaleIsInTheFileWhenItWasAccepted() {
        StockStore store = StockStore.create(directory, ITEMS, true);
        assertEquals(new Answer.ForSale("teapot"), store.nextForSale(OLD));
        assertEquals(new Answer.Accepted(), store.sell(new Sale("teapot", "ann", OLD)));
        assertEquals(new Answer.ForSale("lamp"), StockStore.open(directory).nextForSale(OLD));
        assertEquals(List.of(new Sale("teapot", "ann", OLD)), store.stock().sales());
    }

    @Test
    void aLowerTokenThanTheHighestSeenIsRefusedAndNoted() {
        StockStore store = StockStore.create(directory, ITEMS, true);
        store.sell(new Sale("teapot", "ann", NEW));
        Sale late = new Sale("teapot", "bob", OLD);
        assertEquals(new Answer.Refused(NEW), store.sell(late));
        assertEquals(List.of(late), store.stock().refusals());
        assertEquals(1, store.stock().sales().size());
        assertEquals(new Answer.Refused(NEW), store.nextForSale(OLD));
    }

    @Test
    void readingWithANewerTokenShutsTheOlderHolderOutBeforeTheNewOneWrites() {
        StockStore store = StockStore.create(directory, ITEMS, true);
        assertEquals(new Answer.ForSale("teapot"), store.nextForSale(OLD));
        assertEquals(new Answer.ForSale("teapot"), store.nextForSale(NEW));
        assertEquals(new Answer.Refused(NEW), store.sell(new Sale("teapot", "bob", OLD)));
        assertEquals(new Answer.Accepted(), store.sell(new Sale("teapot", "ann", NEW)));
    }

    @Test
    void aHolderMayComeSeveralTimesWithItsToken() {
        StockStore store = StockStore.create(directory, ITEMS, true);
        assertEquals(new Answer.Accepted(), store.sell(new Sale("teapot", "ann", NEW)));
        assertEquals(new Answer.Accepted(), store.sell(new Sale("lamp", "ann", NEW)));
        assertEquals(new Answer.SoldOut(), store.nextForSale(NEW));
    }

    @Test
    void withoutTheCheckALateWriteSellsTheSameItemAgain() {
        StockStore store = StockStore.create(directory, ITEMS, false);
        store.sell(new Sale("teapot", "ann", NEW));
        assertEquals(new Answer.Accepted(), store.sell(new Sale("teapot", "bob", OLD)));
        assertEquals(2, store.stock().sales().size());
        assertEquals(NEW, store.stock().highest());
    }

    @Test
    void nobodySellsWhatWasNeverOnTheShelf() {
        StockStore store = StockStore.create(directory, ITEMS, true);
        assertThrows(IllegalArgumentException.class, () -> store.sell(new Sale("moon", "ann", NEW)));
    }

    @Test
    void whatACrashLeftBesideTheFileIsNotReadAndDoesNotHinder() throws IOException {
        StockStore store = StockStore.create(directory, ITEMS, true);
        store.sell(new Sale("teapot", "ann", NEW));
        // As if the process had died in the midst of the next write, before the rename.
        Files.writeString(directory.resolve("stock.new"), "muster-shop-stock 1\ntokens checked\nhigh");

        StockStore after = StockStore.open(directory);
        assertEquals(
                List.of("teapot"),
                after.stock().sales().stream().map(Sale::item).toList());
        assertEquals(new Answer.Accepted(), after.sell(new Sale("lamp", "ann", NEW)));
        assertEquals(2, after.stock().sales().size());
    }

    @Test
    void aMissingStoreIsNamed() {
        UncheckedIOException e = assertThrows(UncheckedIOException.class, () -> StockStore.open(directory));
        assertTrue(e.getMessage().contains(directory.toString()), e.getMessage());
    }

    @Test
    void threadsDoNotOverwriteEachOthersSales() throws Exception {
        int threads = 4;
        int salesEach = 10;
        StockStore store = StockStore.create(directory, items(threads * salesEach), true);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int first = thread * salesEach;
                all.add(executor.submit(() -> sellAll(store, first, salesEach)));
            }
            for (Future<?> one : all) {
                one.get(30, TimeUnit.SECONDS);
            }
        } finally {
            executor.shutdownNow();
        }
        assertEquals(threads * salesEach, Audit.of(store.stock()).sold().size());
        assertTrue(Audit.of(store.stock()).passed());
    }

    @Test
    void processesDoNotOverwriteEachOthersSales() throws Exception {
        int salesEach = 25;
        StockStore store = StockStore.create(directory, items(2 * salesEach), true);
        Process first = seller(0, salesEach);
        Process second = seller(salesEach, salesEach);
        try {
            assertTrue(first.waitFor(30, TimeUnit.SECONDS) && second.waitFor(30, TimeUnit.SECONDS));
        } finally {
            first.destroyForcibly();
            second.destroyForcibly();
        }
        assertEquals(0, first.exitValue());
        assertEquals(0, second.exitValue());
        assertEquals(2 * salesEach, store.stock().sales().size());
        assertTrue(Audit.of(store.stock()).passed());
    }

    @Test
    void aProcessThatIsKilledWhileItWritesLosesNoSaleThatItReported() throws Exception {
        int items = 500;
        StockStore store = StockStore.create(directory, items(items), true);
        Process seller = seller(0, items);
        int reported = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(seller.getInputStream(), StandardCharsets.UTF_8))) {
            while (lines.readLine() != null) {
                reported++;
                if (reported == 5) {
                    // Not Process.destroyForcibly, which closes the output that we read.
                    seller.toHandle().destroyForcibly();
                }
            }
        } finally {
            seller.destroyForcibly();
        }
        assertTrue(seller.waitFor(30, TimeUnit.SECONDS));
        int sold = store.stock().sales().size();
        assertTrue(sold == reported || sold == reported + 1, sold + " sales, " + reported + " reported");
        // And the lock went with the process.
        assertEquals(new Answer.ForSale("item-" + sold), store.nextForSale(NEW));
    }

    private Process seller(int first, int count) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Seller.class.getName(),
                        directory.toString(),
                        Integer.toString(first),
                        Integer.toString(count))
                .directory(new File("").getAbsoluteFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static List<String> items(int count) {
        return IntStream.range(0, count).mapToObj(i -> "item-" + i).toList();
    }

    private static void sellAll(StockStore store, int first, int count) {
        for (int i = first; i < first + count; i++) {
            assertEquals(new Answer.Accepted(), store.sell(new Sale("item-" + i, "seller", NEW)));
        }
    }

    /** The main class of another process. */
    static final class Seller {
        private Seller() {}

        public static void main(String[] args) {
            StockStore store = StockStore.open(Path.of(args[0]));
            int first = Integer.parseInt(args[1]);
            for (int i = first; i < first + Integer.parseInt(args[2]); i++) {
                sellAll(store, i, 1);
                System.out.println(i);
            }
        }
    }
}

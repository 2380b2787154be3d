package io.muster.samples.shop;

import io.muster.recipes.lease.FencingToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The shop's stock, in a file that several processes read and write: a store outside the ensemble, which no session and no
 * lease can protect by itself. For any number of threads and processes; one object per directory in each process.
 *
 * <p><b>Fencing.</b> Whoever comes here shows the token of the lock that it holds, or believes to hold. The store keeps
 * the highest token that it was shown and refuses a lower one, under its own lock, so that no pause can come between
 * looking and writing. It compares on reading too: if only a write raised the mark, an old holder's write could
 * come in after the new holder has read and before it writes, and both would sell what the other one saw for sale.
 *
 * <p><b>Files.</b> Every change is written beside the old file, forced, and renamed over it, so that a crash at any moment
 * leaves the one or the other. The lock is on a file of its own, since the stock file is another one after each change.
 */
final class StockStore {
    private static final String FILE = "stock";
    private static final String NEW_FILE = "stock.new";
    private static final String LOCK_FILE = "stock.lock";

    private final Path directory;
    /** The lock of the operating system is between processes only. */
    private final ReentrantLock threads = new ReentrantLock();

    private StockStore(Path directory) {
        this.directory = directory;
    }

    /**
     * A new store, in a directory that exists and has none.
     *
     * @param checksTokens whether to do what this class is for
     */
    static StockStore create(Path directory, List<String> items, boolean checksTokens) {
        StockStore store = new StockStore(directory);
        store.write(Stock.of(items, checksTokens));
        return store;
    }

    /** @throws UncheckedIOException if there is none */
    static StockStore open(Path directory) {
        StockStore store = new StockStore(directory);
        store.stock();
        return store;
    }

    /** What it holds now. Needs no lock: a rename shows the old file or the new one. */
    Stock stock() {
        Path file = directory.resolve(FILE);
        try {
            return Stock.parse(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the stock in " + file, e);
        }
    }

    /** What to sell next, for the holder of that token; from here on, older ones are refused. */
    Answer nextForSale(FencingToken token) {
        return locked(() -> {
            Stock stock = stock();
            if (stock.refuses(token)) {
                return new Answer.Refused(stock.highest());
            }
            write(stock.seen(token));
            Optional<String> item = stock.nextForSale();
            return item.isPresent() ? new Answer.ForSale(item.get()) : new Answer.SoldOut();
        });
    }

    /**
     * Writes down a sale, or that it was refused. Only the token decides: the store does not ask whether the item
     * is sold already, as no file, device or foreign service would.
     *
     * @throws IllegalArgumentException if there was never such an item
     */
    Answer sell(Sale sale) {
        return locked(() -> {
            Stock stock = stock();
            if (!stock.items().contains(sale.item())) {
                throw new IllegalArgumentException("there is no " + sale.item() + " in this shop");
            }
            if (stock.refuses(sale.token())) {
                write(stock.refused(sale));
                return new Answer.Refused(stock.highest());
            }
            write(stock.seen(sale.token()).sold(sale));
            return new Answer.Accepted();
        });
    }

    private Answer locked(Supplier<Answer> body) {
        threads.lock();
        try (FileChannel channel = FileChannel.open(
                        directory.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            return body.get();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot lock the stock in " + directory, e);
        } finally {
            threads.unlock();
        }
    }

    private void write(Stock stock) {
        Path beside = directory.resolve(NEW_FILE);
        try {
            try (FileChannel channel = FileChannel.open(
                    beside,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer bytes = ByteBuffer.wrap(stock.toText().getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(beside, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        } catch (AtomicMoveNotSupportedException e) {
            throw new UncheckedIOException("the file system of " + directory + " cannot replace a file in one step", e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the stock to " + directory, e);
        }
    }
}

package io.muster.samples.shop;

import io.muster.client.ConnectionEvent;
import io.muster.client.ConnectionLossException;
import io.muster.client.MusterClient;
import io.muster.client.SessionExpiredException;
import io.muster.client.TimeoutExceededException;
import io.muster.recipes.lease.FencingToken;
import io.muster.recipes.lock.DistributedLock;
import io.muster.recipes.lock.LockLease;
import io.muster.recipes.lock.LockOptions;
import io.muster.recipes.lock.LockTimeoutException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * One worker of the shop, a process of its own: takes the lock, asks the store what is for sale, thinks, writes the
 * sale down under the lock's token, lets go; until nothing is left. Says what it does as {@link WorkerEvent}s.
 */
@Command(
        name = "worker",
        description = "Sells the stock, one item at a time, under a distributed lock. Reports on standard output.")
final class WorkerCommand implements Callable<Integer> {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(20);
    private static final Duration LOCK_LIMIT = Duration.ofSeconds(30);
    private static final int LEFT = 3;
    private static final Duration RETRY_PAUSE = Duration.ofMillis(200);

    @Option(names = "--connect", required = true, paramLabel = "HOST:PORT", description = "The ensemble.")
    private String connect;

    @Option(names = "--store", required = true, paramLabel = "DIRECTORY", description = "Where the stock is.")
    private Path directory;

    @Option(names = "--name", required = true, description = "What to sign sales with; one word.")
    private String name;

    @Option(
            names = "--lock",
            defaultValue = "/shop/stock-lock",
            paramLabel = "PATH",
            description = "The znode of the lock. Default: ${DEFAULT-VALUE}.")
    private String lockPath;

    @Option(
            names = "--session-timeout-ms",
            defaultValue = "3000",
            paramLabel = "MS",
            description = "After so long a silence the lock goes to another worker. Default: ${DEFAULT-VALUE}.")
    private int sessionTimeoutMs;

    @Option(
            names = "--think-ms",
            defaultValue = "400",
            paramLabel = "MS",
            description = "How long a sale takes, from reading to writing. Default: ${DEFAULT-VALUE}.")
    private int thinkMs;

    @Option(names = "--until-stdin-ends", description = "Also end when standard input does, as when a parent is gone.")
    private boolean untilInputEnds;

    private final CountDownLatch leaving = new CountDownLatch(1);

    @Override
    public Integer call() {
        if (untilInputEnds) {
            leaveWithInput(Thread.currentThread());
        }
        StockStore store = StockStore.open(directory);
        try (MusterClient client = MusterClient.builder()
                .connectString(connect)
                .sessionTimeout(Duration.ofMillis(sessionTimeoutMs))
                .name(name)
                .connect()) {
            client.onConnectionEvent(event -> connectionChanged(client, event));
            if (!client.awaitConnected(CONNECT_LIMIT)) {
                say(new WorkerEvent.Trouble(
                        "no connection to " + connect + " within " + CONNECT_LIMIT.toSeconds() + " s"));
                return 1;
            }
            DistributedLock lock = DistributedLock.on(
                    client, lockPath, LockOptions.DEFAULTS.withData(name.getBytes(StandardCharsets.UTF_8)));
            while (leaving.getCount() > 0) {
                try {
                    if (!sellOne(lock, store)) {
                        say(new WorkerEvent.SoldOut());
                        break;
                    }
                } catch (ConnectionLossException
                        | SessionExpiredException
                        | TimeoutExceededException
                        | LockTimeoutException e) {
                    // Nothing was sold by us: what is written to the store is written once, and is not part of this.
                    say(new WorkerEvent.Trouble(e.getClass().getSimpleName() + ": " + e.getMessage()));
                    pause(RETRY_PAUSE);
                }
            }
        } catch (InterruptedException e) {
            return LEFT;
        }
        return 0;
    }

    /** Returns false when nothing is left. */
    private boolean sellOne(DistributedLock lock, StockStore store) throws InterruptedException {
        try (LockLease lease = lock.acquire(LOCK_LIMIT)) {
            FencingToken token = lease.token();
            say(new WorkerEvent.Acquired(token));
            lease.lost()
                    .thenAccept(loss -> say(new WorkerEvent.Lost(
                            token, loss.reason().name().toLowerCase(Locale.ROOT).replace('_', ' '))));

            Answer next = store.nextForSale(token);
            if (next instanceof Answer.SoldOut) {
                return false;
            } else if (next instanceof Answer.Refused refused) {
                say(new WorkerEvent.Refused("-", token, refused.highest()));
            } else if (next instanceof Answer.ForSale offer) {
                say(new WorkerEvent.Found(offer.item(), token));
                // What takes its time in a sale: a payment, a parcel. Whatever happens to the lock happens here.
                pause(Duration.ofMillis(thinkMs));
                // Asking lease.isHeld() here would catch most late writes, and never all: the process can be paused
                // between
                // the question and the write. So this worker does not ask. It shows its token, and the store decides.
                write(store, new Sale(offer.item(), name, token));
            }
            return true;
        }
    }

    private static void write(StockStore store, Sale sale) {
        if (store.sell(sale) instanceof Answer.Refused refused) {
            say(new WorkerEvent.Refused(sale.item(), sale.token(), refused.highest()));
        } else {
            say(new WorkerEvent.Sold(sale.item(), sale.token()));
        }
    }

    private static void connectionChanged(MusterClient client, ConnectionEvent event) {
        if (event instanceof ConnectionEvent.Connected connected) {
            int timeoutMs = client.session()
                    .map(session -> (int) session.negotiatedTimeout().toMillis())
                    .orElse(0);
            say(new WorkerEvent.Connected("0x" + Long.toHexString(connected.sessionId()), timeoutMs));
        }
    }

    /** When nobody is left to tell, this worker lets go of all it has, at once, and goes. */
    private void leaveWithInput(Thread working) {
        Thread reader = new Thread(
                () -> {
                    try {
                        System.in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        say(new WorkerEvent.Trouble("standard input: " + e.getMessage()));
                    }
                    leaving.countDown();
                    working.interrupt();
                },
                name + "-input");
        reader.setDaemon(true);
        reader.start();
    }

    /** Waits, unless the worker shall leave: that interrupts. */
    private void pause(Duration duration) throws InterruptedException {
        if (leaving.await(duration.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("the worker leaves");
        }
    }

    /** Whole lines, at once, also from several threads. */
    private static void say(WorkerEvent event) {
        System.out.println(event.toLine());
        System.out.flush();
    }
}

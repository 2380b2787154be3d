package io.muster.samples.shop;

import io.muster.recipes.lease.FencingToken;
import io.muster.samples.shop.Story.Tone;
import io.muster.samples.shop.WorkerProcess.Heard;
import io.muster.testkit.TestEnsemble;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One round of selling, from a full shelf to the audit: a script that follows what the workers say, and kills and pauses
 * them at the moment when it hurts. On the demo's thread only.
 *
 * <p>A signal can come too late, when the worker was faster: then the script says so and waits for the next chance.
 */
final class Round {
    private static final List<String> WORKERS = List.of("ann", "bob", "cleo", "dan");
    private static final List<String> ITEMS = List.of(
            "teapot", "lamp", "clock", "vase", "chair", "radio", "globe", "camera", "violin", "kettle", "mirror",
            "compass");
    /** More than that between two events means that something is wrong. */
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(20);

    private static final int CHANCES = 3;
    private static final int QUEUED_EVENTS_LIMIT = 10_000;

    private final Workplace workplace;
    /** Null where the ensemble is somebody else's. */
    private final @Nullable TestEnsemble servers;

    private final Story story;
    private final Settings settings;
    private final Path directory;
    private final StockStore store;
    private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>(QUEUED_EVENTS_LIMIT);
    private final Set<WorkerProcess> working = new HashSet<>();
    private final Set<WorkerProcess> killed = new HashSet<>();
    private final Set<WorkerProcess> known = new HashSet<>();
    /** How often a worker came back with a new session. */
    private int lostSessions;

    /**
     * @param connect where the workers find the ensemble
     * @param checksTokens whether the store does
     */
    record Settings(String connect, boolean checksTokens, int sessionTimeoutMs, int thinkMs) {}

    /** A worker that holds the lock and is about to sell an item. */
    private record Holder(WorkerProcess worker, String item, FencingToken token) {}

    Round(Workplace workplace, @Nullable TestEnsemble servers, Story story, Settings settings) {
        this.workplace = workplace;
        this.servers = servers;
        this.story = story;
        this.settings = settings;
        this.directory = workplace.newDirectory("stock");
        this.store = StockStore.create(directory, ITEMS, settings.checksTokens);
    }

    Audit run() throws InterruptedException {
        story.title("The shop opens");
        story.tell(
                "store",
                ITEMS.size() + " items in a file outside the ensemble; its check of fencing tokens is "
                        + (settings.checksTokens ? "on" : "OFF"));
        WORKERS.forEach(this::hire);
        awaitSales(2);

        story.title("A worker is killed while it holds the lock");
        kill();
        awaitSales(1);

        if (servers != null) {
            story.title("The server that leads is killed while they work");
            loseLeader(servers);
        }

        story.title("Another one is paused past its session while it holds the lock");
        pause();

        story.title("The rest is sold");
        while (!working.isEmpty()) {
            next();
        }
        return audit();
    }

    private void hire(String name) {
        try {
            working.add(workplace.open(() -> WorkerProcess.start(
                    name,
                    directory,
                    List.of(
                            "--connect", settings.connect,
                            "--store", directory.toString(),
                            "--session-timeout-ms", Integer.toString(settings.sessionTimeoutMs),
                            "--think-ms", Integer.toString(settings.thinkMs)),
                    heard::add)));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new DemoFailedException("cannot start a worker: " + e.getMessage());
        }
    }

    // ---- the accidents

    private void kill() throws InterruptedException {
        for (int chance = 1; chance <= CHANCES; chance++) {
            Holder victim = awaitHolder();
            killed.add(victim.worker);
            victim.worker.kill();
            long sinceNanos = System.nanoTime();
            story.tell(Tone.ACT, "demo", "kill -9 " + victim.worker.pid() + ", which is " + victim.worker.name());
            story.tell(
                    "servers",
                    "keep the lock for " + victim.worker.name() + " until its session ends; the others wait");
            if (awaitSuccessor(victim, sinceNanos)) {
                return;
            }
            story.tell("demo", victim.worker.name() + " was faster than the signal: another worker, another try");
            hire(victim.worker.name() + chance);
        }
        throw new DemoFailedException("no worker could be killed in time; is the machine very busy?");
    }

    /** The workers' next sale says how long they could not write. */
    private void loseLeader(TestEnsemble ensemble) throws InterruptedException {
        await(said -> said.event() instanceof WorkerEvent.Sold);
        long lastSaleNanos = System.nanoTime();
        int lostBefore = lostSessions;
        int lost = ensemble.awaitServing();
        ensemble.kill(lost);
        long killedNanos = System.nanoTime();
        story.tell(Tone.ACT, "demo", "kills server " + lost + ", which leads, as a crash would");
        int next = ensemble.awaitServing();
        story.tell(
                "servers",
                String.format(
                        Locale.ROOT,
                        "server %d leads the two that are left, %.2f s later",
                        next,
                        (System.nanoTime() - killedNanos) / 1e9));
        await(said -> said.event() instanceof WorkerEvent.Sold);
        story.tell(
                Tone.GOOD,
                "workers",
                String.format(
                        Locale.ROOT,
                        "sold again %.1f s after the sale before, of which they think for %.1f s; %s lost its session",
                        (System.nanoTime() - lastSaleNanos) / 1e9,
                        settings.thinkMs / 1e3,
                        lostSessions == lostBefore ? "nobody" : "somebody"));
        ensemble.restart(lost);
        ensemble.awaitServing();
        story.tell("servers", "server " + lost + " is back, and has what it missed");
    }

    private void pause() throws InterruptedException {
        for (int chance = 1; chance <= CHANCES; chance++) {
            Holder victim = awaitHolder();
            victim.worker.pause();
            long sinceNanos = System.nanoTime();
            String name = victim.worker.name();
            story.tell(
                    Tone.ACT,
                    "demo",
                    "kill -STOP " + victim.worker.pid() + ": " + name
                            + " stands still, as in a long garbage collection");
            boolean late = awaitSuccessor(victim, sinceNanos);
            if (late) {
                await(said -> said.event() instanceof WorkerEvent.Sold sold
                        && sold.item().equals(victim.item));
                story.tell(
                        Tone.ACT,
                        "demo",
                        "kill -CONT " + victim.worker.pid() + ": " + name
                                + " goes on where it was, and writes that it sold the " + victim.item);
            }
            victim.worker.resume();
            if (late) {
                await(said -> said.worker() == victim.worker && isAnswerTo(victim, said.event()));
                return;
            }
            story.tell("demo", name + " was faster than the signal: another try");
        }
        throw new DemoFailedException("no worker could be paused in time; is the machine very busy?");
    }

    private Holder awaitHolder() throws InterruptedException {
        Heard.Said said = await(next -> next.event() instanceof WorkerEvent.Found);
        WorkerEvent.Found found = (WorkerEvent.Found) said.event();
        story.tell(
                said.worker().name(),
                "holds the lock, token " + found.token() + ", and is about to sell the " + found.item());
        return new Holder(said.worker(), found.item(), found.token());
    }

    /** Waits until another worker has the lock; whether it found the same item, unsold. */
    private boolean awaitSuccessor(Holder victim, long sinceNanos) throws InterruptedException {
        Heard.Said said = await(next -> next.worker() != victim.worker && next.event() instanceof WorkerEvent.Found);
        WorkerEvent.Found found = (WorkerEvent.Found) said.event();
        if (!found.item().equals(victim.item)) {
            return false;
        }
        double seconds = (System.nanoTime() - sinceNanos) / 1e9;
        story.tell(
                said.worker().name(),
                String.format(
                        Locale.ROOT,
                        "has the lock after %.1f s, token %s: the session of %s has ended; finds the %s unsold",
                        seconds,
                        found.token(),
                        victim.worker.name(),
                        victim.item));
        return true;
    }

    private static boolean isAnswerTo(Holder victim, WorkerEvent event) {
        return event instanceof WorkerEvent.Refused refused && refused.token().equals(victim.token)
                || event instanceof WorkerEvent.Sold sold && sold.token().equals(victim.token);
    }

    // ---- listening

    private void awaitSales(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            await(said -> said.event() instanceof WorkerEvent.Sold);
        }
    }

    private Heard.Said await(Predicate<Heard.Said> wanted) throws InterruptedException {
        while (true) {
            Optional<Heard.Said> said = next().filter(wanted);
            if (said.isPresent()) {
                return said.get();
            }
            if (working.isEmpty()) {
                throw new DemoFailedException("the shop was sold out too early; is the machine very busy?");
            }
        }
    }

    /** Takes what was heard next and tells of it; empty for the expected end of a worker. */
    private Optional<Heard.Said> next() throws InterruptedException {
        Heard next = heard.poll(SILENCE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        if (next == null) {
            throw new DemoFailedException("nothing happened for " + SILENCE_LIMIT.toSeconds() + " s");
        }
        WorkerProcess worker = next.worker();
        if (next instanceof Heard.Said said) {
            tell(worker, said.event());
            return Optional.of(said);
        }
        working.remove(worker);
        int exitCode = ((Heard.Ended) next).exitCode();
        if (exitCode != 0 && !killed.contains(worker)) {
            throw new DemoFailedException(worker + " ended with " + exitCode + ":\n" + worker.lastErrors());
        }
        return Optional.empty();
    }

    private void tell(WorkerProcess worker, WorkerEvent event) {
        String name = worker.name();
        if (event instanceof WorkerEvent.Connected connected) {
            String session = "session " + connected.session();
            boolean isNew = known.add(worker);
            lostSessions += isNew ? 0 : 1;
            String what = isNew
                    ? "process " + worker.pid() + ", " + session + ", over after " + seconds(connected.timeoutMs())
                            + " of silence"
                    : "has lost its session for good and has a new one: " + session;
            story.tell(Tone.QUIET, name, what);
        } else if (event instanceof WorkerEvent.Sold sold) {
            tellSold(name, sold);
        } else if (event instanceof WorkerEvent.Refused refused) {
            story.tell(
                    Tone.GOOD,
                    "store",
                    "REFUSED what " + name + " wrote about the " + refused.item() + ": its token " + refused.token()
                            + " is lower than " + refused.highest() + ", which was here since");
        } else if (event instanceof WorkerEvent.Lost lost) {
            story.tell(
                    Tone.QUIET,
                    name,
                    "its client tells it that the lock of token " + lost.token() + " is lost: "
                            + lost.reason().replace('_', ' '));
        } else if (event instanceof WorkerEvent.Trouble trouble) {
            story.tell(Tone.QUIET, name, "tries again after: " + trouble.what().replace('_', ' '));
        } else if (event instanceof WorkerEvent.SoldOut) {
            story.tell(Tone.QUIET, name, "finds nothing left to sell and goes home");
        }
    }

    private void tellSold(String name, WorkerEvent.Sold sold) {
        long times = store.stock().sales().stream()
                .filter(sale -> sale.item().equals(sold.item()))
                .count();
        if (times > 1) {
            story.tell(
                    Tone.BAD,
                    "store",
                    "TOOK what " + name + " wrote: the " + sold.item() + " is sold again, under token " + sold.token()
                            + " after " + store.stock().highest() + ", and nobody noticed");
        } else {
            story.tell(name, "sold the " + sold.item() + ", token " + sold.token());
        }
    }

    private static String seconds(int ms) {
        return String.format(Locale.ROOT, "%.1f s", ms / 1e3);
    }

    private Audit audit() {
        Audit audit = Audit.of(store.stock());
        story.title("The audit, from the stock file alone");
        audit.lines().forEach(line -> story.line(Tone.PLAIN, "  " + line));
        story.line(
                audit.passed() ? Tone.GOOD : Tone.BAD,
                audit.passed() ? "  PASSED: nothing was sold twice" : "  FAILED: " + audit.failure());
        return audit;
    }
}

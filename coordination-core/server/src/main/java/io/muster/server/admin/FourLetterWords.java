package io.muster.server.admin;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.muster.server.config.SystemSettings;
import io.muster.server.transport.Words;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers the four-letter words that are allowed, in ZooKeeper's texts. Any thread. */
public final class FourLetterWords implements Words {
    /** What telnet sends when its user interrupts it: the connection is just closed. */
    private static final int TELNET_INTERRUPT = 0xfff4fffd;

    /** What ZooKeeper traces when nobody said otherwise: of requests, sessions, servers' packets, and warnings. */
    private static final long DEFAULT_TRACE_MASK = 0b1_0011_0010;

    private final Map<Integer, Word> words = new LinkedHashMap<>();
    private final Set<String> allowed;
    /** Is kept for those who ask for it. Nothing is traced. */
    private final AtomicLong traceMask = new AtomicLong(DEFAULT_TRACE_MASK);

    private static final String NOT_SERVING = "This ZooKeeper instance is not currently serving requests\n";

    private final ServerView server;

    /** @param allowed the words that are answered; {@code *} for all */
    public FourLetterWords(ServerView server, Set<String> allowed, SystemSettings system) {
        this.server = server;
        this.allowed = Set.copyOf(allowed);
        ServerWords ofServer = new ServerWords(server, system);
        ConnectionWords ofConnections = new ConnectionWords(server);
        CoreWords ofCore = new CoreWords(server);
        word("ruok", () -> completedFuture("imok"));
        word("isro", () -> completedFuture(server.mode().isServing() ? "rw" : "null"));
        word("envi", () -> elsewhere(ofServer::environment));
        wordOfServing("srvr", () -> completedFuture(ofServer.summary(null)));
        wordOfServing("stat", () -> server.connections().thenApply(ofServer::summary));
        wordOfServing("mntr", () -> server.ask(ServerWords.OfReplica::new).thenApply(ofServer::metrics));
        wordOfServing("conf", () -> elsewhere(ofServer::configuration));
        wordOfServing("dirs", () -> elsewhere(ofServer::directories));
        wordOfServing("srst", () -> completedFuture(ofServer.reset()));
        wordOfServing("cons", ofConnections::all);
        wordOfServing("crst", ofConnections::reset);
        wordOfServing("dump", ofCore::sessions);
        wordOfServing("wchs", ofCore::watchSummary);
        wordOfServing("wchc", ofCore::watchesBySession);
        wordOfServing("wchp", ofCore::watchesByPath);
        wordOfServing("hash", ofCore::digests);
        word("gtmk", () -> completedFuture(Long.toString(traceMask.get())));
        word("stmk", Long.BYTES, this::setTraceMask);
        words.put(TELNET_INTERRUPT, new Answer(0, argument -> completedFuture("")));
    }

    /** What asks the disk or the resolver of names must not hold up an I/O thread. */
    private static CompletableFuture<String> elsewhere(Supplier<String> answer) {
        return CompletableFuture.supplyAsync(answer, task -> {
            Thread thread = new Thread(task, "muster-word");
            thread.setDaemon(true);
            thread.start();
        });
    }

    /** Without a leader a member of an ensemble has nothing to say of itself. */
    private void wordOfServing(String word, Supplier<CompletableFuture<String>> answer) {
        word(word, () -> server.mode().isServing() ? answer.get() : completedFuture(NOT_SERVING));
    }

    private void word(String word, Supplier<CompletableFuture<String>> answer) {
        word(word, 0, argument -> answer.get());
    }

    private void word(String word, int argumentBytes, LongFunction<CompletableFuture<String>> answer) {
        boolean isAllowed = allowed.contains("*") || allowed.contains(word);
        String refusal = word + " is not executed because it is not in the whitelist.\n";
        words.put(
                code(word),
                isAllowed ? new Answer(argumentBytes, answer) : new Answer(0, argument -> completedFuture(refusal)));
    }

    private CompletableFuture<String> setTraceMask(long mask) {
        traceMask.set(mask);
        return completedFuture(Long.toString(mask));
    }

    private static int code(String word) {
        byte[] b = word.getBytes(StandardCharsets.US_ASCII);
        return b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
    }

    @Override
    public @Nullable Word find(int code) {
        return words.get(code);
    }

    private record Answer(int argumentBytes, LongFunction<CompletableFuture<String>> function) implements Word {
        @Override
        public CompletableFuture<String> answer(long argument) {
            return function.apply(argument);
        }
    }
}

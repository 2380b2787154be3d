package io.muster.cli;

import com.google.common.base.Throwables;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs an ensemble on this machine, each server in a process of its own, until a signal ends it. */
@Command(
        name = "ensemble",
        description = {
            "Runs an ensemble on this machine for trying things out: each server is a process of its own, which may be killed,"
                    + " paused and started again. Ctrl-C stops all of them; the directory stays, and the next run goes on"
                    + " with it.",
            "All of it listens on the loopback interface only."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"1:the servers could not be started", "2:the command line was wrong", "130:ended by Ctrl-C"})
final class EnsembleCommand implements Callable<Integer> {
    private static final int START_SECONDS = 60;
    private static final int LOOK_MS = 50;
    private static final int QUORUM_PORT = 2888;
    private static final int ELECTION_PORT = 3888;
    private static final int CLIENT_PORT = 2181;
    private static final int MAX_SERVERS = 9;

    @Parameters(index = "0", paramLabel = "N", description = "How many servers, 1 to 9; 3 survive the loss of one.")
    private int count;

    @Parameters(index = "1", paramLabel = "DIR", description = "Where they keep their files; created if it is missing.")
    private Path directory;

    @Option(
            names = "--port",
            defaultValue = "2181",
            paramLabel = "PORT",
            description =
                    "The first server's port for clients, ${DEFAULT-VALUE} by default; the others' follow it. The ports"
                            + " between the servers are the same distance from 2888 and 3888 as it is from 2181.")
    private int port;

    @Spec
    private CommandSpec spec;

    /** A signal has come: that servers end from now on is no news. */
    private volatile boolean stopping;

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        check();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        List<LocalServer> servers = new ArrayList<>();
        Thread hook = new Thread(() -> stop(servers), "muster-shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            start(servers);
            if (!awaitServing(servers, err)) {
                return Main.FAILED;
            }
            explain(servers, out);
            CompletableFuture<?>[] ends = servers.stream()
                    .map(server -> server.process().onExit().thenAccept(process -> tellEnd(server, process, out)))
                    .toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(ends).get();
            return Main.FAILED;
        } catch (UncheckedIOException e) {
            err.println(e.getMessage() + ": " + Throwables.getRootCause(e).getMessage());
            return Main.FAILED;
        } finally {
            servers.forEach(LocalServer::stop);
        }
    }

    private void stop(List<LocalServer> servers) {
        stopping = true;
        servers.forEach(LocalServer::stop);
    }

    private void check() {
        if (count < 1 || count > MAX_SERVERS) {
            throw new ParameterException(spec.commandLine(), "N=" + count + " is not allowed; it must be 1 to 9");
        }
        int highest = ELECTION_PORT + port - CLIENT_PORT + count;
        if (port < 1 || quorumPort(1) < 1 || highest > 65_535) {
            throw new ParameterException(
                    spec.commandLine(), "--port=" + port + " is not allowed; all ports must be from 1 to 65535");
        }
        long present =
                IntStream.rangeClosed(1, MAX_SERVERS).filter(this::isPresent).count();
        if (present > 0 && (present != count || !IntStream.rangeClosed(1, count).allMatch(this::isPresent))) {
            throw new ParameterException(
                    spec.commandLine(),
                    directory + " holds an ensemble of another size; choose another directory, or delete this one");
        }
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new ParameterException(spec.commandLine(), directory + " is no directory");
        }
    }

    private boolean isPresent(int id) {
        return Files.exists(directory.resolve("server" + id));
    }

    private int quorumPort(int id) {
        return QUORUM_PORT + port - CLIENT_PORT + id - 1;
    }

    private int electionPort(int id) {
        return ELECTION_PORT + port - CLIENT_PORT + id - 1;
    }

    private void start(List<LocalServer> servers) {
        List<String> members = new ArrayList<>();
        for (int id = 1; id <= count; id++) {
            members.add("server." + id + "=127.0.0.1:" + quorumPort(id) + ":" + electionPort(id));
        }
        if (count == 1) {
            members.add("standaloneEnabled=false");
        }
        Path root = directory.toAbsolutePath().normalize();
        for (int id = 1; id <= count; id++) {
            servers.add(LocalServer.start(id, port + id - 1, root.resolve("server" + id), members));
        }
    }

    private static boolean awaitServing(List<LocalServer> servers, PrintWriter err) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        for (LocalServer server : servers) {
            while (!server.serves()) {
                if (server.process().waitFor(LOOK_MS, TimeUnit.MILLISECONDS)) {
                    err.println("server " + server.id() + " ended while it started; see " + server.console());
                    return false;
                }
                if (System.nanoTime() - deadlineNanos > 0) {
                    err.println("server " + server.id() + " does not serve after " + START_SECONDS + " s; see "
                            + server.console());
                    return false;
                }
            }
        }
        return true;
    }

    private static void explain(List<LocalServer> servers, PrintWriter out) {
        String all = servers.stream().map(LocalServer::connectString).collect(Collectors.joining(","));
        out.println("An ensemble of " + servers.size() + " serves at " + all);
        for (LocalServer server : servers) {
            out.println("  server " + server.id() + "  " + server.connectString() + "  process " + server.pid()
                    + "  says what it does in " + server.console());
        }
        out.println("Try in another terminal:");
        out.println("  bin/muster status " + all);
        out.println("  kill -9 " + servers.get(0).pid());
        out.println("  bin/muster server " + servers.get(0).configuration());
        out.println("Ctrl-C stops it.");
        out.flush();
    }

    private void tellEnd(LocalServer server, Process process, PrintWriter out) {
        if (stopping) {
            return;
        }
        out.println("server " + server.id() + " has ended (exit code " + process.exitValue()
                + "); to start it again: bin/muster server " + server.configuration());
        out.flush();
    }
}

package io.muster.testkit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.muster.testkit.MusterProcess;
import io.muster.testkit.ServerProcess;
import io.muster.testkit.ZooKeeperProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client in a process of its own: one that is not written in Java, or that needs other jars than ours. It is told the
 * server's address as its last argument and writes lines: what it saw, behind {@code "= "}; {@code "! restart"}, which asks
 * for a server that was killed and started again, and for "yes" when it serves, or "no"; and whatever else it has to say.
 */
final class ScenarioProcess implements AutoCloseable {
    private static final String SAW = "= ";
    private static final String RESTART = "! restart";
    private static final int SILENCE_SECONDS = 120;

    private final Process process;
    private final LinkedBlockingQueue<Line> lines = new LinkedBlockingQueue<>();
    private final List<String> said = new ArrayList<>();

    /** Null at the end. */
    private record Line(@Nullable String text) {}

    private ScenarioProcess(List<String> command) throws IOException {
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Thread reader = new Thread(this::read, "scenario-reader");
        reader.setDaemon(true);
        reader.start();
    }

    static ScenarioProcess start(List<String> command) throws IOException {
        return new ScenarioProcess(command);
    }

    /**
     * Runs a scenario on ZooKeeper and on Muster, where it has to see the same, and on Muster also through a restart, of
     * which it has to see these lines more. (A client that comes back while ZooKeeper starts may be told that its session
     * expired, so there is nothing to compare.)
     */
    static void compare(List<String> command, int atLeastLines, String... afterRestart) throws Exception {
        List<String> expected;
        try (ZooKeeperProcess server = ZooKeeperProcess.start()) {
            expected = run(server, command, false);
        }
        List<String> actual;
        try (MusterProcess server = MusterProcess.start()) {
            actual = run(server, command, true);
        }
        assertTrue(expected.size() >= atLeastLines, "lines: " + expected.size());
        expected.addAll(List.of(afterRestart));
        assertEquals(String.join("\n", expected), String.join("\n", actual));
    }

    /** Runs a scenario to its end, which has to be a good one: what it saw. */
    private static List<String> run(ServerProcess server, List<String> command, boolean restarts) throws Exception {
        List<String> withAddress = new ArrayList<>(command);
        withAddress.add(server.connectString());
        List<String> saw = new ArrayList<>();
        try (ScenarioProcess client = start(withAddress)) {
            for (String line = client.line(); line != null; line = client.line()) {
                if (line.startsWith(SAW)) {
                    saw.add(line.substring(SAW.length()));
                } else if (line.equals(RESTART)) {
                    if (restarts) {
                        server.kill();
                        server.restart();
                    }
                    client.send(restarts ? "yes" : "no");
                }
            }
            client.assertEndedWell();
        }
        return saw;
    }

    /** A script among the tests' resources. */
    static String resource(String name) {
        URL found = ScenarioProcess.class.getResource(name);
        if (found == null) {
            throw new IllegalArgumentException("no resource " + name);
        }
        try {
            return Path.of(found.toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Whether a command is here and ends well. */
    static boolean works(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false; // there is no such program
        }
    }

    void send(String line) throws IOException {
        Writer out = process.outputWriter(StandardCharsets.UTF_8);
        out.write(line + "\n");
        out.flush();
    }

    /** The next line; null at the end. Fails when nothing comes for two minutes. */
    @Nullable
    String line() throws InterruptedException {
        Line line = lines.poll(SILENCE_SECONDS, TimeUnit.SECONDS);
        if (line == null) {
            return fail("nothing more was said; before:\n" + String.join("\n", said));
        }
        if (line.text != null) {
            said.add(line.text);
        }
        return line.text;
    }

    void assertEndedWell() throws InterruptedException {
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "its output ended, and it did not");
        if (process.exitValue() != 0) {
            fail("it ended with " + process.exitValue() + ":\n" + String.join("\n", said));
        }
    }

    private void read() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(new Line(line));
            }
        } catch (IOException e) {
            if (process.isAlive()) {
                throw new UncheckedIOException(e);
            }
        } finally {
            lines.add(new Line(null));
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}

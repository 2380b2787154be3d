package io.muster.samples.shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The whole demo, with its servers, its processes and their accidents. */
@DisabledOnOs(OS.WINDOWS)
class DemoTest {
    @TempDir
    private Path temporary;

    private final StringWriter told = new StringWriter();

    @Test
    @Timeout(90)
    void theLateWriteIsRefusedAndNothingIsSoldTwice() {
        assertEquals(0, demo("--once"), told::toString);

        assertTold("kill -9 ");
        assertTold("kill -STOP ");
        assertTold("kill -CONT ");
        assertTold("nobody lost its session");
        String leader = group("kills server (\\d), which leads");
        assertTold("server " + leader + " is back, and has what it missed");
        String victim = group(" s  (\\w+) +holds the lock, token \\w+, and is about to sell the \\w+\\R.* kill -STOP");
        assertTold("REFUSED what " + victim + " wrote");
        assertTold("items sold       12 of 12");
        assertTold("sold twice       none");
        assertTold("PASSED");
        assertNoChildren();
    }

    @Test
    @Timeout(90)
    void withoutTheCheckOfTokensTheSameScheduleSellsAnItemTwiceAndTheAuditNamesIt() {
        assertEquals(1, demo("--once", "--naive"), told::toString);

        String item = group("kill -CONT .* writes that it sold the (\\w+)");
        assertTold("the " + item + " is sold again");
        assertTold("sold twice       the " + item + ": by ");
        assertTold("FAILED: sold twice: the " + item);
        assertFalse(told.toString().contains("REFUSED"), told::toString);
        assertNoChildren();
    }

    @Test
    @Timeout(90)
    void aSignalEndsItAndLeavesNoProcessAndNoFile() throws Exception {
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName())
                .redirectErrorStream(true)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(demo.getInputStream(), StandardCharsets.UTF_8))) {
            List<ProcessHandle> workers = List.of();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                told.append(line).append('\n');
                if (line.contains("kill -STOP")) {
                    workers = demo.descendants().toList();
                    // Not Process.destroy, which closes the output that we read.
                    demo.toHandle().destroy();
                }
            }
            assertTrue(demo.waitFor(20, TimeUnit.SECONDS), told::toString);
            assertTold("Stopped: ");
            assertFalse(workers.isEmpty(), told::toString);
            assertTrue(workers.stream().noneMatch(ProcessHandle::isAlive), told::toString);
            try (Stream<Path> left = Files.list(temporary)) {
                assertEquals(
                        List.of(),
                        left.filter(path -> path.getFileName().toString().startsWith("muster-"))
                                .toList());
            }
        } finally {
            demo.descendants().forEach(ProcessHandle::destroyForcibly);
            demo.destroyForcibly();
        }
    }

    @Test
    @Timeout(90)
    void workersOfADemoThatWasKilledGoByThemselves() throws Exception {
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName())
                .redirectErrorStream(true)
                .start();
        List<ProcessHandle> workers = List.of();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(demo.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                told.append(line).append('\n');
                if (line.contains(" sold the ")) {
                    workers = demo.descendants().toList();
                    demo.toHandle().destroyForcibly();
                }
            }
            assertFalse(workers.isEmpty(), told::toString);
            for (ProcessHandle worker : workers) {
                worker.onExit().get(30, TimeUnit.SECONDS);
            }
        } finally {
            workers.forEach(ProcessHandle::destroyForcibly);
            demo.destroyForcibly();
        }
    }

    private int demo(String... arguments) {
        return new CommandLine(new DemoCommand()).setOut(new PrintWriter(told)).execute(arguments);
    }

    private void assertTold(String what) {
        assertTrue(told.toString().contains(what), () -> "not told: " + what + "\n" + told);
    }

    private String group(String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(told.toString());
        assertTrue(matcher.find(), () -> "not told: " + pattern + "\n" + told);
        return matcher.group(1);
    }

    private static void assertNoChildren() {
        assertEquals(
                0,
                ProcessHandle.current()
                        .descendants()
                        .filter(ProcessHandle::isAlive)
                        .count());
    }

    /** The demo as a process of its own. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            System.exit(new CommandLine(new DemoCommand()).execute(arguments));
        }
    }
}

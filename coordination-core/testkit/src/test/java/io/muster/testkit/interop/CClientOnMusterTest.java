package io.muster.testkit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.testkit.MusterProcess;
import io.muster.testkit.ServerProcess;
import io.muster.testkit.ZooKeeperProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** ZooKeeper's C client, unmodified, on a Muster server: its library, and the command line that Debian builds over it. */
@Timeout(240)
class CClientOnMusterTest {
    private static final String PYTHON = "/usr/bin/python3";
    private static final String COMMAND_LINE = "/usr/lib/zookeeper/bin/cli_mt";
    private static final String MISSING = " is not installed (Debian's package zookeeper-bin; .ci/run installs it)";

    private static final Pattern ANSWER = Pattern.compile("\\S+: rc = -?\\d+.*|Error -\\d+ for .*");
    /** How an answer ends that has a stat unless it is an error. (To exists it says nothing when there is one.) */
    private static final Pattern END_OF_STAT =
            Pattern.compile("\tephemeralOwner = .*|\\S+: rc = -\\d+.*|Error -\\d+ for .*");

    private static final Pattern WITH_STAT = Pattern.compile("(set|get|create2|ls2|config)\\b.*");
    private static final Pattern CHILD = Pattern.compile("\t[^=]*");
    /** What is the same on every server. */
    private static final Pattern TELLING =
            Pattern.compile("\tname = .*|" + CHILD + "|\tversion=.*|\tephemeralOwner = .*| value_len = .*");

    @Test
    void itsLibrarySeesOnMusterWhatItSeesOnZooKeeper() throws Exception {
        assumeTrue(
                ScenarioProcess.works(PYTHON, "-c", "import ctypes; ctypes.CDLL('libzookeeper_mt.so.2')"),
                "SKIPPED: libzookeeper_mt, or a Python to call it from," + MISSING);
        ScenarioProcess.compare(
                List.of(PYTHON, ScenarioProcess.resource("c_client_scenario.py")),
                70,
                "the same session: True",
                "exists /kept/e -> 0 v0 c0 a0 bytes=0 children=0 ephemeral unchanged barren",
                "set /kept -1 -> 0 v1 c1 a0 bytes=1 children=1",
                "  heard 3 3 /kept",
                "close -> 0",
                "close -> 0");
    }

    @Test
    void itsCommandLineSeesOnMusterWhatItSeesOnZooKeeper() throws Exception {
        assumeTrue(Files.isExecutable(Path.of(COMMAND_LINE)), "SKIPPED: " + COMMAND_LINE + MISSING);
        List<String> expected;
        try (ZooKeeperProcess server = ZooKeeperProcess.start()) {
            expected = commandLine(server);
        }
        List<String> actual;
        try (MusterProcess server = MusterProcess.start()) {
            actual = commandLine(server);
        }
        assertTrue(expected.size() > 40, "lines: " + expected.size());
        assertEquals(String.join("\n", expected), String.join("\n", actual));
    }

    private static List<String> commandLine(ServerProcess server) throws Exception {
        List<String> saw = new ArrayList<>();
        // It prints events and answers in whichever order: the events come at the end.
        List<String> heard = new ArrayList<>();
        try (ScenarioProcess client = ScenarioProcess.start(List.of(COMMAND_LINE, "-h", server.connectString()))) {
            for (String line = client.line(); line == null || !line.startsWith("Got a new session"); ) {
                line = client.line();
            }
            for (String command : List.of(
                    "ls /",
                    "wexists /w",
                    "create /w",
                    "create /w",
                    "set /w hello",
                    "get /w",
                    "set /w again",
                    "exists /missing",
                    "create2 /w/2",
                    "create +s /w/s-",
                    "create +e /w/e",
                    "create +es /w/s-",
                    "create +c /w/k",
                    "create2 +t=600000 /w/t",
                    "create /missing/child",
                    "ls /w",
                    "ls2 /w",
                    "sync /w",
                    "delete /w",
                    "delete /w/2",
                    "get /missing",
                    "config",
                    "aget /w",
                    "als /w")) {
                saw.add("> " + command);
                client.send(command);
                Pattern end = WITH_STAT.matcher(command).matches() ? END_OF_STAT : ANSWER;
                String line;
                do {
                    line = client.line();
                    note(line, saw, heard);
                } while (line != null && !end.matcher(line).matches());
            }
            client.send("quit");
            for (String line = client.line(); line != null; line = client.line()) {
                note(line, saw, heard);
            }
            client.assertEndedWell();
        }
        saw.addAll(heard);
        return sortedChildren(saw);
    }

    /** Children come in no order: each run of them, sorted. */
    private static List<String> sortedChildren(List<String> lines) {
        List<String> sorted = new ArrayList<>();
        List<String> children = new ArrayList<>();
        for (String line : lines) {
            if (CHILD.matcher(line).matches()) {
                children.add(line);
            } else {
                Collections.sort(children);
                sorted.addAll(children);
                children.clear();
                sorted.add(line);
            }
        }
        return sorted;
    }

    private static void note(String line, List<String> saw, List<String> heard) {
        if (line == null) {
            return;
        }
        if (line.startsWith("Watcher ")) {
            heard.add(line);
        } else if (ANSWER.matcher(line).matches() || TELLING.matcher(line).matches()) {
            saw.add(line);
        }
    }
}

package io.muster.testkit.interop;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** kazoo, Python's client, unmodified, on a Muster server. */
@Timeout(240)
class KazooOnMusterTest {
    /** Debian's Python, which has Debian's packages, whichever other one comes first on the path. */
    private static final String PYTHON = "/usr/bin/python3";

    @Test
    void seesOnMusterWhatItSeesOnZooKeeper() throws Exception {
        assumeTrue(
                ScenarioProcess.works(PYTHON, "-c", "import kazoo.client"),
                "SKIPPED: kazoo is not installed (Debian's package python3-kazoo; .ci/run installs it)");
        ScenarioProcess.compare(
                List.of(PYTHON, ScenarioProcess.resource("kazoo_scenario.py")),
                80,
                "suspended -> True",
                "connected -> True",
                "the same session -> True",
                "its ephemeral -> v0 c0 a0 bytes=0 children=0 ephemeral unchanged barren",
                "its data -> (b'1', v0 c1 a0 bytes=1 children=1 unchanged)",
                "its watch -> (b'1', b'2')");
    }
}

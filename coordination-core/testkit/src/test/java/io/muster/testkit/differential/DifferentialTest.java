package io.muster.testkit.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Muster and ZooKeeper are told the same and say the same. {@code -Dmuster.differential.sequences=N} plays so many random
 * scripts, from {@code -Dmuster.differential.seed=S} on; {@code -Dmuster.differential.script=FILE} plays one that a failure
 * printed.
 */
class DifferentialTest {
    private static final int FIXED_SEQUENCES = 300;
    private static final int SEQUENCES = Integer.getInteger("muster.differential.sequences", FIXED_SEQUENCES);
    private static final long SEED = Long.getLong("muster.differential.seed", 1);

    private static Duel duel;

    @BeforeAll
    static void startServers() {
        duel = new Duel();
    }

    @AfterAll
    static void stopServers() {
        duel.close();
    }

    @Test
    void randomScriptsSeeTheSameOnMusterAndOnZooKeeperAndMeetAllThatCanBeMet() {
        for (long seed = SEED; seed < SEED + SEQUENCES; seed++) {
            Script script = Generator.script(seed);
            Duel.Outcome outcome = duel.play(script);
            if (!outcome.isEqual()) {
                fail(report(seed, script, outcome));
            }
        }
        if (SEQUENCES > FIXED_SEQUENCES) {
            System.out.println(SEQUENCES + " scripts from seed " + SEED + " on:\n" + duel.coverage());
        }
        if (SEQUENCES >= FIXED_SEQUENCES) {
            assertEquals(List.of(), duel.coverage().gaps(Reachable.errors()), () -> "\n" + duel.coverage());
        }
    }

    private static String report(long seed, Script script, Duel.Outcome outcome) {
        if (duel.play(script).isEqual()) {
            return "seed " + seed + " differed once and then not again, so one of the servers is not deterministic:\n"
                    + script + outcome.difference();
        }
        Script shortest = new Shrinker(tried -> !duel.play(tried).isEqual()).shrink(script);
        return "seed " + seed + ", in short:\n" + shortest + duel.play(shortest).difference();
    }

    @Test
    @EnabledIfSystemProperty(named = "muster.differential.script", matches = ".+")
    void aScriptFromAFileSeesTheSame() throws IOException {
        String file = System.getProperty("muster.differential.script");
        Duel.Outcome outcome = duel.play(Script.parse(Files.readString(Path.of(file))));
        assertTrue(outcome.isEqual(), outcome::difference);
    }

    @Test
    void anUnreadableMultiTakesAZxid() {
        assertSame("""
                1 connect 30000
                1 multi { getData / false }
                1 multi { create /a "" [31 world anyone] 7 }
                1 multi { delete /a -1 } cut 3
                1 create2 /b "" [31 world anyone] 0
                """);
    }

    @Test
    void inAMultiAFlagWithATimeToLiveNeedsCreateTtl() {
        assertSame("""
                1 connect 30000
                1 multi { create2 /a "" [31 world anyone] 6 }
                1 multi { create /a "" [31 world anyone] 5 }
                1 multi { createContainer /a "" [31 world anyone] 5 }
                1 multi { createTTL /a "" [31 world anyone] 7 1000 }
                1 multi { createTTL /a "" [31 world anyone] 5 100000 }
                """);
    }

    @Test
    void aContainerOfAMultisPlainCreateIsAnsweredWithItsStat() {
        assertSame("""
                1 connect 30000
                1 multi { create /a "" [31 world anyone] 4 ; create2 /b "" [31 world anyone] 4 }
                """);
    }

    @Test
    void aDigestWithoutACredentialFails() {
        assertSame("""
                1 connect 30000
                1 auth 0 ip null
                1 auth 0 digest ""
                1 auth 0 digest null
                """);
    }

    @Test
    void anUnreadableCredentialCostsTheConnection() {
        assertSame("""
                1 connect 30000
                1 auth 0 digest bob:b cut 1
                2 connect 30000
                2 sasl token cut 2
                """);
    }

    @Test
    void withoutSaslConfiguredATokenIsAnsweredWithNone() {
        assertSame("""
                1 connect 30000
                1 sasl token
                1 whoAmI
                1 sasl null
                """);
    }

    @Test
    void aMultiOfReadsThatHoldsWritesIsRefusedWithAnEmptyListOfResults() {
        assertSame("""
                1 connect 30000
                1 multiRead { delete /a -1 }
                1 multiRead { check / 0 ; create /a "" [31 world anyone] 0 }
                1 multiRead { delete /a -1 ; getData / false }
                1 multiRead { getData / false ; delete /a -1 }
                1 multiRead { create /a "" [31 world anyone] 5 }
                1 multiRead { delete /a -1 } cut 3
                """);
    }

    @Test
    void eachAuthOfAListStandsForTheIdentitiesOnceMore() {
        assertSame("""
                1 connect 30000
                1 auth 0 digest bob:b
                1 create /a "" [31 auth "" 31 auth x] 0
                1 getACL /a
                1 setACL /a [31 auth "" 31 auth "" 1 auth ""] -1
                1 getACL /a
                """);
    }

    @Test
    void addressesInListsAreReadAlike() {
        assertSame("""
                1 connect 30000
                1 create /a "" [31 ip +127.0.0.1 31 world anyone] 0
                1 create /b "" [31 ip 127.0.0.1/+8 31 world anyone] 0
                1 create /c "" [31 ip 127.0.0.1/-0 31 world anyone] 0
                1 create /d "" [31 ip 0127.0.0.1 31 world anyone] 0
                1 create /e "" [31 ip ::-1 31 world anyone] 0
                1 create /f "" [31 ip ::+1 31 world anyone] 0
                1 create /g "" [31 ip fe80::1%lo 31 world anyone] 0
                1 create /h "" [31 ip ::%lo/64 31 world anyone] 0
                1 getACL /a
                1 getACL /e
                """);
    }

    @Test
    void whatIsTrimmedOffAPrefixOfEphemeralsIsAscii() {
        assertSame("""
                1 connect 30000
                1 create /a "" [31 world anyone] 1
                1 getEphemerals "\\u0001"
                1 getEphemerals " "
                1 getEphemerals " /"
                1 getEphemerals "\\u2003"
                1 getEphemerals "\\u3000"
                """);
    }

    private static void assertSame(String script) {
        Duel.Outcome outcome = duel.play(Script.parse(script));
        assertTrue(outcome.isEqual(), outcome::difference);
    }
}

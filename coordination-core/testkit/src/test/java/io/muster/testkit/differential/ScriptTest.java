package io.muster.testkit.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ScriptTest {
    private static final int SEEDS = 200;

    @Test
    void textIsReadBackAsTheSameScript() {
        for (Script script : Generator.scripts(1, SEEDS)) {
            assertEquals(script, Script.parse(script.toString()));
        }
    }

    @Test
    void aSeedAlwaysMakesTheSameScriptAndAnotherSeedAnother() {
        assertEquals(Generator.scripts(7, SEEDS), Generator.scripts(7, SEEDS));
        assertEquals(
                SEEDS,
                List.copyOf(Generator.scripts(7, SEEDS)).stream().distinct().count());
    }

    @Test
    void everyScriptHasAtLeastFortyOperationsAndThreeSessions() {
        for (Script script : Generator.scripts(1, SEEDS)) {
            long operations = script.steps().stream()
                    .filter(step -> step.operation().kind().isRequest())
                    .count();
            long sessions =
                    script.steps().stream().map(Step::session).distinct().count();
            assertTrue(operations >= 40 && sessions >= 3, script::toString);
        }
    }

    @Test
    void theSeedsOfOneRunHaveEveryKindOfStep() {
        assertEquals(
                List.of(Kind.values()),
                Generator.scripts(1, SEEDS).stream()
                        .flatMap(script -> script.steps().stream())
                        .map(step -> step.operation().kind())
                        .distinct()
                        .sorted()
                        .collect(Collectors.toList()));
    }

    @Test
    void whatIsNoScriptIsNotRead() {
        assertThrows(IllegalArgumentException.class, () -> Script.parse("1 destroy /a"));
        assertThrows(IllegalArgumentException.class, () -> Script.parse("1 delete /a"));
        assertThrows(IllegalArgumentException.class, () -> Script.parse("1 delete /a -1 -1"));
        assertThrows(IllegalArgumentException.class, () -> Script.parse("1 delete \"/a -1"));
    }

    @Test
    void aScriptShrinksToWhatShowsItAlone() {
        Script script = Generator.script(3);
        Script shortest = new Shrinker(s -> shows(s)).shrink(withTheTwoThatShow(script));
        assertEquals("1 delete /shown -1\n2 multi { check /shown 1 }\n", shortest.toString());
    }

    private static Script withTheTwoThatShow(Script script) {
        String text = script.toString();
        int middle = text.indexOf('\n', text.length() / 2) + 1;
        return Script.parse("1 ~ delete /shown -1\n" + text.substring(0, middle)
                + "2 multi { delete /a -1 ; check /shown 1 ; check /b 0 }\n" + text.substring(middle));
    }

    private static boolean shows(Script script) {
        String text = script.toString();
        int first = text.indexOf("delete /shown -1");
        return first >= 0 && text.indexOf("check /shown 1") > first;
    }
}

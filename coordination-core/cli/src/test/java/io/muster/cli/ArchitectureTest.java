package io.muster.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The architecture's rules hold for all of our main code, and each of them would notice. */
class ArchitectureTest {
    private static JavaClasses production;

    @BeforeAll
    static void importProduction() {
        production = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.muster");
    }

    static Stream<HouseRule> rules() {
        return HouseRules.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void theRuleHolds(HouseRule rule) {
        List<String> breaches = rule.breaches(production);
        assertTrue(breaches.isEmpty(), () -> rule + ":\n" + String.join("\n", breaches));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void theRuleLooksAtEnoughClasses(HouseRule rule) {
        long count = rule.count(production);
        assertTrue(count >= rule.atLeast(), () -> rule + ": " + count + " classes, expected " + rule.atLeast());
    }

    @ParameterizedTest
    @MethodSource("rules")
    void theRuleNotices(HouseRule rule) {
        assertFalse(rule.violations().isEmpty());
        for (List<Class<?>> violation : rule.violations()) {
            assertFalse(rule.breaches(violation).isEmpty(), () -> rule + " does not notice " + violation);
        }
    }

    /** Tests are not on our class path, so this one rule reads their text. */
    @Test
    void noTestSleeps() throws IOException {
        Pattern sleep = Pattern.compile("\\b(Thread|TimeUnit\\.[A-Z]+|SECONDS|MILLISECONDS)\\.sleep\\(");
        assertTrue(sleep.matcher("    Thread.sleep(10);").find());
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("coordination-core"))) {
            root = root.getParent();
        }
        int[] files = {0};
        List<String> sleepers;
        try (Stream<Path> all = Files.walk(root)) {
            sleepers = all.filter(file -> file.toString().endsWith("Test.java")
                            || file.toString().contains("/src/test/java/"))
                    .filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("ArchitectureTest.java")
                            && !file.toString().contains("/fixture/"))
                    .peek(file -> files[0]++)
                    .filter(file -> sleep.matcher(text(file)).find())
                    .map(Path::toString)
                    .toList();
        }
        assertEquals(List.of(), sleepers);
        assertTrue(files[0] >= 30, "tests: " + files[0]);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

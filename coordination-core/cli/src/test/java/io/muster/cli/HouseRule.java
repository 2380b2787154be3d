package io.muster.cli;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.Arrays;
import java.util.List;

/**
 * One rule of the architecture, with what proves that it is awake.
 *
 * @param subjects the classes that it looks at
 * @param atLeast how many of them there must be: a misspelt package would have none, and the rule would always hold
 * @param violations groups of classes, each of which breaks the rule
 */
record HouseRule(
        String name,
        DescribedPredicate<JavaClass> subjects,
        int atLeast,
        ArchRule rule,
        List<List<Class<?>>> violations) {

    static HouseRule of(
            String name,
            DescribedPredicate<JavaClass> subjects,
            int atLeast,
            ArchCondition<JavaClass> condition,
            Class<?>... violations) {
        ArchRule rule = ArchRuleDefinition.classes().that(subjects).should(condition);
        List<List<Class<?>>> groups =
                Arrays.stream(violations).<List<Class<?>>>map(List::of).toList();
        return new HouseRule(name, subjects, atLeast, rule, groups);
    }

    long count(JavaClasses classes) {
        return classes.stream().filter(subjects).count();
    }

    List<String> breaches(JavaClasses classes) {
        return rule.evaluate(classes).getFailureReport().getDetails();
    }

    List<String> breaches(List<Class<?>> classes) {
        return breaches(new ClassFileImporter().importClasses(classes));
    }

    @Override
    public String toString() {
        return name;
    }
}

package io.muster.testkit.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Makes a script that shows something shorter, as long as it shows it. */
final class Shrinker {
    private final Predicate<Script> shows;

    /** @param shows whether a script still shows it */
    Shrinker(Predicate<Script> shows) {
        this.shows = shows;
    }

    /** A script from which nothing more can be taken away alone. */
    Script shrink(Script script) {
        Script shorter = script;
        Script before;
        do {
            before = shorter;
            shorter = withoutParts(withoutPipelines(withoutSteps(shorter)));
        } while (!before.equals(shorter));
        return shorter;
    }

    private Script withoutSteps(Script script) {
        List<Step> steps = new ArrayList<>(script.steps());
        for (int length = Math.max(1, steps.size() / 2); length > 0; length /= 2) {
            for (int start = Math.max(0, steps.size() - length); start >= 0; start -= length) {
                List<Step> fewer = new ArrayList<>(steps);
                fewer.subList(start, Math.min(steps.size(), start + length)).clear();
                if (shows.test(new Script(fewer))) {
                    steps = fewer;
                }
            }
        }
        return new Script(steps);
    }

    private Script withoutPipelines(Script script) {
        Script simplest = script;
        for (int i = 0; i < script.steps().size(); i++) {
            Step step = simplest.steps().get(i);
            if (step.pipelined()) {
                simplest = replacedIfShown(simplest, i, step.notPipelined());
            }
        }
        return simplest;
    }

    /** Multis lose their operations, and lists of paths their paths. */
    private Script withoutParts(Script script) {
        Script simplest = script;
        for (int i = 0; i < script.steps().size(); i++) {
            Operation operation = simplest.steps().get(i).operation();
            for (int argument = 0; argument < operation.arguments().size(); argument++) {
                simplest = withoutParts(simplest, i, argument);
            }
        }
        return simplest;
    }

    private Script withoutParts(Script script, int step, int argument) {
        Script simplest = script;
        int index = 0;
        while (simplest.steps().get(step).operation().arguments().get(argument) instanceof List<?> list
                && index < list.size()) {
            Step old = simplest.steps().get(step);
            List<Object> fewer = new ArrayList<>(list);
            fewer.remove(index);
            List<Object> arguments = new ArrayList<>(old.operation().arguments());
            arguments.set(argument, fewer);
            Operation smaller = new Operation(old.operation().kind(), arguments);
            Script tried = replacedIfShown(simplest, step, old.with(smaller));
            index += tried.equals(simplest) ? 1 : 0;
            simplest = tried;
        }
        return simplest;
    }

    private Script replacedIfShown(Script script, int index, Step step) {
        List<Step> steps = new ArrayList<>(script.steps());
        steps.set(index, step);
        Script replaced = new Script(steps);
        return shows.test(replaced) ? replaced : script;
    }
}

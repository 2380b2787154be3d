package io.muster.testkit.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Steps of several sessions, in one order. As text: a step a line, and comments behind {@code #} at a line's start. */
record Script(List<Step> steps) {
    Script {
        steps = List.copyOf(steps);
    }

    static Script parse(String text) {
        List<Step> steps = new ArrayList<>();
        for (String line : text.split("\n")) {
            if (!line.isBlank() && !line.startsWith("#")) {
                steps.add(new ScriptText(line).step());
            }
        }
        return new Script(steps);
    }

    @Override
    public String toString() {
        return steps.stream().map(Step::toString).collect(Collectors.joining("\n", "", "\n"));
    }
}

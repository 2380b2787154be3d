package io.muster.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** What somebody types, and what comes out. */
final class Typed {
    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();

    /** Returns the exit code. */
    int run(String... arguments) {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(arguments);
    }
}

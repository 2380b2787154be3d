package io.muster.cli;

import io.muster.server.admin.Build;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says which Muster this is, and which ZooKeeper's protocol it speaks. */
@Command(name = "version", description = "Prints the version.")
final class VersionCommand implements Runnable, IVersionProvider {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().getOut().println(line());
    }

    @Override
    public String[] getVersion() {
        return new String[] {line()};
    }

    private static String line() {
        return "muster " + new Build().version() + " (speaks ZooKeeper " + Build.SPOKEN_VERSION + "), Java "
                + Runtime.version();
    }
}

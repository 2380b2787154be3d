package io.muster.cli;

import io.muster.server.admin.Build;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says which Muster this is, and which ZooKeeper's protocol it speaks. */
@Command(name = "version", description = "Prints the version.")
final class VersionCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine()
                .getOut()
                .println("muster " + new Build().version() + " (speaks ZooKeeper " + Build.SPOKEN_VERSION + "), Java "
                        + Runtime.version());
    }
}

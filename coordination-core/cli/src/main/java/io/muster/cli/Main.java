package io.muster.cli;

import io.muster.samples.shop.DemoCommand;
import io.muster.samples.shop.ShopCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line. Exit codes: 0 for success, 1 when something failed, 2 for a wrong command line or configuration. */
@Command(
        name = "muster",
        description = "A coordination service that speaks ZooKeeper's protocol.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = VersionCommand.class,
        subcommands = {
            ServerCommand.class,
            EnsembleCommand.class,
            StatusCommand.class,
            DemoCommand.class,
            ShopCommand.class,
            VersionCommand.class,
            HelpCommand.class
        })
public final class Main implements Runnable {
    static final int FAILED = 1;
    static final int WRONG_CONFIGURATION = 2;

    @Spec
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** Without a command. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing.");
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main());
    }
}

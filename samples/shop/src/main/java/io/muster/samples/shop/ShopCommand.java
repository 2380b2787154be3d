package io.muster.samples.shop;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The programs of the sample shop; {@code bin/muster shop}, or the main class of this module. */
@Command(
        name = "shop",
        description = "The programs of the sample shop, one by one.",
        mixinStandardHelpOptions = true,
        subcommands = WorkerCommand.class)
public final class ShopCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which program of the shop?");
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new ShopCommand()).execute(args));
    }
}

package io.muster.cli;

import io.muster.server.MusterServer;
import io.muster.server.ServerFailedException;
import io.muster.server.config.ConfigException;
import io.muster.server.config.ServerConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a server in the foreground, until a signal or a fatal error ends it. */
@Command(name = "server", description = "Runs a server in the foreground; Ctrl-C or SIGTERM stops it cleanly.")
final class ServerCommand implements Callable<Integer> {
    @Parameters(paramLabel = "path/to/zoo.cfg", description = "Its configuration, in ZooKeeper's format.")
    private Path configuration;

    @Spec
    private CommandSpec spec;

    /** What is wrong on this machine only is said with the file too. */
    private MusterServer start(ServerConfig config) {
        try {
            return MusterServer.start(config);
        } catch (ConfigException e) {
            throw new ConfigException(configuration + ": " + e.getMessage());
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        MusterServer server;
        try {
            ServerConfig config = ServerConfig.read(configuration);
            server = start(config);
        } catch (ConfigException e) {
            err.println(e.getMessage());
            return Main.WRONG_CONFIGURATION;
        } catch (ServerFailedException e) {
            err.println(e.getMessage());
            return Main.FAILED;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "muster-shutdown"));
        try {
            server.terminated().get();
            return 0;
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            err.println(cause.getMessage());
            return Main.FAILED;
        }
    }
}

package io.muster.testkit;

import io.muster.server.MusterServer;
import io.muster.server.config.ServerConfig;
import java.nio.file.Path;

/** The main of a {@link MusterProcess}: the same as that of {@code bin/muster server}, without its command line. */
final class MusterMain {
    private MusterMain() {}

    public static void main(String[] args) throws Exception {
        MusterServer server = MusterServer.start(ServerConfig.read(Path.of(args[0])));
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "muster-shutdown"));
        server.terminated().get();
    }
}

package io.muster.recipes.support;

import io.muster.server.MusterServer;
import io.muster.server.config.ServerConfig;
import io.muster.testkit.ZooKeeperProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;

/** The servers that the recipes are tested against. To test against another one, add it here: all tests take it up. */
public enum ServerKind {
    ZOOKEEPER {
        @Override
        public TestServer start() {
            ZooKeeperProcess server = ZooKeeperProcess.start();
            return new TestServer(server.port(), server);
        }
    },
    MUSTER {
        @Override
        public TestServer start() {
            try {
                Path directory = Files.createTempDirectory("muster-recipes-");
                MusterServer server = MusterServer.start(ServerConfig.in(directory)
                        .replica(r -> r.tickTimeMs(500).sessionTimeoutsMs(1_000, 60_000))
                        .transport(t -> t.maxConnectionsPerAddress(0))
                        .words(Set.of("*"))
                        .build());
                return new TestServer(server.clientPort(), () -> {
                    server.close();
                    delete(directory);
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    /** A server of this kind, alone, with ticks of 500 ms, so that sessions may be as short as a second. */
    public abstract TestServer start();

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

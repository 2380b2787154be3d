package io.muster.recipes.support;

import io.muster.client.MusterClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A running server of some kind, on the loopback interface. */
public final class TestServer implements AutoCloseable {
    private final int port;
    private final AutoCloseable server;
    private final List<MusterClient> clients = Collections.synchronizedList(new ArrayList<>());

    public TestServer(int port, AutoCloseable server) {
        this.port = port;
        this.server = server;
    }

    public int port() {
        return port;
    }

    public String connectString() {
        return "127.0.0.1:" + port;
    }

    /** A connected client, which {@link #closeClients()} closes. */
    public MusterClient connect() throws InterruptedException {
        return connect(connectString(), Duration.ofSeconds(20));
    }

    public MusterClient connect(String connectString, Duration sessionTimeout) throws InterruptedException {
        MusterClient client = MusterClient.builder()
                .connectString(connectString)
                .sessionTimeout(sessionTimeout)
                .connect();
        clients.add(client);
        if (!client.awaitConnected(Duration.ofSeconds(20))) {
            throw new IllegalStateException("no connection to " + connectString);
        }
        return client;
    }

    public void closeClients() {
        clients.forEach(MusterClient::close);
        clients.clear();
    }

    /** How many watches there are, of all sessions. */
    public int watches() throws IOException {
        String metric = "zk_watch_count\t";
        return fourLetterWord("mntr")
                .lines()
                .filter(line -> line.startsWith(metric))
                .mapToInt(line -> Integer.parseInt(line.substring(metric.length())))
                .findFirst()
                .orElseThrow();
    }

    /** Asks again and again until the answer is the wanted one. */
    public void awaitWatches(int count) throws IOException {
        long deadlineNanos = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        for (int now = watches(); now != count; now = watches()) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new AssertionError("there are " + now + " watches, not " + count);
            }
        }
    }

    private String fourLetterWord(String word) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
            try (InputStream in = socket.getInputStream()) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }

    @Override
    public void close() throws Exception {
        closeClients();
        server.close();
    }
}

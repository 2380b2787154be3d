package io.muster.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Asks a server a four-letter word, as operators' tools do. Blocks for some seconds at most. */
final class FourLetterWord {
    private static final int TIMEOUT_MS = 3_000;
    private static final int MAX_ANSWER_BYTES = 1 << 20;

    private FourLetterWord() {}

    /** @throws IOException if the server cannot be reached or does not answer in time */
    static String ask(InetSocketAddress server, String word) throws IOException {
        InetSocketAddress address = new InetSocketAddress(server.getHostString(), server.getPort());
        if (address.isUnresolved()) {
            throw new IOException("the name " + server.getHostString() + " is not known");
        }
        try (Socket socket = new Socket()) {
            socket.connect(address, TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
            try (InputStream in = socket.getInputStream()) {
                return new String(in.readNBytes(MAX_ANSWER_BYTES), StandardCharsets.UTF_8);
            }
        }
    }

    /** The parts of an answer's lines before and after a separator. */
    static Map<String, String> parts(String answer, String separator) {
        Map<String, String> parts = new LinkedHashMap<>();
        answer.lines().forEach(line -> {
            int at = line.indexOf(separator);
            if (at > 0) {
                parts.put(line.substring(0, at), line.substring(at + separator.length()));
            }
        });
        return parts;
    }

    /** Whether a server serves clients, which is when it says what it is. */
    static Optional<String> mode(InetSocketAddress server) {
        try {
            return Optional.ofNullable(parts(ask(server, "srvr"), ": ").get("Mode"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}

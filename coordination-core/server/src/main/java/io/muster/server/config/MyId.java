package io.muster.server.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The file that says which member of the ensemble a server is. */
final class MyId {
    static final String FILE = "myid";
    private static final int MAX = 255;

    private MyId() {}

    /** @throws ConfigException if there is no such file in the directory, or it holds no id from 1 to 255 */
    static long read(Path dataDir) {
        Path file = dataDir.resolve(FILE);
        String text;
        try {
            text = Files.readString(file, StandardCharsets.UTF_8).strip();
        } catch (NoSuchFileException e) {
            throw new ConfigException(
                    file + ": is missing; it must hold this server's number, the N of its server.N line");
        } catch (IOException e) {
            throw new ConfigException(file + ": cannot be read: " + e.getMessage());
        }
        if (text.length() <= 3 && !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            int id = Integer.parseInt(text);
            if (id >= 1 && id <= MAX) {
                return id;
            }
        }
        throw new ConfigException(file + ": holds \"" + text + "\"; it must hold a number from 1 to " + MAX);
    }
}

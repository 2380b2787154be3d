package io.muster.samples.shop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * All that the demo has to leave behind clean: a temporary directory, processes, a server. Closed once, by the main thread
 * or by the hook of a Ctrl-C, whichever comes first; who comes second waits. Nothing can be opened after that.
 */
final class Workplace implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Path directory;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private boolean closed;

    Workplace() {
        try {
            directory = Files.createTempDirectory("muster-demo-");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a temporary directory", e);
        }
    }

    Path newDirectory(String name) {
        try {
            return Files.createDirectories(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a directory in " + directory, e);
        }
    }

    /** Opens something that is closed with the rest, in the opposite order. */
    <T extends AutoCloseable> T open(Callable<T> how) throws Exception {
        lock.lock();
        try {
            if (closed) {
                throw new InterruptedException("the demo is ending");
            }
            T thing = how.call();
            opened.push(thing);
            return thing;
        } finally {
            lock.unlock();
        }
    }

    /** Closes something before the rest. */
    void close(AutoCloseable thing) throws Exception {
        lock.lock();
        try {
            if (opened.remove(thing)) {
                thing.close();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            List<String> failures = new ArrayList<>();
            while (!opened.isEmpty()) {
                AutoCloseable thing = opened.pop();
                try {
                    thing.close();
                } catch (Exception e) {
                    failures.add(thing + ": " + e);
                }
            }
            delete(failures);
            if (!failures.isEmpty()) {
                throw new IllegalStateException("the demo could not clean up: " + String.join("; ", failures));
            }
        } finally {
            lock.unlock();
        }
    }

    private void delete(List<String> failures) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            failures.add("cannot delete " + directory + ": " + e);
        }
    }
}

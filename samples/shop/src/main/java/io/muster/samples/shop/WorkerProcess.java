package io.muster.samples.shop;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A worker in a JVM of its own, our child: the same java and the same class path. Its events go to a listener on a thread of
 * its own, and at last that it ended. Signals go to this child only, and only while it lives.
 */
final class WorkerProcess implements AutoCloseable {
    private static final int END_LIMIT_SECONDS = 10;
    private static final int SIGNAL_LIMIT_SECONDS = 5;

    private final String name;
    private final Process process;
    private final Path errors;

    /** What the listener hears. */
    sealed interface Heard {
        WorkerProcess worker();

        record Said(WorkerProcess worker, WorkerEvent event) implements Heard {}

        /** Its output has ended, and so has the process. */
        record Ended(WorkerProcess worker, int exitCode) implements Heard {}
    }

    private WorkerProcess(String name, Process process, Path errors) {
        this.name = name;
        this.process = process;
        this.errors = errors;
    }

    /** @param workDirectory where its standard error goes */
    static WorkerProcess start(String name, Path workDirectory, List<String> arguments, Consumer<Heard> listener) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Small and quick to start: several run at once.
        command.addAll(List.of("-Xmx64m", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", classPath(), ShopCommand.class.getName(), "worker", "--until-stdin-ends"));
        command.addAll(List.of("--name", name));
        command.addAll(arguments);
        Path errors = workDirectory.resolve(name + ".err");
        Process process;
        try {
            process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a worker with " + command.get(0), e);
        }
        WorkerProcess worker = new WorkerProcess(name, process, errors);
        Thread reader = new Thread(() -> worker.listen(listener), "output-of-" + name);
        reader.setDaemon(true);
        reader.start();
        return worker;
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** With SIGKILL. What it said before is still heard: Process.destroyForcibly would close its output. */
    void kill() {
        process.toHandle().destroyForcibly();
    }

    /** With SIGSTOP: it stands still in the midst of whatever it does, and its connections stay open. */
    void pause() {
        signal("-STOP");
    }

    /** With SIGCONT. */
    void resume() {
        signal("-CONT");
    }

    /** The end of what it wrote to its standard error: for when it failed. */
    String lastErrors() {
        try {
            List<String> lines = Files.exists(errors) ? Files.readAllLines(errors) : List.of();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
        } catch (IOException e) {
            return "(cannot read " + errors + ": " + e.getMessage() + ")";
        }
    }

    /** Kills it if it lives, and waits for its end; a paused one too. */
    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(END_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("worker " + name + ", process " + pid() + ", does not end");
        }
    }

    @Override
    public String toString() {
        return name + " (process " + pid() + ")";
    }

    private void listen(Consumer<Heard> listener) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                WorkerEvent.parse(line).ifPresent(event -> listener.accept(new Heard.Said(this, event)));
            }
        } catch (IOException e) {
            // The pipe of a killed process may break instead of ending; what counts is that it is gone.
            process.destroyForcibly();
        }
        try {
            listener.accept(new Heard.Ended(this, process.waitFor()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void signal(String signal) {
        if (!process.isAlive()) {
            throw new IllegalStateException("worker " + name + " has ended by itself:\n" + lastErrors());
        }
        try {
            Process kill = new ProcessBuilder("kill", signal, Long.toString(pid()))
                    .redirectErrorStream(true)
                    .start();
            if (!kill.waitFor(SIGNAL_LIMIT_SECONDS, TimeUnit.SECONDS) || kill.exitValue() != 0) {
                throw new IllegalStateException("kill " + signal + " " + pid() + " did not work");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the demo needs the command kill, as Linux and macOS have it", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending " + signal + " to " + name, e);
        }
    }

    /** Entries may be relative to our working directory. */
    private static String classPath() {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, entries);
    }
}

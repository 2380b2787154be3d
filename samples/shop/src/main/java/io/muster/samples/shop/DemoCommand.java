package io.muster.samples.shop;

import io.muster.samples.shop.Story.Tone;
import io.muster.testkit.TestEnsemble;
import java.io.File;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code bin/muster demo}: three servers in this process, workers in processes of their own, and what fencing tokens are for.
 * Leaves nothing behind, also after Ctrl-C.
 */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what a lock cannot do alone: several processes sell a stock of items under a distributed lock; one of them "
                    + "is killed, another is paused past its session and writes late. The store refuses that write by its "
                    + "fencing token, and an audit shows that nothing was sold twice. In between the server that leads is "
                    + "killed, and the workers go on.",
            "All of it runs on this machine and listens on the loopback interface only."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the audit passed",
            "1:the audit found an item that was sold twice (as it does with --naive), or the demo failed",
            "2:the command line was wrong"
        })
public final class DemoCommand implements Callable<Integer> {
    private static final int SERVERS = 3;
    private static final int SESSION_TIMEOUT_MS = 3_000;
    private static final int THINK_MS = 400;
    private static final int PAUSE_BETWEEN_ROUNDS_MS = 2_000;
    private static final int FAILED = 1;
    private static final int INTERRUPTED = 130;

    @Option(names = "--once", description = "End after the first audit; without it the shop opens again until Ctrl-C.")
    private boolean once;

    @Option(
            names = "--naive",
            description = "The same schedule, with the store's check of tokens switched off: shows the failure.")
    private boolean naive;

    @Option(
            names = "--connect",
            hidden = true,
            paramLabel = "HOST:PORT",
            description =
                    "Use the ensemble there, Muster or Apache ZooKeeper, instead of servers in this process; none of its"
                            + " servers is killed.")
    private String connect = "";

    @Spec
    private CommandSpec spec;

    /** Counted down by a Ctrl-C: whatever fails from then on fails because of it. */
    private final CountDownLatch stopping = new CountDownLatch(1);

    @Override
    public Integer call() {
        Story story = new Story(spec.commandLine().getOut(), Ansi.AUTO.enabled());
        if (File.separatorChar == '\\') {
            story.line(Tone.BAD, "The demo pauses processes with signals, which needs Linux or macOS.");
            return FAILED;
        }
        Workplace workplace = new Workplace();
        Thread hook = new Thread(() -> stop(story, workplace), "demo-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try (workplace) {
            return rounds(workplace, story);
        } catch (DemoFailedException e) {
            story.line(Tone.BAD, "The demo failed: " + e.getMessage());
            return FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return INTERRUPTED;
        } catch (Exception e) {
            if (stopping.getCount() == 0) {
                return INTERRUPTED;
            }
            story.line(Tone.BAD, "The demo failed: " + e);
            return FAILED;
        } finally {
            if (stopping.getCount() > 0) {
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        }
    }

    private int rounds(Workplace workplace, Story story) throws Exception {
        story.line(Tone.TITLE, "Four processes sell twelve items, one at a time, under one distributed lock.");
        if (naive) {
            story.line(Tone.PLAIN, "First the failure: with --naive the store takes what it is given.");
        } else {
            story.line(
                    Tone.PLAIN,
                    "The lock gives each holder a token, greater than all before. The store refuses a lower");
            story.line(Tone.PLAIN, "one than it has seen, under a lock of its own, so it need not trust the workers.");
        }
        story.line(Tone.PLAIN, "");
        TestEnsemble servers = connect.isEmpty() ? start(workplace, story) : null;
        if (servers == null) {
            story.tell("demo", "uses the ensemble at " + connect);
        }
        String where = servers == null ? connect : servers.connectString();
        Round.Settings settings = new Round.Settings(where, !naive, SESSION_TIMEOUT_MS, THINK_MS);
        while (true) {
            Workplace shop = workplace.open(Workplace::new);
            Audit audit = new Round(shop, servers, story, settings).run();
            workplace.close(shop);
            if (once) {
                nextCommands(story);
                return audit.passed() ? 0 : FAILED;
            }
            story.line(Tone.PLAIN, "");
            story.tell("demo", "restocks; Ctrl-C ends it");
            if (stopping.await(PAUSE_BETWEEN_ROUNDS_MS, TimeUnit.MILLISECONDS)) {
                return INTERRUPTED;
            }
        }
    }

    private static TestEnsemble start(Workplace workplace, Story story) throws Exception {
        TestEnsemble servers = workplace.open(() -> TestEnsemble.start(SERVERS));
        story.tell(
                "servers",
                "three Muster servers in this process are one ensemble at " + servers.connectString() + "; server "
                        + servers.awaitServing() + " leads");
        return servers;
    }

    private void nextCommands(Story story) {
        story.line(Tone.PLAIN, "");
        for (String line : nextCommandLines(naive)) {
            story.line(Tone.PLAIN, line);
        }
    }

    /** What to type next, and what that shows; a command begins with two blanks and ends before two more. */
    public static List<String> nextCommandLines(boolean naive) {
        return List.of(
                naive ? "The audit failed, so the exit code is 1. That is what the token is for. Next:" : "Next:",
                naive
                        ? "  bin/muster demo --once            the same schedule, with the store's check: the cure"
                        : "  bin/muster demo --naive --once    the same schedule, without the store's check: the failure",
                "  bin/muster ensemble 3 ensemble    three servers in processes of their own, to kill and start again",
                "  bin/muster server config/zoo.cfg  a server from a ZooKeeper configuration",
                "  bin/muster --help                 what else there is");
    }

    private void stop(Story story, Workplace workplace) {
        stopping.countDown();
        story.end("", "Stopped: all workers are ended, and the temporary files are deleted.");
        workplace.close();
    }
}

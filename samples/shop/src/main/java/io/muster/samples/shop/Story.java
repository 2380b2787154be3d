package io.muster.samples.shop;

import java.io.PrintWriter;
import java.util.Locale;

/** Prints what happens as lines with the time since the start, who, and what. Any thread; silent once it was ended. */
final class Story {
    private final PrintWriter out;
    private final boolean colours;
    private final long startNanos = System.nanoTime();
    private boolean ended;

    /** How a line looks on a terminal. */
    enum Tone {
        PLAIN(""),
        QUIET("2"),
        TITLE("1"),
        GOOD("32"),
        BAD("1;31"),
        ACT("33");

        private final String code;

        Tone(String code) {
            this.code = code;
        }
    }

    Story(PrintWriter out, boolean colours) {
        this.out = out;
        this.colours = colours;
    }

    void tell(Tone tone, String who, String what) {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        line(tone, String.format(Locale.ROOT, "%6.1f s  %-7s %s", seconds, who, what));
    }

    void tell(String who, String what) {
        tell(Tone.PLAIN, who, what);
    }

    void title(String title) {
        line(Tone.PLAIN, "");
        line(Tone.TITLE, title);
    }

    void line(Tone tone, String text) {
        synchronized (this) {
            if (!ended) {
                out.println(colours && !tone.code.isEmpty() ? "\u001b[" + tone.code + "m" + text + "\u001b[0m" : text);
                out.flush();
            }
        }
    }

    /** Nothing is printed after these lines. */
    void end(String... lastLines) {
        synchronized (this) {
            for (String text : lastLines) {
                line(Tone.PLAIN, text);
            }
            ended = true;
        }
    }
}

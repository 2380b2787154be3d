package io.muster.server;

import io.muster.replica.state.Transaction;
import java.util.ArrayList;
import java.util.List;

/** Gathers what one batch wants done with the disk, in its order. Owned by the serial loop's thread. */
final class DiskTasks {
    private List<DiskTask> tasks = new ArrayList<>();
    private List<Transaction> appended = new ArrayList<>();

    void append(Transaction transaction) {
        appended.add(transaction);
    }

    void add(DiskTask.OfMember task) {
        closeAppend();
        tasks.add(task);
    }

    private void closeAppend() {
        if (!appended.isEmpty()) {
            tasks.add(new DiskTask.Append(appended));
            appended = new ArrayList<>();
        }
    }

    /** What was gathered since this was called last. */
    List<DiskTask> take() {
        closeAppend();
        if (tasks.isEmpty()) {
            return List.of();
        }
        List<DiskTask> taken = tasks;
        tasks = new ArrayList<>();
        return taken;
    }
}
